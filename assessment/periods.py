"""Periods of assessment: a month `2026-11`, a year `2026`, or a named span from the table.

Bounds are half-open and lie at midnight of the district's zone; named spans have their own.
"""

import re
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.refusals import BadInput
from assessment.models import Period

_MONTH = re.compile(r"(?P<year>[12]\d{3})-(?P<month>0[1-9]|1[0-2])", re.ASCII)
_YEAR = re.compile(r"[12]\d{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Span:
    """A period by its name, [starts_at, ends_at)."""

    name: str
    starts_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


def find(name: str) -> Span:
    """Return the period of that name; raise `BadInput` where there is none.

    A named span wins over a month or a year, so that a district may write its own `2026-11`.
    """
    if row := _row(name):
        return _named(row)
    if found := _MONTH.fullmatch(name):
        return month(int(found["year"]), int(found["month"]))
    if _YEAR.fullmatch(name):
        return year(int(name))
    known = ", ".join(Period.objects.order_by("-starts_at").values_list("name", flat=True)[:5])
    text = _(
        "There is no period “%(name)s”: write a month (2026-11), a year (2026) or a named one."
    )
    hint = " " + _("Named: %(known)s.") % {"known": known} if known else ""
    raise BadInput({"period": text % {"name": name[:40]} + hint})


def month(year_number: int, number: int) -> Span:
    """Return a calendar month."""
    return Span(
        f"{year_number:04d}-{number:02d}",
        _midnight(year_number, number),
        _midnight(year_number + number // 12, number % 12 + 1),
    )


def year(number: int) -> Span:
    """Return a calendar year."""
    return Span(f"{number:04d}", _midnight(number, 1), _midnight(number + 1, 1))


def running_month(at: datetime) -> Span:
    """Return the calendar month in which the moment lies, in the district's zone."""
    local = timezone.localtime(at)
    return month(local.year, local.month)


def running(at: datetime) -> list[Span]:
    """Return every period that the moment lies in: its month, its year, and the named ones."""
    local = timezone.localtime(at)
    named = Period.objects.filter(starts_at__lte=at, ends_at__gt=at).order_by("starts_at", "pk")
    return [running_month(at), year(local.year), *map(_named, named)]


def neighbours(span: Span) -> tuple[Span | None, Span | None]:
    """Return the periods of the same sort before and after: month, year or named."""
    if Period.objects.filter(name=span.name).exists():
        rows = Period.objects.exclude(name=span.name)
        before = rows.filter(starts_at__lt=span.starts_at).order_by("-starts_at").first()
        after = rows.filter(starts_at__gt=span.starts_at).order_by("starts_at").first()
        return (_named(before) if before else None, _named(after) if after else None)
    start = timezone.localtime(span.starts_at)
    if _YEAR.fullmatch(span.name):
        return year(start.year - 1), year(start.year + 1)
    before_month = (start.year, start.month - 1) if start.month > 1 else (start.year - 1, 12)
    after_month = (start.year, start.month + 1) if start.month < 12 else (start.year + 1, 1)
    return month(*before_month), month(*after_month)


def _row(name: str) -> Period | None:
    return None if "\x00" in name else Period.objects.filter(name=name).first()


def _named(row: Period) -> Span:
    return Span(row.name, row.starts_at, row.ends_at)


def _midnight(year_number: int, number: int) -> datetime:
    return datetime(year_number, number, 1, tzinfo=timezone.get_default_timezone())
