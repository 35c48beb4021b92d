"""Whether a count is unlike what is usual for its weekday, by more than chance. Pure.

The counts of the same weekday in earlier weeks say what is usual. Both they and today's are put on the
scale of twice the square root, where a count's own chance has a spread of one whatever its size; the
spread taken is that of the earlier weeks, and never less than one. Today is unlike them where it lies
outside the interval in which a further count of the same sort falls 99 times in 100 (Student's t).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import mean, median, variance

FEWEST = 4
"""Earlier counts without which nothing is said."""

BOUNDS = (5.841, 4.604, 4.032, 3.707, 3.499)
"""Student's t at 0.995, for four earlier counts (three degrees of freedom) to eight."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How far a count lies from the median of the same weekdays before."""

    median: Fraction
    by: Fraction

    @property
    def more(self) -> bool:
        return self.by > 0


def difference(now: int, earlier: Sequence[int]) -> Difference | None:
    """Return by how much the count differs from the usual; None where chance explains it.

    At most the latest eight are looked at; with fewer than four nothing can be said.
    """
    past = list(earlier)[:8]
    if len(past) < FEWEST:
        return None
    scaled = [_scaled(count) for count in past]
    spread = sqrt(max(1.0, variance(scaled)) * (1 + 1 / len(past)))
    if abs(_scaled(now) - mean(scaled)) <= BOUNDS[len(past) - FEWEST] * spread:
        return None
    middle = median(Fraction(count) for count in past)
    return Difference(middle, now - middle)


def _scaled(count: int) -> float:
    return 2 * sqrt(count + 0.375)
