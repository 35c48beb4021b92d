"""Months as the pages of the grids' daily life show them: one at a time, with its neighbours."""

from datetime import date, datetime, timedelta

from django.utils import timezone


def month_asked(text: str) -> date:
    """Return the first day of the month written as `2026-03`; of this month where it is none."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        first = timezone.localdate().replace(day=1)
    return first if 2000 <= first.year <= 2100 else timezone.localdate().replace(day=1)


def bounds_of(month: date) -> tuple[datetime, datetime]:
    """Return the moments at which the month begins and ends in the district."""
    return _midnight(month), _midnight(_after(month))


def neighbours(month: date) -> dict[str, date | None]:
    """Return the months before and after; none after the present one."""
    before = (month - timedelta(days=1)).replace(day=1)
    after = _after(month)
    return {
        "month_before": before,
        "month_after": after if after <= timezone.localdate() else None,
    }


def _after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))
