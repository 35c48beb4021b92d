"""Calls on people and units."""

from django.urls import path

from accounts.api import converters, views

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("token/", views.TokenView.as_view(), name="api_token"),
    path("me/", views.Me.as_view(), name="api_me"),
    path("units/", views.Units.as_view(), name="api_units"),
    path("units/<code:code>/", views.OneUnit.as_view(), name="api_unit"),
]
