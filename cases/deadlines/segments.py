"""Cut the run of a clock into stretches that a person can check: counted runs, rests, pauses."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from cases.deadlines.clocktime import ClockTime, moment
from cases.deadlines.entries import Entry, EntryKind
from cases.deadlines.limits import Day
from cases.deadlines.results import Segment, SegmentKind
from cases.deadlines.timeline import Timeline

Measure = ClockTime | Timeline


@dataclass(frozen=True, slots=True)
class Span:
    """Time from one instant to another, counted for an entry by a measure, or paused where there is no measure."""

    start: int
    end: int | None
    entry: Entry
    measure: Measure | None

    @property
    def works(self) -> bool:
        """Whether working time was counted."""
        return isinstance(self.measure, Timeline)


def segments(spans: Iterable[Span], timeline: Timeline) -> Iterator[Segment]:
    """Yield the stretches of a run, in order and without gaps."""
    for span in spans:
        if span.end is None:
            yield _pause(span)
        elif span.start == span.end:
            continue
        elif span.measure is None:
            yield _pause(span)
        elif span.works:
            yield from _working(span, span.end, timeline)
        else:
            yield _counted(span, span.start, span.end, span.end - span.start)


def skipped(parts: Iterable[Segment]) -> tuple[Day, ...]:
    """Return the days off inside the rests, each once."""
    days = {day.date: day for part in parts if part.kind is SegmentKind.REST for day in part.days}
    return tuple(days.values())


def _working(span: Span, end: int, timeline: Timeline) -> Iterator[Segment]:
    """Yield runs of consecutive working days and the rests before, between and after them."""
    table, at = timeline.covering(span.start, end), span.start
    index = bisect_right(table.ends, at)
    while index < len(table.starts) and table.starts[index] < end:
        opens = max(table.starts[index], at)
        if opens > at:
            yield _rest(at, opens, timeline)
        first = index
        while index + 1 < len(table.starts) and table.starts[index + 1] < end:
            if table.days[index + 1] - table.days[index] > 1:
                break
            index += 1
        at = min(table.ends[index], end)
        made_up = tuple(
            Day(date.fromordinal(day), table.named[day])
            for day in range(table.days[first], table.days[index] + 1)
            if day in table.named
        )
        yield _counted(span, opens, at, table.worked(at) - table.worked(opens), made_up)
        index += 1
    if at < end:
        yield _rest(at, end, timeline)


def _counted(span: Span, start: int, end: int, counted: int, days: tuple[Day, ...] = ()) -> Segment:
    extends = span.entry.kind is EntryKind.EXTEND
    return Segment(
        kind=SegmentKind.EXTENSION if extends else SegmentKind.COUNTED,
        start=moment(start),
        end=moment(end),
        counted=timedelta(microseconds=counted),
        note=span.entry.note,
        limit=span.entry.limit,
        days=days,
    )


def _rest(start: int, end: int, timeline: Timeline) -> Segment:
    days = timeline.days_off(start, end)
    names = dict.fromkeys(day.rule.name for day in days if day.rule.name)
    return Segment(
        kind=SegmentKind.REST,
        start=moment(start),
        end=moment(end),
        note=", ".join(names) or "off_hours",
        days=days,
    )


def _pause(span: Span) -> Segment:
    return Segment(
        kind=SegmentKind.PAUSE,
        start=moment(span.start),
        end=None if span.end is None else moment(span.end),
        note=span.entry.note,
    )
