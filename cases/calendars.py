"""The calendars in force and the versions they were: published days, working hours, a district's own rows on top."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from datetime import time as clock_time
from typing import Any, NamedTuple

from django.db import transaction

from accounts.kept import Kept
from accounts.models import Unit
from cases.deadlines import DayRule, WorkCalendar
from cases.models import CalendarDay, CalendarVersion, WorkHours
from cases.workdays import (
    LAST_PUBLISHED,
    ORDINARY,
    PUBLISHED_BY,
    base_day,
    covers_year,
    statute_day,
    week_day,
)

OFFICE = "office"
"""The working hours of every unit that names none."""

Periods = tuple[tuple[str, str], ...]


class Row(NamedTuple):
    """What a `CalendarDay` says."""

    date: date
    is_workday: bool
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything a calendar says: enough to build it again, years later, to the minute."""

    code: str = OFFICE
    every_day: bool = False
    periods: Periods = (("08:00", "12:00"), ("14:00", "18:00"))
    days: tuple[Row, ...] = ()
    published: int = LAST_PUBLISHED

    @property
    def digest(self) -> str:
        return hashlib.sha256(json.dumps(self.as_json(), sort_keys=True).encode()).hexdigest()

    @property
    def label(self) -> str:
        """Name the calendar for people: where its days come from and, by their hash, its own rows."""
        if not self.days:
            label = PUBLISHED_BY
        else:
            hashed = hashlib.sha256(repr(self.days).encode()).hexdigest()[:8]
            label = f"{PUBLISHED_BY} + {len(self.days)} rows {hashed}"
        return label if self.code == OFFICE else f"{self.code}: {label}"

    def as_json(self) -> dict[str, Any]:
        return {
            "every_day": self.every_day,
            "periods": [list(span) for span in self.periods],
            "days": [[row.date.isoformat(), *row[1:]] for row in self.days],
            "published": self.published,
        }

    @classmethod
    def from_json(cls, code: str, said: Mapping[str, Any]) -> Content:
        return cls(
            code=code,
            every_day=said["every_day"],
            periods=read_periods(said["periods"]),
            days=tuple(Row(date.fromisoformat(day), *rest) for day, *rest in said["days"]),
            published=said["published"],
        )

    def build(self) -> WorkCalendar:
        """Return the calendar.

        A year that is not published becomes so once its rows give every statutory day off: rows then say which days
        differ from the ordinary week, and its deadlines are no longer provisional.
        """
        by_year: defaultdict[int, dict[date, bool]] = defaultdict(dict)
        for row in self.days:
            by_year[row.date.year][row.date] = row.is_workday
        complete = frozenset(year for year, days in by_year.items() if covers_year(days, year))

        def base(day: date) -> DayRule:
            if self.every_day:
                return ORDINARY
            rule = base_day(day) if day.year <= self.published else statute_day(day)
            return week_day(day) if rule.provisional and day.year in complete else rule

        return WorkCalendar(
            base=base,
            overrides={
                row.date: DayRule(row.is_workday, _name(row), row.source) for row in self.days
            },
            periods=tuple((_hour(start), _hour(end)) for start, end in self.periods),
            version=self.label,
        )


def read_periods(rows: Iterable[Iterable[str]]) -> Periods:
    """Return periods as stored, `[["08:00", "12:00"], …]`; an end of 24:00 is midnight."""
    return tuple((str(start), str(end)) for start, end in rows)


def _hour(text: str) -> clock_time:
    return clock_time(0) if text == "24:00" else clock_time.fromisoformat(text)


def _name(row: Row) -> str:
    if row.name or (row.is_workday and row.date.weekday() < 5):
        return row.name
    return "make_up" if row.is_workday else "day_off"


def of_rows(rows: Iterable[Row] = ()) -> WorkCalendar:
    """Return the calendar of office hours with the published days overridden by rows."""
    return Content(days=tuple(rows)).build()


# --- what this process knows of them


@dataclass(slots=True)
class _InForce:
    """What was read at a moment: contents by code, units that keep other hours, rows of versions by code."""

    contents: dict[str, Content]
    codes: dict[int, str]
    versions: dict[str, int] = field(default_factory=dict)
    writing: set[str] = field(default_factory=set)


_built: dict[Content, WorkCalendar] = {}
_by_version: dict[int, WorkCalendar] = {}


def contents() -> dict[str, Content]:
    """Return what every calendar in force says, by the code of its working hours; kept for a minute."""
    return _kept.get().contents


def current(code: str = "") -> WorkCalendar:
    """Return the calendar in force for a code of working hours; an unknown or empty one means office hours."""
    return _calendar(_content(code))


def of_unit(unit_id: int) -> WorkCalendar:
    """Return the calendar in force for a unit."""
    return current(_kept.get().codes.get(unit_id, OFFICE))


def version_for(unit_id: int) -> int:
    """Return the id of the frozen version of a unit's calendar in force; the first to need it writes it."""
    return version_of(_kept.get().codes.get(unit_id, OFFICE))


def version_of(code: str) -> int:
    """Return the id of the frozen version in force for a code of working hours."""
    kept, content = _kept.get(), _content(code)
    if content.code in kept.versions:
        return kept.versions[content.code]
    row, new = CalendarVersion.objects.get_or_create(
        calendar=content.code,
        digest=content.digest,
        defaults={"content": content.as_json(), "label": content.label[:80]},
    )
    if new:  # a transaction that writes it may yet be undone: trust the row once that is over
        kept.writing.add(content.code)
        transaction.on_commit(lambda: kept.writing.discard(content.code))
    if content.code not in kept.writing:
        kept.versions[content.code] = row.pk
        _by_version[row.pk] = _calendar(content)
    return row.pk


def of_version(pk: int | None) -> WorkCalendar:
    """Return the calendar that a clock stands on; a clock older than versions stands on office hours."""
    if pk is None:
        return current()
    if pk not in _by_version:
        row = CalendarVersion.objects.get(pk=pk)
        _by_version[pk] = _calendar(Content.from_json(row.calendar, row.content))
    return _by_version[pk]


def forget() -> None:
    """Read everything again at the next use; call it where rows change."""
    _kept.forget()
    _by_version.clear()


def _content(code: str) -> Content:
    found = _kept.get().contents
    return found.get(code or OFFICE) or found[OFFICE]


def _calendar(content: Content) -> WorkCalendar:
    # Unchanged rows keep their calendar, because it has its table of working time already built.
    if content not in _built:
        if len(_built) > 50:
            _built.clear()
        _built[content] = content.build()
    return _built[content]


def _read() -> _InForce:
    rows = CalendarDay.objects.order_by("date").values_list("calendar", *Row._fields)
    days = [(code, Row(*row)) for code, *row in rows]
    shapes = {hours.code: hours for hours in WorkHours.objects.all()}
    found = {OFFICE: Content(days=_rows_of(days, OFFICE, every_day=False))}
    for code, hours in shapes.items():
        found[code] = Content(
            code=code,
            every_day=hours.every_day,
            periods=read_periods(hours.periods),
            days=_rows_of(days, code, every_day=hours.every_day),
        )
    own = Unit.objects.exclude(calendar="").values_list("pk", "calendar") if shapes else ()
    return _InForce(found, dict(own))


def _rows_of(days: list[tuple[str, Row]], code: str, *, every_day: bool) -> tuple[Row, ...]:
    """Return the rows that hold for a code: its own before those for all, which never-closing services ignore."""
    general = {} if every_day else {row.date: row for owner, row in days if not owner}
    own = {row.date: row for owner, row in days if owner == code}
    return tuple(sorted((general | own).values()))


_kept = Kept(_read)
