"""The charts of the month page: every point opens its list."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from assessment.views.links import Links
from cases.models import Case
from grids.naming import short_name

Row = dict[str, Any]
MOST_BARS = 12


def days_chart(rows: Sequence[Row], links: Links) -> Row:
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


def category_chart(rows: Sequence[Row], links: Links) -> Row:
    most = rows[:MOST_BARS]
    return {
        "labels": [row["name"] for row in most],
        "series": [{"name": _("Received"), "values": [row["received"] for row in most]}],
        "urls": [links.cases("received", category=row["code"]) for row in most],
    }


def channel_chart(found: Row, links: Links) -> Row:
    used = [channel for channel in Case.Channel if found[channel.value]["received"]]
    return {
        "labels": [str(channel.label) for channel in used],
        "series": [{"name": _("Received"), "values": [found[c.value]["received"] for c in used]}],
        "urls": [links.cases("received", channel=channel.value) for channel in used],
    }


def ranking_chart(rows: Sequence[Row], links: Links, *, town: bool) -> Row:
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
