"""Calls on cases."""

from django.urls import path

from accounts.api import converters
from cases.api import callbacks, cases, reference, requests, steps

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("cases/", cases.Cases.as_view(), name="api_cases"),
    path("cases/<code:number>/", cases.OneCase.as_view(), name="api_case"),
    path("cases/<code:number>/events/", cases.Events.as_view(), name="api_case_events"),
    path("cases/<code:number>/clocks/", cases.Clocks.as_view(), name="api_case_clocks"),
    path("cases/<code:number>/duplicates/", cases.Duplicates.as_view(), name="api_case_duplicates"),
    path("cases/<code:number>/attachments/", cases.Attachments.as_view(), name="api_case_photos"),
    path(
        "cases/<code:number>/callbacks/", callbacks.Callbacks.as_view(), name="api_case_callbacks"
    ),
    path("cases/<code:number>/reveal/", cases.Reveal.as_view(), name="api_case_reveal"),
    *[
        path(
            f"cases/<code:number>/steps/{view.step}/",
            view.as_view(),
            name=f"api_case_{view.step}",
        )
        for view in steps.STEPS
    ],
    path("attachments/<uuid:token>/", cases.OneAttachment.as_view(), name="api_attachment"),
    path("requests/", requests.Requests.as_view(), name="api_requests"),
    path("requests/<int:pk>/rule/", requests.RuleRequest.as_view(), name="api_request_rule"),
    path("conditions/", reference.Conditions.as_view(), name="api_conditions"),
    path("categories/", reference.Categories.as_view(), name="api_categories"),
    path("calendar/", reference.Calendar.as_view(), name="api_calendar"),
]
