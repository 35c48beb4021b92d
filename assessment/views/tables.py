"""The tables of the month page: each number with the list behind it."""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from assessment.access import opens_unit
from assessment.parts import TOWN_PARTS, UNIT_PARTS
from assessment.periods import Span
from assessment.queries.inputs import TIMED
from assessment.scoring import CONTENT
from assessment.views.links import Links, Number
from assessment.views.ranks import Ranks, shown
from assessment.views.terms import terms_of
from cases.models import Callback, Case
from dispatch.models import Document
from grids.naming import short_name

Row = dict[str, Any]
COUNTED = ("received", "closed", "open", "breached")
ANSWERED = ("valid_callbacks", "contacted", "resolved", "partly", "unsolved", *CONTENT)
RATES = ("response", "resolution", "satisfaction")


def numbers(row: Row, names: Iterable[str], url: Callable[[str], str]) -> dict[str, Number]:
    """Return some counts of a row, each with its list; figures kept by an older version may lack some."""
    return {name: Number(row[name], url(name)) for name in names if name in row}


def asked(row: Row, links: Links, **narrow: str) -> Row:
    """Return who was not reached and who was not asked yet; where figures do not say, nothing."""
    if "unreached" not in row:
        return {}
    return {
        "unreached": Number(row["unreached"]["total"], links.cases("unreached", **narrow)),
        "awaiting": Number(row["awaiting"], links.cases("awaiting", **narrow)),
    }


def bounds(row: Row) -> dict[str, str]:
    """Return between which each rate lies whatever the unreached would have said; empty where all were reached."""
    found = row.get("bounds") or {}
    return {
        name: _("%(low)s%% to %(high)s%%")
        % {"low": shown(found[name][0], 2), "high": shown(found[name][1], 2)}
        for name in RATES
        if found.get(name) and found[name][0] != found[name][1]
    }


def whole(figures: Row, links: Links) -> Row:
    """Return the counts and the pooled rates of the whole district."""
    totals = figures["totals"]
    return {
        **numbers(totals, (*COUNTED, "counted", *ANSWERED), links.cases),
        **asked(totals, links),
        "attempts": _attempts(totals.get("attempts", {})),
        "kinds_of_unreached": _attempts(totals.get("unreached", {})),
        "whistles": Number(totals["whistles"], links.whistles()),
        "whistles_solved": Number(totals["whistles_solved"], links.whistles(solved=True)),
        "rates": figures["rates"],
        "terms": terms_of(totals, links, figures["policy"]),
        "bounds": bounds(figures),
        "score": shown(figures["score"], figures["policy"].get("decimals", 2)),
    }


def _attempts(found: Row) -> list[Row]:
    return [
        {"name": outcome.label, "count": found[outcome.value]}
        for outcome in Callback.Outcome
        if found.get(outcome.value)
    ]


def town(row: Row, span: Span, reader: User, ranks: Ranks) -> Row:
    """Return a town's line: rank, rates, counts, and its performance."""
    code = row["code"]
    links = Links(span, open=opens_unit(reader, code))
    performance = row.get("performance")
    return {
        **ranks.beside(row, opened=links.open),
        "rates": row["rates"],
        "bounds": bounds(row),
        **numbers(row, (*COUNTED, *ANSWERED), lambda what: links.cases(what, town=code)),
        **asked(row, links, town=code),
        "whistles": Number(row["whistles"], links.whistles(town=code)),
        "whistles_solved": Number(row["whistles_solved"], links.whistles(town=code, solved=True)),
        **{name: row.get(name) for name in ("whistled", "improper", "upheld_against")},
        "performance": performance
        and {
            "parts": [shown(performance["parts"].get(part), 2) for part in TOWN_PARTS],
            "score": shown(performance["score"], ranks.decimals),
            "rank": performance["rank"],
        },
    }


def unit(row: Row, span: Span, reader: User, ranks: Ranks, weighed: Iterable[str]) -> Row:
    """Return a department's line: rank, the parts that have a weight, counts, and the towns' weights."""
    links = Links(span, open=opens_unit(reader, row["code"]))

    def orders(what: str) -> str:
        return links.orders(row["code"], what)

    counted = ("orders", "lead_orders", "reviews", "objections_lost", *ANSWERED)
    return {
        **ranks.beside(row, opened=links.open),
        "rates": row["rates"],
        "parts": [shown(row["parts"].get(part), 2) for part in UNIT_PARTS if part in weighed],
        **numbers(row, counted, orders),
        "struck": row.get("struck_reviews", 0),
        "limits": [_limit(row["limits"][kind.value], kind.value, orders) for kind in TIMED],
        "documents": [
            {"name": form.label, "count": row["documents"][form.value]}
            for form in Document.Form
            if row.get("documents", {}).get(form.value)
        ],
        "leader_marks": row.get("leader_marks", 0),
        "town_weights": [
            town
            | {"name": short_name(town["name"])}
            | {key: shown(town[key], 2) for key in ("mean", "share")}
            for town in row.get("town_weights", ())
        ],
    }


def _limit(limit: Row, kind: str, orders: Callable[[str], str]) -> Row:
    return {
        "kept": Number(limit["kept"], orders(f"{kind}_kept")),
        "decided": Number(limit["decided"], orders(f"{kind}_decided")),
        "missed": Number(limit["missed"], orders(f"{kind}_missed")),
        "exempt": limit.get("exempt", 0),
        "rate": limit["rate"],
    }


def kinds(figures: Row, links: Links) -> Row:
    """Return the table of towns by kind of request, with what is closed and open of each town."""
    used = [kind for kind in Case.Kind if figures["by_kind"][kind.value]["received"]]

    def line(row: Row, name: str, of_kind: Row, **narrow: str) -> Row:
        cells = [
            Number(
                of_kind[kind.value]["received"], links.cases("received", kind=kind.value, **narrow)
            )
            for kind in used
        ]
        counts = numbers(
            row, ("received", "closed", "open"), lambda what: links.cases(what, **narrow)
        )
        return {"name": name, "kinds": cells, **counts}

    return {
        "heads": [kind.label for kind in used],
        "rows": [
            line(row, short_name(row["name"]), row["by_kind"], town=row["code"])
            for row in sorted(figures["by_town"], key=lambda row: (-row["received"], row["code"]))
            if row["received"]
        ],
        "total": line(figures["totals"], _("Total"), figures["by_kind"]),
    }


def category(row: Row, links: Links, decimals: int, unfolded: str = "") -> Row:
    """Return a category's line, with its second level where it is unfolded."""
    children = row.get("children", [])
    below = children if row["code"] == unfolded else []
    return {
        **{name: row[name] for name in ("code", "name", "rates")},
        "score": shown(row["score"], decimals),
        **numbers(
            row,
            ("received", "closed", "open", "valid_callbacks"),
            lambda what: links.cases(what, category=row["code"]),
        ),
        "foldable": bool(children),
        "children": [category(child, links, decimals) for child in below],
    }


def channels(found: Row, links: Links, decimals: int) -> list[Row]:
    """Return the line of each channel that had cases."""
    return [
        {
            "name": channel.label,
            "score": shown(found[channel.value]["score"], decimals),
            "rates": found[channel.value]["rates"],
            **numbers(
                found[channel.value],
                ("received", "closed", "open", "valid_callbacks"),
                lambda what, channel=channel: links.cases(what, channel=channel.value),  # type: ignore[misc]
            ),
        }
        for channel in Case.Channel
        if found[channel.value]["received"]
    ]
