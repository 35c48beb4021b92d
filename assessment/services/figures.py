"""The rows of a report: counts, rates and scores of the whole, of towns and of departments."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import Any, TypeVar

from assessment import parts, scoring
from assessment.parts import UnitFacts
from assessment.queries import cells, units
from assessment.queries.cells import Tallies, Tally, WhistleFacts
from assessment.queries.inputs import TIMED
from assessment.queries.lines import Lines
from assessment.rules import TOWNS, UNITS, Rules
from assessment.scoring import Facts
from assessment.services.names import Names
from assessment.services.ranking import ranked
from assessment.strata import Stratum
from cases.models import Callback, Case

Row = dict[str, Any]
Key = TypeVar("Key", bound=Hashable)

UNREACHED = ("no_answer", "refused", "wrong_number", "not_possible")
"""How callbacks ended that reached nobody."""


@dataclass(frozen=True, slots=True)
class Sources:
    """Everything a report is made from, read once."""

    cases: Tallies
    breached: dict[str, int]
    whistles: dict[str, WhistleFacts]
    upheld: dict[str, int]
    units: dict[str, UnitFacts]
    unit_strata: list[Stratum]
    withdrawn: Mapping[str, int]
    attempts: dict[str, int]
    commendations: int
    names: Names

    @classmethod
    def of(cls, lines: Lines, names: Names) -> "Sources":
        """Sum the lines of a period; thirteen queries."""
        tops = names.tops
        by_unit, strata, withdrawn = units.facts_by_unit(lines, tops)
        return cls(
            cells.tallies(lines, tops),
            cells.breached_by_town(lines),
            cells.whistles_by_town(lines),
            cells.upheld_by_town(lines),
            by_unit,
            strata,
            withdrawn,
            cells.attempts(lines),
            cells.commendations(lines),
            names,
        )

    def named(self, names: Names) -> "Sources":
        return replace(self, names=names)

    @property
    def strata(self) -> dict[str, list[Stratum]]:
        """Return the valid callbacks by how hard the matter was, of towns and of departments."""
        return {TOWNS: self.cases.strata, UNITS: self.unit_strata}


def number(value: Decimal | None) -> float | None:
    """Return a rounded figure as a JSON number; a few decimals survive a float unharmed."""
    return None if value is None else float(value)


def percent(value: Fraction | None) -> float | None:
    """Return a rate or a part as a JSON number of two decimals."""
    return number(scoring.half_up(value))


def whole_counts(found: Sources) -> Row:
    """Return what is counted of the whole district beside its cases."""
    return {
        "attempts": {name: found.attempts.get(name, 0) for name in Callback.Outcome.values},
        "breached": sum(found.breached.values()),
        "whistles": sum(one.blown for one in found.whistles.values()),
        "whistles_solved": sum(one.solved for one in found.whistles.values()),
        "whistled": sum(one.cases for one in found.whistles.values()),
        "commendations": found.commendations,
    }


def counts(tally: Tally, rules: Rules) -> Row:
    """Return the counts of some cases as every row of a report has them."""
    return {
        "received": tally.received,
        "closed": tally.closed,
        "open": tally.open,
        "counted": tally.counted,
        **answers(tally.facts, rules),
        "unreached": {name: getattr(tally, name) for name in UNREACHED}
        | {"total": tally.unreached},
        "awaiting": tally.awaiting,
    }


def answers(facts: Facts, rules: Rules) -> Row:
    """Return the counts of the answers, each of exactly that answer.

    The usual three rates need satisfied and basic only. All five stand where five are offered or the outer
    two were given under other rules; what usually counts nothing stands where it counts.
    """
    found = {
        "valid_callbacks": facts.valid,
        "contacted": facts.contacted,
        "resolved": facts.resolved,
        "partly": facts.partly,
        "satisfied": facts.satisfied,
        "basic": facts.basic,
    }
    if rules.five or facts.very_satisfied or facts.very_dissatisfied:
        found |= facts.content()
    elif rules.weights.dissatisfied_factor:
        found["dissatisfied"] = facts.dissatisfied
    return found | ({"unsolved": facts.unsolved} if rules.weights.no_factor else {})


def rates(facts: Facts, rules: Rules) -> Row:
    found = scoring.exact_rates(facts, rules.weights)
    return {name: percent(rate) for name, rate in found.items()}


def score_of(facts: Facts, rules: Rules) -> float | None:
    return number(scoring.score(facts, rules.weights, rules.decimals))


def scored(tally: Tally, rules: Rules) -> Row:
    """Return rates and score of some cases, and between which they lie whatever the unreached would have said."""
    return {
        "rates": rates(tally.facts, rules),
        "score": score_of(tally.facts, rules),
        "bounds": _bounds(tally, rules),
    }


def _bounds(tally: Tally, rules: Rules) -> Row | None:
    if not tally.valid + tally.unreached:
        return None
    worst, best = scoring.against_and_for(tally.facts, tally.unreached)
    low, high = rates(worst, rules), rates(best, rules)
    scores = [score_of(worst, rules), score_of(best, rules)]
    return {name: [low[name], high[name]] for name in scoring.RATES} | {"score": scores}


def by_kind(found: Sources) -> dict[str, Tally]:
    """Return the tallies by kind of request."""
    return cells.summed((kind, tally) for (_town, kind), tally in found.cases.kinds.items())


def by_town(found: Sources) -> dict[str, Tally]:
    """Return the tallies by code of the town."""
    return cells.summed((town, tally) for (town, _kind), tally in found.cases.kinds.items())


def choices(names: Iterable[str], found: Mapping[str, Tally], rules: Rules) -> Row:
    rows = {name: found.get(name, Tally()) for name in names}
    return {name: counts(tally, rules) | scored(tally, rules) for name, tally in rows.items()}


def categories(found: Sources, rules: Rules) -> list[Row]:
    """Return the first-level categories that have cases, the most cases first, each with its second level."""
    tallies, names = found.cases.categories, found.names.categories
    above = cells.summed(
        (names.get(code, ("", ""))[1] or code, tally) for code, tally in tallies.items()
    )

    def row(code: str, tally: Tally) -> Row:
        head = {"code": code, "name": names.get(code, (code, ""))[0]}
        return head | counts(tally, rules) | scored(tally, rules)

    def most_first(some: Mapping[str, Tally]) -> list[tuple[str, Tally]]:
        return sorted(some.items(), key=lambda item: (-item[1].received, item[0]))

    return [
        row(code, tally)
        | {
            "children": [
                row(child, below)
                for child, below in most_first(tallies)
                if names.get(child, ("", ""))[1] == code
            ]
        }
        for code, tally in most_first(above)
    ]


def communities(found: Sources, rules: Rules) -> list[Row]:
    """Return the communities that have cases, by code; cases placed at no community are left out."""
    names = found.names.communities
    tallies = sorted((c, t) for c, t in found.cases.communities.items() if c in names)
    return [
        {"code": code, "name": names[code], "town": code[:9]}
        | counts(tally, rules)
        | {"score": score_of(tally.facts, rules)}
        for code, tally in tallies
    ]


def mean_of_towns(found: Sources, rules: Rules) -> Row:
    """Return the arithmetic mean of the towns' rates and scores, of those that have data."""
    facts = [tally.facts for tally in by_town(found).values() if tally.valid]
    weights = rules.weights
    each = [scoring.exact_rates(one, weights) for one in facts]
    means = {name: scoring.mean(one[name] for one in each) for name in scoring.RATES}
    overall = scoring.mean(scoring.exact_score(one, weights) for one in facts)
    return {
        "towns": len(facts),
        "rates": {name: percent(rate) for name, rate in means.items()},
        "score": number(scoring.half_up(overall, rules.decimals)),
    }


def towns_of(found: Sources, rules: Rules) -> list[Row]:
    """Return every town, by group, the best first, those without a rank last."""
    tallies, of_kind = by_town(found), found.cases.kinds
    rows = []
    for code, name in found.names.towns.items():
        tally = tallies.get(code, Tally())
        whistles = found.whistles.get(code, WhistleFacts())
        kinds = {k: _short(of_kind.get((code, k), Tally())) for k in Case.Kind.values}
        rows.append(
            {"code": code, "name": name}
            | counts(tally, rules)
            | {"breached": found.breached.get(code, 0)}
            | {"whistles": whistles.blown, "whistles_solved": whistles.solved}
            | {"whistled": whistles.cases, "improper": whistles.improper}
            | {"whistle_marks": whistles.marked, "redone": tally.redone}
            | {"handled": tally.handled, "self_handled": tally.self_handled}
            | {"upheld_against": found.upheld.get(code, 0)}
            | scored(tally, rules)
            | {"performance": performance(found, code, tally, rules)}
            | {"by_kind": kinds}
        )
    return ranked(rows, "valid_callbacks", TOWNS, rules)


def _short(tally: Tally) -> Row:
    return {"received": tally.received, "closed": tally.closed, "open": tally.open}


def performance(found: Sources, code: str, tally: Tally, rules: Rules) -> Row:
    """Return a town's performance: five parts and their weighted mean."""
    whistles = found.whistles.get(code, WhistleFacts())
    facts = cells.town_facts(tally, whistles, found.upheld.get(code, 0))
    exact = town_parts(facts, rules)
    score = parts.whole_score(exact, rules.town_parts.by_part())
    return {
        "parts": {name: percent(part) for name, part in exact.items()},
        "score": number(scoring.half_up(score, rules.decimals)),
        "rank": None,
    }


def town_parts(facts: parts.TownFacts, rules: Rules) -> dict[str, Fraction | None]:
    """Return the exact parts of a town's performance under the rules."""
    return parts.town_parts(
        facts,
        rules.weights,
        use=rules.use,
        objection_points=rules.towns.objection_points,
        whistle_marks=rules.whistle_marks,
    )


def departments_of(found: Sources, rules: Rules) -> list[Row]:
    """Return every department and company in service, and any out of service that had orders, ranked."""
    rows = [
        {"code": code, "name": name}
        | _department(found.units.get(code, UnitFacts()), rules, found.names)
        | {"orders_withdrawn": found.withdrawn.get(code, 0)}
        for code, name in found.names.units.items()
    ]
    return ranked(rows, "orders", UNITS, rules)


def _department(facts: UnitFacts, rules: Rules, names: Names) -> Row:
    exact = department_parts(facts, rules)
    return {
        "orders": facts.orders,
        "lead_orders": facts.leads,
        "settled": facts.settled,
        "limits": {str(kind): _limit(facts, kind) for kind in TIMED},
        "reviews": facts.reviews,
        "struck_reviews": facts.struck,
        "town_weights": _town_weights(facts, rules, names),
        "objections_lost": facts.objections_lost,
        "documents": dict(sorted(facts.documents.items())),
        "leader_marks": facts.leader_marks,
        **answers(facts.answers, rules),
        "rates": rates(facts.answers, rules),
        "parts": {name: percent(part) for name, part in exact.items()},
        "score": number(scoring.half_up(department_score(exact, rules), rules.decimals)),
    }


def _limit(facts: UnitFacts, kind: str) -> Row:
    decided, missed = facts.limits.get(kind, (0, 0))
    return {
        "decided": decided,
        "kept": decided - missed,
        "missed": missed,
        "exempt": facts.exempt.get(kind, 0),
        "rate": percent(scoring.share(decided - missed, decided)),
    }


def _town_weights(facts: UnitFacts, rules: Rules, names: Names) -> list[Row]:
    """Return the towns whose marks the department has, with what each weighs: as a weight and in percent."""
    shares = parts.town_shares(facts.marked, rules.towns)
    return [
        {
            "code": code,
            "name": names.towns.get(code, code),
            "reviews": facts.marked[code].reviews,
            "mean": percent(facts.marked[code].mean),
            "weight": number(scoring.half_up(part, 4)),
            "share": percent(part * 100),
        }
        for code, part in sorted(shares.items())
    ]


def department_parts(facts: UnitFacts, rules: Rules) -> dict[str, Fraction | None]:
    """Return the six parts of a department's score, exact; None where no data."""
    return parts.unit_parts(facts, rules.weights, rules.towns)


def department_score(exact: Mapping[str, Fraction | None], rules: Rules) -> Fraction | None:
    """Return the weighted mean of the parts that have data; None where none has but deductions."""
    return parts.unit_score(exact, rules.unit_weights.by_part())
