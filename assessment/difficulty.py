"""What a unit's matters would have scored elsewhere, and its score were they like the district's. Pure.

Indirect standardisation. A stratum holds matters of one first-level category and one kind of request. What is
expected of a unit is the mean, over its answers, of what **the other units** scored in the same strata: the
unit itself is left out, or a town with most of a category would be measured against itself. Where the
others have fewer than `FEWEST` answers in a stratum, its whole category is taken, and then everything; a district
with fewer still has no adjusted scores.

    adjusted = score of the district + (score of the unit − what was expected of it)

It sees nothing but category and kind. A harder case of the same category, a poorer quarter, a caller who
calls every week: all that it does not see, and so it stands beside the score and never in its place. It may
come to a little more than 100.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import NamedTuple

from assessment.strata import Stratum

FEWEST = 30
"""Answers of other units that a stratum needs to say what is expected."""

EVERYTHING = ""


class Adjusted(NamedTuple):
    """A unit's score as it is, as expected of its matters, and as adjusted for them."""

    observed: Fraction
    expected: Fraction
    adjusted: Fraction


@dataclass(slots=True)
class _Sum:
    """Points of some answers, counted in the parts of a point that make every answer's points whole."""

    points: int = 0
    count: int = 0

    def add(self, points: int, count: int) -> None:
        self.points += points * count
        self.count += count

    @property
    def mean(self) -> Fraction:
        return Fraction(self.points, self.count)


Sums = dict[str, _Sum]


def adjusted(
    strata: Iterable[Stratum], worth: Callable[[Stratum], Fraction]
) -> dict[str, Adjusted]:
    """Return each unit's adjusted score; units nobody can be compared with are left out.

    `worth` gives the points of one answer, 0 to 100.
    """
    lines = [(line, worth(line)) for line in strata]
    parts = math.lcm(*{points.denominator for _line, points in lines})
    whole: Sums = defaultdict(_Sum)
    own: dict[str, Sums] = defaultdict(lambda: defaultdict(_Sum))
    mixes: dict[str, Counter[str]] = defaultdict(Counter)
    for line, points in lines:
        scaled = points.numerator * (parts // points.denominator)
        mixes[line.unit][line.difficulty] += line.count
        for level in levels(line.difficulty):
            whole[level].add(scaled, line.count)
            own[line.unit][level].add(scaled, line.count)
    district = whole[EVERYTHING].mean if whole else None
    found = {}
    for unit, mix in mixes.items():
        expected = _expected(mix, own[unit], whole)
        if expected is not None and district is not None:
            observed = own[unit][EVERYTHING].mean
            exact = (observed, expected, district + observed - expected)
            found[unit] = Adjusted(*(value / parts for value in exact))
    return found


@cache
def levels(difficulty: str) -> tuple[str, ...]:
    """Return a stratum and what it is pooled into: “03/complaint”, “03”, everything."""
    category = difficulty.partition("/")[0]
    return tuple(dict.fromkeys([difficulty, category, EVERYTHING]))


def _expected(mix: Counter[str], own: Sums, whole: Sums) -> Fraction | None:
    """Return the mean over the unit's answers of what the others scored in like matters."""
    total = Fraction(0)
    for stratum, count in mix.items():
        mean = _mean_of_others(stratum, own, whole)
        if mean is None:
            return None
        total += mean * count
    return total / mix.total()


def _mean_of_others(stratum: str, own: Sums, whole: Sums) -> Fraction | None:
    for level in levels(stratum):
        others = whole[level].count - own[level].count
        if others >= FEWEST:
            return Fraction(whole[level].points - own[level].points, others)
    return None
