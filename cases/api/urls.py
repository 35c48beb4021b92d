"""Calls on cases."""

from django.urls import path

from accounts.api import converters
from cases.api import callbacks, cases, field, group, reference, requests, sources, steps

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
    path("cases/<code:number>/messages/", group.GroupMessages.as_view(), name="api_case_messages"),
    path("group_files/<uuid:token>/", group.OneGroupFile.as_view(), name="api_group_file"),
    path("attachments/<uuid:token>/", cases.OneAttachment.as_view(), name="api_attachment"),
    path("cases/<code:number>/urges/", sources.Urges.as_view(), name="api_case_urges"),
    path("cases/<code:number>/split/", sources.Split.as_view(), name="api_case_split"),
    path("clues/", sources.Clues.as_view(), name="api_clues"),
    path("clues/<int:pk>/collect/", sources.CollectClue.as_view(), name="api_clue_collect"),
    path("commendations/", sources.Commendations.as_view(), name="api_commendations"),
    path("exits/", sources.Exits.as_view(), name="api_exits"),
    path("cases/<code:number>/tasks/", field.GiveTask.as_view(), name="api_case_tasks"),
    path("tasks/", field.Tasks.as_view(), name="api_tasks"),
    path("tasks/<int:pk>/done/", field.DoneTask.as_view(), name="api_task_done"),
    path("tasks/<int:pk>/assign/", field.ReassignTask.as_view(), name="api_task_assign"),
    path("snapshots/", field.Snapshots.as_view(), name="api_snapshots"),
    path("snapshots/<int:pk>/claim/", field.ClaimSnapshot.as_view(), name="api_snapshot_claim"),
    path("snapshots/<int:pk>/answer/", field.AnswerSnapshot.as_view(), name="api_snapshot_answer"),
    path("snapshots/<int:pk>/case/", field.SnapshotCase.as_view(), name="api_snapshot_case"),
    path("snapshots/<int:pk>/photo/", field.SnapshotPhoto.as_view(), name="api_snapshot_photo"),
    path("requests/", requests.Requests.as_view(), name="api_requests"),
    path("requests/<int:pk>/rule/", requests.RuleRequest.as_view(), name="api_request_rule"),
    path("conditions/", reference.Conditions.as_view(), name="api_conditions"),
    path("categories/", reference.Categories.as_view(), name="api_categories"),
    path("calendar/", reference.Calendar.as_view(), name="api_calendar"),
]
