"""A calendar month as people choose it, `2026-11`, and its bounds in the district's zone."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone


@dataclass(frozen=True, slots=True)
class Month:
    """One month: from its first moment to the first of the next."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def start(self) -> datetime:
        return timezone.make_aware(datetime(self.year, self.month, 1))  # noqa: DTZ001 - made aware here

    @property
    def end(self) -> datetime:
        following = Month(self.year + self.month // 12, self.month % 12 + 1)
        return following.start


def month_of(said: str, at: datetime) -> Month:
    """Return the month said as `2026-11`; what cannot be one is the month of `at`."""
    year, _dash, month = said.partition("-")
    if year.isdecimal() and month.isdecimal() and 2000 <= int(year) < 2100 and 0 < int(month) < 13:
        return Month(int(year), int(month))
    here = timezone.localtime(at)
    return Month(here.year, here.month)
