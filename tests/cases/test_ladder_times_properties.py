"""When a warning is due, when the next rung is, and whether a deadline was missed by what was known then."""

from datetime import timedelta
from fractions import Fraction

from hypothesis import assume, given
from hypothesis import strategies as st

from cases.deadlines import (
    Entry,
    EntryKind,
    Limit,
    TimeUnit,
    WorkCalendar,
    add,
    after,
    elapsed,
    first_missed,
    reckon,
    warned,
    weekdays_only,
)
from tests.cases.test_deadlines_properties import FIRST, calendars, limits, lives, moments, steady

HOUR = timedelta(hours=1)
SHARES = st.integers(1, 99).map(lambda percent: Fraction(percent, 100))


@given(lives(), SHARES, SHARES, calendars())
@steady
def test_a_warning_comes_before_the_deadline_and_a_larger_share_later(
    entries, one, other, calendar
):
    early, late = sorted([one, other])
    due = reckon(entries, calendar).due_at
    first, second = warned(entries, calendar, early), warned(entries, calendar, late)
    if first is None:
        assert second is None
        assert due is None
    if second is None:
        assert due is None
    else:
        assert first <= second
    if due is not None:
        assert second <= due


@given(moments(), limits(), SHARES, calendars())
@steady
def test_a_share_of_the_limit_is_what_has_counted_at_the_warning(start, limit, share, calendar):
    at = warned([Entry(EntryKind.START, start, limit)], calendar, share)
    part = type(limit)(Fraction(limit.amount) * share, limit.unit)
    assert at == add(start, part, calendar)


@given(lives(), st.integers(0, 6), st.integers(0, 900), limits(), calendars())
@steady
def test_a_rung_waits_out_the_pauses_and_nothing_else(entries, number, minutes, limit, calendar):
    since = entries[number % len(entries)].at + timedelta(minutes=minutes)  # often inside a pause
    running = [entry for entry in entries if entry.kind not in (EntryKind.PAUSE, EntryKind.RESUME)]
    assert after(since, limit, running, calendar) == add(since, limit, calendar)
    held = after(since, limit, entries, calendar)
    if held is None:
        return
    counted = elapsed(since, held, limit.unit, calendar)
    for start, end in pauses_of(entries):
        start, end = max(start, since), min(end or held, held)
        if start < end:
            counted -= elapsed(start, end, limit.unit, calendar)
    assert counted == timedelta(microseconds=limit.counted(calendar.working_day))


def test_a_rung_counted_from_inside_a_pause_begins_when_the_pause_ends():
    start = Entry(EntryKind.START, FIRST, Limit(100, TimeUnit.NATURAL_HOUR))
    pause = Entry(EntryKind.PAUSE, FIRST + 1 * HOUR, until=FIRST + 11 * HOUR)
    calendar = WorkCalendar(weekdays_only)
    two_hours = Limit(2, TimeUnit.NATURAL_HOUR)
    assert after(FIRST + 6 * HOUR, two_hours, [start, pause], calendar) == FIRST + 13 * HOUR


def pauses_of(entries):
    """Return the pauses of a life as (start, end), by reading its entries one after the other."""
    found = []
    for entry in entries:
        if entry.kind is EntryKind.PAUSE:
            found.append((entry.at, entry.until))
        elif entry.kind is EntryKind.RESUME:
            found[-1] = (found[-1][0], entry.at)
    return found


@given(lives(), limits(1000), limits(1000), calendars())
@steady
def test_rungs_follow_one_another(entries, one, other, calendar):
    due = reckon(entries, calendar).due_at
    assume(due is not None)
    first = after(due, one, entries, calendar)
    assume(first is not None)
    second = after(first, other, entries, calendar)
    assert due <= first
    assert second is None or first <= second


@given(lives(), moments(40_000), calendars())
@steady
def test_a_deadline_kept_at_every_entry_was_never_missed(entries, until, calendar):
    """Agree with a record kept as it happened: at each entry, and at the end, was the deadline then behind?"""
    until = max(until, entries[-1].at)
    known, missed = [], False
    for entry in [*entries, None]:
        now = until if entry is None else entry.at
        due = reckon(known, calendar).due_at if known else None
        missed = missed or (due is not None and due < now)
        known.append(entry)
    assert (first_missed(entries, calendar, until) is not None) == missed


@given(lives(), calendars())
@steady
def test_who_ends_at_the_deadline_is_in_time_and_a_moment_later_is_late(entries, calendar):
    due = reckon(entries, calendar).due_at
    assume(due is not None)
    assume(first_missed(entries, calendar, max(due, entries[-1].at)) is None)
    assume(due >= entries[-1].at)
    assert first_missed(entries, calendar, due + timedelta(microseconds=1)) == due
