"""What a reckoning returns: the deadline and the stretches of time that add up to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cases.deadlines.clocktime import UTC
from cases.deadlines.entries import Entry, EntryKind
from cases.deadlines.limits import Day, Limit


class SegmentKind(StrEnum):
    """What a stretch of time is to a deadline. Nights and breaks inside a run of working days belong to the run."""

    COUNTED = "counted"
    EXTENSION = "extension"
    REST = "rest"
    PAUSE = "pause"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of time and how much of it counted. Segments follow each other from the start to the deadline.

    `days` names the days off in a rest and the make-up workdays in a counted run; `end` is None in an open pause.
    """

    kind: SegmentKind
    start: datetime
    end: datetime | None
    counted: timedelta = timedelta(0)
    note: str = ""
    limit: Limit | None = None
    days: tuple[Day, ...] = ()

    def as_dict(self, zone: ZoneInfo | None = None) -> dict[str, object]:
        """Return JSON with times in a zone (UTC by default)."""
        return {
            "from": local_iso(self.start, zone),
            "to": local_iso(self.end, zone),
            "counted_seconds": seconds(self.counted),
            "kind": str(self.kind),
            "note": self.note,
            "limit": None if self.limit is None else self.limit.as_dict(),
            "days": [day.as_dict() for day in self.days],
        }


@dataclass(frozen=True, slots=True)
class Deadline:
    """When a clock is due and why.

    `due_at` is None while a pause without an end keeps it open. `original_due_at` is what the start promised, before
    any pause, extension or change. `provisional` says that a day it rests on is not yet published. `skipped` are
    the days off that did not count.
    """

    due_at: datetime | None
    original_due_at: datetime
    limit: Limit
    segments: tuple[Segment, ...]
    provisional: bool
    paused: bool
    skipped: tuple[Day, ...]
    entries: tuple[Entry, ...]
    zone: str
    calendar: str

    @property
    def started_at(self) -> datetime:
        """The time of the first entry."""
        return self.entries[0].at.astimezone(UTC)

    @property
    def extensions(self) -> tuple[Limit, ...]:
        """The limits that were added."""
        added = (entry.limit for entry in self.entries if entry.kind is EntryKind.EXTEND)
        return tuple(limit for limit in added if limit is not None)

    @property
    def counted(self) -> timedelta:
        """The time that counted: the limit and its extensions once the clock is due, less while it is paused."""
        return sum((segment.counted for segment in self.segments), timedelta(0))

    def as_dict(self) -> dict[str, object]:
        """Return JSON with times in the calendar's zone."""
        zone = ZoneInfo(self.zone)
        return {
            "due_at": local_iso(self.due_at, zone),
            "original_due_at": local_iso(self.original_due_at, zone),
            "started_at": local_iso(self.started_at, zone),
            "limit": self.limit.as_dict(),
            "extensions": [limit.as_dict() for limit in self.extensions],
            "provisional": self.provisional,
            "paused": self.paused,
            "calendar": self.calendar,
            "skipped": [day.as_dict() for day in self.skipped],
            "segments": [segment.as_dict(zone) for segment in self.segments],
        }


def local_iso(at: datetime | None, zone: ZoneInfo | None) -> str | None:
    """Return a time as ISO 8601 in a zone, None for no time."""
    return None if at is None else at.astimezone(zone or UTC).isoformat()


def seconds(counted: timedelta) -> int | float:
    """Return whole seconds as a whole number."""
    total = counted.total_seconds()
    return int(total) if total.is_integer() else total
