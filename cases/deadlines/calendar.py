"""A work calendar: which days work, in which hours, in which zone."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from types import MappingProxyType
from zoneinfo import ZoneInfo

from cases.deadlines.clocktime import DAY, HOUR
from cases.deadlines.errors import BadPeriods
from cases.deadlines.limits import DayRule
from cases.deadlines.timeline import Timeline

OFFICE_HOURS = ((time(8), time(12)), (time(14), time(18)))
WHOLE_DAY = ((time(0), time(0)),)
ORDINARY_DAY = DayRule(works=True)
WEEKEND = DayRule(works=False, name="weekend")


def weekdays_only(day: date) -> DayRule:
    """Return the rule of a calendar without holidays: Monday to Friday work."""
    return WEEKEND if day.weekday() >= 5 else ORDINARY_DAY


def every_day(_day: date) -> DayRule:
    """Return the rule of a service that never closes."""
    return ORDINARY_DAY


@dataclass(frozen=True)
class WorkCalendar:
    """Say when work is done. `overrides` win over `base` by date.

    `periods` are the working hours of each working day, in order; an end of 00:00 means midnight.
    `version` labels the rules so that a deadline can name the calendar that made it.
    """

    base: Callable[[date], DayRule]
    overrides: Mapping[date, DayRule] = field(default_factory=lambda: MappingProxyType({}))
    periods: tuple[tuple[time, time], ...] = OFFICE_HOURS
    zone: str = "Asia/Shanghai"
    version: str = ""
    working_day: int = field(init=False, compare=False, repr=False)
    timeline: Timeline = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        spans = _within_a_day(self.periods)
        object.__setattr__(self, "working_day", sum(end - start for start, end in spans))
        object.__setattr__(self, "timeline", Timeline(self.day, spans, ZoneInfo(self.zone)))

    @classmethod
    def round_the_clock(cls, zone: str = "Asia/Shanghai", version: str = "24x7") -> WorkCalendar:
        """Return the calendar of a service that works at all hours: a workday is 24 hours."""
        return cls(base=every_day, periods=WHOLE_DAY, zone=zone, version=version)

    def day(self, day: date) -> DayRule:
        """Return the rule of a date."""
        return self.overrides.get(day) or self.base(day)


def _within_a_day(periods: tuple[tuple[time, time], ...]) -> list[tuple[int, int]]:
    spans = [(_since_midnight(start), _since_midnight(end) or DAY) for start, end in periods]
    edges = [edge for span in spans for edge in span]
    if not spans or edges != sorted(edges) or any(start >= end for start, end in spans):
        raise BadPeriods(
            periods=", ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in periods) or "-"
        )
    return spans


def _since_midnight(at: time) -> int:
    return at.hour * HOUR + at.minute * (HOUR // 60) + at.second * 1_000_000 + at.microsecond
