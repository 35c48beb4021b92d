"""Which days work in China: as published by the State Council, and by law alone where nothing is published yet.

Published years come from `chinesecalendar`. For any other year a day is off if it is a Saturday, a Sunday or one of
the thirteen statutory days of the Regulation on Public Holidays (in force since 2025-01-01), and every day of that year is
provisional: days in lieu and make-up workdays are known only once the notice is out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache, lru_cache

import chinese_calendar
from borax.calendars.lunardate import LunarDate
from chinese_calendar.constants import holidays as published_days_off
from chinese_calendar.constants import workdays as published_make_up_days

from cases.deadlines import DayRule

NOTICE, STATUTE, WEEK = "state_council_notice", "statutory_holidays", "week"


@dataclass(frozen=True, slots=True)
class Holiday:
    """The names of a kind of day in both languages."""

    english: str
    chinese: str


HOLIDAYS: Mapping[str, Holiday] = {
    "new_year": Holiday("New Year's Day", "元旦"),
    "spring_festival": Holiday("Spring Festival", "春节"),
    "qingming": Holiday("Qingming Festival", "清明节"),
    "labour_day": Holiday("Labour Day", "劳动节"),
    "dragon_boat": Holiday("Dragon Boat Festival", "端午节"),
    "mid_autumn": Holiday("Mid-Autumn Festival", "中秋节"),
    "national_day": Holiday("National Day", "国庆节"),
    "victory_day": Holiday("70th anniversary of victory", "抗战胜利70周年纪念日"),
    "weekend": Holiday("weekend", "周末"),
    "day_off": Holiday("day off", "休息日"),
    "make_up": Holiday("make-up workday", "调休上班"),
}

_KEYS = {
    "New Year's Day": "new_year",
    "Spring Festival": "spring_festival",
    "Tomb-sweeping Day": "qingming",
    "Labour Day": "labour_day",
    "Dragon Boat Festival": "dragon_boat",
    "Mid-autumn Festival": "mid_autumn",
    "National Day": "national_day",
    "Anti-Fascist 70th Day": "victory_day",
}

# A notice reaches past its own year at New Year, so a year counts as published only with its autumn holidays.
PUBLISHED_YEARS = frozenset(day.year for day in published_days_off if day.month == 10)
LAST_PUBLISHED = max(PUBLISHED_YEARS)
PUBLISHED_BY = f"chinesecalendar {chinese_calendar.__version__}"


@lru_cache(maxsize=16384)
def base_day(day: date) -> DayRule:
    """Return the rule of a date as published, or by law and provisional where its year is not published."""
    return _published(day) if day.year in PUBLISHED_YEARS else statute_day(day)


@cache
def statutory_holidays(year: int) -> Mapping[date, str]:
    """Return the thirteen statutory days off of a year by date; one that falls on another's keeps the earlier name."""
    spring = LunarDate(year, 1, 1).to_solar_date()
    days: dict[date, str] = {}
    for name, first, length in (
        ("new_year", date(year, 1, 1), 1),
        ("spring_festival", spring - timedelta(days=1), 4),
        ("qingming", date(year, 4, qingming_day(year)), 1),
        ("labour_day", date(year, 5, 1), 2),
        ("dragon_boat", LunarDate(year, 5, 5).to_solar_date(), 1),
        ("mid_autumn", LunarDate(year, 8, 15).to_solar_date(), 1),
        ("national_day", date(year, 10, 1), 3),
    ):
        for offset in range(length):
            days.setdefault(first + timedelta(days=offset), name)
    return days


def qingming_day(year: int) -> int:
    """Return the day of April on which Qingming falls, 1901 to 2099.

    The mean solar term formula floor(0.2422 y + c) - floor(y / 4), y being the year of the century and c 5.59 in the
    20th and 4.81 in the 21st century; it has no exception for this term in those years.
    """
    of_century = year % 100
    shift = 4.81 if year >= 2000 else 5.59
    return int(of_century * 0.2422 + shift) - of_century // 4


def covers_year(days_off: Mapping[date, bool], year: int) -> bool:
    """Say whether rows (date → works) can be a year's whole notice: they give every statutory day off."""
    return all(days_off.get(day) is False for day in statutory_holidays(year))


def week_day(day: date) -> DayRule:
    """Return the rule of a date whose year's notice does not mention it: the ordinary week."""
    return _WEEKEND if day.weekday() >= 5 else ORDINARY


_WEEKEND = DayRule(works=False, name="weekend", source=WEEK)
ORDINARY = DayRule(works=True, source=WEEK)


def _published(day: date) -> DayRule:
    if day in published_make_up_days:
        return DayRule(works=True, name=_KEYS[published_make_up_days[day]], source=NOTICE)
    if day in published_days_off:
        return DayRule(works=False, name=_KEYS[published_days_off[day]], source=NOTICE)
    return week_day(day)


@lru_cache(maxsize=16384)
def statute_day(day: date) -> DayRule:
    """Return the rule of a date by law alone, provisional until its year's notice is out."""
    name = statutory_holidays(day.year).get(day)
    if name is not None:
        return DayRule(works=False, name=name, source=STATUTE, provisional=True)
    usual = week_day(day)
    return DayRule(usual.works, usual.name, usual.source, provisional=True)
