"""What the month page shows, part by part: each number of the report with the list behind it."""

from collections.abc import Callable
from typing import Any

from accounts.models import User
from assessment.access import opens_unit, reads_figures
from assessment.lists import LISTS
from assessment.periods import Span
from assessment.rules import TOWNS, UNITS
from assessment.services.ledger import corrections_shown_in
from assessment.views import charts, tables
from assessment.views.corrections import lines_of
from assessment.views.links import Links
from assessment.views.ranks import (
    Ranks,
    by_performance,
    grouped,
    lists_of,
    performance_weights,
    shown,
    weights_of,
)

Row = dict[str, Any]
OVERVIEW, OF_TOWNS, OF_UNITS = "overview", "towns", "departments"
SORTS, ON_LISTS, CORRECTIONS = "categories", "lists", "corrections"
FOR_ALL = (OVERVIEW, OF_TOWNS, OF_UNITS)
TABS = (*FOR_ALL, SORTS, ON_LISTS, CORRECTIONS)
"""The parts of the page. The ranking is for all who are ranked, the rest for readers of the figures."""

LEDGER = 200


def tabs_for(reader: User) -> tuple[str, ...]:
    return TABS if reads_figures(reader) else FOR_ALL


def part_of(tab: str, figures: Row, span: Span, reader: User, unfolded: str = "") -> Row:
    """Return the context of one part of the page.

    `unfolded` is the code of the category whose second level is shown; all would be a page of 200 rows.
    """
    parts: dict[str, Callable[[], Row]] = {
        OVERVIEW: lambda: _overview(figures, span, reader),
        OF_TOWNS: lambda: _towns(figures, span, reader),
        OF_UNITS: lambda: _units(figures, span, reader),
        SORTS: lambda: _sorts(figures, span, unfolded),
        ON_LISTS: lambda: {"lists": lists_of(figures, lambda code: opens_unit(reader, code))},
        CORRECTIONS: lambda: {
            "corrections": lines_of(corrections_shown_in(span.name, LEDGER), reader)
        },
    }
    return parts[tab]()


def _overview(figures: Row, span: Span, reader: User) -> Row:
    links = Links(span, open=reads_figures(reader))
    found = _towns(figures, span, reader) | _units(figures, span, reader)
    if not links.open:
        return found
    return found | {
        "on_lists": sum(row.get("list") in LISTS for row in _rows(figures)),
        "days_chart": charts.days_chart(figures["by_day"], links),
        "category_chart": charts.category_chart(figures["by_category"], links),
        "channel_chart": charts.channel_chart(figures["by_channel"], links),
    }


def _rows(figures: Row) -> list[Row]:
    return [*figures["by_town"], *figures["by_department"]]


def _towns(figures: Row, span: Span, reader: User) -> Row:
    rows = figures["by_town"]
    links = Links(span, open=reads_figures(reader))
    ranks = Ranks(figures, rows, "town")
    mean = figures["mean_of_towns"]
    towns = grouped(figures, TOWNS, rows, lambda row: tables.town(row, span, reader, ranks))
    return {
        "towns": towns,
        "performances": by_performance(towns),
        "whole": tables.whole(figures, links),
        "mean": mean | {"score": shown(mean["score"], ranks.decimals)},
        "performance_weights": performance_weights(figures["policy"]),
        "town_chart": charts.ranking_chart(rows, links, town=True),
    }


def _units(figures: Row, span: Span, reader: User) -> Row:
    rows = [row for row in figures["by_department"] if row["orders"]]
    links = Links(span, open=reads_figures(reader))
    ranks = Ranks(figures, figures["by_department"], "department")
    weights = weights_of(figures["policy"])
    weighed = [weight["part"] for weight in weights]
    return {
        "units": grouped(
            figures, UNITS, rows, lambda row: tables.unit(row, span, reader, ranks, weighed)
        ),
        "idle_units": len(figures["by_department"]) - len(rows),
        "unit_weights": weights,
        "unit_chart": charts.ranking_chart(rows, links, town=False),
    }


def _sorts(figures: Row, span: Span, unfolded: str) -> Row:
    links, decimals = Links(span), figures["policy"].get("decimals", 2)
    return {
        "whole": tables.whole(figures, links),
        "kinds": tables.kinds(figures, links),
        "categories": [
            tables.category(row, links, decimals, unfolded) for row in figures["by_category"]
        ],
        "channels": tables.channels(figures["by_channel"], links, decimals),
    }
