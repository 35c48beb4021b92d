"""The resident is spoken to first, in time, and it is written down who spoke and how."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.refusals import BadInput, StepRefused
from cases.models import Case, CaseEvent, Clock
from cases.services import limits
from cases.services.breaches import sweep_breaches
from cases.services.steps import advance, steps_for
from tests.api.calls import Api, post
from tests.cases.conftest import Enter
from tests.cast import PEOPLE, Stage

SPEAKS = {"town", "community", "gridhead", "operator", "callback", "supervisor"}


def open_kinds(case: Case) -> set[str]:
    return set(case.clocks.running().filter(order_ref=None).values_list("kind", flat=True))


def contacted(stage: Stage, case: Case, how: str = "phone", who: str = "town") -> Case:
    return advance(
        case.pk, "contact", actor=stage.who(who), at=stage.at, how=how, note="约好下午去"
    )


@pytest.mark.parametrize(
    ("urgency", "limit"),
    [("urgent", timedelta(hours=2)), ("critical", timedelta(minutes=30))],
)
def test_the_contact_is_due_the_sooner_the_more_urgent(
    stage: Stage, urgency: str, limit: timedelta
) -> None:
    clock = stage.case(urgency=urgency).clocks.get(kind="contact")
    assert clock.due_at == stage.at + limit
    normal = stage.case().clocks.get(kind="contact")
    assert (normal.policy["amount"], normal.policy["unit"]) == ("1.00", "workday")


def test_a_contact_in_time_stops_its_clock_and_leaves_the_state(stage: Stage) -> None:
    case = stage.case()
    assert "contact" in open_kinds(case)
    after = contacted(stage, case)
    assert (after.state, after.contacted_at, after.contact_note) == (
        "received",
        stage.at,
        "约好下午去",
    )
    assert open_kinds(case) == {"decide", "finish"}
    event = CaseEvent.objects.get(case=case, step="contact")
    assert event.details["how"] == "phone"
    with pytest.raises(StepRefused):
        contacted(stage, case)


def test_an_attempt_in_vain_is_recorded_and_the_clock_runs_on(stage: Stage) -> None:
    case = stage.case()
    after = contacted(stage, case, how="not_reached")
    assert after.contacted_at is None
    assert "contact" in open_kinds(case)
    assert CaseEvent.objects.filter(case=case, step="contact").count() == 1
    contacted(stage, case)
    assert "contact" not in open_kinds(case)


def test_where_nobody_can_be_called_no_contact_is_owed(stage: Stage) -> None:
    case = stage.case(caller_phone="")
    assert "contact" not in open_kinds(case)
    assert "contact" not in steps_for(case, stage.who("town"))
    with pytest.raises(StepRefused):
        contacted(stage, case)


def test_a_late_contact_is_a_breach(stage: Stage) -> None:
    case = stage.case(urgency="urgent")
    stage.at += timedelta(hours=3)
    assert sweep_breaches(stage.at) >= 1
    contacted(stage, case)
    clock = case.clocks.get(kind="contact")
    assert clock.breached_at == stage.at
    assert clock.stopped_at == stage.at


def test_finishing_without_a_contact_stops_the_clock_and_counts_it_where_late(
    stage: Stage,
) -> None:
    in_time, late = stage.case(), stage.case(urgency="critical")
    town = stage.who("town")
    for case in (in_time, late):
        advance(case.pk, "handle", actor=town, at=stage.at)
    stage.at += timedelta(hours=1)
    for case in (in_time, late):
        advance(case.pk, "finish", actor=town, at=stage.at, result="已清理")
    assert in_time.clocks.get(kind="contact").breached_at is None
    assert late.clocks.get(kind="contact").breached_at == stage.at


def test_a_redo_asks_for_a_contact_again(stage: Stage) -> None:
    case, town = stage.case(), stage.who("town")
    contacted(stage, case)
    advance(case.pk, "handle", actor=town, at=stage.at)
    advance(case.pk, "finish", actor=town, at=stage.at, result="已清理")
    again = advance(case.pk, "reopen", actor=stage.who("callback"), at=stage.at, reason="又堵上了")
    assert again.contacted_at is None
    assert "contact" in open_kinds(case)
    assert case.clocks.filter(kind="contact").count() == 2


def test_on_hold_the_contact_waits_too(stage: Stage) -> None:
    case = stage.case()
    until = stage.at.date() + timedelta(days=9)
    due = case.clocks.get(kind="contact").due_at
    centre = stage.who("supervisor")
    advance(case.pk, "hold", actor=centre, at=stage.at, until=until, reason="等图纸")
    assert "contact" in open_kinds(case)
    after = case.clocks.get(kind="contact").due_at
    assert after
    assert due
    assert after > due


def test_without_a_rule_in_force_no_contact_is_owed_and_cases_go_on(stage: Stage) -> None:
    from cases.models import TimeLimit

    TimeLimit.objects.filter(clock="contact").delete()
    limits.forget()
    case = stage.case()
    assert open_kinds(case) == {"decide", "finish"}
    contacted(stage, case)
    limits.forget()


@pytest.mark.parametrize("name", PEOPLE)
def test_who_speaks_to_residents_may_say_so_and_nobody_else(stage: Stage, name: str) -> None:
    case = stage.case()
    if name in SPEAKS:
        assert contacted(stage, case, who=name).contacted_at == stage.at
    else:
        with pytest.raises(PermissionDenied):
            contacted(stage, case, who=name)
        assert Clock.objects.running().filter(case=case, kind="contact").exists()


@pytest.mark.parametrize("how", ["", "pigeon"])
def test_how_must_be_said(stage: Stage, how: str) -> None:
    with pytest.raises(BadInput) as refusal:
        contacted(stage, stage.case(), how=how)
    assert list(refusal.value.fields) == ["how"]


def test_the_town_records_it_from_its_desk_and_the_page_tells_it(live: Stage, enter: Enter) -> None:
    case, client = live.case(), enter("town")
    url = f"{case.get_absolute_url()}steps/contact/"
    assert url in client.get("/desk/town/").content.decode()
    assert "By a visit" in client.get(url).content.decode()
    assert client.post(url, {"how": ""}).status_code == 400
    assert client.post(url, {"how": "visit", "note": "见到本人"}).status_code == 302
    page = client.get(case.get_absolute_url()).content.decode()
    assert "Resident contacted" in page
    assert "By a visit" in page
    assert "见到本人" in page
    assert client.post(url, {"how": "visit"}).status_code == 409
    assert url not in client.get("/desk/town/").content.decode()


def test_the_api_takes_it_and_shows_when(stage: Stage, api: Api) -> None:
    case = stage.case()
    path = f"/cases/{case.number}/steps/contact/"
    vain = post(api, "operator", path, {"how": "not_reached"}, 200)
    assert vain["contacted_at"] is None
    assert "contact" in vain["steps"]
    done = post(api, "operator", path, {"how": "message", "note": "短信"}, 200)
    assert done["contacted_at"] is not None
    assert "contact" not in done["steps"]
    assert "contact" not in {clock["kind"] for clock in done["clocks"]}
    post(api, "operator", path, {"how": "phone"}, 409)
