"""The periods a reader may choose from: days, weeks, months, quarters, years, and those with names."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from assessment import periods
from assessment.models import Period
from assessment.spans import ONE_DAY, Span, Tiling

DAYS, WEEKS, MONTHS, QUARTERS, YEARS, NAMED = 8, 6, 14, 5, 3, 20


def choices(at: datetime, shown: Span) -> list[dict[str, Any]]:
    """Return the names to choose from by sort, the latest first; what is shown is among them."""
    tiles = periods.tiling()
    named = list(Period.objects.order_by("-starts_at").values_list("name", flat=True)[:NAMED])
    found = {
        _("Months"): [span.name for span in periods.latest_months(at, MONTHS)],
        _("Quarters"): _quarters(tiles, at),
        _("Years"): [str(tiles.month_at(at)[0] - back) for back in range(YEARS)],
        _("Weeks"): _weeks(tiles, at),
        _("Days"): [f"{tiles.day_at(at) - back * ONE_DAY:%F}" for back in range(DAYS)],
        _("Named periods"): named,
    }
    if not any(shown.name in names for names in found.values()):
        found = {_("Shown"): [shown.name]} | found
    return [{"name": label, "periods": names} for label, names in found.items() if names]


def _quarters(tiles: Tiling, at: datetime) -> list[str]:
    year, month = tiles.month_at(at)
    last = 4 * year + (month - 1) // 3
    return [f"{number // 4:04d}-Q{number % 4 + 1}" for number in range(last, last - QUARTERS, -1)]


def _weeks(tiles: Tiling, at: datetime) -> list[str]:
    today = tiles.day_at(at)
    weeks = [(today - 7 * back * ONE_DAY).isocalendar() for back in range(WEEKS)]
    return [f"{week.year:04d}-W{week.week:02d}" for week in weeks]
