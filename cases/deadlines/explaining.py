"""Say why a deadline is what it is, in steps that a caller puts into words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cases.deadlines.entries import Entry, EntryKind
from cases.deadlines.results import Deadline, Segment, SegmentKind


@dataclass(frozen=True, slots=True)
class Step:
    """One reason. Kinds: start, off_hours, change, calendar, designate, counted, extension, rest, pause, open_pause, due,
    moved (due, but not when the start promised), undecided, provisional; `params` holds what its sentence needs.
    """

    kind: str
    params: Mapping[str, Any]


_TOLD = frozenset({EntryKind.START, EntryKind.CHANGE, EntryKind.CALENDAR, EntryKind.DESIGNATE})


def explain(deadline: Deadline) -> tuple[Step, ...]:
    """Return the reasons of a deadline: the rule with its source, what changed it, each stretch of time, the end."""
    return tuple(_steps(deadline))


def _steps(deadline: Deadline) -> Iterator[Step]:
    for entry in deadline.entries:
        if entry.kind in _TOLD:
            yield _told(entry)
    for segment in deadline.segments:
        yield _stretch(segment)
    if deadline.due_at is None:
        yield Step("undecided", {"original_due_at": deadline.original_due_at})
    else:
        kind = "due" if deadline.due_at == deadline.original_due_at else "moved"
        yield Step(kind, {"at": deadline.due_at, "original_due_at": deadline.original_due_at})
    if deadline.provisional:
        yield Step("provisional", {"calendar": deadline.calendar})


def _told(entry: Entry) -> Step:
    params = {"at": entry.at, "limit": entry.limit, "note": entry.note, "source": entry.source}
    return Step(str(entry.kind), params)


def _stretch(segment: Segment) -> Step:
    kind = str(segment.kind)
    if segment.kind is SegmentKind.PAUSE and segment.end is None:
        kind = "open_pause"
    elif segment.kind is SegmentKind.REST and not segment.days:
        kind = "off_hours"
    return Step(kind, {"segment": segment})
