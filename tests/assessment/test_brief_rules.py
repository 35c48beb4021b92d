"""The rules of the morning brief by table: its span, what is usual, what is at risk, who needs a call."""

import random
from datetime import datetime, timedelta
from fractions import Fraction

import pytest

from assessment.mornings import (
    Call,
    Due,
    Facts,
    Risk,
    Waiting,
    Why,
    alike,
    calls_of,
    end_of_day,
    most_at_risk,
    week_begins,
    window_of,
    workdays_ago,
)
from assessment.usual import Difference, difference
from cases import calendars
from tests.cast import SHANGHAI

CALENDAR = calendars.of_rows()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("now", "since", "until"),
    [
        ("2026-11-18 09:00", "2026-11-17 07:30", "2026-11-18 07:30"),  # a Wednesday
        ("2026-11-23 09:00", "2026-11-20 07:30", "2026-11-23 07:30"),  # Monday: since Friday
        ("2026-11-22 15:00", "2026-11-20 07:30", "2026-11-22 07:30"),  # Sunday, too
        ("2026-11-18 06:00", "2026-11-17 07:30", "2026-11-18 06:00"),  # before it is ready
        ("2026-10-08 08:00", "2026-09-30 07:30", "2026-10-08 07:30"),  # after the National Day
    ],
)
def test_the_brief_tells_of_the_time_since_the_last_working_morning(
    now: str, since: str, until: str
) -> None:
    window = window_of(at(now), CALENDAR)
    assert (window.since, window.until) == (at(since), at(until))


def test_only_weeks_worked_alike_say_what_is_usual() -> None:
    plain = window_of(at("2026-11-18 09:00"), CALENDAR)
    weeks = [span.since.date().isoformat() for span in alike(plain, CALENDAR)]
    assert weeks[0] == "2026-11-10"
    assert "2026-10-06" not in weeks  # the National Day's holiday
    assert len(weeks) == 7


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-18 09:00", "2026-11-18 18:00"),
        ("2026-11-18 18:00", "2026-11-19 00:00"),
        ("2026-11-22 09:00", "2026-11-23 00:00"),  # a day off
    ],
)
def test_today_ends_when_work_ends(now: str, until: str) -> None:
    assert end_of_day(at(now), CALENDAR) == at(until)


def test_workdays_are_counted_back_over_the_weekend() -> None:
    assert workdays_ago(at("2026-11-24 10:00"), 2, CALENDAR) == at("2026-11-20 10:00")
    assert week_begins(at("2026-11-22 10:00"), CALENDAR) == at("2026-11-16 00:00")


# --- what is usual


@pytest.mark.parametrize(
    ("now", "earlier", "found"),
    [
        (10, [10, 11, 9, 12, 8, 10, 9, 11], None),
        (16, [10, 11, 9, 12, 8, 10, 9, 11], None),  # 16 where 10 are usual: chance
        (40, [10, 11, 9, 12, 8, 10, 9, 11], Difference(Fraction(10), Fraction(30))),
        (0, [20, 22, 19, 25, 21], Difference(Fraction(21), Fraction(-21))),
        (40, [10, 60, 5, 80, 20, 33, 7, 41], None),  # as restless as ever
        (40, [10, 11, 9], None),  # three weeks say nothing
        (0, [0, 0, 0, 0, 0], None),
        (2, [0, 0, 0, 0, 0, 0, 0, 0], None),
        (30, [10, 11, 10, 11], None),  # nor do four say much
        (60, [10, 11, 10, 11], Difference(Fraction(21, 2), Fraction(99, 2))),
    ],
)
def test_a_difference_is_stated_only_where_it_is_more_than_chance(
    now: int, earlier: list[int], found: Difference | None
) -> None:
    assert difference(now, earlier) == found


@pytest.mark.parametrize(("mean", "restless"), [(1, 0), (8, 0), (120, 0), (120, 0.2)])
def test_equal_days_are_called_unlike_in_no_more_than_one_in_a_hundred(
    mean: int, restless: float
) -> None:
    dice, runs = random.Random(f"{mean} {restless}"), 3000

    def day() -> int:
        level = mean * (1 + dice.gauss(0, restless))
        return max(0, round(dice.gauss(level, level**0.5))) if level > 50 else _poisson(dice, mean)

    alarms = sum(difference(day(), [day() for _ in range(8)]) is not None for _ in range(runs))
    assert alarms <= 0.01 * runs + 3 * (0.01 * 0.99 * runs) ** 0.5
    told = sum(difference(3 * mean + 6, [day() for _ in range(8)]) is not None for _ in range(300))
    assert told > 250 or restless or mean < 8


def _poisson(dice: random.Random, mean: float) -> int:
    count, passed = 0, dice.expovariate(1)
    while passed < mean:
        count, passed = count + 1, passed + dice.expovariate(1)
    return count


# --- what is most at risk

NINE = at("2026-11-18 09:00")


def due(number: str, hours: int = 1, **given: object) -> Due:
    when = NINE + timedelta(hours=hours)
    return Due(number, "finish", "CGW", "城管委", when, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "risks"),
    [
        ({}, []),
        ({"emergency": True}, [Risk.EMERGENCY]),
        ({"urged": 2, "level": "district"}, [Risk.URGED, Risk.PASSED_UP]),
        ({"problem": True, "round": 4, "critical": True}, ["problem", "critical", "redo"]),
        ({"objected": True}, [Risk.OBJECTED]),
    ],
)
def test_every_line_has_its_reasons(given: dict[str, object], risks: list[str]) -> None:
    assert due("1", **given).risks == risks


def test_emergencies_come_first_then_own_towns_then_the_weightiest_then_the_soonest() -> None:
    dues = [
        due("late", 5),
        due("soon", 1),
        due("urged", 8, urged=1),
        due("urged often", 8, urged=4),
        due("problem", 8, problem=True),
        due("own", 8, own=True),
        due("emergency", 8, emergency=True),
    ]
    order = ["emergency", "own", "problem", "urged often", "urged", "soon", "late"]
    assert [one.number for one in most_at_risk(dues)] == order
    assert [one.number for one in most_at_risk(dues[::-1])] == order


def test_a_case_has_one_line_and_there_are_fifteen_at_most() -> None:
    dues = [due(str(n % 40), n % 7) for n in range(80)]
    found = most_at_risk(dues)
    assert len(found) == 15
    assert len({one.number for one in found}) == 15


# --- who needs a call

TUESDAY = at("2026-11-24 10:00")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (Facts(), []),
        (Facts(emergencies=(Waiting(1, TUESDAY - timedelta(minutes=9)),)), []),
        (Facts(emergencies=(Waiting(1, TUESDAY - timedelta(minutes=10)),)), [Why.EMERGENCY]),
        (Facts(urged=(Waiting(1, NINE, 2, "A"),)), []),
        (Facts(urged=(Waiting(1, NINE, 3, "A"),)), [Why.URGED]),
        (Facts(documents=(Waiting(1, NINE, 2), Waiting(2, NINE, 3))), [Why.DOCUMENTS]),
        (Facts(directives=(Waiting(1, NINE, ref=4),)), [Why.DIRECTIVE]),
        # Friday 11:00 is not yet two workdays ago on Tuesday at 10:00; Friday 09:00 is.
        (Facts(objections=(Waiting(9, at("2026-11-20 11:00")),)), []),
        (Facts(objections=(Waiting(9, at("2026-11-20 09:00")),)), [Why.OBJECTION]),
    ],
)
def test_who_needs_a_call(facts: Facts, expected: list[Why]) -> None:
    assert [call.why for call in calls_of(facts, TUESDAY, CALENDAR)] == expected


def test_objections_that_wait_make_one_call_and_own_towns_come_first() -> None:
    old = at("2026-11-10 09:00")
    facts = Facts(
        objections=(
            Waiting(9, old + timedelta(days=1), number="B"),
            Waiting(9, old, number="A", ref=7),
        ),
        urged=(Waiting(1, old, 9, "other"), Waiting(2, NINE, 3, "mine", own=True)),
    )
    calls = calls_of(facts, TUESDAY, CALENDAR)
    assert [call.number for call in calls] == ["mine", "other", "A"]
    assert calls[-1] == Call(Why.OBJECTION, 9, old, 2, "A", 7)
