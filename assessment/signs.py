"""Patterns that gaming leaves and that honest work seldom does. Pure: figures in, questions out.

Each is a question, never a verdict: it says how often honest work would show as much, under assumptions
that are stated, and what else may explain it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from math import sqrt

from assessment.chances import at_least, holm, poisson_at_least, together

ERROR_RATE = Decimal("0.05")
"""In a month in which everybody works honestly, a sort of sign asks anybody at all at most this often."""

LAST_PART = Decimal("0.05")
"""Just before the limit: the last twentieth of it. Spread evenly, one finish in twenty lies there."""
LEAST_FINISHES, LEAST_LAST = 20, 5
"""Finishes in time a unit must have to be compared, and how many of them late in the limit to be asked."""
LEAST_TIMES = 2
"""A share less than twice the others' is not worth a question, however sure."""

QUICK_CALLS, QUICK_SPAN = 5, timedelta(minutes=5)
"""Five residents reached within five minutes: dialling, greeting and three questions take more than a
minute and a quarter each, which is all that is left between the first answer and the fifth."""
HOURS_AWAKE = 12
"""Hours of a day in which residents answer links: over fewer hours they come closer together."""

LEAST_RATINGS = 5
"""Good ratings by one phone for one town in a month below which nobody is asked."""
LEAST_SEEN = 10
"""Phones from which it may be told how often one more rating follows."""


@dataclass(frozen=True, slots=True)
class Finishes:
    """What a unit finished in time in a month, and how much of it in the last part of the limit."""

    done: int
    last: int


@dataclass(frozen=True, slots=True)
class LastMinute:
    """A unit that finishes in the last part far more often than the others do."""

    unit: int
    share: float
    others: float
    chance: float


def last_minute(units: Mapping[int, Finishes]) -> list[LastMinute]:
    """Return the units with more finishes in the last part than the other units' share explains, and more
    than an even spread over the limit, too. Units differ honestly: how much, the others show."""
    asked = {unit: found for unit, found in units.items() if found.done >= LEAST_FINISHES}
    chances, shares = [], []
    for unit, found in asked.items():
        others = [one for other, one in asked.items() if other != unit]
        share, spread = _usual(others)
        even = at_least(found.last, found.done, float(LAST_PART))
        apart = at_least(found.last, found.done, share, spread) if others else 1.0
        chances.append(max(even, apart))
        shares.append(share)
    result = [
        LastMinute(unit, found.last / found.done, share, chance)
        for (unit, found), share, chance in zip(asked.items(), shares, holm(chances), strict=True)
        if Decimal(chance) <= ERROR_RATE
        and found.last >= LEAST_LAST
        and found.last >= LEAST_TIMES * found.done * max(share, float(LAST_PART))
    ]
    return sorted(result, key=lambda sign: (sign.chance, sign.unit))


def _usual(others: Sequence[Finishes]) -> tuple[float, float]:
    """Return the share of some units together, and the spread: how they differ among each other, and
    what their number leaves open."""
    done, last = sum(one.done for one in others), sum(one.last for one in others)
    share = (last + 0.5) / (done + 1)
    if len(others) < 2:
        return share, 1 / (done + 1)
    varied = sum((one.last - one.done * share) ** 2 / one.done for one in others)
    mean_size = done / len(others)
    varied /= share * (1 - share) * (len(others) - 1)
    # A few units tell only roughly how much units differ: one standard error more is allowed for.
    varied *= 1 + sqrt(2 / (len(others) - 1))
    differ = min(0.5, max(0.0, (varied - 1) / (mean_size - 1)))
    return share, together(differ, 1 / (done + 1))


@dataclass(frozen=True, slots=True)
class Rating:
    """A resident reached: by whom (an agent, or a town whose link was answered), when, which call."""

    by: int
    at: datetime
    call: int
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Run:
    """Ratings that follow each other more closely than is to be expected."""

    by: int
    ratings: tuple[Rating, ...]

    @property
    def seconds(self) -> int:
        return int((self.ratings[-1].at - self.ratings[0].at).total_seconds())

    @property
    def numbers(self) -> list[str]:
        return [number for rating in self.ratings for number in rating.numbers]


def runs(ratings: Sequence[Rating]) -> list[Run]:
    """Return the longest stretches in which any five ratings in a row by one lie within the span.

    A call that answers several cases is one rating. `ratings` are ordered by `by` and `at`.
    """
    found: list[Run] = []
    by_one: dict[int, list[Rating]] = {}
    for rating in ratings:
        by_one.setdefault(rating.by, []).append(rating)
    for one, given in by_one.items():
        first, end = 0, 0  # the stretch found so far: [first, end)
        for start in range(len(given) - QUICK_CALLS + 1):
            last = start + QUICK_CALLS
            if given[last - 1].at - given[start].at > QUICK_SPAN:
                continue
            if start >= end:
                found += [Run(one, tuple(given[first:end]))] if end else []
                first = start
            end = last
        found += [Run(one, tuple(given[first:end]))] if end else []
    return found


def chance_of_run(count: int, seconds: int, ratings: int, days: int, towns: int) -> float:
    """Return the chance of as close a run anywhere, where that many ratings come one by one in the days'
    waking hours: after each of them so many more within the span."""
    if ratings < count or days < 1:
        return 1.0
    mean = (ratings - 1) * max(seconds, 1) / (days * HOURS_AWAKE * 3600)
    return min(1.0, towns * ratings * poisson_at_least(count - 1, mean))


def chance_of_phone(count: int, phones: Mapping[int, int]) -> float:
    """Return the chance that any phone at all gives `count` good ratings to one town in the month.

    `phones` says how many phones gave how many. One more follows another as often as it does at the most
    frequent step that enough phones have reached: so frequent callers are allowed for.
    """
    every = sum(phones.values())
    if not every:
        return 1.0
    return min(1.0, every * _one_more(phones) ** (count - 1))


def _one_more(phones: Mapping[int, int]) -> float:
    highest, steps = max(phones), [0.0]
    for step in range(1, highest + 1):
        reached = sum(many for count, many in phones.items() if count >= step)
        if reached < LEAST_SEEN:
            break
        further = sum(many for count, many in phones.items() if count > step)
        steps.append((further + 1) / (reached + 1))
    return max(steps)
