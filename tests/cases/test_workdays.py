"""Which days work in China: the published years exactly, every other year by law and provisional."""

from datetime import date, timedelta

import pytest
from chinese_calendar.constants import holidays as published

from cases.workdays import (
    HOLIDAYS,
    PUBLISHED_YEARS,
    base_day,
    covers_year,
    qingming_day,
    statutory_holidays,
    week_day,
)


def days(first, last):
    return [first + timedelta(days=offset) for offset in range((last - first).days + 1)]


def days_of(year, *spans):
    """Return the dates of spans such as "2/15-2/23" or "1/4"."""
    found = []
    for span in spans:
        ends = [date(year, *map(int, end.split("/"))) for end in span.split("-")]
        found += days(ends[0], ends[-1])
    return found


# The State Council's notices (国办发明电), as the domain rules record them.
NOTICES = {
    2025: (
        days_of(2025, "1/1", "1/28-2/4", "4/4-4/6", "5/1-5/5", "5/31-6/2", "10/1-10/8"),
        days_of(2025, "1/26", "2/8", "4/27", "9/28", "10/11"),
    ),
    2026: (
        days_of(
            2026,
            "1/1-1/3",
            "2/15-2/23",
            "4/4-4/6",
            "5/1-5/5",
            "6/19-6/21",
            "9/25-9/27",
            "10/1-10/7",
        ),
        days_of(2026, "1/4", "2/14", "2/28", "5/9", "9/20", "10/10"),
    ),
}


@pytest.mark.parametrize("year", NOTICES)
def test_every_day_of_a_published_year_is_as_its_notice_says(year):
    off, made_up = NOTICES[year]
    for day in days(date(year, 1, 1), date(year, 12, 31)):
        works = day in made_up or (day not in off and day.weekday() < 5)
        rule = base_day(day)
        assert (rule.works, rule.provisional) == (works, False), day
        assert (rule.source == "state_council_notice") == (day in off or day in made_up), day


def test_days_are_named_for_their_holiday():
    assert base_day(date(2026, 2, 17)).name == "spring_festival"
    assert (base_day(date(2026, 2, 28)).name, base_day(date(2026, 2, 28)).works) == (
        "spring_festival",
        True,
    )
    assert base_day(date(2026, 11, 21)).name == "weekend"
    assert base_day(date(2026, 11, 20)).name == ""
    assert HOLIDAYS["spring_festival"].chinese == "春节"


def test_a_year_not_published_is_reckoned_from_weekends_and_statutory_days():
    names = statutory_holidays(2027)
    assert names == {
        date(2027, 1, 1): "new_year",
        date(2027, 2, 5): "spring_festival",
        date(2027, 2, 6): "spring_festival",
        date(2027, 2, 7): "spring_festival",
        date(2027, 2, 8): "spring_festival",
        date(2027, 4, 5): "qingming",
        date(2027, 5, 1): "labour_day",
        date(2027, 5, 2): "labour_day",
        date(2027, 6, 9): "dragon_boat",
        date(2027, 9, 15): "mid_autumn",
        date(2027, 10, 1): "national_day",
        date(2027, 10, 2): "national_day",
        date(2027, 10, 3): "national_day",
    }
    for day in days(date(2027, 1, 1), date(2027, 12, 31)):
        rule = base_day(day)
        assert rule.provisional, day
        assert rule.works == (day not in names and day.weekday() < 5), day


def test_every_published_day_has_a_name_in_both_languages():
    for day in days(date(min(PUBLISHED_YEARS), 1, 1), date(max(PUBLISHED_YEARS), 12, 31)):
        name = base_day(day).name
        assert not name or (HOLIDAYS[name].english and HOLIDAYS[name].chinese), day


@pytest.mark.parametrize("year", sorted(year for year in PUBLISHED_YEARS if year >= 2008))
def test_the_statutory_days_agree_with_what_was_published(year):
    """The days of the lunar calendar and of the solar term were days off, of that name, in every published year.

    Until 2024 New Year's Eve and 2 May were not statutory; two holidays on one day bear either name.
    """
    for day, name in statutory_holidays(year).items():
        newer = (name == "spring_festival" and day == min(_of(year, name))) or (
            day.month,
            day.day,
        ) == (5, 2)
        if newer and year < 2025:
            continue
        rule = base_day(day)
        assert not rule.works, day
        others = (
            {"mid_autumn", "national_day"} if name in ("mid_autumn", "national_day") else {name}
        )
        assert rule.name in others or day == date(2012, 6, 23), (
            day
        )  # a Saturday that the data leaves unnamed


def _of(year, wanted):
    return [day for day, name in statutory_holidays(year).items() if name == wanted]


def test_qingming_falls_where_the_almanacs_put_it():
    known = {
        1995: 5,
        1996: 4,
        1999: 5,
        2000: 4,
        2003: 5,
        2007: 5,
        2008: 4,
        2023: 5,
        2024: 4,
        2027: 5,
        2028: 4,
        2099: 4,
    }
    assert {year: qingming_day(year) for year in known} == known
    assert all(
        date(year, 4, qingming_day(year)) in published for year in PUBLISHED_YEARS if year >= 2008
    )


def test_rows_cover_a_year_once_they_give_every_statutory_day_off():
    rows = dict.fromkeys(statutory_holidays(2027), False)
    assert covers_year(rows, 2027)
    assert not covers_year(rows | {date(2027, 10, 1): True}, 2027)
    assert not covers_year({day: off for day, off in rows.items() if day.month < 9}, 2027)
    assert week_day(date(2027, 2, 9)).works
    assert not week_day(date(2027, 2, 13)).works
