"""What the month page shows: every number of the report with the list behind it, tables, charts."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from assessment.access import opens_unit, reads_figures
from assessment.periods import Span
from assessment.queries.units import TIMED
from assessment.views.links import Links, Number
from cases.models import Case
from grids.naming import short_name

Row = dict[str, Any]
COUNTED = ("received", "closed", "open", "breached")
ANSWERED = ("valid_callbacks", "contacted", "resolved", "satisfied", "basic")
MOST_BARS = 12


def board(figures: Row, span: Span, reader: User, *, unfolded: str = "") -> Row:
    """Return the context of the page. The ranking is for all who are ranked, the rest for readers.

    `unfolded` is the code of the category whose second level is shown; all would be a page of 200 rows.
    """
    links = Links(span, open=reads_figures(reader))
    towns = [_town(row, _links_of(row, span, reader)) for row in figures["by_town"]]
    units = [_unit(row, _links_of(row, span, reader)) for row in figures["by_department"]]
    ranking = {
        "towns": towns,
        "units": [unit for unit in units if unit["orders"].value],
        "idle_units": sum(1 for unit in units if not unit["orders"].value),
        "town_chart": _ranking_chart(figures["by_town"], links, town=True),
        "unit_chart": _ranking_chart(figures["by_department"], links, town=False),
        "whole": _whole(figures, links),
        "mean": figures["mean_of_towns"],
    }
    if not links.open:
        return ranking
    return ranking | {
        "days_chart": _days(figures["by_day"], links),
        "kinds": _kinds(figures, links),
        "categories": [_category(row, links, unfolded) for row in figures["by_category"]],
        "category_chart": _category_chart(figures["by_category"], links),
        "channels": _channels(figures["by_channel"], links),
        "channel_chart": _channel_chart(figures["by_channel"], links),
    }


def _links_of(row: Row, span: Span, reader: User) -> Links:
    return Links(span, open=opens_unit(reader, row["code"]))


def _numbers(row: Row, names: Iterable[str], url: Callable[[str], str]) -> dict[str, Number]:
    return {name: Number(row[name], url(name)) for name in names}


def _whole(figures: Row, links: Links) -> Row:
    totals = figures["totals"]
    return {
        **_numbers(totals, (*COUNTED, "counted", *ANSWERED), links.cases),
        "whistles": Number(totals["whistles"], links.whistles()),
        "whistles_solved": Number(totals["whistles_solved"], links.whistles(solved=True)),
        "rates": figures["rates"],
        "score": figures["score"],
    }


def _town(row: Row, links: Links) -> Row:
    code = row["code"]
    return {
        "code": code,
        "name": short_name(row["name"]),
        "rank": row["rank"],
        "score": row["score"],
        "rates": row["rates"],
        **_numbers(row, (*COUNTED, *ANSWERED), lambda what: links.cases(what, town=code)),
        "whistles": Number(row["whistles"], links.whistles(town=code)),
        "whistles_solved": Number(row["whistles_solved"], links.whistles(town=code, solved=True)),
    }


def _unit(row: Row, links: Links) -> Row:
    def orders(what: str) -> str:
        return links.orders(row["code"], what)

    counted = ("orders", "lead_orders", "reviews", "objections_lost", *ANSWERED)
    return {
        **{name: row[name] for name in ("code", "name", "rank", "score", "rates", "parts")},
        **_numbers(row, counted, orders),
        "limits": [
            {
                "kept": Number(limit["kept"], orders(f"{kind}_kept")),
                "decided": Number(limit["decided"], orders(f"{kind}_decided")),
                "missed": Number(limit["missed"], orders(f"{kind}_missed")),
                "rate": limit["rate"],
            }
            for kind, limit in ((kind.value, row["limits"][kind.value]) for kind in TIMED)
        ],
    }


def _kinds(figures: Row, links: Links) -> Row:
    """Return the table of towns by kind of request, with what is closed and open of each town."""
    kinds = [kind for kind in Case.Kind if figures["by_kind"][kind.value]["received"]]

    def line(row: Row, name: str, of_kind: Row, **narrow: str) -> Row:
        cells = [
            Number(
                of_kind[kind.value]["received"], links.cases("received", kind=kind.value, **narrow)
            )
            for kind in kinds
        ]
        counts = _numbers(
            row, ("received", "closed", "open"), lambda what: links.cases(what, **narrow)
        )
        return {"name": name, "kinds": cells, **counts}

    return {
        "heads": [kind.label for kind in kinds],
        "rows": [
            line(row, short_name(row["name"]), row["by_kind"], town=row["code"])
            for row in sorted(figures["by_town"], key=lambda row: (-row["received"], row["code"]))
            if row["received"]
        ],
        "total": line(figures["totals"], _("Total"), figures["by_kind"]),
    }


def _category(row: Row, links: Links, unfolded: str = "") -> Row:
    """Return a category's line, with its second level where it is unfolded."""
    children = row.get("children", [])
    shown = children if row["code"] == unfolded else []
    return {
        **{name: row[name] for name in ("code", "name", "score", "rates")},
        **_numbers(
            row,
            ("received", "closed", "open"),
            lambda what: links.cases(what, category=row["code"]),
        ),
        "foldable": bool(children),
        "children": [_category(child, links) for child in shown],
    }


def _channels(found: Row, links: Links) -> list[Row]:
    return [
        {
            "name": channel.label,
            "score": found[channel.value]["score"],
            "rates": found[channel.value]["rates"],
            **_numbers(
                found[channel.value],
                ("received", "closed", "open"),
                lambda what, channel=channel: links.cases(what, channel=channel.value),  # type: ignore[misc]
            ),
        }
        for channel in Case.Channel
        if found[channel.value]["received"]
    ]


def _days(rows: list[Row], links: Links) -> Row:
    """Return received and closed by day, from the first day with a case to the last, gaps as 0."""
    known = {date.fromisoformat(row["date"]): row for row in rows}
    days: list[date] = []
    if known:
        first, last = min(known), max(known)
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    none = {"received": 0, "closed": 0}
    return {
        "labels": [date_format(day, "n-j") for day in days],
        "series": [
            {"name": name, "values": [known.get(day, none)[what] for day in days]}
            for what, name in (("received", _("Received")), ("closed", _("Of these closed")))
        ],
        "urls": [_day_url(day.isoformat(), links) for day in days],
    }


def _day_url(day: str, links: Links) -> str:
    return links.cases("received", received_from=day, received_to=day)


def _category_chart(rows: list[Row], links: Links) -> Row:
    most = rows[:MOST_BARS]
    return {
        "labels": [row["name"] for row in most],
        "series": [{"name": _("Received"), "values": [row["received"] for row in most]}],
        "urls": [links.cases("received", category=row["code"]) for row in most],
    }


def _channel_chart(found: Row, links: Links) -> Row:
    used = [channel for channel in Case.Channel if found[channel.value]["received"]]
    return {
        "labels": [str(channel.label) for channel in used],
        "series": [{"name": _("Received"), "values": [found[c.value]["received"] for c in used]}],
        "urls": [links.cases("received", channel=channel.value) for channel in used],
    }


def _ranking_chart(rows: list[Row], links: Links, *, town: bool) -> Row:
    """Return the bars of the units that have a score, the best first."""
    scored = [row for row in rows if row["score"] is not None]
    urls = [
        links.cases("valid_callbacks", town=row["code"])
        if town
        else links.orders(row["code"], "orders")
        for row in scored
    ]
    return {
        "labels": [short_name(row["name"]) for row in scored],
        "series": [{"name": _("Score"), "values": [row["score"] for row in scored]}],
        "urls": urls,
    }
