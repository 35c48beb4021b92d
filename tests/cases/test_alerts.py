"""When the rungs of a clock's ladder are due: by its own working time, its pauses, and its true times."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction

from cases.ladders import BadRung, read_rungs
from cases.models import Clock, Ladder
from cases.services import alerts
from cases.services.alerts import claim_alerts, climb, rung_of
from cases.services.clocks import extend_clock
from cases.services.limits import Rule
from cases.services.steps import advance
from tests.cast import SHANGHAI

RUNGS = [
    {"form": "warning", "share": "0.75"},
    {"form": "urge", "after": ["4", "work_hour"], "colour": "blue"},
    {"form": "bulletin", "after": ["1", "workday"], "colour": "red", "repeat": ["1", "workday"]},
]


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.fixture
def ladder(stage):
    row = Ladder.objects.create(
        name="试", clock="finish", rungs=RUNGS, source="试", valid_from=date(2020, 1, 1)
    )
    alerts.forget()
    yield row
    alerts.forget()


def finish(case) -> Clock:
    return Clock.objects.get(case=case, kind="finish", order_ref=None)


def take(at):
    """Take every rung due, as a sweep does; return their forms with their true times."""
    taken = []
    with transaction.atomic():
        while clocks := claim_alerts(at):
            taken += [(str(rung_of(clock).form), clock.alert_at) for clock in clocks]
            climb(clocks, at)
    return taken


def test_a_clock_begins_with_the_warning_of_its_ladder(stage, ladder):
    clock = finish(stage.case())
    assert clock.ladder == ladder
    assert clock.alert_at == local("2026-03-09T18:00")  # 30 of 40 hours
    assert clock.due_at == local("2026-03-11T10:00")


def test_the_rungs_come_in_working_time_and_the_top_repeats(stage, ladder):
    stage.case()
    seen = []
    for days in range(12):
        seen += take(stage.at + timedelta(days=days))
    assert seen == [
        ("warning", local("2026-03-09T18:00")),
        ("urge", local("2026-03-11T16:00")),
        ("bulletin", local("2026-03-12T16:00")),
        ("bulletin", local("2026-03-13T16:00")),
    ]


def test_a_late_sweep_takes_all_in_order_by_true_times_and_repeats_the_top_once(stage, ladder):
    case = stage.case()
    at = local("2026-04-01T09:00")
    assert take(at) == [
        ("warning", local("2026-03-09T18:00")),
        ("urge", local("2026-03-11T16:00")),
        ("bulletin", local("2026-03-12T16:00")),
    ]
    assert finish(case).alert_at == local("2026-04-01T16:00")
    assert take(at) == []
    assert take(local("2026-04-09T09:00")) == [("bulletin", local("2026-04-01T16:00"))]


def test_a_hold_silences_the_ladder_until_it_ends(stage, ladder):
    case = stage.case()
    take(local("2026-03-11T11:00"))
    centre, until = stage.who("supervisor"), date(2026, 3, 16)
    advance(case.pk, "hold", actor=centre, at=local("2026-03-11T15:00"), until=until, reason="等")
    assert take(local("2026-03-15T23:00")) == []
    assert finish(case).alert_at == local("2026-03-16T09:00")  # one of four hours was left


def test_more_time_begins_the_ladder_anew(stage, ladder):
    case = stage.case()
    take(local("2026-03-11T17:00"))
    clock = finish(case)
    assert (clock.rung, clock.climb) == (2, 0)
    extend_clock(clock, Rule(Decimal(10), "workday", "延"), local("2026-03-11T17:30"))
    clock = finish(case)
    assert (clock.rung, clock.climb) == (0, 1)
    assert clock.alert_at > local("2026-03-11T17:30")


def test_a_clock_that_stops_says_nothing_more(stage, ladder):
    case = stage.case()
    town = stage.who("town")
    advance(case.pk, "handle", actor=town, at=stage.at)
    advance(case.pk, "finish", actor=town, at=stage.at + timedelta(hours=1), result="清了")
    assert take(stage.at + timedelta(days=60)) == []


def test_a_clock_keeps_the_ladder_it_began_with(stage, ladder):
    case = stage.case()
    Ladder.objects.create(
        name="新", clock="finish", rungs=RUNGS[:1], source="新", valid_from=date(2026, 3, 1)
    )
    alerts.forget()
    assert finish(case).ladder == ladder
    assert finish(stage.case()).ladder.name == "新"


def test_the_narrowest_ladder_wins(stage, ladder):
    Ladder.objects.create(name="总", rungs=RUNGS[:1], source="总", valid_from=date(2020, 1, 1))
    urgent = Ladder.objects.create(
        name="急",
        clock="finish",
        urgency="urgent",
        rungs=RUNGS[:1],
        source="急",
        valid_from=date(2020, 1, 1),
    )
    alerts.forget()
    assert finish(stage.case(urgency="urgent")).ladder == urgent
    assert finish(stage.case()).ladder == ladder
    assert alerts.ladder_for("callback", "", "normal", stage.at).name == "总"


@pytest.mark.parametrize(
    "rungs",
    [
        [{"form": "shout", "share": "0.5"}],
        [{"form": "urge"}],
        [{"form": "urge", "share": "0.5", "after": ["1", "workday"]}],
        [{"form": "warning", "share": "1.5"}],
        [{"form": "urge", "after": ["1", "fortnight"]}],
        [{"form": "urge", "after": ["1", "workday"], "to": ["mayor"]}],
        [{"form": "urge", "after": ["1", "workday"], "colour": "pink"}],
        [{"form": "urge", "after": ["1", "workday"]}, {"form": "warning", "share": "0.5"}],
        [
            {"form": "urge", "after": ["1", "workday"], "repeat": ["1", "workday"]},
            {"form": "bulletin", "after": ["1", "workday"]},
        ],
    ],
)
def test_a_ladder_that_cannot_be_climbed_is_refused(rungs):
    with pytest.raises(BadRung):
        read_rungs(rungs)
