"""What a claim would change: the figures of its month as they count now, and as they would if it were approved.

Both are reckoned by the same statements and rules as every report, from the rows of this moment; for the
second the lines are read as if the case were not counted, or the missed limit not charged. A frozen month is
reckoned by the rules, names and bounds it was frozen with. Nothing is written.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from assessment import layouts, periods
from assessment.models import Claim, FrozenPeriod
from assessment.queries.lines import Lines, live_lines
from assessment.queries.snapshots import one_snapshot
from assessment.rules import Rules
from assessment.services.figures import Row, Sources, departments_of, towns_of
from assessment.services.frozen import span_of
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
    ground = _ground_of(claim)
    span, rules, names = ground.span, ground.rules, ground.names
    with one_snapshot():
        live = live_lines(span, ground.layout)
        found = [Sources.of(lines, names) for lines in (live, lines_if(claim, live))]
    found = [Sources.named(each, each.names.with_units(each.units)) for each in found]
    towns = _moved(*(towns_of(each, rules) for each in found))
    units = _moved(*(departments_of(each, rules) for each in found))
    own, *others = towns, units
    if claim.unit.code in units:
        own, others = units, [towns]
    unit = own.pop(claim.unit.code, None)
    moved = [each for rest in (own, *others) for each in rest.values() if each.moves]
    return Effect(span.name, ground.frozen, unit, moved)


@dataclass(frozen=True, slots=True)
class _Ground:
    """What the month of a claim is reckoned by."""

    span: Span
    rules: Rules
    names: Names
    layout: int = layouts.PRESENT
    frozen: bool = False


def _ground_of(claim: Claim) -> _Ground:
    span = periods.running_month(claim.case.received_at)
    kept = FrozenPeriod.objects.filter(period=span.name).defer("figures").first()
    if kept is None:
        return _Ground(span, rules_for(span), Names.read())
    names = Names.from_json(kept.names["names"])
    return _Ground(span_of(kept), Rules.from_snapshot(kept.policy), names, kept.layout, frozen=True)


def lines_if(claim: Claim, live: Lines) -> Lines:
    """Return the lines of the period as if the claim had been approved."""
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
