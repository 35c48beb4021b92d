"""Limits on a calendar: units, periods, days off, pauses, extensions, and input that is refused."""

import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from zoneinfo import ZoneInfo

import pytest

from cases import deadlines
from cases.deadlines import (
    DayRule,
    Entry,
    EntryKind,
    Limit,
    TimeUnit,
    WorkCalendar,
    add,
    elapsed,
    reckon,
    remaining,
    run_so_far,
)
from cases.workdays import base_day

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = WorkCalendar(base_day)
PLAIN = WorkCalendar(deadlines.weekdays_only)
NONSTOP = WorkCalendar.round_the_clock()


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def start(text, amount, unit):
    return Entry(EntryKind.START, at(text), Limit(amount, TimeUnit(unit)))


def extend(text, amount, unit):
    return Entry(EntryKind.EXTEND, at(text), Limit(amount, TimeUnit(unit)))


def change(text, amount, unit):
    return Entry(EntryKind.CHANGE, at(text), Limit(amount, TimeUnit(unit)))


def pause(text, until=None):
    return Entry(EntryKind.PAUSE, at(text), until=until and at(until))


def resume(text):
    return Entry(EntryKind.RESUME, at(text))


def due(*entries, calendar=PLAIN):
    deadline = reckon(entries, calendar).due_at
    return deadline and f"{deadline.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


# Mon 2026-08-31 begins a week without holidays.
@pytest.mark.parametrize(
    ("begins", "amount", "unit", "ends"),
    [
        ("2026-08-31 09:00", 2, "work_hour", "2026-08-31 11:00"),
        ("2026-08-31 11:00", 2, "work_hour", "2026-08-31 15:00"),
        ("2026-08-31 09:00", 3, "work_hour", "2026-08-31 12:00"),
        ("2026-08-31 14:00", 4, "work_hour", "2026-08-31 18:00"),
        ("2026-08-31 12:00", 1, "work_hour", "2026-08-31 15:00"),
        ("2026-08-31 03:00", 1, "work_hour", "2026-08-31 09:00"),
        ("2026-08-31 20:00", 1, "work_hour", "2026-09-01 09:00"),
        ("2026-08-31 16:00", 4, "work_hour", "2026-09-01 10:00"),
        ("2026-08-31 08:00", 1, "workday", "2026-08-31 18:00"),
        ("2026-08-31 09:00", 1, "workday", "2026-09-01 09:00"),
        ("2026-09-05 10:00", 1, "workday", "2026-09-07 18:00"),
        ("2026-09-04 16:00", 1, "workday", "2026-09-07 16:00"),
        ("2026-08-31 09:00", 5, "workday", "2026-09-07 09:00"),
        ("2026-09-05 22:00", 2, "urgent_hour", "2026-09-06 00:00"),
        ("2026-09-05 22:00", 2, "natural_hour", "2026-09-06 00:00"),
        ("2026-09-05 22:00", 1, "urgent_day", "2026-09-06 22:00"),
        ("2026-09-05 22:00", 1, "natural_day", "2026-09-06 22:00"),
        ("2026-08-31 09:00", Fraction(1, 2), "work_hour", "2026-08-31 09:30"),
        ("2026-08-31 09:00", Decimal("1.5"), "workday", "2026-09-01 15:00"),
        ("2026-08-31 09:00", Decimal("0.333333"), "natural_hour", "2026-08-31 09:20"),
        ("2026-08-31 09:00", 0, "workday", "2026-08-31 09:00"),
    ],
)
def test_a_limit_ends_when_its_time_has_counted(begins, amount, unit, ends):
    assert due(start(begins, amount, unit)) == ends


@pytest.mark.parametrize(
    ("begins", "amount", "unit", "ends"),
    [
        ("2026-09-24 16:00", 1, "workday", "2026-09-28 16:00"),  # Mid-Autumn, Fri to Sun
        (
            "2026-09-18 16:00",
            1,
            "workday",
            "2026-09-20 16:00",
        ),  # Sun 20 Sep makes up for National Day
        (
            "2026-02-13 16:00",
            1,
            "workday",
            "2026-02-14 16:00",
        ),  # Sat 14 Feb makes up for Spring Festival
        ("2026-02-14 16:00", 1, "workday", "2026-02-24 16:00"),  # nine days of Spring Festival
        ("2026-04-30 09:00", 2, "work_hour", "2026-04-30 11:00"),
        ("2026-04-30 17:00", 2, "work_hour", "2026-05-06 09:00"),  # Labour Day, five days
        ("2026-09-30 16:00", 1, "natural_day", "2026-10-01 16:00"),  # clock time knows no holiday
        ("2025-09-30 16:00", 1, "workday", "2025-10-09 16:00"),
    ],
)
def test_holidays_are_skipped_and_make_up_workdays_count(begins, amount, unit, ends):
    assert due(start(begins, amount, unit), calendar=CHINA) == ends


def test_an_override_wins_over_the_base():
    off = DayRule(works=False, name="district fair")
    on = DayRule(works=True, name="duty Saturday")
    fair = WorkCalendar(
        deadlines.weekdays_only, overrides={date(2026, 9, 1): off, date(2026, 9, 5): on}
    )
    assert due(start("2026-08-31 16:00", 1, "workday"), calendar=fair) == "2026-09-02 16:00"
    assert due(start("2026-09-04 16:00", 1, "workday"), calendar=fair) == "2026-09-05 16:00"


def test_a_service_that_never_closes_counts_every_hour():
    assert due(start("2026-10-01 22:00", 4, "work_hour"), calendar=NONSTOP) == "2026-10-02 02:00"
    assert due(start("2026-10-01 22:00", 1, "workday"), calendar=NONSTOP) == "2026-10-02 22:00"


def test_a_workday_is_as_long_as_the_calendars_day():
    short = WorkCalendar(
        deadlines.weekdays_only, periods=((time(9), time(12)), (time(13), time(16, 30)))
    )
    assert due(start("2026-08-31 09:00", 1, "workday"), calendar=short) == "2026-08-31 16:30"
    assert elapsed(
        at("2026-08-31 00:00"), at("2026-09-02 00:00"), TimeUnit.WORKDAY, short
    ) == timedelta(hours=13)


def test_an_amount_stored_with_six_decimals_comes_to_whole_seconds():
    begun = at("2026-08-31 09:00")
    for seconds in (1, 59, 1200, 12_345, 86_399, 300_001):
        stored = Decimal(seconds) / 3600
        limit = Limit(round(stored, 6), TimeUnit.NATURAL_HOUR)
        assert add(begun, limit, PLAIN) == begun + timedelta(seconds=seconds)


def test_a_zone_with_summer_time_counts_real_hours():
    paris = ZoneInfo("Europe/Paris")
    nights = WorkCalendar(
        lambda day: DayRule(works=True), periods=((time(0), time(6)),), zone="Europe/Paris"
    )
    spring, autumn = datetime(2026, 3, 29, tzinfo=paris), datetime(2026, 10, 25, tzinfo=paris)
    assert elapsed(spring, spring + timedelta(days=1), TimeUnit.WORK_HOUR, nights) == timedelta(
        hours=5
    )
    assert elapsed(autumn, autumn + timedelta(days=1), TimeUnit.WORK_HOUR, nights) == timedelta(
        hours=7
    )


def test_the_deadline_is_in_utc():
    assert reckon([start("2026-08-31 09:00", 1, "work_hour")], PLAIN).due_at == datetime(
        2026, 8, 31, 2, tzinfo=UTC
    )
    assert add(
        at("2026-08-31 09:00"), Limit(1, TimeUnit.NATURAL_HOUR), PLAIN
    ).utcoffset() == timedelta(0)


def test_a_pause_stops_the_count_and_resume_goes_on():
    first = start("2026-08-31 09:00", 4, "work_hour")
    assert due(first, pause("2026-08-31 10:00"), resume("2026-08-31 11:00")) == "2026-08-31 16:00"
    assert due(first, pause("2026-08-31 10:00"), resume("2026-09-01 10:00")) == "2026-09-01 15:00"


def test_two_pauses_both_count():
    entries = [start("2026-08-31 09:00", 4, "work_hour")]
    entries += [pause("2026-08-31 10:00"), resume("2026-08-31 11:00")]
    entries += [pause("2026-08-31 14:30"), resume("2026-08-31 16:00")]
    assert due(*entries) == "2026-08-31 17:30"


def test_a_pause_to_a_date_ends_by_itself():
    first = start("2026-08-31 09:00", 4, "work_hour")
    held = pause("2026-08-31 10:00", until="2026-09-01 10:00")
    assert due(first, held) == "2026-09-01 15:00"
    assert due(first, held, resume("2026-09-01 10:00")) == "2026-09-01 15:00"
    assert due(first, held, resume("2026-08-31 15:00")) == "2026-08-31 18:00"
    assert not reckon([first, held], PLAIN).paused


def test_a_clock_paused_without_an_end_has_no_deadline_yet():
    deadline = reckon([start("2026-08-31 09:00", 4, "work_hour"), pause("2026-08-31 10:00")], PLAIN)
    assert deadline.due_at is None
    assert deadline.paused
    assert deadline.original_due_at == at("2026-08-31 15:00")


def test_a_pause_after_the_deadline_does_not_move_it():
    assert (
        due(start("2026-08-31 09:00", 1, "work_hour"), pause("2026-08-31 11:00"))
        == "2026-08-31 10:00"
    )
    assert (
        due(start("2026-08-31 09:00", 1, "work_hour"), pause("2026-08-31 10:00"))
        == "2026-08-31 10:00"
    )


def test_an_extension_adds_to_what_is_left():
    first = start("2026-08-31 09:00", 2, "workday")
    assert due(first, extend("2026-09-01 09:00", 2, "workday")) == "2026-09-04 09:00"
    assert due(first, extend("2026-09-01 09:00", 4, "work_hour")) == "2026-09-02 15:00"


def test_an_extension_in_other_time_counts_after_the_limit():
    first = start("2026-09-03 09:00", 2, "workday")
    assert due(first, extend("2026-09-04 09:00", 1, "natural_day")) == "2026-09-08 09:00"
    assert due(
        start("2026-09-04 16:00", 24, "natural_hour"), extend("2026-09-04 17:00", 1, "work_hour")
    ) == ("2026-09-07 09:00")
    both = [extend("2026-09-04 09:00", 1, "natural_day"), extend("2026-09-04 09:00", 1, "workday")]
    assert due(first, *both) == due(first, *reversed(both)) == "2026-09-09 09:00"


def test_a_change_replaces_the_limit_from_the_beginning_and_keeps_extensions():
    first = start("2026-08-31 09:00", 2, "work_hour")
    later = change("2026-08-31 10:00", 4, "work_hour")
    assert due(first, later) == "2026-08-31 15:00"
    assert due(first, extend("2026-08-31 09:30", 1, "work_hour"), later) == "2026-08-31 16:00"
    assert due(first, later, extend("2026-08-31 10:30", 1, "work_hour")) == "2026-08-31 16:00"
    assert due(first, change("2026-08-31 10:00", 1, "natural_day")) == "2026-09-01 09:00"


def test_a_designation_is_recorded_and_moves_nothing():
    entries = [
        start("2026-08-31 09:00", 4, "work_hour"),
        Entry(EntryKind.DESIGNATE, at("2026-08-31 10:00")),
    ]
    assert due(*entries) == "2026-08-31 15:00"


def test_a_deadline_beyond_the_published_years_is_provisional():
    into_2027 = reckon([start("2026-12-31 16:00", 1, "workday")], CHINA)
    by_the_clock = reckon([start("2026-12-31 16:00", 2, "natural_day")], CHINA)
    short = reckon([start("2026-12-31 09:00", 1, "work_hour")], CHINA)
    assert (short.provisional, into_2027.provisional, by_the_clock.provisional) == (
        False,
        True,
        False,
    )
    assert into_2027.due_at == at("2027-01-04 16:00")
    assert {day.rule.name for day in into_2027.skipped} == {"new_year", "weekend"}


def test_remaining_falls_while_running_stands_while_paused_and_goes_below_zero():
    entries = [start("2026-08-31 09:00", 4, "work_hour")]
    entries += [
        pause("2026-08-31 10:00"),
        resume("2026-08-31 14:00"),
        pause("2026-08-31 17:30", "2026-09-01 09:00"),
    ]
    left = {
        "2026-08-31 08:00": 4.0,
        "2026-08-31 09:00": 4.0,
        "2026-08-31 09:30": 3.5,
        "2026-08-31 12:00": 3.0,
        "2026-08-31 15:00": 2.0,
        "2026-08-31 17:00": 0.0,
        "2026-08-31 17:20": -1 / 3,
        "2026-08-31 20:00": -0.5,
        "2026-09-01 08:30": -0.5,
        "2026-09-01 10:00": -1.5,
    }
    found = {text: remaining(entries, PLAIN, at(text)) for text in left}
    assert found == {text: timedelta(hours=hours) for text, hours in left.items()}


def test_remaining_knows_only_what_was_entered_by_then():
    entries = [
        start("2026-08-31 09:00", 4, "work_hour"),
        extend("2026-08-31 11:00", 2, "work_hour"),
    ]
    assert remaining(entries, PLAIN, at("2026-08-31 10:00")) == timedelta(hours=3)
    assert remaining(entries, PLAIN, at("2026-08-31 11:00")) == timedelta(hours=4)


GOOD = "2026-08-31 09:00"


@pytest.mark.parametrize(
    ("refusal", "entries"),
    [
        (deadlines.NoStart, list),
        (deadlines.NoStart, lambda: [pause(GOOD)]),
        (deadlines.AlreadyStarted, lambda: [start(GOOD, 1, "workday"), start(GOOD, 1, "workday")]),
        (
            deadlines.AlreadyPaused,
            lambda: [start(GOOD, 1, "workday"), pause(GOOD), pause("2026-08-31 10:00")],
        ),
        (
            deadlines.AlreadyPaused,
            lambda: [
                start(GOOD, 1, "workday"),
                pause(GOOD, "2026-08-31 12:00"),
                pause("2026-08-31 10:00"),
            ],
        ),
        (deadlines.NotPaused, lambda: [start(GOOD, 1, "workday"), resume("2026-08-31 10:00")]),
        (
            deadlines.NotPaused,
            lambda: [
                start(GOOD, 1, "workday"),
                pause(GOOD),
                resume(GOOD),
                resume("2026-08-31 10:00"),
            ],
        ),
        (
            deadlines.NotPaused,
            lambda: [
                start(GOOD, 1, "workday"),
                pause(GOOD, "2026-08-31 10:00"),
                resume("2026-08-31 11:00"),
            ],
        ),
        (deadlines.BeforeStart, lambda: [start(GOOD, 1, "workday"), pause("2026-08-31 08:59")]),
        (
            deadlines.OutOfOrder,
            lambda: [
                start(GOOD, 1, "workday"),
                pause("2026-08-31 11:00"),
                resume("2026-08-31 10:00"),
            ],
        ),
        (
            deadlines.NaiveTime,
            lambda: [Entry(EntryKind.START, datetime(2026, 8, 31), Limit(1, TimeUnit.WORKDAY))],
        ),
        (
            deadlines.NaiveTime,
            lambda: [Entry(EntryKind.PAUSE, at(GOOD), until=datetime(2026, 8, 31))],
        ),
        (deadlines.NegativeLimit, lambda: [start(GOOD, -1, "workday")]),
        (deadlines.BadAmount, lambda: [start(GOOD, 1.5, "workday")]),
        (deadlines.BadAmount, lambda: [start(GOOD, bool(1), "workday")]),
        (deadlines.BadAmount, lambda: [start(GOOD, Decimal("NaN"), "workday")]),
        (deadlines.BadAmount, lambda: [start(GOOD, Decimal("1e-999999"), "workday")]),
        (deadlines.LimitTooLong, lambda: [start(GOOD, 3661, "workday")]),
        (deadlines.LimitTooLong, lambda: [start(GOOD, 10**6000, "natural_hour")]),
        (deadlines.LimitMissing, lambda: [Entry(EntryKind.START, at(GOOD))]),
        (deadlines.LimitMissing, lambda: [Entry(EntryKind.EXTEND, at(GOOD))]),
        (
            deadlines.LimitUnexpected,
            lambda: [Entry(EntryKind.PAUSE, at(GOOD), Limit(1, TimeUnit.WORKDAY))],
        ),
        (deadlines.UntilUnexpected, lambda: [Entry(EntryKind.RESUME, at(GOOD), until=at(GOOD))]),
        (deadlines.PauseBackwards, lambda: [pause(GOOD, "2026-08-31 08:00")]),
        (deadlines.OutOfReach, lambda: [start("1989-12-31 09:00", 1, "workday")]),
        (deadlines.OutOfReach, lambda: [start("2100-01-01 09:00", 1, "workday")]),
        (deadlines.OutOfReach, lambda: [start("1989-12-31 09:00", 1, "natural_hour")]),
        (deadlines.OutOfReach, lambda: [start("2099-12-30 09:00", 30, "workday")]),
        (deadlines.OutOfReach, lambda: [start("2099-12-30 09:00", 30, "natural_day")]),
        (
            deadlines.OutOfReach,
            lambda: [
                start("2099-01-01 09:00", 3000, "natural_day"),
                extend("2099-01-01 09:00", 3660, "natural_day"),
            ],
        ),
    ],
)
def test_entries_that_the_rules_do_not_allow_are_refused_by_name(refusal, entries):
    with pytest.raises(refusal) as refused:
        reckon(entries(), PLAIN)
    assert str(refused.value) == refused.value.message % refused.value.params


@pytest.mark.parametrize(
    "periods",
    [
        (),
        ((time(9), time(9)),),
        ((time(14), time(18)), (time(8), time(12))),
        ((time(8), time(12)), (time(11), time(18))),
        ((time(22), time(6)),),
    ],
)
def test_periods_that_are_no_working_day_are_refused(periods):
    with pytest.raises(deadlines.BadPeriods):
        WorkCalendar(deadlines.weekdays_only, periods=periods)


def test_a_calendar_without_working_time_is_refused_and_does_not_loop():
    idle = WorkCalendar(lambda day: DayRule(works=False, name="closed"))
    with pytest.raises(deadlines.NoWorkingTime):
        reckon([start(GOOD, 1, "work_hour")], idle)
    assert due(start(GOOD, 1, "natural_hour"), calendar=idle) == "2026-08-31 10:00"
    assert elapsed(at(GOOD), at("2027-08-31 09:00"), TimeUnit.WORKDAY, idle) == timedelta(0)


def test_years_may_be_asked_for_in_any_order():
    calendar = WorkCalendar(base_day)
    late = add(at("2026-03-02 09:00"), Limit(1, TimeUnit.WORKDAY), calendar)
    early = add(at("2023-12-29 16:00"), Limit(1, TimeUnit.WORKDAY), calendar)
    assert (late, early) == (at("2026-03-03 09:00"), at("2024-01-02 16:00"))
    assert add(at("2026-03-02 09:00"), Limit(1, TimeUnit.WORKDAY), calendar) == late
    across = elapsed(at("2023-12-31 00:00"), at("2027-01-01 00:00"), TimeUnit.WORKDAY, calendar)
    assert across == sum(
        (
            elapsed(
                at(f"{year}-01-01 00:00"),
                at(f"{year + 1}-01-01 00:00"),
                TimeUnit.WORKDAY,
                WorkCalendar(base_day),
            )
            for year in (2024, 2025, 2026)
        ),
        timedelta(0),
    )


def calls_of(work):
    """Return how many Python functions a piece of work calls: its cost on any machine, however busy."""
    count = 0

    def seen(_frame, event, _argument):
        nonlocal count
        count += event == "call"

    sys.setprofile(seen)
    try:
        work()
    finally:
        sys.setprofile(None)
    return count


def test_a_long_pause_is_not_walked_through_by_the_minute():
    short = [start("2026-09-21 09:00", 5, "workday")]
    held = [*short, pause("2026-09-22 09:00", "2027-09-22 09:00")]
    assert due(*held, calendar=CHINA) == "2027-09-28 09:00"
    assert calls_of(lambda: reckon(held, CHINA)) < 3 * calls_of(lambda: reckon(short, CHINA)) < 1500


def test_the_time_run_so_far_leaves_the_pauses_out_and_counts_in_the_unit_asked_for():
    life = [
        Entry(EntryKind.START, at("2026-08-31 09:00"), Limit(1, TimeUnit.WORK_HOUR)),
        Entry(EntryKind.EXTEND, at("2026-08-31 09:30"), Limit(9, TimeUnit.WORK_HOUR)),
        Entry(EntryKind.PAUSE, at("2026-08-31 11:00")),
        Entry(EntryKind.RESUME, at("2026-08-31 16:00")),
    ]
    now = at("2026-09-01 10:00")
    assert run_so_far(life, TimeUnit.WORK_HOUR, PLAIN, now) == timedelta(hours=6)
    assert run_so_far(life, TimeUnit.NATURAL_HOUR, PLAIN, now) == timedelta(hours=20)
    assert run_so_far(life, TimeUnit.WORKDAY, PLAIN, at("2026-08-31 12:00")) == timedelta(hours=2)
