"""Working time laid end to end: a sorted table of periods with the work done by the end of each.

Work done is a function of time that never falls. Elapsed time is the difference of two of its values and a
deadline is its inverse, both by bisection, however long the span. The table grows by whole years when asked.
"""

from __future__ import annotations

import threading
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from cases.deadlines.clocktime import DAY, EPOCH_ORDINAL, FIRST_YEAR, LAST_YEAR, moment
from cases.deadlines.errors import NoWorkingTime, OutOfReach
from cases.deadlines.limits import Day, DayRule

_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Table:
    """Whole years of periods; instants and amounts in microseconds, days as ordinals."""

    first_year: int
    last_year: int
    opens: int
    closes: int
    floor: int
    starts: Sequence[int]
    ends: Sequence[int]
    done: Sequence[int]
    days: Sequence[int]
    named: dict[int, DayRule]
    provisional: Sequence[int]

    def worked(self, at: int) -> int:
        """Return the work done by an instant inside the table."""
        index = bisect_right(self.starts, at) - 1
        if index < 0:
            return self.floor
        return self.done[index] - max(0, self.ends[index] - at)

    def joined(self, later: Table) -> Table:
        """Return this table and the years that follow it as one, the later one's work shifted onto this one's."""
        shift = (self.done[-1] if self.done else self.floor) - later.floor
        return Table(
            self.first_year,
            later.last_year,
            self.opens,
            later.closes,
            self.floor,
            [*self.starts, *later.starts],
            [*self.ends, *later.ends],
            [*self.done, *(done + shift for done in later.done)],
            [*self.days, *later.days],
            self.named | later.named,
            [*self.provisional, *later.provisional],
        )


class Timeline:
    """The working time of a calendar, built a year at a time and kept. Safe to share between threads."""

    def __init__(
        self, rule: Callable[[date], DayRule], spans: Sequence[tuple[int, int]], zone: tzinfo
    ) -> None:
        self._rule, self._spans, self.zone = rule, spans, zone
        self._table: Table | None = None
        self._growing = threading.Lock()

    def covering(self, start: int, end: int) -> Table:
        """Return a table that holds both instants."""
        table = self._table
        if table is None or start < table.opens or end >= table.closes:
            table = self._grow(self._year(start), self._year(end))
        return table

    def reach(self, start: int, amount: int) -> int:
        """Return the earliest instant at which `amount` microseconds of work have been done since `start`."""
        if amount <= 0:
            return start
        table = self.covering(start, start)
        target = table.worked(start) + amount
        if not table.done or table.done[-1] < target:
            table, target = self._grow_until(start, amount)
        index = bisect_left(table.done, target)
        return table.ends[index] - (table.done[index] - target)

    def between(self, start: int, end: int) -> int:
        """Return the microseconds of work from `start` to `end`, negative if `end` comes first."""
        table = self.covering(min(start, end), max(start, end))
        return table.worked(end) - table.worked(start)

    def ordinal(self, at: int) -> int:
        """Return the ordinal of the local date of an instant."""
        return moment(at).astimezone(self.zone).toordinal()

    def is_provisional(self, start: int, end: int) -> bool:
        """Say whether a day from `start` to `end` is not yet published."""
        days = self.covering(start, end).provisional
        if not days:
            return False
        return bisect_right(days, self.ordinal(end)) > bisect_left(days, self.ordinal(start))

    def days_off(self, start: int, end: int) -> tuple[Day, ...]:
        """Return the days off that the time from `start` to `end` touches."""
        named = self.covering(start, end).named
        touched = range(self.ordinal(start), self.ordinal(end - 1) + 1)
        found = ((day, named[day]) for day in touched if day in named)
        return tuple(Day(date.fromordinal(day), rule) for day, rule in found if not rule.works)

    def _grow_until(self, start: int, amount: int) -> tuple[Table, int]:
        table = self.covering(start, start)
        year, first = table.last_year, self._year(start)
        while True:
            done = table.worked(start)
            if table.done and table.done[-1] >= done + amount:
                return table, done + amount
            idle = not table.done or table.done[-1] == done
            if idle and year >= first + 2:
                raise NoWorkingTime(at=moment(start).astimezone(self.zone).isoformat(sep=" "))
            year += 1
            table = self._grow(first, year)

    def _grow(self, first: int, last: int) -> Table:
        with self._growing:
            table = self._table or self._built(first)
            while table.first_year > first:
                table = self._built(table.first_year - 1).joined(table)
            while table.last_year < last:
                table = table.joined(self._built(table.last_year + 1))
            self._table = table
        return table

    def _built(self, year: int) -> Table:
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise OutOfReach(at=year, first=FIRST_YEAR, last=LAST_YEAR)
        first, after = date(year, 1, 1).toordinal(), date(year + 1, 1, 1).toordinal()
        starts: list[int] = []
        ends: list[int] = []
        done: list[int] = []
        days: list[int] = []
        named: dict[int, DayRule] = {}
        provisional: list[int] = []
        total = 0
        for day in range(first, after):
            rule = self._rule(date.fromordinal(day))
            if rule.name or not rule.works:
                named[day] = rule
            if rule.provisional:
                provisional.append(day)
            for start, end in self._periods(day) if rule.works else ():
                total += end - start
                starts.append(start)
                ends.append(end)
                done.append(total)
                days.append(day)
        opens, closes = self._local(first, 0), self._local(after, 0)
        return Table(year, year, opens, closes, 0, starts, ends, done, days, named, provisional)

    def _periods(self, day: int) -> list[tuple[int, int]]:
        """Return a day's periods as instants, by the zone's offset at each edge: a day may have 23 or 25 hours."""
        edges = [(self._local(day, start), self._local(day, end)) for start, end in self._spans]
        return [(start, end) for start, end in edges if start < end]

    def _local(self, day: int, since_midnight: int) -> int:
        """Return the instant of a wall-clock time; a time skipped by the zone is read with the offset before it."""
        extra, within = divmod(since_midnight, DAY)
        wall = datetime.fromordinal(day + extra) + timedelta(microseconds=within)
        offset = self.zone.utcoffset(wall)
        assert offset is not None
        return (day - EPOCH_ORDINAL) * DAY + since_midnight - offset // _MICROSECOND

    def _year(self, at: int) -> int:
        return moment(at).astimezone(self.zone).year
