"""The places of a report: which rows are ranked against each other, in which order, and in which groups."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from assessment import scoring
from assessment.rules import TOWNS, UNITS, Group, Rules
from assessment.services.names import Names

Row = dict[str, Any]


def ranked(rows: list[Row], volume: str, sort: str, rules: Rules) -> list[Row]:
    """Rank the rows among those of their group that have cases enough, and sort them.

    Where the policy has groups of the sort, a unit in none of them is not ranked. `unranked` says why
    a row has no rank: no_data, few (less than the fewest cases), no_group.
    """
    groups = rules.groups_of(sort)
    place: dict[str, tuple[int, Group]] = {
        code: (position, group) for position, group in enumerate(groups) for code in group.members
    }
    for row in rows:
        _position, group = place.get(row["code"], (0, None))
        row["group"], row["group_name"] = (group.code, group.name) if group else ("", "")
        row["unranked"] = _unranked(row, volume, rules, bool(groups) and group is None)
        row["rank"] = None
    for code in {row["group"] for row in rows}:
        _rank([row for row in rows if row["group"] == code], volume, rules)
    last = len(groups)
    return sorted(
        rows,
        key=lambda row: (
            place[row["code"]][0] if row["code"] in place else last,
            row["rank"] is None,
            row["rank"] or 0,
            row["code"],
        ),
    )


def _unranked(row: Row, volume: str, rules: Rules, outside: bool) -> str:
    if row["score"] is None:
        return "no_data"
    if row[volume] < rules.min_cases:
        return "few"
    return "no_group" if outside else ""


def _rank(rows: list[Row], volume: str, rules: Rules) -> None:
    rankable = [row for row in rows if not row["unranked"]]
    for row, rank in _ranks(rankable, lambda row: row["score"], volume, rules):
        row["rank"] = rank
    with_performance = [row for row in rankable if row.get("performance")]
    for row, rank in _ranks(
        with_performance, lambda row: row["performance"]["score"], volume, rules
    ):
        row["performance"]["rank"] = rank


def _ranks(
    rows: list[Row], score: Callable[[Row], float | None], volume: str, rules: Rules
) -> list[tuple[Row, int | None]]:
    values = {row["code"]: score(row) for row in rows}
    pairs = {
        row["code"]: (
            None if values[row["code"]] is None else Decimal(str(values[row["code"]])),
            row[volume],
        )
        for row in rows
    }
    ranks = scoring.ranking(pairs, by_volume=rules.by_volume)
    return [(row, ranks[row["code"]]) for row in rows]


def groups(names: Names, rules: Rules) -> list[Row]:
    """Return the groups units are ranked in, with how many members; where a sort has none, all its units."""
    listed = {TOWNS: names.towns, UNITS: names.units}
    rows = []
    for sort, known in listed.items():
        own = rules.groups_of(sort)
        rows += [
            {
                "code": group.code,
                "name": group.name,
                "sort": sort,
                "members": sum(code in known for code in group.members),
            }
            for group in own
        ] or [{"code": "", "name": "", "sort": sort, "members": len(known)}]
    return rows
