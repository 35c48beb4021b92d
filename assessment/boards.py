"""What the board on the wall makes of what it reads: the state of a whistle, which towns it names. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

MOST_TOWNS = 10
ENDS = 5
"""Towns named at each end of the ranking where there are more than ten."""

STATES = ("late", "blown", "acknowledged", "reported")
"""How a whistle stands, the one that says most first."""

_STAGE = {"issued": "blown", "objected": "blown", "acknowledged": "acknowledged"}


def state_of(orders: Iterable[tuple[str, bool]]) -> str:
    """Return how a whistle stands, of its orders not settled: their states, and whether a limit is missed.

    It is late where one of them is; else as far as the one that lags behind the others.
    """
    found = {"late" if late else _STAGE.get(state, "reported") for state, late in orders}
    return next(state for state in STATES if state in found)


def named_towns(rows: Sequence[Mapping[str, Any]]) -> tuple[list[Mapping[str, Any]], int]:
    """Return the ranked towns that the board names, and after how many of them the list is broken off
    (0: not at all). Where towns are ranked in groups, each group is named in turn, its ends first."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in sorted(rows, key=lambda row: (row["rank"], row["code"])):
        groups.setdefault(row.get("group") or "", []).append(row)
    if len(rows) <= MOST_TOWNS:
        return [row for members in groups.values() for row in members], 0
    if len(groups) == 1:
        (members,) = groups.values()
        return [*members[:ENDS], *members[-ENDS:]], ENDS
    share = max(2, MOST_TOWNS // len(groups))
    named: list[Mapping[str, Any]] = []
    for members in groups.values():
        tail = min(share // 2, max(0, len(members) - (share - share // 2)))
        head = members[: share - tail]
        named += [*head, *members[len(members) - tail :]]
    return named[: 2 * MOST_TOWNS], 0
