"""Addresses of cases for people: lists, desks, one case and its steps, the resident's rating."""

from django.urls import path, register_converter

from cases.views import (
    callbacks,
    desks,
    field,
    group,
    intake,
    lists,
    matters,
    meetings,
    origins,
    pages,
    rating,
    requests,
    snapshots,
    sources,
)


class CaseNumber:
    """A case number: any word with a digit in it, so that `/cases/new/` is none."""

    regex = "[^/]*[0-9][^/]*"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(CaseNumber, "case_number")

app_name = "cases"
urlpatterns = [
    path("cases/", lists.case_list, name="list"),
    path("cases/new/", intake.new_case, name="intake"),
    path("cases/conditions/", intake.conditions, name="conditions"),
    path("cases/look-alikes/", intake.look_alikes, name="look_alikes"),
    path("cases/earlier/", intake.earlier_cases, name="earlier_cases"),
    path("cases/<case_number:number>/", pages.detail, name="detail"),
    path("cases/<case_number:number>/clocks/<int:pk>/", pages.why, name="why"),
    path("cases/<case_number:number>/look-alikes/", pages.alike, name="alike"),
    path("cases/<case_number:number>/steps/<slug:step>/", pages.step, name="step"),
    path("cases/<case_number:number>/reveal/", pages.reveal, name="reveal"),
    path("cases/<case_number:number>/callback/", callbacks.callback, name="callback"),
    path("cases/<case_number:number>/group/", group.group, name="group"),
    path("group-files/<uuid:token>/", group.file, name="group_file"),
    path("requests/", requests.waiting, name="requests"),
    path("requests/<int:pk>/rule/", requests.rule, name="rule_request"),
    path("cases/<case_number:number>/urge/", sources.urge, name="urge"),
    path("cases/<case_number:number>/more/", matters.more, name="more"),
    path("cases/<case_number:number>/split/", matters.split, name="split"),
    path("clues/", sources.clues, name="clues"),
    path("commendations/", sources.commendations, name="commendations"),
    path("commendations/new/", sources.new_commendation, name="commend"),
    path("exits/", sources.exits, name="exits"),
    path("photos/<uuid:token>/", pages.photo, name="photo"),
    path("cases/<case_number:number>/tasks/", field.of_case, name="case_tasks"),
    path("cases/<case_number:number>/tasks/ask/", field.ask, name="ask_task"),
    path("grid-life/", field.tasks, name="tasks"),
    path("grid-life/position/", field.position, name="position"),
    path("grid-life/patrol/", field.patrol, name="patrol"),
    path("grid-life/tasks/<int:pk>/", field.task, name="task"),
    path("grid-life/tasks/<int:pk>/assign/", field.reassign, name="reassign"),
    path("grid-life/snapshots/", snapshots.snapshots, name="snapshots"),
    path("grid-life/snapshots/<int:pk>/photo/", snapshots.photo, name="snapshot_photo"),
    path("grid-life/snapshots/<int:pk>/claim/", snapshots.claim, name="snapshot_claim"),
    path("grid-life/snapshots/<int:pk>/release/", snapshots.release, name="snapshot_release"),
    path("grid-life/snapshots/<int:pk>/answer/", snapshots.answer, name="snapshot_answer"),
    path("grid-life/meetings/", meetings.meetings, name="meetings"),
    path("grid-life/meetings/new/", meetings.new, name="meeting_new"),
    path("grid-life/meetings/<int:pk>/", meetings.meeting, name="meeting"),
    path("grid-life/meetings/<int:pk>/opinions/", meetings.opinions, name="meeting_opinions"),
    path("grid-life/report/<slug:source>/<int:pk>/", origins.report_from, name="report_from"),
    path("snap/", snapshots.snap, name="snap"),
    path("snap/places/", snapshots.places, name="snap_places"),
    path("snap/<uuid:token>/", snapshots.receipt, name="snap_receipt"),
    path("desk/callbacks/", callbacks.desk, name="callbacks"),
    path("desk/town/", desks.town_desk, name="town_desk"),
    path("desk/grid/", desks.grid_desk, name="grid_desk"),
    path("rate/<str:token>/", rating.rate, name="rate"),
]
