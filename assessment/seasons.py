"""Seasons that are known beforehand. Pure; only those that a source gives dates for."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Season:
    """A time of every year, its first and last day, and the word in a category's name that it concerns."""

    word: str
    first: tuple[int, int]
    last: tuple[int, int]

    def covers(self, day: date) -> bool:
        """Tell whether the day lies in the season, which may go over the turn of the year."""
        at = (day.month, day.day)
        if self.first <= self.last:
            return self.first <= at <= self.last
        return at >= self.first or at <= self.last


SEASONS = (Season("供暖", (11, 1), (3, 15)),)
"""The heating season as 怀柔's daily reports have it: 11-01 to 03-15 (`domain.md` 1.4)."""


def season_of(category: str, first: date, last: date) -> Season | None:
    """Return the known season of a category (by its names) that begins, lasts or ends between the days."""
    for season in SEASONS:
        if season.word in category and season.covers(first) | season.covers(last):
            return season
    return None
