"""How a figure moves over the months: against the month before (环比) and the same month a year before (同比). Pure.

A ratio is stated only where there is something to divide by: without data, after nothing, and while a
month is still running, there is none. Many systems show +100 % or 0 there; that is not what happened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from assessment.scoring import half_up

SHOWN = 13
"""Months on the page: the running one and the twelve before, the same month of last year among them."""

YEAR = 12


class Sort(StrEnum):
    """What a figure is: how many, a share in percent, or points of a score."""

    COUNT = "count"
    RATE = "rate"
    SCORE = "score"


class Standing(StrEnum):
    """How it stands with the figures of a month."""

    KEPT = "kept"
    RUNNING = "running"
    MISSING = "missing"
    BEFORE = "before"


@dataclass(frozen=True, slots=True)
class Month:
    """A month's figure: `value` is None without data, `valid` is how many residents were reached."""

    name: str
    standing: Standing
    value: Decimal | None = None
    valid: int | None = None
    fewest: int = 1

    @property
    def few(self) -> bool:
        """Tell whether fewer were reached than the rules ask for a rank."""
        return self.valid is not None and self.valid < self.fewest


@dataclass(frozen=True, slots=True)
class Line:
    """A month with how it differs from the one before and from the same one of the year before.

    Counts differ by percent, rates and scores by points; None where nothing can honestly be said.
    """

    month: Month
    before: Month | None
    year_before: Month | None
    to_before: Decimal | None
    to_year: Decimal | None


def change(now: Month, then: Month | None, sort: Sort) -> Decimal | None:
    """Return by how much a month differs from another; None where one has no data, the other is nothing,
    or either is not over."""
    if then is None or now.value is None or then.value is None:
        return None
    if Standing.RUNNING in (now.standing, then.standing) and sort == Sort.COUNT:
        return None  # half a month has half the cases
    if sort != Sort.COUNT:
        return now.value - then.value
    if not then.value:
        return None
    return half_up(Fraction(now.value - then.value) * 100 / Fraction(then.value), 1)


def lines_of(months: Sequence[Month], sort: Sort) -> list[Line]:
    """Return the last thirteen months, the oldest first; `months` are consecutive, at most twenty-five."""

    def at(position: int) -> Month | None:
        return months[position] if position >= 0 else None

    first = max(0, len(months) - SHOWN)
    return [
        Line(
            months[n],
            at(n - 1),
            at(n - YEAR),
            change(months[n], at(n - 1), sort),
            change(months[n], at(n - YEAR), sort),
        )
        for n in range(first, len(months))
    ]
