"""Why a deadline is what it is: its segments, its JSON, its steps."""

import json
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from cases.deadlines import Entry, EntryKind, Limit, TimeUnit, WorkCalendar, explain, reckon
from cases.workdays import base_day

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHINA = WorkCalendar(base_day, version="published")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def start(text, amount, unit, **words):
    return Entry(EntryKind.START, at(text), Limit(amount, TimeUnit(unit)), **words)


def stretches(*entries):
    """Return the segments of a deadline as (kind, from, to, hours counted, note)."""
    return [
        (
            str(part.kind),
            f"{part.start.astimezone(SHANGHAI):%m-%d %H:%M}",
            part.end and f"{part.end.astimezone(SHANGHAI):%m-%d %H:%M}",
            part.counted / timedelta(hours=1),
            part.note,
        )
        for part in reckon(entries, CHINA).segments
    ]


def test_days_off_are_named_between_the_runs_that_count():
    assert stretches(start("2026-09-30 16:00", 1, "workday", note="rule")) == [
        ("counted", "09-30 16:00", "09-30 18:00", 2, "rule"),
        ("rest", "09-30 18:00", "10-08 08:00", 0, "national_day"),
        ("counted", "10-08 08:00", "10-08 16:00", 6, "rule"),
    ]


def test_consecutive_working_days_are_one_run_and_make_up_days_are_named_in_it():
    entry = start("2026-09-18 17:00", 10, "work_hour")
    assert stretches(entry)[-1] == ("counted", "09-20 08:00", "09-21 09:00", 9, "")
    [made_up] = reckon([entry], CHINA).segments[-1].days
    assert (made_up.date.isoformat(), made_up.rule.name) == ("2026-09-20", "national_day")


def test_a_start_out_of_hours_waits_for_the_next_period():
    assert stretches(start("2026-08-31 20:00", 1, "work_hour")) == [
        ("rest", "08-31 20:00", "09-01 08:00", 0, "off_hours"),
        ("counted", "09-01 08:00", "09-01 09:00", 1, ""),
    ]


def test_pauses_and_extensions_stand_apart():
    entries = [
        start("2026-08-31 16:00", 4, "work_hour"),
        Entry(EntryKind.PAUSE, at("2026-08-31 17:30"), note="site closed"),
        Entry(EntryKind.RESUME, at("2026-09-01 08:30")),
        Entry(
            EntryKind.EXTEND,
            at("2026-09-01 09:00"),
            Limit(2, TimeUnit.NATURAL_HOUR),
            note="approved",
        ),
    ]
    assert stretches(*entries) == [
        ("counted", "08-31 16:00", "08-31 17:30", 1.5, ""),
        ("pause", "08-31 17:30", "09-01 08:30", 0, "site closed"),
        ("counted", "09-01 08:30", "09-01 11:00", 2.5, ""),
        ("extension", "09-01 11:00", "09-01 13:00", 2, "approved"),
    ]


def test_an_open_pause_is_the_last_segment_and_has_no_end():
    entries = [
        start("2026-08-31 16:00", 4, "work_hour"),
        Entry(EntryKind.PAUSE, at("2026-08-31 17:00")),
    ]
    assert stretches(*entries)[-1] == ("pause", "08-31 17:00", None, 0, "")
    assert [step.kind for step in explain(reckon(entries, CHINA))] == [
        "start",
        "counted",
        "open_pause",
        "undecided",
    ]


def test_a_pause_at_night_leaves_the_hours_before_it_as_rest():
    entries = [
        start("2026-08-31 17:00", 2, "work_hour"),
        Entry(EntryKind.PAUSE, at("2026-08-31 20:00")),
        Entry(EntryKind.RESUME, at("2026-08-31 22:00")),
    ]
    assert [part[:4] for part in stretches(*entries)] == [
        ("counted", "08-31 17:00", "08-31 18:00", 1),
        ("rest", "08-31 18:00", "08-31 20:00", 0),
        ("pause", "08-31 20:00", "08-31 22:00", 0),
        ("rest", "08-31 22:00", "09-01 08:00", 0),
        ("counted", "09-01 08:00", "09-01 09:00", 1),
    ]


def test_the_json_of_a_deadline_is_plain_and_in_the_calendars_zone():
    entries = [start("2026-12-31 17:00", Fraction(1, 4), "workday", note="rule")]
    told = json.loads(json.dumps(reckon(entries, CHINA).as_dict()))
    assert told["due_at"] == "2027-01-04T09:00:00+08:00"
    assert told["original_due_at"] == told["due_at"]
    assert told["limit"] == {"amount": "0.25", "unit": "workday"}
    assert (told["provisional"], told["paused"], told["calendar"]) == (True, False, "published")
    assert [day["date"] for day in told["skipped"]] == ["2027-01-01", "2027-01-02", "2027-01-03"]
    assert isinstance(told["segments"][0]["counted_seconds"], int)
    assert told["segments"][0] == {
        "from": "2026-12-31T17:00:00+08:00",
        "to": "2026-12-31T18:00:00+08:00",
        "counted_seconds": 3600,
        "kind": "counted",
        "note": "rule",
        "limit": {"amount": "0.25", "unit": "workday"},
        "days": [],
    }


def test_the_steps_give_the_rule_with_its_source_and_say_when_it_moved():
    entries = [
        start("2026-12-30 16:00", 1, "workday", source="city rule 5"),
        Entry(EntryKind.DESIGNATE, at("2026-12-30 17:00"), note="ruling 3"),
        Entry(
            EntryKind.CHANGE,
            at("2026-12-31 09:00"),
            Limit(2, TimeUnit.WORKDAY),
            source="city rule 6",
        ),
    ]
    steps = explain(reckon(entries, CHINA))
    assert [step.kind for step in steps] == [
        "start",
        "designate",
        "change",
        "counted",
        "rest",
        "counted",
        "moved",
        "provisional",
    ]
    assert steps[0].params["source"] == "city rule 5"
    assert steps[2].params["limit"] == Limit(2, TimeUnit.WORKDAY)
    assert steps[-2].params == {
        "at": at("2027-01-04 16:00"),
        "original_due_at": at("2026-12-31 16:00"),
    }
