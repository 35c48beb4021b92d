"""Hold the plain sums against the product's: a ratio says nothing where the two did not do the same work."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from assessment.queries.cells import (
    OF_CATEGORY,
    OF_CHANNEL,
    OF_COMMUNITY,
    OF_DAY,
    OF_TOWN,
    Tally,
)
from assessment.services.figures import Sources
from assessment.strata import Stratum
from bench.aggregates import ANSWERS, COUNTS

Rows = Iterable[tuple[Any, ...]]
Sums = Mapping[Any, Any]

SETS = {
    "categories": OF_CATEGORY,
    "days": OF_DAY,
    "communities": OF_COMMUNITY,
    "channels": OF_CHANNEL,
}
"""By name of the product's tallies: what `grouping` says of the plain rows that are the same."""


def hold(found: Sources, plain: Mapping[str, Rows]) -> None:
    """Raise `AssertionError` where a plain sum is not the product's."""
    for name, ours, theirs in _pairs(found, plain):
        if wrong := {key for key in {*ours, *theirs} if ours.get(key) != theirs.get(key)}:
            one = min(wrong, key=str)
            said = f"{name}, {one}: {ours.get(one)} by the product, {theirs.get(one)} by plain SQL"
            raise AssertionError(f"{len(wrong)} sums differ, the first: {said}")


def _pairs(found: Sources, plain: Mapping[str, Rows]) -> Iterable[tuple[str, Sums, Sums]]:
    by_set: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for row in plain["cases"]:
        by_set[row[0]].append(row[1:])
    for name, code in SETS.items():
        column = list(SETS).index(name)
        tallies: Mapping[Any, Tally] = getattr(found.cases, name)
        yield name, _ours(tallies), {row[column]: row[7:] for row in by_set[code]}
    of_town = by_set[OF_TOWN]
    yield "kinds", _ours(found.cases.kinds), _added(of_town, lambda row: row[4:6], 7)
    strata = _added(of_town, lambda row: (row[4], f"{row[6]}/{row[5]}"), 10, 10 + len(ANSWERS))
    yield "answers of towns", _answered(found.cases.strata), _given(strata)
    yield "breached", found.breached, dict(plain["breached"])
    whistles = {
        town: (one.blown, one.solved, one.cases)
        for town, one in found.whistles.items()
        if one.blown
    }
    yield "whistles", whistles, {row[0]: row[1:] for row in plain["whistles"]}
    marks = {
        town: (one.marked, one.improper, one.mark_sum)
        for town, one in found.whistles.items()
        if one.marked
    }
    yield "marks", marks, {row[0]: row[1:] for row in plain["marks"]}
    yield "attempts", found.attempts, dict(plain["attempts"])
    yield from _of_units(found, plain)


def _of_units(found: Sources, plain: Mapping[str, Rows]) -> Iterable[tuple[str, Sums, Sums]]:
    orders = {
        unit: (one.orders, one.leads, one.settled, one.reviews, _marks(one))
        for unit, one in found.units.items()
        if one.orders
    }
    yield "orders", orders, _added(plain["orders"], lambda row: row[0], 2)
    limits = {
        (unit, kind): limit
        for unit, one in found.units.items()
        for kind, limit in one.limits.items()
    }
    yield "limits", limits, {row[:2]: row[2:] for row in plain["limits"]}
    led = _added(plain["led"], lambda row: (row[0], f"{row[1]}/{row[2]}"), 3)
    yield "answers of departments", _answered(found.unit_strata), led
    upheld, lost = Counter[str](), Counter[str]()
    for granted, town, unit, count in plain["objections"]:
        (upheld if granted else lost)[town if granted else unit] += count
    yield "objections upheld", found.upheld, upheld
    ours = {unit: one.objections_lost for unit, one in found.units.items() if one.objections_lost}
    yield "objections lost", ours, lost


def _marks(one: Any) -> int:
    return sum(marked.marks for marked in one.marked.values())


def _ours(tallies: Mapping[Any, Tally]) -> Sums:
    return {key: tuple(getattr(tally, name) for name in COUNTS) for key, tally in tallies.items()}


def _answered(strata: Iterable[Stratum]) -> Sums:
    """Return the answers by unit and difficulty, counted as `ANSWERS` does."""
    rows = (
        (one.unit, one.difficulty, *(one.count * said for said in _said(one))) for one in strata
    )
    return _added(rows, lambda row: row[:2], 2)


def _said(one: Stratum) -> tuple[int, ...]:
    solved, content = one.resolved, one.satisfied
    said = (one.contacted, solved == "yes", solved == "partly")
    return (1, *map(int, said), int(content == "satisfied"), int(content == "basic"))


def _given(sums: Sums) -> Sums:
    return {key: counts for key, counts in sums.items() if counts[0]}


def _added(
    rows: Rows, key: Callable[[tuple[Any, ...]], Any], first: int, end: int | None = None
) -> Sums:
    """Add up the columns from `first` on of the rows that have the same key."""
    sums: dict[Any, list[int]] = {}
    for row in rows:
        counts = [int(count or 0) for count in row[first:end]]
        own = sums.setdefault(key(row), [0] * len(counts))
        for position, count in enumerate(counts):
            own[position] += count
    return {name: tuple(counts) for name, counts in sums.items()}
