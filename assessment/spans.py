"""How days, weeks, months, quarters and years follow from the dated rules. Pure.

A day ends at the hour its rule says (noon to noon: the day 21 is [20th 12:00, 21st 12:00)) and begins
where the day before ended; a month begins with its first day (the rule of the 19th: November is the days from 19
October to 18 November) and begins where the month before ended. So days tile time and months tile days, also
across a change of rule: what happens lies in exactly one day, one week, one month, one quarter and one year.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """A period by its name, [starts_at, ends_at)."""

    name: str
    starts_at: datetime
    ends_at: datetime

    def covers(self, at: datetime) -> bool:
        return self.starts_at <= at < self.ends_at


@dataclass(frozen=True, slots=True, order=True)
class DayRule:
    """From a day on: the day of the month a month begins with, and the hour a day begins at."""

    valid_from: date
    first_day: int = 1
    first_hour: int = 0


class Tiling:
    """The days and months of a district."""

    def __init__(self, rules: Iterable[DayRule], zone: tzinfo) -> None:
        self.rules: Sequence[DayRule] = sorted(rules) or [DayRule(date.min)]
        self.zone = zone
        self._from = [rule.valid_from for rule in self.rules]

    def rule_on(self, day: date) -> DayRule:
        """Return the rule in force on a day; before the first, the first."""
        return self.rules[max(bisect_right(self._from, day) - 1, 0)]

    def day_starts(self, day: date) -> datetime:
        """Return when the day begins: where the day before ends."""
        return self._day_ends(day - ONE_DAY)

    def _day_ends(self, day: date) -> datetime:
        hour = self.rule_on(day).first_hour
        last = day if hour else day + ONE_DAY
        return datetime.combine(last, time(hour), self.zone)

    def day_at(self, at: datetime) -> date:
        """Return the day in which a moment lies."""
        day = at.astimezone(self.zone).date()
        return day if at < self._day_ends(day) else day + ONE_DAY

    def first_day(self, year: int, month: int) -> date:
        """Return the first day of a month: the day after the last of the month before."""
        before = _months_on(year, month, -1)
        return self._last_day(*before) + ONE_DAY

    def _last_day(self, year: int, month: int) -> date:
        first = self.rule_on(date(year, month, 1)).first_day
        after = date(year, month, first) if first > 1 else date(*_months_on(year, month, 1), 1)
        return after - ONE_DAY

    def month_at(self, at: datetime) -> tuple[int, int]:
        """Return year and month in which a moment lies."""
        day = self.day_at(at)
        own = (day.year, day.month)
        return own if day <= self._last_day(*own) else _months_on(*own, 1)

    def day(self, day: date) -> Span:
        return self._days(f"{day:%Y-%m-%d}", day, day + ONE_DAY)

    def week(self, year: int, week: int) -> Span:
        """Return an ISO week, its days from Monday to Sunday; raise `ValueError` where the year has none such."""
        monday = date.fromisocalendar(year, week, 1)
        return self._days(f"{year:04d}-W{week:02d}", monday, monday + 7 * ONE_DAY)

    def month(self, year: int, month: int) -> Span:
        return self._months(f"{year:04d}-{month:02d}", (year, month), 1)

    def quarter(self, year: int, quarter: int) -> Span:
        return self._months(f"{year:04d}-Q{quarter}", (year, 3 * quarter - 2), 3)

    def year(self, year: int) -> Span:
        return self._months(f"{year:04d}", (year, 1), 12)

    def month_on(self, year: int, month: int, count: int) -> Span:
        """Return the month so many after the given one; a negative count goes back."""
        return self.month(*_months_on(year, month, count))

    def _months(self, name: str, first: tuple[int, int], count: int) -> Span:
        return self._days(name, self.first_day(*first), self.first_day(*_months_on(*first, count)))

    def _days(self, name: str, first: date, after: date) -> Span:
        return Span(name, self.day_starts(first), self.day_starts(after))

    def hours_within(self, span: Span) -> set[int]:
        """Return the hours at which the days of a span begin; more than one where the rule changes in it."""
        first, last = self.day_at(span.starts_at) - ONE_DAY, self.day_at(span.ends_at)
        changes = [rule for rule in self.rules if first < rule.valid_from <= last]
        return {rule.first_hour for rule in (self.rule_on(first), *changes)}


def _months_on(year: int, month: int, count: int) -> tuple[int, int]:
    number = 12 * year + month - 1 + count
    return number // 12, number % 12 + 1
