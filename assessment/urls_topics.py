"""Addresses of hot spots, topics and signs."""

from django.urls import path

from assessment.views import hot_spots, signs, topics

urlpatterns = [
    path("topics/", topics.index, name="topics"),
    path("topics/new/", topics.new, name="topic_new"),
    path("topics/<int:pk>/", topics.topic, name="topic"),
    path("topics/<int:pk>/enter/", topics.enter, name="topic_enter"),
    path("topics/<int:pk>/correct/", topics.correct, name="topic_correct"),
    path("topics/<int:pk>/close/", topics.close, name="topic_close"),
    path("hot-spots/", hot_spots.index, name="hot_spots"),
    path("hot-spots/search/", hot_spots.search, name="hot_spots_search"),
    path("hot-spots/searches/", hot_spots.searches, name="hot_spot_searches"),
    path("hot-spots/searches/<int:pk>/", hot_spots.earlier, name="hot_spot_search"),
    path("hot-spots/<int:pk>/", hot_spots.hot_spot, name="hot_spot"),
    path("hot-spots/<int:pk>/aside/", hot_spots.aside, name="hot_spot_aside"),
    path("signs/", signs.index, name="signs"),
    path("signs/look/", signs.look, name="signs_look"),
    path("signs/<int:pk>/", signs.sign, name="sign"),
    path("signs/<int:pk>/answer/", signs.answer, name="sign_answer"),
    path("signs/<int:pk>/settle/", signs.settle, name="sign_settle"),
]
