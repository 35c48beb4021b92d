"""Calls on reviews and on how well it went."""

from django.urls import path

from accounts.api import converters
from assessment.api import reviews, scores

PERIOD = "assessment/periods/<code:period>"

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("orders/<int:pk>/review/", reviews.OrderReview.as_view(), name="api_review"),
    path(f"{PERIOD}/", scores.PeriodReport.as_view(), name="api_period"),
    path(f"{PERIOD}/departments/", scores.Departments.as_view(), name="api_period_departments"),
    path(f"{PERIOD}/towns/", scores.Towns.as_view(), name="api_period_towns"),
    path(
        f"{PERIOD}/departments/<code:unit>/working/",
        scores.DepartmentWorking.as_view(),
        name="api_department_working",
    ),
    path(
        f"{PERIOD}/towns/<code:unit>/working/",
        scores.TownWorking.as_view(),
        name="api_town_working",
    ),
]
