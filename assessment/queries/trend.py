"""What the trend reads of kept roll-ups: of each month only the figures of one unit, taken out in the database."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.db.models import Max

from assessment.models import FrozenPeriod, PeriodFigures
from cases.models import Case
from dispatch.models import HistoryImport

WHOLE = """
    jsonb_build_object(
        'totals', f.figures -> 'totals', 'rates', f.figures -> 'rates', 'score', f.figures -> 'score',
        'limits', jsonb_path_query_array(f.figures, '$.by_department[*].limits'),
        'categories', (
            SELECT jsonb_object_agg(
                one ->> 'code',
                jsonb_build_object('name', one ->> 'name', 'received', one -> 'received'))
            FROM jsonb_array_elements(f.figures -> 'by_category') one)
    )
"""
TOWN = "jsonb_path_query_first(f.figures, '$.by_town[*] ? (@.code == $code)', {vars})"
UNIT = "jsonb_path_query_first(f.figures, '$.by_department[*] ? (@.code == $code)', {vars})"
_VARS = "jsonb_build_object('code', %(code)s::text)"

# A frozen period is what was frozen, whatever has been reckoned anew since.
_KEPT = """
    SELECT f.period, f.computed_at, f.fewest, {part}
    FROM (
        SELECT k.period, k.computed_at, coalesce((k.policy ->> 'min_cases')::int, 1) AS fewest,
            CASE WHEN z.id IS NULL THEN k.figures ELSE z.figures::jsonb END AS figures
        FROM assessment_periodfigures k
        LEFT JOIN assessment_frozenperiod z ON z.period = k.period
        WHERE k.period = ANY(%(names)s)
    ) f
"""
PARTS = {
    "district": _KEPT.format(part=WHOLE),
    "town": _KEPT.format(part=TOWN.format(vars=_VARS)),
    "department": _KEPT.format(part=UNIT.format(vars=_VARS)),
}


@dataclass(frozen=True, slots=True)
class Kept:
    """The figures of one unit (or of the whole) in one month, as kept; `facts` is empty where it had none."""

    computed_at: datetime
    fewest: int
    facts: dict[str, Any]


def kept_months(names: Sequence[str], sort: str, code: str = "") -> dict[str, Kept]:
    """Return what is kept of these months, of the district, a town or a department; one query."""
    with connection.cursor() as cursor:
        cursor.execute(PARTS[sort], {"names": list(names), "code": code})
        rows = cursor.fetchall()
    return {
        name: Kept(computed_at, fewest, json.loads(facts) if facts else {})
        for name, computed_at, fewest, facts in rows
    }


def reckoned_at(names: Sequence[str]) -> dict[str, datetime]:
    """Return which of these months are kept, and when they were reckoned; one query."""
    rows = PeriodFigures.objects.filter(period__in=names)
    return dict(rows.values_list("period", "computed_at"))


def frozen(names: Sequence[str]) -> set[str]:
    """Return which of these months are frozen; one query."""
    return set(FrozenPeriod.objects.filter(period__in=names).values_list("period", flat=True))


def first_received() -> datetime | None:
    """Return when the first case of all was received."""
    return Case.objects.order_by("received_at").values_list("received_at", flat=True).first()


def last_import() -> datetime | None:
    """Return when the last import of history ended."""
    found: datetime | None = HistoryImport.objects.aggregate(last=Max("finished_at"))["last"]
    return found
