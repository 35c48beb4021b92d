"""Calls on areas."""

from django.urls import path

from accounts.api import converters
from grids.api import life, views

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("areas/", views.Areas.as_view(), name="api_areas"),
    path("areas/<code:code>/", views.OneArea.as_view(), name="api_area"),
    path("duty/", life.Duty.as_view(), name="api_duty"),
    path("diary/", life.Diary.as_view(), name="api_diary"),
]
