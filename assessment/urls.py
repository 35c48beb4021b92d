"""Addresses of the month's figures and of reviews."""

from django.urls import path

from assessment.views import month, orders, reviews, trials

app_name = "assessment"
urlpatterns = [
    path("month/", month.month, name="month"),
    path("month/<str:period>/", month.month, name="month"),
    path("month/<str:period>/refresh/", month.refresh, name="refresh"),
    path("month/<str:period>/orders/", orders.orders, name="orders"),
    path("month/<str:period>/whistles/", orders.whistles, name="whistles"),
    path("orders/<int:pk>/review/", reviews.review, name="review"),
    path("what-if/", trials.what_if, name="what_if"),
    path("reviews/marks/", reviews.marks, name="marks"),
]
