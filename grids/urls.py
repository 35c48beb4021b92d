"""Addresses of places for the screens, and of the daily life of the grids."""

from django.urls import path

from grids.views import diary, duty, heads, places, volunteers

app_name = "grids"
urlpatterns = [
    path("areas/search/", places.search, name="search"),
    path("areas/boundaries/", places.boundaries, name="boundaries"),
    path("grids/<slug:code>/duty/", duty.public, name="duty_public"),
    path("grid-life/duty/", duty.duty, name="duty"),
    path("grid-life/duty/copy/", duty.copy, name="duty_copy"),
    path("grid-life/duty/export/", duty.export, name="duty_export"),
    path("grid-life/duty/<int:pk>/remove/", duty.remove, name="duty_remove"),
    path("grid-life/diary/", diary.diary, name="diary"),
    path("grid-life/heads/", heads.heads, name="heads"),
    path("grid-life/heads/<int:pk>/retire/", heads.retire, name="head_retire"),
    path("grid-life/volunteers/", volunteers.volunteers, name="volunteers"),
    path("grid-life/volunteers/export/", volunteers.export, name="volunteers_export"),
    path("grid-life/volunteers/new/", volunteers.team, name="team_new"),
    path("grid-life/volunteers/<int:pk>/", volunteers.team, name="team"),
]
