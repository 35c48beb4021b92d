"""The administration: reference data may be edited, history may only be read."""

import pytest
from django.apps import apps
from django.test import Client

from cases import calendars
from cases.models import CalendarDay, Category
from tests.cast import PEOPLE, Stage

READ_ONLY = {"case", "caseevent", "clock", "calendarversion", "accesslog", "heartbeat"}
EDITABLE = {"category", "timelimit", "calendarday", "area", "gridduty", "unit", "user"}
EDITABLE |= {"filingcondition", "adjustmentpolicy", "ladder", "workhours"}


@pytest.fixture
def admin(stage: Stage) -> Client:
    client = Client()
    client.force_login(stage.people["admin"])
    return client


def _address(model_name: str) -> str:
    for app in ("accounts", "grids", "cases"):
        if model_name in apps.all_models[app]:
            return f"/admin/{app}/{model_name}/"
    raise AssertionError(model_name)


@pytest.mark.parametrize("name", sorted(READ_ONLY | EDITABLE))
def test_lists_and_pages_open(stage: Stage, admin: Client, name: str) -> None:
    stage.whistle()
    assert admin.get(_address(name)).status_code == 200
    _, _, app, model_name, _ = _address(name).split("/")
    model = apps.get_model(app, model_name)
    row = model._default_manager.first()
    if row is not None:
        assert admin.get(f"{_address(name)}{row.pk}/change/").status_code == 200


@pytest.mark.parametrize("name", sorted(READ_ONLY))
def test_history_cannot_be_written(stage: Stage, admin: Client, name: str) -> None:
    case = stage.case()
    assert admin.get(f"{_address(name)}add/").status_code == 403
    rows = {"case": case, "caseevent": case.events.first(), "clock": case.clocks.first()}
    if row := rows.get(name):
        assert (
            admin.post(f"{_address(name)}{row.pk}/change/", {"state": "closed"}).status_code == 403
        )
        assert admin.post(f"{_address(name)}{row.pk}/delete/", {"post": "yes"}).status_code == 403


def test_a_calendar_day_counts_at_once(admin: Client) -> None:
    given = {"date": "2026-03-05", "is_workday": "", "name": "停工", "source": "区政府通知"}
    assert admin.post("/admin/cases/calendarday/add/", given).status_code == 302
    day = CalendarDay.objects.get()
    assert not calendars.current().day(day.date).works
    calendars.forget()


def test_a_category_added_can_be_chosen_at_once(stage: Stage, admin: Client) -> None:
    operator = Client()
    operator.force_login(stage.people["operator"])
    operator.get("/cases/new/")
    given = {"code": "0307", "name": "门禁", "parent": "03"}
    assert admin.post("/admin/cases/category/add/", given).status_code == 302
    assert Category.objects.filter(code="0307").exists()
    assert "门禁" in operator.get("/cases/new/").content.decode()


@pytest.mark.parametrize("name", [name for name in PEOPLE if name != "admin"])
def test_it_belongs_to_administrators(stage: Stage, name: str) -> None:
    client = Client()
    client.force_login(stage.people[name])
    assert client.get("/admin/").status_code == 302
    assert client.get("/admin/accounts/user/").status_code == 302
