"""A clock's life: the entries appended to it, and what they come to when read in order.

Extensions add to the limit whenever they are granted, a change replaces the limit from the beginning, pauses cut
holes in the running time. Each is read on its own, so they compose in any order with nothing lost or counted twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from cases.deadlines.clocktime import instant
from cases.deadlines.errors import (
    AlreadyPaused,
    AlreadyStarted,
    BeforeStart,
    LimitMissing,
    LimitUnexpected,
    NoStart,
    NotPaused,
    OutOfOrder,
    PauseBackwards,
    UntilUnexpected,
)
from cases.deadlines.limits import Limit


class EntryKind(StrEnum):
    """What an entry does. A designation (a ruling on who is responsible) is recorded and changes no time by itself,
    and so is a change of calendar: the whole life is reckoned on the calendar it is reckoned with.
    """

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    EXTEND = "extend"
    CHANGE = "change"
    CALENDAR = "calendar"
    DESIGNATE = "designate"


_LIMITED = frozenset({EntryKind.START, EntryKind.EXTEND, EntryKind.CHANGE})


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a clock's life. A start, an extension and a change have a limit; only a pause may have `until`,
    the time at which it ends by itself.
    """

    kind: EntryKind
    at: datetime
    limit: Limit | None = None
    until: datetime | None = None
    note: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        start = instant(self.at)
        said = {"at": self.at.isoformat(sep=" "), "kind": str(self.kind)}
        if self.kind in _LIMITED and self.limit is None:
            raise LimitMissing(**said)
        if self.kind not in _LIMITED and self.limit is not None:
            raise LimitUnexpected(**said)
        if self.until is None:
            return
        if self.kind is not EntryKind.PAUSE:
            raise UntilUnexpected(**said)
        if instant(self.until) < start:
            raise PauseBackwards(**said, until=self.until.isoformat(sep=" "))


@dataclass(slots=True)
class Pause:
    """A hole in the running time, in instants; without an end while it lasts."""

    start: int
    end: int | None
    entry: Entry


@dataclass(slots=True)
class Life:
    """What the entries come to: when it began, the limit in force, the extensions, the pauses."""

    begun: Entry
    in_force: Entry
    extensions: list[Entry] = field(default_factory=list)
    pauses: list[Pause] = field(default_factory=list)

    @property
    def limit(self) -> Limit:
        """The limit in force, without extensions."""
        assert self.in_force.limit is not None
        return self.in_force.limit

    @property
    def parts(self) -> list[Entry]:
        """What has to be counted, in order: the limit, its extensions in like time, then those in other time."""
        like = self.limit.unit.counts_work
        return [self.in_force, *sorted(self.extensions, key=lambda entry: _works(entry) != like)]

    @property
    def paused(self) -> bool:
        """Whether the last pause has no end yet."""
        return bool(self.pauses) and self.pauses[-1].end is None

    def take(self, entry: Entry) -> None:
        """Read one more entry, refusing what cannot follow."""
        match entry.kind:
            case EntryKind.START:
                raise AlreadyStarted(at=entry.at.isoformat(sep=" "))
            case EntryKind.PAUSE:
                self._pause(entry)
            case EntryKind.RESUME:
                self._resume(entry)
            case EntryKind.EXTEND:
                self.extensions.append(entry)
            case EntryKind.CHANGE:
                self.in_force = entry
            case EntryKind.DESIGNATE | EntryKind.CALENDAR:
                pass  # the clock runs on

    def _pause(self, entry: Entry) -> None:
        start = instant(entry.at)
        if self.pauses:
            last = self.pauses[-1].end
            if last is None or start < last:
                raise AlreadyPaused(at=entry.at.isoformat(sep=" "))
        self.pauses.append(
            Pause(start, None if entry.until is None else instant(entry.until), entry)
        )

    def _resume(self, entry: Entry) -> None:
        """End the pause; a resume at the very end of a pause to a date confirms it, a later one comes too late."""
        end = instant(entry.at)
        if not self.pauses:
            raise NotPaused(at=entry.at.isoformat(sep=" "))
        last = self.pauses[-1].end
        if last is not None and end > last:
            raise NotPaused(at=entry.at.isoformat(sep=" "))
        self.pauses[-1].end = end


def read(entries: Iterable[Entry]) -> Life:
    """Read a clock's entries, in the order of their times, into its life."""
    rest = iter(entries)
    begun = next(rest, None)
    if begun is None or begun.kind is not EntryKind.START:
        raise NoStart
    life, previous = Life(begun, begun), begun
    for entry in rest:
        if entry.at < begun.at:
            raise BeforeStart(at=entry.at.isoformat(sep=" "), start=begun.at.isoformat(sep=" "))
        if entry.at < previous.at:
            raise OutOfOrder(
                at=entry.at.isoformat(sep=" "), previous=previous.at.isoformat(sep=" ")
            )
        life.take(entry)
        previous = entry
    return life


def _works(entry: Entry) -> bool:
    assert entry.limit is not None
    return entry.limit.unit.counts_work
