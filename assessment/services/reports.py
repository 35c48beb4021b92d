"""The report of a period, as `contract.md` lays it out: counts, rates, scores, ranks."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import reduce
from typing import Any, TypeVar

from django.db import connection, transaction
from django.utils import timezone

from accounts.models import Unit
from assessment import scoring
from assessment.periods import Span
from assessment.queries import cells, units
from assessment.queries.cells import Tallies, Tally
from assessment.queries.units import UnitFacts
from assessment.scoring import Facts
from assessment.services.policies import Rules, rules_on
from cases.models import Case, Category
from grids.models import Area

Row = dict[str, Any]
Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything a report is made from, read once."""

    cases: Tallies
    breached: dict[str, int]
    whistles: dict[str, tuple[int, int]]
    units: dict[int, UnitFacts]
    commendations: int = 0

    @classmethod
    def of(cls, span: Span) -> "Sources":
        """Read the facts of the period from the rows, eight queries."""
        return cls(
            cells.tallies(span),
            cells.breached_by_town(span),
            cells.whistles_by_town(span),
            units.facts_by_unit(span),
            cells.commendations(span),
        )


def report(span: Span, at: datetime) -> Row:
    """Reckon the report of a period from its rows, as they all are at one moment."""
    rules = rules_on(timezone.localtime(span.starts_at).date())
    with one_snapshot():
        found = Sources.of(span)
    towns = towns_of(found, rules)
    whole = reduce(Tally.plus, found.cases.days.values(), Tally())
    return {
        "period": span.name,
        "from": timezone.localtime(span.starts_at).isoformat(),
        "to": timezone.localtime(span.ends_at).isoformat(),
        "computed_at": timezone.localtime(at).isoformat(timespec="seconds"),
        "policy": rules.snapshot(),
        "totals": _counts(whole) | _whole_counts(found),
        **_scored(whole.facts, rules),
        "mean_of_towns": _mean(found, rules),
        "by_kind": _choices(Case.Kind.values, _by(found, 2), rules),
        "by_category": _categories(found.cases.categories, rules),
        "by_channel": _choices(Case.Channel.values, _by(found, 3), rules),
        "by_day": [
            {"date": f"{day:%F}"} | _counts(t) for day, t in sorted(found.cases.days.items())
        ],
        "by_town": towns,
        "by_community": _communities(found, rules),
        "by_department": departments_of(found, rules),
    }


@contextmanager
def one_snapshot() -> Iterator[None]:
    """Let every query inside see the rows as they were at the first, so that the sums agree."""
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def number(value: Decimal | None) -> float | None:
    """Return a rounded figure as a JSON number; two decimals survive a float unharmed."""
    return None if value is None else float(value)


def _whole_counts(found: Sources) -> Row:
    return {
        "breached": sum(found.breached.values()),
        "whistles": sum(blown for blown, _solved in found.whistles.values()),
        "whistles_solved": sum(solved for _blown, solved in found.whistles.values()),
        "commendations": found.commendations,
    }


def _counts(tally: Tally) -> Row:
    return {
        "received": tally.received,
        "closed": tally.closed,
        "open": tally.open,
        "counted": tally.counted,
    } | _answers(tally.facts)


def _answers(facts: Facts) -> Row:
    return {
        "valid_callbacks": facts.valid,
        "contacted": facts.contacted,
        "resolved": facts.resolved,
        "satisfied": facts.satisfied,
        "basic": facts.basic,
    }


def _scored(facts: Facts, rules: Rules) -> Row:
    found = scoring.rates(facts, rules.weights.basic_factor)
    return {
        "rates": {name: number(rate) for name, rate in found.items()},
        "score": number(scoring.score(facts, rules.weights)),
    }


def _by(found: Sources, *axes: int) -> dict[Any, Tally]:
    """Sum the cells along some of the axes town, community, kind, channel."""
    if len(axes) == 1:
        return cells.summed((key[axes[0]], tally) for key, tally in found.cases.places)
    return cells.summed(
        (tuple(key[axis] for axis in axes), tally) for key, tally in found.cases.places
    )


def _choices(names: Iterable[str], found: Mapping[str, Tally], rules: Rules) -> Row:
    rows = {name: found.get(name, Tally()) for name in names}
    return {name: _counts(tally) | _scored(tally.facts, rules) for name, tally in rows.items()}


def _categories(found: Mapping[str, Tally], rules: Rules) -> list[Row]:
    """Return the first-level categories that have cases, the most cases first, each with its second level."""
    names = dict(Category.objects.values_list("code", "name"))
    parents = dict(Category.objects.values_list("code", "parent_id"))
    above = cells.summed((parents.get(code) or code, tally) for code, tally in found.items())

    def row(code: str, tally: Tally) -> Row:
        head = {"code": code, "name": names.get(code, code)}
        return head | _counts(tally) | _scored(tally.facts, rules)

    def most_first(tallies: Mapping[str, Tally]) -> list[tuple[str, Tally]]:
        return sorted(tallies.items(), key=lambda item: (-item[1].received, item[0]))

    return [
        row(code, tally)
        | {
            "children": [
                row(child, below)
                for child, below in most_first(found)
                if parents.get(child) == code
            ]
        }
        for code, tally in most_first(above)
    ]


def towns_of(found: Sources, rules: Rules) -> list[Row]:
    """Return every town, the best first, those without valid callbacks last and without a rank."""
    tallies = _by(found, 0)
    of_kind = _by(found, 0, 2)
    rows = []
    for code, name in Area.objects.towns().values_list("code", "name"):
        tally = tallies.get(code, Tally())
        blown, solved = found.whistles.get(code, (0, 0))
        rows.append(
            {"code": code, "name": name}
            | _counts(tally)
            | {"breached": found.breached.get(code, 0)}
            | {"whistles": blown, "whistles_solved": solved}
            | _scored(tally.facts, rules)
            | {"by_kind": {k: _short(of_kind.get((code, k), Tally())) for k in Case.Kind.values}}
        )
    return _ranked(rows, "valid_callbacks", rules)


def _short(tally: Tally) -> Row:
    return {"received": tally.received, "closed": tally.closed, "open": tally.open}


def _communities(found: Sources, rules: Rules) -> list[Row]:
    """Return the communities that have cases, by code; cases placed at no community are left out."""
    names = dict(Area.objects.filter(level="community").values_list("code", "name"))
    tallies = sorted((c, t) for c, t in _by(found, 1).items() if c in names)
    return [
        {"code": code, "name": names[code], "town": code[:9]}
        | _counts(tally)
        | {"score": number(scoring.score(tally.facts, rules.weights))}
        for code, tally in tallies
    ]


def _mean(found: Sources, rules: Rules) -> Row:
    """Return the arithmetic mean of the towns' rates and scores, of those that have data."""
    facts = [tally.facts for tally in _by(found, 0).values() if tally.valid]
    each = [scoring.exact_rates(one, rules.weights.basic_factor) for one in facts]
    means = {name: scoring.mean(one[name] for one in each) for name in scoring.RATES}
    overall = scoring.mean(scoring.exact_score(one, rules.weights) for one in facts)
    return {
        "towns": len(facts),
        "rates": {name: number(scoring.half_up(rate)) for name, rate in means.items()},
        "score": number(scoring.half_up(overall)),
    }


def departments_of(found: Sources, rules: Rules) -> list[Row]:
    """Return every department and company in service, and any out of service that had orders, ranked.

    Neighbours and towns that were summoned are no departments and are not ranked among them.
    """
    kinds = (Unit.Kind.DEPARTMENT, Unit.Kind.COMPANY)
    known = Unit.objects.summonable() | Unit.objects.filter(pk__in=found.units, kind__in=kinds)
    rows = []
    for unit in known.order_by("code").distinct():
        facts = found.units.get(unit.pk, UnitFacts())
        rows.append({"code": unit.code, "name": unit.name} | _department(facts, rules))
    return _ranked(rows, "orders", rules)


def _department(facts: UnitFacts, rules: Rules) -> Row:
    parts = department_parts(facts, rules)
    return {
        "orders": facts.orders,
        "lead_orders": facts.leads,
        "settled": facts.settled,
        "limits": {kind: _limit(*facts.limits.get(kind, (0, 0))) for kind in units.TIMED},
        "reviews": facts.reviews,
        "objections_lost": facts.objections_lost,
        **_answers(facts.answers),
        "rates": _scored(facts.answers, rules)["rates"],
        "parts": {name: number(scoring.half_up(part)) for name, part in parts.items()},
        "score": number(scoring.half_up(department_score(parts, rules))),
    }


def _limit(decided: int, missed: int) -> Row:
    rate = scoring.half_up(scoring.share(decided - missed, decided))
    return {"decided": decided, "kept": decided - missed, "missed": missed, "rate": number(rate)}


def department_parts(facts: UnitFacts, rules: Rules) -> dict[str, Fraction | None]:
    """Return the three parts of a department's score, 0 to 100 each, exact; None where no data.

    Marks: the mean of the blower's three marks over all orders reviewed. Timeliness: the share of
    limits kept (acknowledge, report in, finish) of those decided. Results: the score of the three
    rates over the valid callbacks of the cases it led.
    """
    return {
        scoring.MARKS: Fraction(facts.marks, 3 * facts.reviews) if facts.reviews else None,
        scoring.TIMELINESS: scoring.share(facts.kept, facts.decided),
        scoring.RESULTS: scoring.exact_score(facts.answers, rules.weights),
    }


def department_score(parts: Mapping[str, Fraction | None], rules: Rules) -> Fraction | None:
    """Return the weighted mean of the parts that have data; None where none has."""
    weights = {name: getattr(rules.unit_weights, name) for name in scoring.PARTS}
    return scoring.weighted(parts, weights)


def _ranked(rows: list[Row], volume: str, rules: Rules) -> list[Row]:
    scores = {
        row["code"]: (None if row["score"] is None else Decimal(str(row["score"])), row[volume])
        for row in rows
    }
    ranks = scoring.ranking(scores, by_volume=rules.by_volume)
    for row in rows:
        row["rank"] = ranks[row["code"]]
    return sorted(rows, key=lambda row: (row["rank"] is None, row["rank"] or 0, row["code"]))
