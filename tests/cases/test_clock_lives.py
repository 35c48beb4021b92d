"""A clock's life in rows: entries are appended, and every due time follows from them."""

import random
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from cases import calendars
from cases.deadlines import first_missed, reckon
from cases.lifecycle import ClockKind
from cases.models import CaseEvent, Clock, ClockEntry
from cases.services import clocks
from cases.services.breaches import sweep_breaches
from cases.services.clocks import change_rule, designate_clocks, extend_clock
from cases.services.limits import Rule
from cases.services.lives import deadline_of, entries_of
from cases.services.steps import advance, sweep_holds
from tests.cast import SHANGHAI

WORKDAY = Rule(Decimal(1), "workday", "一次")


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def finish_of(case) -> Clock:
    return Clock.objects.get(case=case, kind=ClockKind.FINISH, order_ref=None)


def test_a_hold_to_a_date_keeps_a_due_time_on_screen_and_resumes_by_itself(stage):
    case = stage.case()
    before = finish_of(case).due_at
    until = local("2026-04-15T00:00")
    advance(
        case.pk,
        "hold",
        actor=stage.who("supervisor"),
        at=stage.at,
        until=until.date(),
        reason="冬季",
    )
    held = finish_of(case)
    assert held.due_at is not None
    assert held.due_at > until
    assert held.original_due_at == before
    assert sweep_holds(until - timedelta(minutes=1)) == 0
    assert sweep_holds(until + timedelta(hours=20)) == 1  # the sweep comes late
    after = finish_of(case)
    assert after.due_at == held.due_at
    resumed = after.entries.get(kind="resume")
    assert resumed.at == until


def test_resuming_early_gives_the_rest_of_the_pause_back(stage):
    case = stage.case()
    centre = stage.who("supervisor")
    before = finish_of(case).due_at
    advance(
        case.pk,
        "hold",
        actor=centre,
        at=stage.at,
        until=local("2026-05-20T00:00").date(),
        reason="等",
    )
    advance(case.pk, "resume", actor=centre, at=stage.at + timedelta(hours=1))
    assert finish_of(case).due_at == before + timedelta(hours=1)


def test_an_extension_asked_in_time_and_granted_late_lifts_the_breach(stage):
    case = stage.case()
    clock = finish_of(case)
    asked, granted = clock.due_at - timedelta(hours=1), clock.due_at + timedelta(hours=2)
    sweep_breaches(granted)
    clock.refresh_from_db()
    assert clock.breached_at == granted
    extend_clock(clock, WORKDAY, granted + timedelta(minutes=1), asked_at=asked)
    clock.refresh_from_db()
    assert clock.breached_at is None
    assert clock.due_at > granted
    assert clock.entries.get(kind="extend").at == asked
    assert first_missed(entries_of(clock), calendars.of_version(clock.calendar_id), granted) is None
    assert CaseEvent.objects.filter(case=case, step="breach_lifted").count() == 1
    assert sweep_breaches(clock.due_at + timedelta(seconds=1)) >= 1
    mine = CaseEvent.objects.filter(case=case, step="breach", details__clock="finish")
    assert mine.count() == 2


def test_an_extension_asked_too_late_leaves_the_breach(stage):
    case = stage.case()
    clock = finish_of(case)
    late = clock.due_at + timedelta(minutes=1)
    extend_clock(clock, WORKDAY, late, asked_at=late)
    clock.refresh_from_db()
    assert clock.breached_at == late
    assert not CaseEvent.objects.filter(step="breach_lifted").exists()


def test_a_change_of_rule_while_on_hold_keeps_the_pause(stage):
    """GLPI 15605, in rows."""
    case = stage.case()
    centre = stage.who("supervisor")
    until = local("2026-03-18T00:00")
    advance(case.pk, "hold", actor=centre, at=stage.at, until=until.date(), reason="等")
    held = finish_of(case).due_at
    clock = change_rule(
        finish_of(case),
        Rule(Decimal(10), "workday", "新规"),
        stage.at + timedelta(days=1),
        "改为10日",
    )
    moved = clock.due_at - held
    assert moved == timedelta(days=7)  # five more workdays and a weekend
    assert clock.policy["source"] == "新规"


def test_a_designation_is_an_entry_and_moves_nothing(stage):
    whistle = stage.whistle()
    order = stage.order(whistle)
    before = dict(Clock.objects.filter(order_ref=order.pk).values_list("kind", "due_at"))
    designate_clocks(order.case, order.pk, stage.at + timedelta(hours=1), "指定承办")
    assert dict(Clock.objects.filter(order_ref=order.pk).values_list("kind", "due_at")) == before
    noted = ClockEntry.objects.filter(clock__order_ref=order.pk, kind="designate")
    assert noted.count() == len(before)


@pytest.mark.parametrize("seed", range(12))
def test_appending_one_by_one_gives_what_all_the_entries_give_together(
    stage,
    seed,
):
    """Serial and incremental recomputation agree, whatever is done to a clock in whatever order."""
    dice = random.Random(seed)
    case, at = stage.case(), stage.at
    paused = False
    for _ in range(10):
        at += timedelta(minutes=dice.randint(1, 3000))
        clock = finish_of(case)
        act = dice.choice(["extend", "change", "pause", "resume", "designate"])
        if act == "extend":
            extend_clock(clock, Rule(Decimal(dice.randint(1, 9)), "work_hour", "延"), at)
        elif act == "change":
            change_rule(clock, Rule(Decimal(dice.randint(1, 9)), "workday", "改"), at, "改")
        elif act == "pause" and not paused:
            clocks.pause_clocks(
                case, at, "停", at + timedelta(days=2) if dice.random() < 0.5 else None
            )
            paused = True
        elif act == "resume" and paused:
            clocks.resume_clocks(case, at)
            paused = False
        clock = finish_of(case)
        together = reckon(entries_of(clock), calendars.of_version(clock.calendar_id))
        assert clock.due_at == together.due_at == deadline_of(clock).due_at
        assert clock.original_due_at == together.original_due_at
