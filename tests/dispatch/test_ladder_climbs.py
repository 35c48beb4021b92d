"""What runs out is followed step by step, with true times, each step once, and never to nobody."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.module_loading import import_string

from accounts.models import Heartbeat, Membership, Notice, User
from accounts.queries import SWEEP_WORDS
from cases.models import CaseEvent, Clock
from cases.services.clocks import extend_clock
from cases.services.limits import Rule
from cases.services.steps import advance
from config.celery import app
from dispatch.models import Document
from dispatch.services.ladders import sweep_ladders
from dispatch.services.steps import advance_order
from tests.cast import Stage
from tests.dispatch.ladders import FORMS, make_ladder

HOUR = timedelta(hours=1)


def running_out(stage: Stage, unit: str = "XFZD", **given: object) -> Clock:
    """Return the running acknowledgement clock of an order, below a ladder."""
    make_ladder()
    order = stage.order(stage.whistle(**given), unit)
    return Clock.objects.running().get(order_ref=order.pk, kind="acknowledge")


def due(clock: Clock) -> datetime:
    assert clock.due_at is not None
    return clock.due_at


def of(clock: Clock) -> list[Document]:
    return list(Document.objects.filter(clock=clock).order_by("issued_at"))


def test_every_rung_comes_in_its_turn_with_its_true_time(stage: Stage) -> None:
    clock = running_out(stage, departments=[])
    half = clock.started_at + (due(clock) - clock.started_at) / 2
    assert sweep_ladders(half - timedelta(seconds=1)) == 0
    assert sweep_ladders(half) == 1
    assert Notice.objects.filter(kind="clock_warning", recipient__username="department3").exists()
    assert not Document.objects.exists()
    for number, form in enumerate(FORMS):
        at = due(clock) + number * HOUR
        assert sweep_ladders(at - timedelta(seconds=1)) == 0
        assert sweep_ladders(at) == 1
        newest = of(clock)[-1]
        assert (newest.form, newest.issued_at, newest.written_at) == (form, at, at)
        assert newest.due_was == clock.due_at


def test_a_sweep_eight_hours_late_writes_all_of_it_in_order_with_the_true_times(
    stage: Stage,
) -> None:
    clock = running_out(stage, departments=[])
    late = due(clock) + 8 * HOUR
    assert sweep_ladders(late) == 6
    documents = of(clock)
    assert [d.form for d in documents] == FORMS
    assert [d.issued_at for d in documents] == [due(clock) + n * HOUR for n in range(5)]
    assert {d.written_at for d in documents} == {late}
    assert sweep_ladders(late) == 0


def test_a_document_is_recorded_on_the_case_and_told_to_all_it_names(stage: Stage) -> None:
    clock = running_out(stage, departments=[])
    sweep_ladders(due(clock) + 3 * HOUR)
    events = CaseEvent.objects.filter(case=clock.case, step__startswith="ladder.")
    assert [e.step for e in events.order_by("pk")] == [f"ladder.{form}" for form in FORMS[:4]]
    supervision = Document.objects.get(form="supervision")
    last = events.get(step="ladder.supervision")
    assert last.details["number"] == supervision.number
    told = Notice.objects.filter(kind="document_issued", params__document=supervision.number)
    names = set(told.values_list("recipient__username", flat=True))
    assert names == {"department3", "supervisor", "leader"}
    assert supervision.sheet["copies"] == ["区领导"]  # the issuer sends itself no copy
    assert [unit.code for unit in supervision.cc.all()] == ["CENTRE"]


def test_the_top_stays_loud_but_is_written_once(stage: Stage) -> None:
    clock = running_out(stage, departments=[])
    top = due(clock) + 4 * HOUR
    sweep_ladders(top)
    for times in (1, 2, 3):
        assert sweep_ladders(top + times * 12 * HOUR) == 1
        again = Notice.objects.filter(kind="ladder_again", recipient__username="department3")
        assert again.count() == times
    assert Document.objects.filter(form="bulletin").count() == 1


def test_acting_ends_the_ladder(stage: Stage) -> None:
    clock = running_out(stage, departments=[])
    sweep_ladders(due(clock))
    actor, at = stage.who("department3"), due(clock) + HOUR / 2
    assert clock.order_ref is not None
    advance_order(clock.order_ref, "acknowledge", actor=actor, at=at)
    assert sweep_ladders(due(clock) + 100 * HOUR) == 0
    assert [d.form for d in of(clock)] == ["urge"]


def test_an_extension_lets_the_ladder_begin_anew(stage: Stage) -> None:
    clock = running_out(stage, departments=[])
    sweep_ladders(due(clock) + HOUR)
    assert [d.form for d in of(clock)] == ["urge", "reminder"]
    clock.refresh_from_db()
    at = due(clock) + 2 * HOUR - timedelta(minutes=1)
    extend_clock(clock, Rule(Decimal(5), "workday", "test"), at)
    clock.refresh_from_db()
    assert (clock.climb, clock.rung) == (1, 0)
    sweep_ladders(due(clock) + HOUR)
    assert [(d.form, d.climb) for d in of(clock)] == [
        ("urge", 0),
        ("reminder", 0),
        ("urge", 1),
        ("reminder", 1),
    ]


def test_on_hold_no_document_is_written(stage: Stage) -> None:
    clock = running_out(stage, departments=[])
    until = stage.at.date() + timedelta(days=60)
    who = stage.who("supervisor")
    advance(clock.case_id, "hold", actor=who, at=stage.at + HOUR / 4, until=until, reason="等图纸")
    assert sweep_ladders(due(clock) + 100 * HOUR) == 0


def test_what_was_due_before_a_hold_is_written_after_it(stage: Stage) -> None:
    clock = running_out(stage, departments=[])
    held, who = due(clock) + HOUR * 3 / 2, stage.who("supervisor")
    until = stage.at.date() + timedelta(days=60)
    advance(clock.case_id, "hold", actor=who, at=held, until=until, reason="等图纸")
    assert sweep_ladders(held + HOUR) == 0
    advance(clock.case_id, "resume", actor=who, at=held + 2 * HOUR)
    sweep_ladders(held + 2 * HOUR)
    assert [(d.form, d.issued_at) for d in of(clock)] == [
        ("urge", due(clock)),
        ("reminder", due(clock) + HOUR),
    ]


@pytest.mark.parametrize("name", ["sweep_ladders", "sweep_lapses"])
def test_beat_wakes_the_sweep_which_leaves_its_heartbeat(db: None, name: str) -> None:
    entry = app.conf.beat_schedule[name]
    import_string(entry["task"])()
    assert Heartbeat.objects.filter(name=name, recent__0__error="").exists()
    assert name in SWEEP_WORDS


def recipients(kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=kind).values_list("recipient__username", flat=True))


def test_a_unit_without_people_is_told_at_the_centre(stage: Stage) -> None:
    clock = running_out(stage, lead="CGW", unit="CGW", departments=[])
    Membership.objects.filter(unit__code="CGW").delete()
    sweep_ladders(due(clock))
    assert "supervisor" in recipients("document_issued")


@pytest.mark.parametrize("gone", [["supervisor"], ["leader"], ["supervisor", "leader"]])
def test_without_supervisor_or_leader_somebody_is_told_all_the_same(
    stage: Stage, gone: list[str]
) -> None:
    clock = running_out(stage, departments=[])
    Membership.objects.filter(unit__code="XFZD").delete()
    User.objects.filter(username__in=gone).update(is_active=False)
    sweep_ladders(due(clock) + 4 * HOUR)
    for document in of(clock):
        told = Notice.objects.filter(params__document=document.number)
        assert told.exists(), document.form
        assert not told.filter(recipient__username__in=gone).exists()


def test_a_town_whose_clock_runs_out_is_written_to(stage: Stage) -> None:
    make_ladder("decide")
    case = stage.case()
    clock = case.clocks.running().get(kind="decide")
    sweep_ladders(due(clock))
    document = of(clock)[0]
    assert document.unit.code == case.town_id
    assert document.order is None


def test_an_emergency_does_not_wait_for_the_morning(stage: Stage) -> None:
    clock = running_out(stage, kind="emergency", departments=[])
    sweep_ladders(due(clock))
    assert set(Notice.objects.filter(kind="document_issued").values_list("urgent", flat=True)) == {
        True
    }


def test_the_cost_of_a_batch_does_not_grow_with_its_documents(
    stage: Stage,
) -> None:
    make_ladder()
    counted = []
    at = stage.at
    for many in (1, 1, 12):
        for _each in range(many):
            stage.whistle(departments=[])
        clocks = Clock.objects.running().filter(kind="acknowledge", rung=0)
        at = max(due(clock) for clock in clocks)
        clocks.update(rung=2, alerted_at=at, alert_at=at)
        with CaptureQueriesContext(connection) as caught:
            assert sweep_ladders(at) == many
        counted.append(len(caught))
        Clock.objects.running().filter(kind="acknowledge").update(alert_at=None)
    assert counted[1] == counted[2]
    assert counted[2] <= 30
