"""Addresses of places for the screens: type-ahead and outlines."""

from django.urls import path

from grids import views

app_name = "grids"
urlpatterns = [
    path("areas/search/", views.search, name="search"),
    path("areas/boundaries/", views.boundaries, name="boundaries"),
]
