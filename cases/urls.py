"""Addresses of cases for people: lists, desks, one case and its steps, the resident's rating."""

from django.urls import path, register_converter

from cases.views import callbacks, desks, intake, lists, pages, rating, requests


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
    path("requests/", requests.waiting, name="requests"),
    path("requests/<int:pk>/rule/", requests.rule, name="rule_request"),
    path("photos/<uuid:token>/", pages.photo, name="photo"),
    path("desk/callbacks/", callbacks.desk, name="callbacks"),
    path("desk/town/", desks.town_desk, name="town_desk"),
    path("desk/grid/", desks.grid_desk, name="grid_desk"),
    path("rate/<str:token>/", rating.rate, name="rate"),
]
