"""The district's calendar in force: the published days with the rows of `CalendarDay` on top."""

from __future__ import annotations

import hashlib
import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from cases.deadlines import DayRule, WorkCalendar
from cases.models import CalendarDay
from cases.workdays import PUBLISHED_BY, base_day, covers_year, week_day

KEPT_SECONDS = 60.0


class Row(NamedTuple):
    """What a `CalendarDay` says."""

    date: date
    is_workday: bool
    name: str
    source: str


class _Kept(NamedTuple):
    since: float
    rows: tuple[Row, ...]
    calendar: WorkCalendar


_kept: _Kept | None = None


def current() -> WorkCalendar:
    """Return the calendar in force, by one query, kept in this process for a minute."""
    global _kept
    kept, now = _kept, time.monotonic()
    if kept is not None and now - kept.since < KEPT_SECONDS:
        return kept.calendar
    rows = tuple(
        Row(*row) for row in CalendarDay.objects.order_by("date").values_list(*Row._fields)
    )
    # Unchanged rows keep their calendar, because it has its table of working time already built.
    calendar = kept.calendar if kept is not None and kept.rows == rows else of_rows(rows)
    _kept = _Kept(now, rows, calendar)
    return calendar


def forget() -> None:
    """Read the rows again at the next use; call it where rows change."""
    global _kept
    _kept = None


def of_rows(rows: Iterable[Row] = ()) -> WorkCalendar:
    """Return the published calendar overridden by rows.

    A year that is not published becomes so once its rows give every statutory day off: rows then say which days differ
    from the ordinary week, and its deadlines are no longer provisional.
    """
    rows = tuple(rows)
    by_year: defaultdict[int, dict[date, bool]] = defaultdict(dict)
    for row in rows:
        by_year[row.date.year][row.date] = row.is_workday
    complete = frozenset(year for year, days in by_year.items() if covers_year(days, year))

    def base(day: date) -> DayRule:
        rule = base_day(day)
        return week_day(day) if rule.provisional and day.year in complete else rule

    overrides = {row.date: DayRule(row.is_workday, _name(row), row.source) for row in rows}
    return WorkCalendar(base=base, overrides=overrides, version=_version(rows))


def _name(row: Row) -> str:
    if row.name or (row.is_workday and row.date.weekday() < 5):
        return row.name
    return "make_up" if row.is_workday else "day_off"


def _version(rows: tuple[Row, ...]) -> str:
    if not rows:
        return PUBLISHED_BY
    digest = hashlib.sha256(repr(rows).encode()).hexdigest()[:8]
    return f"{PUBLISHED_BY} + {len(rows)} rows {digest}"
