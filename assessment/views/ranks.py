"""What stands beside a score on the page: rank, places, ties, interval, adjusted, the period before, the list."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessment.lists import ADVANCED, GOVERN, PROGRESS, RECTIFY
from assessment.parts import TOWN_PARTS, UNIT_PARTS
from assessment.words import LISTS, PARTS
from grids.naming import short_name

Row = dict[str, Any]
NAMED = 3
"""How many of those a unit is tied with are named; of more it is said how many."""


class Ranks:
    """The words beside the scores of one sort of units in one report."""

    def __init__(self, figures: Row, rows: Sequence[Row], sort: str) -> None:
        self.decimals: int = figures["policy"].get("decimals", 2)
        self.fewest: int = figures["policy"].get("min_cases", 1)
        self.period: str = figures["period"]
        self.sort = sort
        self.names = {row["code"]: short_name(row["name"]) for row in rows}
        self.ranked: dict[str, int] = {}
        for row in rows:
            if row["rank"] is not None:
                self.ranked[row.get("group", "")] = self.ranked.get(row.get("group", ""), 0) + 1

    def beside(self, row: Row, *, opened: bool) -> Row:
        """Return what the page shows of the row's score; `opened` says whether its working may be read."""
        return {
            "code": row["code"],
            "name": self.names[row["code"]],
            "rank": row["rank"],
            "unranked": self._unranked(row),
            "places": self._places(row),
            "ties": self._ties(row),
            "score": shown(row["score"], self.decimals),
            "working": self._working(row["code"]) if opened and row["score"] is not None else "",
            "interval": between(row.get("interval"), self.decimals),
            "adjusted": shown(row.get("adjusted"), self.decimals),
            "previous": self._previous(row),
            "list": str(LISTS.get(row.get("list", ""), "")),
        }

    def _working(self, code: str) -> str:
        return reverse("assessment:working", args=[self.period, self.sort, code])

    def _unranked(self, row: Row) -> str:
        if row["rank"] is not None:
            return ""
        if row["score"] is None:
            return _("No data")
        if row.get("unranked") == "no_group":
            return _("in no group")
        return _("fewer than %(n)s, not ranked") % {"n": self.fewest}

    def _places(self, row: Row) -> str:
        """Say which ranks fit, where that is more than the one shown."""
        best, worst = row.get("places") or (None, None)
        if best is None or best == worst:
            return ""
        return _("places %(best)s–%(worst)s") % {"best": best, "worst": worst}

    def _ties(self, row: Row) -> str:
        names = [self.names[code] for code in row.get("tied_with", ()) if code in self.names]
        if not names:
            return ""
        if len(names) == self.ranked[row.get("group", "")] - 1 > NAMED:
            return _("not told apart from any other of the group")
        if len(names) <= NAMED:
            return _("not told apart from %(names)s") % {"names": "、".join(names)}
        text = _("not told apart from %(names)s and others, %(n)s in all")
        return text % {"names": "、".join(names[:NAMED]), "n": len(names)}

    def _previous(self, row: Row) -> Row | None:
        """Return the score and the rank of the period before, and by how much it is better now."""
        before = row.get("previous")
        if not before or row["score"] is None:
            return None
        change = Decimal(str(row["score"])) - Decimal(str(before["score"]))
        return {
            "score": shown(before["score"], self.decimals),
            "rank": before["rank"],
            "change": f"{change:+.{self.decimals}f}",
        }


def shown(value: float | None, decimals: int) -> str:
    """Write a score with its decimals; empty where there is none."""
    return "" if value is None else f"{Decimal(str(value)):.{decimals}f}"


def between(bounds: Sequence[float | None] | None, decimals: int = 2) -> str:
    """Write an interval; empty where there is none."""
    if not bounds or bounds[0] is None or bounds[1] is None:
        return ""
    return f"{shown(bounds[0], decimals)} – {shown(bounds[1], decimals)}"


def grouped(figures: Row, sort: str, rows: Sequence[Row], line: Callable[[Row], Row]) -> list[Row]:
    """Return the rows group by group, in the order of the policy; units in no group come last."""
    known = [group for group in figures.get("groups", ()) if group["sort"] == sort]
    names = {group["code"]: group["name"] for group in known}
    found: dict[str, list[Row]] = {code: [] for code in names}
    for row in rows:
        found.setdefault(row.get("group", ""), []).append(line(row))
    several = len([code for code in found if found[code]]) > 1
    return [
        {"name": names.get(code) or (_("In no group") if several else ""), "rows": lines}
        for code, lines in found.items()
        if lines
    ]


def by_performance(groups: Sequence[Row]) -> list[Row]:
    """Return the towns that have a performance, in the order of its ranks; those without one come last."""

    def place(row: Row) -> tuple[bool, int]:
        rank = row["performance"]["rank"]
        return rank is None, rank or 0

    return [
        group | {"rows": sorted((r for r in group["rows"] if r["performance"]), key=place)}
        for group in groups
    ]


def weights_of(policy: Row) -> list[Row]:
    """Return the parts of a department's score that have a weight, each with it in percent."""
    given = policy["department_weights"]
    return [
        {"part": part, "name": PARTS[part], "weight": f"{percent_of(given[part])}%"}
        for part in UNIT_PARTS
        if Decimal(given.get(part, "0"))
    ]


def performance_weights(policy: Row) -> list[Row]:
    """Return the parts of a town's performance, each with its weight in percent."""
    given: Mapping[str, str] = policy.get("performance_weights", {})
    return [
        {"part": part, "name": PARTS[part], "weight": f"{percent_of(given[part])}%"}
        for part in TOWN_PARTS
        if part in given
    ]


def percent_of(part: str) -> str:
    """Write a part of one as a percentage, without the sign."""
    return f"{(Decimal(part) * 100).normalize():f}"


def lists_of(figures: Row, opened: Callable[[str], bool]) -> list[Row]:
    """Return the four lists, each with its towns and departments and why they stand on it."""
    found: dict[str, list[Row]] = {name: [] for name in LISTS}
    for key, sort in (("by_town", "town"), ("by_department", "department")):
        ranks = Ranks(figures, figures[key], sort)
        for row in figures[key]:
            if row.get("list") in found:
                reason = reason_of(row["list"], row.get("list_reason", {}))
                line = ranks.beside(row, opened=opened(row["code"]))
                found[row["list"]].append(line | {"reason": reason})
    return [{"code": name, "name": LISTS[name], "rows": rows} for name, rows in found.items()]


def reason_of(name: str, facts: Row) -> str:
    """Say why a unit stands on a list, from the facts kept with it."""
    if name == ADVANCED:
        text = _(
            "Rank %(rank)s, among the first %(places)s; at least %(low)s, above the mean of %(mean)s."
        )
    elif name == PROGRESS:
        text = _("From %(before)s to %(score)s, more than chance explains.")
    elif name == GOVERN:
        text = _("Among those with the most: %(volume)s; %(before)s before, %(score)s now.")
    elif "periods" in facts:
        text = ngettext(
            "Below the mean of %(mean)s for %(periods)s period, at most %(high)s now.",
            "Below the mean of %(mean)s for %(periods)s periods in a row, at most %(high)s now.",
            facts["periods"],
        )
    elif name == RECTIFY:
        text = _(
            "Among those with the most: %(volume)s, with %(resolution)s %% solved; "
            "the mean is %(mean_resolution)s %%."
        )
    else:
        return ""
    return text % {
        fact: shown(value, 2) if isinstance(value, float) else value
        for fact, value in facts.items()
    }
