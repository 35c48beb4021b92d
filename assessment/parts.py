"""The parts of a department's score and of a town's performance, 0 to 100 each, exact. Pure.

A part is None where it has no data, and then takes no share in the score.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import Decimal
from fractions import Fraction

from assessment.scoring import NONE, Facts, Weights, exact_score, share, weighted

MARKS, TIMELINESS, RESULTS = "marks", "timeliness", "results"
OBJECTIONS, DOCUMENTS, LEADERS = "objections", "documents", "leaders"
UNIT_PARTS = (MARKS, TIMELINESS, RESULTS, OBJECTIONS, DOCUMENTS, LEADERS)
DEDUCTIONS = (OBJECTIONS, DOCUMENTS)
"""Full marks less what was lost: they lower a score and are none by themselves."""

RATES, USE, QUALITY, REDO, SELF = "rates", "use", "quality", "redo", "self"
TOWN_PARTS = (RATES, USE, QUALITY, REDO, SELF)

BY_WHISTLES, EQUAL, GIVEN = "whistles", "equal", "given"
FULL = Fraction(100)


@dataclass(frozen=True, slots=True)
class UnitWeights:
    """Weights of the parts of a department's score, parts of one.

    The blowers' marks are more than one third of it, unless it is `overridden` with a reason.
    """

    marks: Decimal
    timeliness: Decimal
    results: Decimal
    objections: Decimal = NONE
    documents: Decimal = NONE
    leaders: Decimal = NONE
    overridden: bool = False

    def __post_init__(self) -> None:
        if sum(self.by_part().values()) != 1:
            raise ValueError("the weights of a department's parts must sum to one")
        if self.marks * 3 <= 1 and not self.overridden:
            raise ValueError("the blower's marks must be more than one third")

    def by_part(self) -> dict[str, Decimal]:
        return {name: getattr(self, name) for name in UNIT_PARTS}


@dataclass(frozen=True, slots=True)
class TownWeights:
    """Weights of the parts of a town's performance, parts of one."""

    rates: Decimal = Decimal("0.6")
    use: Decimal = Decimal("0.1")
    quality: Decimal = Decimal("0.1")
    redo: Decimal = Decimal("0.1")
    self: Decimal = Decimal("0.1")

    def __post_init__(self) -> None:
        if sum(getattr(self, each.name) for each in fields(self)) != 1:
            raise ValueError("the weights of a town's performance must sum to one")

    def by_part(self) -> dict[str, Decimal]:
        return {name: getattr(self, name) for name in TOWN_PARTS}


@dataclass(frozen=True, slots=True)
class Marked:
    """One town's marks of a department: over how many orders, and the sum of three marks each."""

    reviews: int = 0
    marks: int = 0

    @property
    def mean(self) -> Fraction:
        return Fraction(self.marks, 3 * self.reviews)


@dataclass(slots=True)
class UnitFacts:
    """A department's facts of a period. Orders withdrawn count nowhere but among lost objections.

    `limits` has, by kind of limit, how many orders' limits are decided and how many were missed,
    `exempt` how many are set aside; `marked` has the marks that stand, by town, and `struck` counts
    those set aside; `answers` are the valid callbacks of the cases it led, in the round they were
    answered for; `documents` counts the ladder's documents by form, `leaders` the marks of leaders.
    """

    orders: int = 0
    leads: int = 0
    settled: int = 0
    struck: int = 0
    objections_lost: int = 0
    marked: dict[str, Marked] = field(default_factory=dict)
    limits: dict[str, tuple[int, int]] = field(default_factory=dict)
    exempt: dict[str, int] = field(default_factory=dict)
    documents: dict[str, int] = field(default_factory=dict)
    leader_marks: int = 0
    leader_sum: int = 0
    answers: Facts = field(default_factory=Facts)

    @property
    def reviews(self) -> int:
        return sum(town.reviews for town in self.marked.values())

    @property
    def decided(self) -> int:
        return sum(decided for decided, _missed in self.limits.values())

    @property
    def kept(self) -> int:
        return sum(decided - missed for decided, missed in self.limits.values())


@dataclass(frozen=True, slots=True)
class TownRule:
    """How the towns' marks weigh among each other, and what a lost objection and a document cost."""

    weighting: str = BY_WHISTLES
    cap: Decimal = Decimal(1)
    given: Mapping[str, Decimal] = field(default_factory=dict)
    objection_points: Decimal = Decimal(5)
    document_points: Mapping[str, Decimal] = field(default_factory=dict)


def town_shares(marked: Mapping[str, Marked], rule: TownRule) -> dict[str, Fraction]:
    """Return each town's share of the whole, parts of one, for towns that marked at least one order.

    By orders reviewed, none more than the cap; equal; or as given. Where fewer towns marked than the
    cap needs, or none of them was given a weight, all weigh the same.
    """
    volumes = {town: Fraction(one.reviews) for town, one in marked.items() if one.reviews}
    if rule.weighting == EQUAL:
        return _proportional(dict.fromkeys(volumes, Fraction(1)))
    if rule.weighting == GIVEN:
        given = {town: Fraction(rule.given.get(town, NONE)) for town in volumes}
        return _proportional(given if any(given.values()) else dict.fromkeys(volumes, Fraction(1)))
    return capped(volumes, Fraction(rule.cap))


def _proportional(volumes: Mapping[str, Fraction]) -> dict[str, Fraction]:
    whole = sum(volumes.values(), Fraction(0))
    return {name: volume / whole for name, volume in volumes.items()}


def capped(volumes: Mapping[str, Fraction], cap: Fraction) -> dict[str, Fraction]:
    """Share one out by volume, nobody getting more than the cap: what is above it goes to the others by
    their volumes, again and again, until all keep to it. Where the cap is too low for that: equal."""
    if cap * len(volumes) <= 1:
        return _proportional(dict.fromkeys(volumes, Fraction(1)))
    shares: dict[str, Fraction] = {}
    free, left = dict(volumes), Fraction(1)
    while True:
        whole = sum(free.values(), Fraction(0))
        each = {name: left * volume / whole for name, volume in free.items()}
        over = [name for name, part in each.items() if part > cap]
        if not over:
            return shares | each
        for name in over:
            shares[name] = cap
            left -= cap
            del free[name]


def unit_parts(facts: UnitFacts, weights: Weights, rule: TownRule) -> dict[str, Fraction | None]:
    """Return the six parts of a department's score.

    Marks: the mean of each town's standing marks, weighed by the towns' shares. Timeliness: the share
    of limits kept of those decided. Results: the score of the three rates over the cases it led.
    Objections and documents: 100 less points for each, not below 0, where it had orders. Leaders: the
    mean of the leaders' marks.
    """
    shares = town_shares(facts.marked, rule)
    lost = Fraction(rule.objection_points) * facts.objections_lost
    sent = sum(
        (Fraction(rule.document_points.get(f, NONE)) * n for f, n in facts.documents.items()),
        Fraction(0),
    )
    return {
        MARKS: sum((part * facts.marked[town].mean for town, part in shares.items()), Fraction(0))
        if shares
        else None,
        TIMELINESS: share(facts.kept, facts.decided),
        RESULTS: exact_score(facts.answers, weights),
        OBJECTIONS: max(FULL - lost, Fraction(0)) if facts.orders else None,
        DOCUMENTS: max(FULL - sent, Fraction(0)) if facts.orders else None,
        LEADERS: Fraction(facts.leader_sum, facts.leader_marks) if facts.leader_marks else None,
    }


@dataclass(frozen=True, slots=True)
class TownFacts:
    """What a town's performance is reckoned from.

    `whistled` are its cases for which its own people blew a whistle; `redone` is among those `ended`,
    `self_handled` among those `handled`; the marks are the departments' marks of its whistles;
    `upheld_against` are objections upheld and charged to it.
    """

    answers: Facts = field(default_factory=Facts)
    received: int = 0
    whistled: int = 0
    ended: int = 0
    redone: int = 0
    handled: int = 0
    self_handled: int = 0
    marked: int = 0
    improper: int = 0
    mark_sum: int = 0
    upheld_against: int = 0


def town_parts(
    facts: TownFacts,
    weights: Weights,
    *,
    use: tuple[Decimal, Decimal],
    objection_points: Decimal,
    whistle_marks: bool,
) -> dict[str, Fraction | None]:
    """Return the five parts of a town's performance.

    Use: 100 where the share of its cases it whistled for lies in the span, falling evenly to 0 at none
    and at all. Quality: the mean of the share of its whistles marked proper and of their mean mark,
    less points for each objection upheld against it, not below 0. Redo: the share of ended cases not
    redone. Self: the share of handled cases it handled itself.
    """
    return {
        RATES: exact_score(facts.answers, weights),
        USE: use_points(share(facts.whistled, facts.received), use),
        QUALITY: _quality(facts, objection_points) if whistle_marks else None,
        REDO: share(facts.ended - facts.redone, facts.ended),
        SELF: share(facts.self_handled, facts.handled),
    }


def use_points(percent: Fraction | None, span: tuple[Decimal, Decimal]) -> Fraction | None:
    """Return 100 inside the span (parts of one, ends included), less the further outside."""
    if percent is None:
        return None
    low, high, used = Fraction(span[0]), Fraction(span[1]), percent / 100
    if used < low:
        return FULL * used / low
    return FULL * (1 - used) / (1 - high) if used > high else FULL


def _quality(facts: TownFacts, objection_points: Decimal) -> Fraction | None:
    proper = share(facts.marked - facts.improper, facts.marked)
    if proper is None:
        return None
    mean = (proper + Fraction(facts.mark_sum, facts.marked)) / 2
    return max(mean - Fraction(objection_points) * facts.upheld_against, Fraction(0))


def whole_score(
    parts: Mapping[str, Fraction | None], weights: Mapping[str, Decimal]
) -> Fraction | None:
    """Return the weighted mean of the parts that have data; None where none has."""
    return weighted(parts, weights)


def unit_score(
    parts: Mapping[str, Fraction | None], weights: Mapping[str, Decimal]
) -> Fraction | None:
    """Return a department's score; None where only its deductions have data: who was never marked, timed or
    answered for has lost nothing, and that is no 100."""
    if not any(
        parts[name] is not None and weights[name] for name in UNIT_PARTS if name not in DEDUCTIONS
    ):
        return None
    return weighted(parts, weights)
