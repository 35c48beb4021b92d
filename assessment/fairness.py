"""How sure a score is: its interval, and which units chance alone does not tell apart. Pure.

A unit's score is the mean of the points of its answers, 0 to 100 each. Few answers, most of them full marks,
make such a mean swing further down than up, so that the usual bell curve separates equal units too often
(tests/assessment/test_fairness.py shows it). Two methods take its place:

* the **interval** of one unit is Wilson's, with the spread that the group's answers really have: a unit
  all of whose few answers are full marks still gets a width;
* **two units** are told apart where two equal units would differ as much less often than the error rate
  shared among all pairs of the group (Bonferroni). That chance comes from the answers of both thrown
  together, by the saddlepoint formula of Lugannani and Rice, which follows their lopsidedness.

A department's score is put together from parts. Its variance is the weighted sum of the parts' variances and
chance is bounded by Bernstein's inequality, which needs no shape; that is cautious: it separates less.

Both take the answers for independent. Fifty callers about one burst pipe are not: what is told apart here
may still be one event, and the pages say so.
"""

import math
from collections import Counter
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from statistics import NormalDist
from typing import NamedTuple, TypeVar

K = TypeVar("K", bound=Hashable)
FULL = 100
BELL = NormalDist()
STEPS = 60
"""Steps of Newton's method at most; it needs about six."""


class Interval(NamedTuple):
    """Where the score would lie with many more answers, 0 to 100."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True)
class Sample:
    """The answers of a unit: how many gave how many points."""

    counts: Mapping[Fraction, int]

    @cached_property
    def size(self) -> int:
        return sum(self.counts.values())

    @cached_property
    def mean(self) -> Fraction:
        return self._total(lambda points: points) / self.size

    @cached_property
    def centre(self) -> float:
        """Return the mean as chance is reckoned with it: no figure that is shown."""
        return float(self.mean)

    @cached_property
    def squares(self) -> Fraction:
        """Return the sum of squared distances from the mean."""
        return self._total(lambda points: (points - self.mean) ** 2)

    def _total(self, worth: Callable[[Fraction], Fraction]) -> Fraction:
        return sum((worth(points) * n for points, n in self.counts.items()), Fraction(0))


@dataclass(frozen=True, slots=True)
class Composite:
    """A score put together from parts: its variance, and how far one single answer can move it."""

    value: Fraction
    variance: Decimal
    step: Decimal


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a rank is sure: the places that fit, and whom the unit is not told apart from."""

    places: tuple[int, int]
    tied_with: tuple[str, ...]


def spread_of(samples: Mapping[K, Sample]) -> Decimal:
    """Return how much of the widest spread the answers of a group have, thrown together, over 0 to 1.

    Answers of all or nothing have 1; the more of them lie between, the less. One full and one none are added,
    so that a few answers that happen to be alike do not pass for certainty.
    """
    together = Counter({Fraction(0): 1, Fraction(FULL): 1})
    for sample in samples.values():
        together.update(sample.counts)
    whole = Sample(together)
    return _decimal(whole.squares / (whole.size * whole.mean * (FULL - whole.mean)))


def interval(sample: Sample, spread: Decimal, error_rate: Decimal) -> Interval:
    """Return Wilson's interval of the mean; it leaves out the truth at about the error rate."""
    z2 = _deviations(error_rate) ** 2 * spread
    n, p = Decimal(sample.size), _decimal(sample.mean / FULL)
    middle = p + z2 / (2 * n)
    half = (z2 * (p * (1 - p) / n + z2 / (4 * n * n))).sqrt()
    whole = 1 + z2 / n
    return _around(p * FULL, (middle - half) / whole * FULL, (middle + half) / whole * FULL)


def interval_of_parts(unit: Composite, error_rate: Decimal) -> Interval:
    """Return the interval of a score put together from parts, by Bernstein's inequality."""
    reach = _reach(unit.variance, unit.step, (2 / error_rate).ln())
    value = _decimal(unit.value)
    return _around(value, value - reach, value + reach)


def standings(samples: Mapping[str, Sample], error_rate: Decimal) -> dict[str, Standing]:
    """Return what is sure of each unit's rank in its group by the points of its answers."""
    chance = float(error_rate) / 2 / max(1, _pairs(len(samples)))

    def apart(better: str, worse: str) -> bool:
        return differ(samples[better], samples[worse], chance)

    return _standings({code: sample.mean for code, sample in samples.items()}, apart)


def standings_of_parts(units: Mapping[str, Composite], error_rate: Decimal) -> dict[str, Standing]:
    """Return what is sure of each unit's rank in its group where scores are put together from parts."""
    nats = (2 * max(1, _pairs(len(units))) / error_rate).ln()

    def apart(better: str, worse: str) -> bool:
        one, two = units[better], units[worse]
        reach = _reach(one.variance + two.variance, max(one.step, two.step), nats)
        return _decimal(one.value - two.value) > reach

    return _standings({code: unit.value for code, unit in units.items()}, apart)


def differ(better: Sample, worse: Sample, chance: float) -> bool:
    """Tell whether two equal units would differ as much, this way round, less often than `chance`."""
    # half an answer less: means of few answers move in jumps, and the formula takes them for smooth
    apart = (better.centre - worse.centre) / FULL - 0.5 / min(better.size, worse.size)
    if apart <= 0:
        return False
    size = better.size + worse.size
    middle = (better.centre * better.size + worse.centre * worse.size) / size
    both = Counter(better.counts)
    both.update(worse.counts)
    answers = [((float(points) - middle) / FULL, n / size) for points, n in both.items()]
    variance = math.fsum(x * x * w for x, w in answers) * (1 / better.size + 1 / worse.size)
    if apart < math.sqrt(variance):
        return False
    return _tail(answers, better.size, worse.size, apart, variance) < chance


def _tail(
    answers: list[tuple[float, float]], many: int, few: int, apart: float, variance: float
) -> float:
    """Return how likely the means of `many` and of `few` of these answers lie `apart` or further.

    Lugannani and Rice: the answers are tilted until the difference is just what one expects.
    """
    tilt, low, high = apart / variance, 0.0, math.inf
    for _step in range(STEPS):
        if tilt / min(many, few) > FULL * 2:
            return 0.0  # further than these answers can lie at all
        first, second = _tilted(answers, tilt / many), _tilted(answers, -tilt / few)
        expected, curve = first.mean - second.mean, first.variance / many + second.variance / few
        if abs(expected - apart) < 1e-9:
            break
        low, high = (tilt, high) if expected < apart else (low, tilt)
        step = tilt + (apart - expected) / curve if curve > 1e-200 else math.inf
        if not low < step < min(high, 3 * tilt):
            step = 3 * low if high == math.inf else (low + high) / 2
        tilt = step
    exponent = tilt * apart - many * first.log - few * second.log
    root, scaled = math.sqrt(2 * max(exponent, 1e-12)), tilt * math.sqrt(curve)
    return 1 - BELL.cdf(root) + BELL.pdf(root) * (1 / scaled - 1 / root)


class _Tilted(NamedTuple):
    log: float
    mean: float
    variance: float


def _tilted(answers: list[tuple[float, float]], tilt: float) -> _Tilted:
    # fsum: the same to the last bit in each version of Python, so that frozen ranks stay
    weights = [(x, w * math.exp(tilt * x)) for x, w in answers]
    whole = math.fsum(w for _x, w in weights)
    mean = math.fsum(x * w for x, w in weights) / whole
    return _Tilted(
        math.log(whole), mean, math.fsum((x - mean) ** 2 * w for x, w in weights) / whole
    )


def _standings(
    values: Mapping[str, Fraction], apart: Callable[[str, str], bool]
) -> dict[str, Standing]:
    above = dict.fromkeys(values, 0)
    below = dict.fromkeys(values, 0)
    tied: dict[str, list[str]] = {code: [] for code in values}
    order = sorted(values, key=lambda code: (-values[code], code))
    for place, better in enumerate(order):
        for worse in order[place + 1 :]:
            if apart(better, worse):
                above[worse] += 1
                below[better] += 1
            else:
                tied[better].append(worse)
                tied[worse].append(better)
    return {
        code: Standing((1 + above[code], len(order) - below[code]), tuple(sorted(tied[code])))
        for code in values
    }


def _reach(variance: Decimal, step: Decimal, nats: Decimal) -> Decimal:
    """Return how far Bernstein's inequality lets a mean stray with the chance e^-nats."""
    jump = step * nats / 3
    return jump + (jump * jump + 2 * variance * nats).sqrt()


def _around(value: Decimal, low: Decimal, high: Decimal) -> Interval:
    """Return the interval within 0 to 100; the last digit of a root must not leave the value itself out."""
    return Interval(max(Decimal(0), min(low, value)), min(Decimal(FULL), max(high, value)))


def _pairs(units: int) -> int:
    return units * (units - 1) // 2


def _deviations(error_rate: Decimal) -> Decimal:
    """Return how many standard deviations leave out that share on both sides together."""
    return Decimal(f"{BELL.inv_cdf(1 - float(error_rate) / 2):.9f}")


def _decimal(value: Fraction) -> Decimal:
    return Decimal(value.numerator) / Decimal(value.denominator)
