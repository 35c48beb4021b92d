"""Periods of assessment by their names: a year `2026`, a quarter `2026-Q4`, a month `2026-11`, a week `2026-W47`,
a day `2026-11-21`, or a named span from the table.

Bounds are half-open; those of days and months follow the policies in force (`assessment.spans`), named
spans have their own.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.refusals import BadInput
from assessment.models import AssessmentPolicy, LeaderMark, Period
from assessment.spans import DayRule, Span, Tiling

__all__ = [
    "Span",
    "before",
    "find",
    "latest_months",
    "marked_in",
    "month",
    "neighbours",
    "ruled_on",
    "running",
    "running_month",
    "tiling",
    "year",
]

_MONTH = re.compile(r"(?P<year>[12]\d{3})-(?P<month>0[1-9]|1[0-2])", re.ASCII)
_YEAR = re.compile(r"[12]\d{3}", re.ASCII)
_QUARTER = re.compile(r"(?P<year>[12]\d{3})-Q(?P<quarter>[1-4])", re.ASCII)
_WEEK = re.compile(r"(?P<year>[12]\d{3})-W(?P<week>\d\d)", re.ASCII)
_LONG = re.compile(rf"{_MONTH.pattern}|[12]\d{{3}}(-Q[1-4])?", re.ASCII)
_DAY = re.compile(r"[12]\d{3}-\d\d-\d\d", re.ASCII)

SHORTEST_MONTH = timedelta(days=28)


def tiling() -> Tiling:
    """Return the district's days and months, from the policies; one query."""
    columns = ("valid_from", "month_first_day", "day_first_hour")
    rows = AssessmentPolicy.objects.values_list(*columns)
    return Tiling((DayRule(*row) for row in rows), timezone.get_default_timezone())


def find(name: str) -> Span:
    """Return the period of that name; raise `BadInput` where there is none.

    A named span wins over a month or a year, so that a district may write its own `2026-11`.
    """
    if row := _row(name):
        return _named(row)
    if found := _reckoned(name, tiling()):
        return found
    known = ", ".join(Period.objects.order_by("-starts_at").values_list("name", flat=True)[:5])
    text = _(
        "There is no period “%(name)s”: write a month (2026-11), a year (2026), a quarter (2026-Q4), "
        "a week (2026-W47), a day (2026-11-21) or a named one."
    )
    hint = " " + _("Named: %(known)s.") % {"known": known} if known else ""
    raise BadInput({"period": text % {"name": name[:40]} + hint})


def _reckoned(name: str, tiles: Tiling) -> Span | None:
    try:
        if found := _MONTH.fullmatch(name):
            return tiles.month(int(found["year"]), int(found["month"]))
        if found := _QUARTER.fullmatch(name):
            return tiles.quarter(int(found["year"]), int(found["quarter"]))
        if found := _WEEK.fullmatch(name):
            return tiles.week(int(found["year"]), int(found["week"]))
        if _DAY.fullmatch(name):
            return tiles.day(date.fromisoformat(name))
    except ValueError:  # a day or a week that the calendar does not have
        return None
    return tiles.year(int(name)) if _YEAR.fullmatch(name) else None


def ruled_on(span: Span) -> date:
    """Return the day whose policy holds for the period: for a month its first of the calendar, also where it
    begins on the 19th before; for a year and a quarter that of its first month."""
    if found := _MONTH.fullmatch(span.name):
        return date(int(found["year"]), int(found["month"]), 1)
    if found := _QUARTER.fullmatch(span.name):
        return date(int(found["year"]), 3 * int(found["quarter"]) - 2, 1)
    if _YEAR.fullmatch(span.name):
        return date(int(span.name), 1, 1)
    with suppress(
        ValueError
    ):  # a named period may be called like a day that the calendar does not have
        if _DAY.fullmatch(span.name):
            return date.fromisoformat(span.name)
        if found := _WEEK.fullmatch(span.name):
            return date.fromisocalendar(int(found["year"]), int(found["week"]), 1)
    return timezone.localtime(span.starts_at).date()


def month(year_number: int, number: int) -> Span:
    """Return a month of the year; its bounds follow the policy in force for it."""
    return tiling().month(year_number, number)


def year(number: int) -> Span:
    """Return a year: its twelve months."""
    return tiling().year(number)


def running_month(at: datetime) -> Span:
    """Return the month in which the moment lies."""
    tiles = tiling()
    return tiles.month(*tiles.month_at(at))


def latest_months(at: datetime, count: int) -> list[Span]:
    """Return so many months back from the one in which the moment lies, the latest first."""
    tiles = tiling()
    own = tiles.month_at(at)
    return [tiles.month_on(*own, -back) for back in range(count)]


def running(at: datetime) -> list[Span]:
    """Return the periods that the moment lies in: its month, its year, and the named ones."""
    tiles = tiling()
    year_number, number = tiles.month_at(at)
    named = Period.objects.filter(starts_at__lte=at, ends_at__gt=at).order_by("starts_at", "pk")
    own = [tiles.month(year_number, number), tiles.year(year_number)]
    return [*own, *map(_named, named)]


def neighbours(span: Span) -> tuple[Span | None, Span | None]:
    """Return the periods of the same sort before and after: day, week, month, quarter, year or named."""
    if Period.objects.filter(name=span.name).exists():
        rows = Period.objects.exclude(name=span.name)
        before = rows.filter(starts_at__lt=span.starts_at).order_by("-starts_at").first()
        after = rows.filter(starts_at__gt=span.starts_at).order_by("starts_at").first()
        return (_named(before) if before else None, _named(after) if after else None)
    step = _step(span.name, tiling())
    return step(-1), step(1)


def before(span: Span, count: int) -> list[Span]:
    """Return so many periods of the same sort before one, the latest first."""
    if Period.objects.filter(name=span.name).exists():
        rows = Period.objects.filter(starts_at__lt=span.starts_at).order_by("-starts_at")
        return [_named(row) for row in rows[:count]]
    step = _step(span.name, tiling())
    return [step(-on) for on in range(1, count + 1)]


def _step(name: str, tiles: Tiling) -> Callable[[int], Span]:
    """Return how to go some periods on from the one of that name."""
    if found := _QUARTER.fullmatch(name):
        number = 4 * int(found["year"]) + int(found["quarter"]) - 1
        return lambda on: tiles.quarter((number + on) // 4, (number + on) % 4 + 1)
    if found := _WEEK.fullmatch(name):
        monday = date.fromisocalendar(int(found["year"]), int(found["week"]), 1)
        return lambda on: tiles.week(*(monday + timedelta(weeks=on)).isocalendar()[:2])
    if found := _MONTH.fullmatch(name):
        own = int(found["year"]), int(found["month"])
        return lambda on: tiles.month_on(*own, on)
    if _DAY.fullmatch(name):
        day = date.fromisoformat(name)
        return lambda on: tiles.day(day + timedelta(days=on))
    return lambda on: tiles.year(int(name) + on)


def marked_in(span: Span, tiles: Tiling) -> list[str]:
    """Return the periods whose leaders' marks count in this one: its own, and those of the months, quarters and
    years that lie wholly within it. Where a named period has the name of a month, its own bounds tell."""
    if _MONTH.fullmatch(span.name) or span.ends_at - span.starts_at < SHORTEST_MONTH:
        return [span.name]
    marked = LeaderMark.objects.order_by("period").values_list("period", flat=True).distinct()
    others = [name for name in marked if name != span.name and _LONG.fullmatch(name)]
    named = {row.name: _named(row) for row in Period.objects.filter(name__in=others)}
    bounds = {name: named.get(name) or _reckoned(name, tiles) for name in others}
    within = [name for name, one in bounds.items() if one and _lies_in(one, span)]
    return sorted([span.name, *within])


def _lies_in(one: Span, span: Span) -> bool:
    return span.starts_at <= one.starts_at and one.ends_at <= span.ends_at


def _row(name: str) -> Period | None:
    return None if "\x00" in name else Period.objects.filter(name=name).first()


def _named(row: Period) -> Span:
    return Span(row.name, row.starts_at, row.ends_at)
