"""How facts become rates, scores and ranks. Pure: no rows, no clock of the machine.

Everything is reckoned in exact fractions and rounded once, half up, when it is shown. «No data» is
None, never 0. Sources: domain.md 1.2 (rates over valid callbacks, weights, factor), 4.4 (marks).
The parts of a department's and of a town's score are in `assessment.parts`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import TypeVar

K = TypeVar("K")

RESPONSE, RESOLUTION, SATISFACTION = "response", "resolution", "satisfaction"
RATES = (RESPONSE, RESOLUTION, SATISFACTION)
YES, PARTLY, NO = "yes", "partly", "no"
VERY_SATISFIED, SATISFIED, BASIC = "very_satisfied", "satisfied", "basic"
DISSATISFIED, VERY_DISSATISFIED = "dissatisfied", "very_dissatisfied"
CONTENT = (VERY_SATISFIED, SATISFIED, BASIC, DISSATISFIED, VERY_DISSATISFIED)
SOLVED = (YES, PARTLY, NO)
"""The answers to a question, the best first."""

NONE, FULL = Decimal(0), Decimal(1)


@dataclass(frozen=True, slots=True)
class Facts:
    """Counts over valid callbacks; each but the first is a part of `valid`.

    Where they do not add up to it, an older system left the question out: that answer counts nothing.
    """

    valid: int = 0
    contacted: int = 0
    resolved: int = 0
    satisfied: int = 0
    basic: int = 0
    partly: int = 0
    unsolved: int = 0
    very_satisfied: int = 0
    dissatisfied: int = 0
    very_dissatisfied: int = 0

    def __post_init__(self) -> None:
        parts = (self.contacted, sum(self.solved().values()), sum(self.content().values()))
        if any(getattr(self, field.name) < 0 for field in fields(self)) or max(parts) > self.valid:
            raise ValueError(f"facts do not fit each other: {self}")

    def __add__(self, other: "Facts") -> "Facts":
        return Facts(*(getattr(self, f.name) + getattr(other, f.name) for f in fields(self)))

    def solved(self) -> dict[str, int]:
        """Return how often each answer was given to whether the matter was solved."""
        return {YES: self.resolved, PARTLY: self.partly, NO: self.unsolved}

    def content(self) -> dict[str, int]:
        """Return how often each answer was given to whether one is satisfied."""
        return {name: getattr(self, name) for name in CONTENT}


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the three rates, parts of one, and what each answer counts, 0 to 1.

    Every answer that can be stored has a factor, whatever was offered when it was given. A worse
    answer never counts more than a better one.
    """

    response: Decimal
    resolution: Decimal
    satisfaction: Decimal
    basic_factor: Decimal
    partly_factor: Decimal = NONE
    very_satisfied_factor: Decimal = FULL
    satisfied_factor: Decimal = FULL
    dissatisfied_factor: Decimal = NONE
    very_dissatisfied_factor: Decimal = NONE
    no_factor: Decimal = NONE

    def __post_init__(self) -> None:
        if self.response + self.resolution + self.satisfaction != 1:
            raise ValueError("the weights of the three rates must sum to one")
        if answer := rising(self.solved()) or rising(self.content()):
            raise ValueError(f"a worse answer cannot count more than a better one: {answer}")

    def solved(self) -> dict[str, Decimal]:
        """Return what each answer to whether the matter was solved counts, the best first."""
        return {YES: FULL, PARTLY: self.partly_factor, NO: self.no_factor}

    def content(self) -> dict[str, Decimal]:
        """Return what each answer to whether one is satisfied counts, the best first."""
        return {name: getattr(self, f"{name}_factor") for name in CONTENT}


def rising(factors: Mapping[str, Decimal]) -> str:
    """Return the first answer that counts more than a better one, or is no part of one; empty where none.

    `factors` has the best answer first.
    """
    above = FULL
    for answer, factor in factors.items():
        if not NONE <= factor <= above:
            return answer
        above = factor
    return ""


def half_up(value: Fraction | None, decimals: int = 2) -> Decimal | None:
    """Round to so many decimals, half up; None stays None."""
    if value is None:
        return None
    sign, scale = (-1 if value < 0 else 1), 10**decimals
    steps = (abs(value) * scale + Fraction(1, 2)) // 1
    return (sign * Decimal(steps)).scaleb(-decimals)


def share(part: int | Fraction, whole: int) -> Fraction | None:
    """Return what percentage `part` is of `whole`, exactly; None where there is no whole."""
    return Fraction(part) * 100 / whole if whole else None


def exact_rates(facts: Facts, weights: Weights) -> dict[str, Fraction | None]:
    """Return response, resolution and satisfaction in percent, exact; None without valid callbacks."""
    return {
        RESPONSE: share(facts.contacted, facts.valid),
        RESOLUTION: share(_counted(facts.solved(), weights.solved()), facts.valid),
        SATISFACTION: share(_counted(facts.content(), weights.content()), facts.valid),
    }


def _counted(said: Mapping[str, int], factors: Mapping[str, Decimal]) -> Fraction:
    return sum((Fraction(factors[one]) * count for one, count in said.items()), Fraction(0))


def rates(facts: Facts, weights: Weights) -> dict[str, Decimal | None]:
    """Return the three rates in percent, two decimals, half up; None without valid callbacks."""
    return {name: half_up(rate) for name, rate in exact_rates(facts, weights).items()}


def exact_score(facts: Facts, weights: Weights) -> Fraction | None:
    """Return the weighted sum of the three exact rates, 0 to 100; None without valid callbacks."""
    found = exact_rates(facts, weights)
    return weighted(found, {name: getattr(weights, name) for name in RATES})


def score(facts: Facts, weights: Weights, decimals: int = 2) -> Decimal | None:
    """Return the score of the three rates, rounded once, half up."""
    return half_up(exact_score(facts, weights), decimals)


def points(*, contacted: bool, resolved: str, satisfied: str, weights: Weights) -> Decimal:
    """Return what one valid callback contributes, 0 to 100.

    The mean of the points of all valid callbacks is the exact score. A question left out counts nothing.
    """
    solved = weights.solved().get(resolved, NONE)
    content = weights.content().get(satisfied, NONE)
    return 100 * (
        weights.response * contacted + weights.resolution * solved + weights.satisfaction * content
    )


def against_and_for(facts: Facts, unreached: int) -> tuple[Facts, Facts]:
    """Return the facts as they would be had every unreached resident answered against the unit, and for it.

    That is with the worst answer there is and the best: neither counts more, respectively less, than any other.
    """
    asked = replace(facts, valid=facts.valid + unreached)
    worst = replace(
        asked,
        unsolved=facts.unsolved + unreached,
        very_dissatisfied=facts.very_dissatisfied + unreached,
    )
    best = replace(
        asked,
        contacted=facts.contacted + unreached,
        resolved=facts.resolved + unreached,
        very_satisfied=facts.very_satisfied + unreached,
    )
    return worst, best


def weighted(
    parts: Mapping[str, Fraction | None], weights: Mapping[str, Decimal]
) -> Fraction | None:
    """Return the weighted mean of the parts that have data; None where none has.

    A part without data takes no share: the weights of the others are scaled up to one.
    """
    known = {name: value for name, value in parts.items() if value is not None}
    whole = sum((Fraction(weights[name]) for name in known), Fraction(0))
    if not whole:
        return None
    return sum((Fraction(weights[name]) * known[name] for name in known), Fraction(0)) / whole


def mean(values: Iterable[Fraction | None]) -> Fraction | None:
    """Return the arithmetic mean of the values that are known; None where none is."""
    known = [value for value in values if value is not None]
    return sum(known, Fraction(0)) / len(known) if known else None


def ranking(
    scored: Mapping[K, tuple[Decimal | None, int]], *, by_volume: bool = False
) -> dict[K, int | None]:
    """Return each one's rank from its (score, volume): 1 is the best, «no data» has no rank.

    Equal scores share a rank and the next rank is skipped (1, 2, 2, 4). With `by_volume` the
    larger volume comes first among equal scores, and only equal volumes still share a rank.
    """

    def key(name: K) -> tuple[Decimal, int]:
        value, volume = scored[name]
        return (-(value or Decimal(0)), -volume if by_volume else 0)

    ranks: dict[K, int | None] = {
        name: None for name, (value, _) in scored.items() if value is None
    }
    place = 1
    for _, tied in groupby(
        sorted((name for name in scored if name not in ranks), key=key), key=key
    ):
        group = list(tied)
        ranks |= dict.fromkeys(group, place)
        place += len(group)
    return ranks
