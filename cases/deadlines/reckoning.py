"""Fold a clock's entries and a calendar into its deadline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from fractions import Fraction

from cases.deadlines.calendar import WorkCalendar
from cases.deadlines.clocktime import ClockTime, instant, moment
from cases.deadlines.entries import Entry, EntryKind, Life, Pause, read
from cases.deadlines.limits import Limit, TimeUnit
from cases.deadlines.results import Deadline
from cases.deadlines.segments import Measure, Span, segments, skipped

_CLOCK = ClockTime()


def add(start: datetime, limit: Limit, calendar: WorkCalendar) -> datetime:
    """Return the earliest time, in UTC, at which the limit has been counted since `start`.

    A limit that runs out at the end of a working period ends there and not at the beginning of the next.
    """
    measure = _measure(limit.unit, calendar)
    return moment(measure.reach(instant(start), limit.counted(calendar.working_day)))


def elapsed(start: datetime, end: datetime, unit: TimeUnit, calendar: WorkCalendar) -> timedelta:
    """Return the time that counts in a unit from `start` to `end`: clock time, or working time."""
    counted = _measure(unit, calendar).between(instant(start), instant(end))
    return timedelta(microseconds=counted)


def reckon(entries: Iterable[Entry], calendar: WorkCalendar) -> Deadline:
    """Return the deadline that the entries come to on a calendar."""
    told = tuple(entries)
    life = read(told)
    spans, due = _run(life, calendar)
    begun = life.begun
    assert begun.limit is not None
    parts = tuple(segments(spans, calendar.timeline))
    return Deadline(
        due_at=None if due is None else moment(due),
        original_due_at=add(begun.at, begun.limit, calendar),
        limit=life.limit,
        segments=parts,
        provisional=any(
            calendar.timeline.is_provisional(span.start, span.end)
            for span in spans
            if span.end is not None and span.works
        ),
        paused=life.paused,
        skipped=skipped(parts),
        entries=told,
        zone=calendar.zone,
        calendar=calendar.version,
    )


def warned(entries: Iterable[Entry], calendar: WorkCalendar, share: Fraction) -> datetime | None:
    """Return when that share of the limit and its extensions has been counted, between 0 and 1; None in an open pause."""
    _spans, at = _run(read(_scaled(entry, share) for entry in entries), calendar)
    return None if at is None else moment(at)


def after(
    since: datetime, limit: Limit, entries: Iterable[Entry], calendar: WorkCalendar
) -> datetime | None:
    """Return when a limit has been counted since a moment in a clock's life, its pauses left out; None in an open pause."""
    at = instant(since)
    holes = [
        Pause(max(pause.start, at), pause.end, pause.entry)
        for pause in read(entries).pauses
        if pause.end is None or pause.end > at
    ]
    _spans, end = _walk(at, [Entry(EntryKind.START, since, limit)], holes, calendar)
    return None if end is None else moment(end)


def first_missed(
    entries: Iterable[Entry], calendar: WorkCalendar, until: datetime
) -> datetime | None:
    """Return the first deadline that passed by what was known then, up to a moment; None where all were kept.

    An extension granted after a deadline has passed does not undo that it passed.
    """
    told = sorted(entries, key=lambda entry: entry.at)
    ends = [*(entry.at for entry in told[1:]), until]
    for number, end in enumerate(ends, start=1):
        due = _run(read(told[:number]), calendar)[1]
        if due is not None and due < instant(min(end, until)):
            return moment(due)
    return None


def remaining(entries: Iterable[Entry], calendar: WorkCalendar, at: datetime) -> timedelta:
    """Return the time still to count at a moment, by what was entered until then; negative once overdue.

    Where an extension is in other time than the limit, the two are added up.
    """
    known = [entry for entry in entries if entry.kind is EntryKind.START or entry.at <= at]
    life, now = read(known), instant(at)
    spans, due = _run(life, calendar)
    left = sum(_amount(part, calendar) for part in life.parts)
    for span in spans:
        end = now if span.end is None else min(span.end, now)
        if span.measure is not None and span.start < end:
            left -= span.measure.between(span.start, end)
    if due is not None and due < now:
        left -= sum(_overrun(life, calendar, due, now))
    return timedelta(microseconds=left)


def run_so_far(
    entries: Iterable[Entry], unit: TimeUnit, calendar: WorkCalendar, at: datetime
) -> timedelta:
    """Return the time that a clock has run up to a moment, counted in a unit, its pauses left out."""
    begun, *rest = [entry for entry in entries if entry.kind in _RUNNING and entry.at <= at]
    return -remaining([Entry(EntryKind.START, begun.at, Limit(0, unit)), *rest], calendar, at)


_RUNNING = frozenset({EntryKind.START, EntryKind.PAUSE, EntryKind.RESUME})


def _overrun(life: Life, calendar: WorkCalendar, due: int, now: int) -> Iterator[int]:
    """Yield the time counted after the deadline, between the pauses, in the unit that ran last."""
    measure = _measure(_unit(life.parts[-1]), calendar)
    for pause in life.pauses:
        if pause.end is not None and pause.end <= due:
            continue
        if pause.start >= now:
            break
        yield max(0, measure.between(due, max(due, pause.start)))
        due = now if pause.end is None else min(pause.end, now)
    yield measure.between(due, now)


def _run(life: Life, calendar: WorkCalendar) -> tuple[list[Span], int | None]:
    """Count the parts of a life; no instant if a pause never ends."""
    return _walk(instant(life.begun.at), life.parts, life.pauses, calendar)


def _walk(
    at: int, parts: Iterable[Entry], holes: Iterable[Pause], calendar: WorkCalendar
) -> tuple[list[Span], int | None]:
    """Count the parts one after another from an instant through the time between the pauses."""
    spans: list[Span] = []
    pauses = iter(holes)
    pause = next(pauses, None)
    for part in parts:
        measure, left = _measure(_unit(part), calendar), _amount(part, calendar)
        while left > 0:
            due = measure.reach(at, left)
            if pause is None or due <= pause.start:
                spans.append(Span(at, due, part, measure))
                at = due
                break
            spans.append(Span(at, pause.start, part, measure))
            spans.append(Span(pause.start, pause.end, pause.entry, None))
            if pause.end is None:
                return spans, None
            left -= measure.between(at, pause.start)
            at, pause = pause.end, next(pauses, None)
    return spans, at


def _measure(unit: TimeUnit, calendar: WorkCalendar) -> Measure:
    return calendar.timeline if unit.counts_work else _CLOCK


def _unit(part: Entry) -> TimeUnit:
    assert part.limit is not None
    return part.limit.unit


def _amount(part: Entry, calendar: WorkCalendar) -> int:
    assert part.limit is not None
    return part.limit.counted(calendar.working_day)


def _scaled(entry: Entry, share: Fraction) -> Entry:
    if entry.limit is None:
        return entry
    return replace(entry, limit=Limit(Fraction(entry.limit.amount) * share, entry.limit.unit))
