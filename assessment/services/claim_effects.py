"""What a claim would change: the figures of its month as they count now, and as they would if it were approved.

Both are reckoned by the same statements and rules as every report, from the rows of this moment; for the
second the lines are read as if the case were not counted, or the missed limit not charged. Nothing is written.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from assessment import periods
from assessment.models import Claim, FrozenPeriod
from assessment.queries.lines import Lines, live_lines
from assessment.queries.snapshots import one_snapshot
from assessment.services.figures import Row, Sources, departments_of, towns_of
from assessment.services.names import Names
from assessment.services.policies import rules_for
from assessment.spans import Span

RATES = ("response", "resolution", "satisfaction")
_COUNTED = re.compile(r"\bc\.counted\b(,?)")
_CHARGED = re.compile(r"\bk\.exempt_at IS NULL\b")
_EXEMPT = re.compile(r"\bk\.exempt_at IS NOT NULL\b")


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit's row of the report, as far as a claim may move it."""

    code: str
    name: str
    score: float | None
    rank: int | None
    rates: dict[str, float | None] = field(default_factory=dict)
    parts: dict[str, float | None] = field(default_factory=dict)
    valid_callbacks: int = 0
    missed: int = 0


@dataclass(frozen=True, slots=True)
class Moved:
    """A unit before and after."""

    now: Standing
    then: Standing

    @property
    def moves(self) -> bool:
        return self.now != self.then


@dataclass(frozen=True, slots=True)
class Effect:
    """The month of a claim, what its unit's figures are and would be, and which other units would move."""

    period: str
    frozen: bool
    unit: Moved | None
    others: list[Moved]


def effect_of(claim: Claim) -> Effect:
    """Return what approving the claim would change in the month its case was received in.

    A claim that has been carried out changes nothing any more: both sides are the same then.
    """
    span = periods.running_month(claim.case.received_at)
    rules = rules_for(span)
    names = Names.read()
    with one_snapshot():
        found = [Sources.of(lines, names) for lines in (live_lines(span), lines_if(claim, span))]
    found = [Sources.named(each, each.names.with_units(each.units)) for each in found]
    towns = _moved(*(towns_of(each, rules) for each in found))
    units = _moved(*(departments_of(each, rules) for each in found))
    own, *others = towns, units
    if claim.unit.code in units:
        own, others = units, [towns]
    unit = own.pop(claim.unit.code, None)
    moved = [each for rest in (own, *others) for each in rest.values() if each.moves]
    frozen = FrozenPeriod.objects.filter(period=span.name).exists()
    return Effect(span.name, frozen, unit, moved)


def lines_if(claim: Claim, span: Span) -> Lines:
    """Return the lines of the period as if the claim had been approved."""
    live = live_lines(span)
    if claim.kind == Claim.Kind.EXCLUSION:
        tables = {name: _COUNTED.sub(_not_counted, sql) for name, sql in live.tables.items()}
        return Lines(tables, {**live.given, "claimed": claim.case_id})
    tables = {name: _exempted(sql) for name, sql in live.tables.items()}
    return Lines(tables, {**live.given, "claimed": claim.clock_id})


def _not_counted(found: re.Match[str]) -> str:
    as_column = " AS counted," if found[1] else ""
    return f"(c.counted AND c.id <> %(claimed)s){as_column}"


def _exempted(sql: str) -> str:
    charged = _CHARGED.sub("(k.exempt_at IS NULL AND k.id <> %(claimed)s)", sql)
    return _EXEMPT.sub("(k.exempt_at IS NOT NULL OR k.id = %(claimed)s)", charged)


def _moved(now: Iterable[Row], then: Iterable[Row]) -> dict[str, Moved]:
    after = {row["code"]: _standing(row) for row in then}
    return {row["code"]: Moved(_standing(row), after[row["code"]]) for row in now}


def _standing(row: Row) -> Standing:
    limits: dict[str, Any] = row.get("limits", {})
    missed = sum(limit["missed"] for limit in limits.values())
    return Standing(
        row["code"],
        row["name"],
        row["score"],
        row["rank"],
        {name: row["rates"][name] for name in RATES},
        dict(row.get("parts", {})),
        row["valid_callbacks"],
        missed if limits else row.get("breached", 0),
    )
