"""Inputs on which other products went wrong, each by its name, with the right answer."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.deadlines import (
    DayRule,
    Entry,
    EntryKind,
    Limit,
    TimeUnit,
    WorkCalendar,
    elapsed,
    first_missed,
    reckon,
    remaining,
    weekdays_only,
)
from cases.workdays import base_day

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = WorkCalendar(base_day)
PLAIN = WorkCalendar(weekdays_only)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def entry(kind, text, amount=None, unit=None):
    return Entry(
        EntryKind(kind), at(text), None if amount is None else Limit(amount, TimeUnit(unit))
    )


def due(*entries, calendar=PLAIN):
    deadline = reckon(entries, calendar).due_at
    return deadline and f"{deadline.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


OVERNIGHT = [
    entry("start", "2026-08-31 16:00", 4, "work_hour"),
    entry("pause", "2026-08-31 17:30"),
    entry("resume", "2026-09-01 08:30"),
]


def test_cityguard_overnight_pause_costs_one_working_hour():
    """Theirs: Thu 3 Sep 09:00."""
    assert due(*OVERNIGHT) == "2026-09-01 11:00"


@pytest.mark.parametrize(
    ("paused", "resumed"),
    [("2026-08-31 09:00", "2026-09-30 09:00"), ("2026-09-01 09:00", "2026-10-01 09:00")],
)
def test_cityguard_thirty_calendar_days_of_pause(paused, resumed):
    """Theirs: 6 Jan 2027. No holidays are loaded in either."""
    entries = [
        entry("start", "2026-08-31 09:00", 2, "workday"),
        entry("pause", paused),
        entry("resume", resumed),
    ]
    assert due(*entries) == "2026-10-02 09:00"


def test_cityguard_an_extension_survives_any_later_pause():
    """Theirs falls back to 2 Sep 09:00: the extension is gone."""
    extended = [
        entry("start", "2026-08-31 09:00", 2, "workday"),
        entry("extend", "2026-09-01 10:00", 2, "workday"),
    ]
    assert due(*extended) == "2026-09-04 09:00"
    paused = [*extended, entry("pause", "2026-09-01 14:00"), entry("resume", "2026-09-01 16:00")]
    assert due(*paused) == "2026-09-04 11:00"


def test_cityguard_working_seconds_used_over_the_overnight_pause():
    """Theirs: 0. The clock ran 1.5 h before the pause and 1.5 h after it by 10:00."""
    used = timedelta(hours=4) - remaining(OVERNIGHT, PLAIN, at("2026-09-01 10:00"))
    assert used.total_seconds() == 10_800


def test_cityguard_one_workday_over_national_day():
    """Right in theirs, and here."""
    assert (
        due(entry("start", "2026-09-30 16:00", 1, "workday"), calendar=CHINA) == "2026-10-08 16:00"
    )


def test_cityguard_a_make_up_sunday_counts():
    """Right in theirs, and here: Sun 20 Sep 2026 works."""
    assert (
        due(entry("start", "2026-09-18 17:00", 9, "work_hour"), calendar=CHINA)
        == "2026-09-20 18:00"
    )


def test_signalen_three_workdays_across_national_day():
    """Theirs ignores festivities: Mon 5 Oct. Here Thu 8, Fri 9 and the make-up Sat 10 October count."""
    assert (
        due(entry("start", "2026-09-30 16:00", 3, "workday"), calendar=CHINA) == "2026-10-10 16:00"
    )


def test_frappe_2449_a_pause_over_a_weekend_is_not_counted_twice():
    """One hour of Friday and one of Monday are lost, and the weekend once."""
    entries = [
        entry("start", "2026-09-04 16:00", 1, "workday"),
        entry("pause", "2026-09-04 17:00"),
        entry("resume", "2026-09-07 09:00"),
    ]
    assert due(*entries) == "2026-09-07 18:00"


def test_glpi_15605_a_limit_changed_while_paused_keeps_the_pause():
    """Theirs forgets the pause with the old limit."""
    begun = [entry("start", "2026-08-31 09:00", 4, "work_hour"), entry("pause", "2026-08-31 10:00")]
    changed = entry("change", "2026-08-31 15:00", 8, "work_hour")
    resumed = entry("resume", "2026-09-01 09:00")
    assert due(*begun, changed) is None
    assert due(*begun, changed, resumed) == "2026-09-01 18:00"
    after = entry("change", "2026-09-01 09:00", 8, "work_hour")
    assert due(*begun, resumed, after) == "2026-09-01 18:00"


def test_helpdesk_exclusion_dates_never_make_a_deadline_earlier():
    """Theirs: five days with three holidays escalate after two."""
    start = entry("start", "2026-08-31 09:00", 5, "workday")
    off = {date(2026, 9, day): DayRule(works=False, name="excluded") for day in (1, 2, 3)}
    assert due(start) == "2026-09-07 09:00"
    assert due(start, calendar=WorkCalendar(weekdays_only, overrides=off)) == "2026-09-10 09:00"


def test_oncall_1206_restart_while_paused_recomputes_the_same():
    """A fresh process with a fresh calendar reads the same rows and knows as much as the one that went down."""
    held = [entry("start", "2026-09-30 16:00", 2, "workday"), entry("pause", "2026-09-30 17:00")]
    before = [reckon(held, CHINA), remaining(held, CHINA, at("2026-10-09 10:00"))]
    again = [Entry(one.kind, one.at, one.limit, one.until, one.note, one.source) for one in held]
    restarted = WorkCalendar(base_day)
    assert [reckon(again, restarted), remaining(again, restarted, at("2026-10-09 10:00"))] == before
    resumed = entry("resume", "2026-10-09 14:00")
    assert reckon([*again, resumed], WorkCalendar(base_day)) == reckon([*held, resumed], CHINA)
    assert due(*held, resumed, calendar=CHINA) == "2026-10-12 11:00"


def test_zammad_a_policy_change_never_rewrites_what_has_elapsed():
    """The time used before the change is the same after it."""
    start = entry("start", "2026-08-31 09:00", 4, "work_hour")
    changed = entry("change", "2026-08-31 11:00", 3, "workday")
    now = at("2026-08-31 11:00")
    assert timedelta(hours=4) - remaining([start], PLAIN, now) == timedelta(hours=2)
    assert timedelta(hours=24) - remaining([start, changed], PLAIN, now) == timedelta(hours=2)
    assert elapsed(start.at, now, TimeUnit.WORK_HOUR, PLAIN) == timedelta(hours=2)


def test_frappe_2212_the_lunch_break_does_not_count():
    assert due(entry("start", "2026-08-31 11:30", 1, "work_hour")) == "2026-08-31 14:30"


def test_frappe_49414_off_hours_inside_a_pause_are_not_counted_twice():
    paused = [
        entry("start", "2026-09-02 17:00", 4, "work_hour"),
        entry("pause", "2026-09-02 17:30"),
        entry("resume", "2026-09-03 09:00"),
    ]
    assert due(*paused) == "2026-09-03 14:30"


def test_zammad_3140_our_own_act_after_the_answer_does_not_escalate():
    """A clock that was stopped in time is never late, whatever is entered afterwards."""
    life = [
        entry("start", "2026-09-02 09:00", 2, "work_hour"),
        entry("designate", "2026-09-02 10:30"),
    ]
    assert first_missed(life, PLAIN, at("2026-09-02 11:00")) is None
    assert first_missed(life, PLAIN, at("2026-09-02 11:01")) == at("2026-09-02 11:00")
