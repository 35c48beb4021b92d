"""What a period's figures are compared with: the kept reports of the periods just before it."""

from typing import Any

from assessment.models import PeriodFigures
from assessment.periods import before
from assessment.spans import Span

COMPARED = 3
"""How many periods back the rules of the lists look."""

UNUSED = {"by_kind", "town_weights", "performance", "list_reason", "attempts"}


def earlier_reports(span: Span) -> list[dict[str, Any]]:
    """Return towns and departments of the kept reports before the period, the latest first; nothing is reckoned.

    Where one was never kept, those before it are not compared either: “three in a row” means in a row.
    """
    spans = before(span, COMPARED)
    rows = PeriodFigures.objects.filter(period__in=[one.name for one in spans])
    columns = ("period", "starts_at", "figures__by_town", "figures__by_department")
    kept = {(name, start): found for name, start, *found in rows.values_list(*columns)}
    reports = []
    for one in spans:
        found = kept.get((one.name, one.starts_at))
        if found is None:
            break
        towns, departments = found
        reports.append(
            {"period": one.name, "by_town": _lean(towns), "by_department": _lean(departments)}
        )
    return reports


def _lean(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: value for name, value in row.items() if name not in UNUSED} for row in rows]
