"""Acknowledging without acting expires: the order is to be acknowledged again, and its ladder begins anew."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Notice
from cases.models import CaseEvent, Clock, TimeLimit
from cases.services import limits
from cases.services.breaches import sweep_breaches
from cases.services.steps import advance
from dispatch.models import Document, Order
from dispatch.services.ladders import sweep_ladders
from dispatch.services.lapses import sweep_lapses
from dispatch.services.steps import advance_order
from tests.cast import Stage
from tests.dispatch.ladders import make_ladder
from tests.races.test_two_people_press_the_same_button import at_once

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _limits() -> Iterator[None]:
    yield
    limits.forget()


def allow(hours: str | None = "4") -> None:
    """Give whoever acknowledges so many hours to act; None: no rule is in force."""
    TimeLimit.objects.filter(clock="act").delete()
    if hours:
        TimeLimit.objects.create(
            clock="act", amount=hours, unit="natural_hour", source="t", valid_from=date(2020, 1, 1)
        )
    limits.forget()


def acknowledged(stage: Stage, **given: object) -> Order:
    order = stage.order(stage.whistle(departments=[], **given))
    actor = stage.who("department3")
    return advance_order(order.pk, "acknowledge", actor=actor, at=stage.at)


def act_clock(order: Order) -> Clock:
    return Clock.objects.running().get(order_ref=order.pk, kind="act")


def now(order: Order) -> Order:
    return Order.objects.get(pk=order.pk)


def running(order: Order) -> set[str]:
    rows = Clock.objects.running().filter(order_ref=order.pk)
    return set(rows.values_list("kind", flat=True))


def test_an_acknowledgement_that_nothing_follows_lapses(stage: Stage) -> None:
    allow()
    order = acknowledged(stage)
    due = act_clock(order).due_at
    assert due == stage.at + 4 * HOUR
    assert sweep_lapses(due) == 0
    assert sweep_lapses(due + timedelta(seconds=1)) == 1
    lapsed = now(order)
    assert (lapsed.state, lapsed.acknowledged_at, lapsed.lapsed) == ("issued", None, 1)
    assert running(order) == {"acknowledge", "report_in", "finish"}
    assert CaseEvent.objects.filter(step="order.lapse", order_ref=order.pk).count() == 1
    told = Notice.objects.filter(kind="order_lapsed")
    assert set(told.values_list("recipient__username", flat=True)) == {"department3", "town"}
    assert sweep_lapses(due + HOUR) == 0


def test_the_ladder_begins_anew_with_the_new_acknowledgement(stage: Stage) -> None:
    allow()
    make_ladder()
    order = acknowledged(stage)
    sweep_lapses(stage.at + 5 * HOUR)
    clock = Clock.objects.running().get(order_ref=order.pk, kind="acknowledge")
    assert clock.due_at is not None
    assert clock.rung == 0
    sweep_ladders(clock.due_at)
    assert Document.objects.get().clock_id == clock.pk


def test_a_lapse_is_no_breach(stage: Stage) -> None:
    allow()
    order = acknowledged(stage)
    late = stage.at + 5 * HOUR
    sweep_breaches(late)
    sweep_lapses(late)
    assert not CaseEvent.objects.filter(step="breach", details__clock="act").exists()
    assert Clock.objects.get(order_ref=order.pk, kind="act").breached_at is None


def test_a_note_of_progress_begins_the_time_anew(stage: Stage) -> None:
    allow()
    order = acknowledged(stage)
    at = stage.at + 3 * HOUR
    actor = stage.who("department3")
    advance_order(order.pk, "progress", actor=actor, at=at, note="已联系车主")
    assert act_clock(order).due_at == at + 4 * HOUR
    assert sweep_lapses(stage.at + 5 * HOUR) == 0


def test_reporting_in_ends_it(stage: Stage) -> None:
    allow()
    order = acknowledged(stage)
    advance_order(order.pk, "report_in", actor=stage.who("department3"), at=stage.at + HOUR)
    assert running(order) == {"finish"}
    assert sweep_lapses(stage.at + 50 * HOUR) == 0


def test_where_a_time_to_assemble_lies_ahead_the_arrival_is_what_is_watched(stage: Stage) -> None:
    allow()
    order = acknowledged(stage, assembly_at=stage.at + 24 * HOUR, assembly_place="3号楼")
    assert running(order) == {"report_in", "finish"}


def test_without_a_rule_nothing_lapses(stage: Stage) -> None:
    allow(None)
    order = acknowledged(stage)
    assert running(order) == {"report_in", "finish"}
    assert sweep_lapses(stage.at + 100 * HOUR) == 0


def test_on_hold_nothing_lapses(stage: Stage) -> None:
    allow()
    order = acknowledged(stage)
    until: date = stage.at.date() + timedelta(days=30)
    who = stage.who("supervisor")
    advance(order.case_id, "hold", actor=who, at=stage.at + HOUR, until=until, reason="等图纸")
    assert sweep_lapses(stage.at + 100 * HOUR) == 0
    assert now(order).state == "acknowledged"


def test_what_ran_out_before_a_hold_lapses_after_it(stage: Stage) -> None:
    allow()
    order = acknowledged(stage)
    late, who = stage.at + 5 * HOUR, stage.who("supervisor")
    until = stage.at.date() + timedelta(days=30)
    advance(order.case_id, "hold", actor=who, at=late, until=until, reason="等图纸")
    assert sweep_lapses(late + HOUR) == 0
    advance(order.case_id, "resume", actor=who, at=late + 2 * HOUR)
    assert sweep_lapses(late + 3 * HOUR) == 1


def test_whoever_does_not_act_is_warned_and_gets_no_document(stage: Stage) -> None:
    allow()
    make_ladder("act")
    acknowledged(stage)
    sweep_ladders(stage.at + 3 * HOUR)
    assert Notice.objects.filter(kind="clock_warning").exists()
    sweep_ladders(stage.at + 30 * HOUR)
    assert not Document.objects.exists()


def test_nobody_lapses_an_order_by_a_button(stage: Stage) -> None:
    order = acknowledged(stage)
    for who in ("department3", "town", "supervisor", "admin"):
        with pytest.raises(PermissionDenied):
            advance_order(order.pk, "lapse", actor=stage.who(who), at=stage.at)


def test_eight_sweepers_let_each_order_lapse_once(committed_stage: Stage) -> None:
    stage = committed_stage
    allow()
    orders = [acknowledged(stage) for _each in range(5)]
    late: datetime = stage.at + 5 * HOUR
    results = at_once(*[lambda: sweep_lapses(late)] * 8)
    assert [r for r in results if isinstance(r, Exception)] == []
    sweep_lapses(late)
    assert {now(order).lapsed for order in orders} == {1}
    assert CaseEvent.objects.filter(step="order.lapse").count() == 5
