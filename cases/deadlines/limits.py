"""Limits of time and the units they are given in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from cases.deadlines.clocktime import DAY, HOUR, SECOND
from cases.deadlines.errors import BadAmount, LimitTooLong, NegativeLimit

MOST_DAYS = 3660


class TimeUnit(StrEnum):
    """How an amount of time counts: urgent and natural by the clock, work by the calendar."""

    URGENT_HOUR = "urgent_hour"
    URGENT_DAY = "urgent_day"
    NATURAL_HOUR = "natural_hour"
    NATURAL_DAY = "natural_day"
    WORK_HOUR = "work_hour"
    WORKDAY = "workday"

    @property
    def counts_work(self) -> bool:
        """Whether only the calendar's working time counts."""
        return self in _WORKING

    @property
    def is_day(self) -> bool:
        """Whether the amount is in days and not in hours."""
        return self in _DAYS


_WORKING = frozenset({TimeUnit.WORK_HOUR, TimeUnit.WORKDAY})
_DAYS = frozenset({TimeUnit.URGENT_DAY, TimeUnit.NATURAL_DAY, TimeUnit.WORKDAY})


@dataclass(frozen=True, slots=True)
class Limit:
    """An amount of a unit: 5 workdays, 1/2 natural day. At most ten years; a float is refused as inexact."""

    amount: Fraction | int | Decimal
    unit: TimeUnit

    def __post_init__(self) -> None:
        if isinstance(self.amount, bool) or not isinstance(self.amount, int | Fraction | Decimal):
            raise BadAmount(amount=self.amount)
        if isinstance(self.amount, Decimal) and not _is_plain(self.amount):
            raise BadAmount(amount=self.amount)
        if self.amount < 0:
            raise NegativeLimit(amount=self.amount)
        most = MOST_DAYS if self.unit.is_day else MOST_DAYS * 24
        if self.amount > most:
            raise LimitTooLong(most=most, unit=str(self.unit))

    def counted(self, working_day: int) -> int:
        """Return the microseconds to count, `working_day` being the length of one day's working time.

        They are whole seconds, so that a third of an hour stored with six decimals is twenty minutes.
        """
        if self.unit is TimeUnit.WORKDAY:
            length = working_day
        elif self.unit.is_day:
            length = DAY
        else:
            length = HOUR
        return round(Fraction(self.amount) * length / SECOND) * SECOND

    def as_dict(self) -> dict[str, object]:
        """Return JSON: a whole amount as a number, any other exactly, as text."""
        return {"amount": written(self.amount), "unit": str(self.unit)}


def _is_plain(amount: Decimal) -> bool:
    """Refuse infinities and exponents that would fill the memory as exact fractions."""
    exponent = amount.as_tuple().exponent
    return isinstance(exponent, int) and -30 <= exponent <= 30


def written(amount: Fraction | int | Decimal) -> int | str:
    """Return an amount for people and JSON: 5, "1.5", "1/3"."""
    exact = Fraction(amount)
    if exact.denominator == 1:
        return int(exact)
    places = Decimal(exact.numerator) / Decimal(exact.denominator)
    return f"{places.normalize():f}" if Fraction(places) == exact else str(exact)


@dataclass(frozen=True, slots=True)
class DayRule:
    """Whether a day works, what it is called, who says so, and whether that may still change.

    `name` is empty for an ordinary working day; a working day with a name makes up for that holiday.
    """

    works: bool
    name: str = ""
    source: str = ""
    provisional: bool = False


@dataclass(frozen=True, slots=True)
class Day:
    """A date with its rule, where the date matters to a deadline."""

    date: date
    rule: DayRule

    def as_dict(self) -> dict[str, object]:
        return {
            "date": self.date.isoformat(),
            "works": self.rule.works,
            "name": self.rule.name,
            "source": self.rule.source,
            "provisional": self.rule.provisional,
        }
