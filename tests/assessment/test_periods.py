"""Periods: months, years, named spans; half-open, in the district's zone."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.refusals import BadInput
from assessment import periods
from assessment.models import Period
from assessment.spans import DayRule, Tiling
from tests.cast import SHANGHAI


def local(*parts: int) -> datetime:
    return datetime(*parts).replace(tzinfo=SHANGHAI)


@pytest.mark.django_db
def test_a_month_runs_from_local_midnight_to_local_midnight() -> None:
    span = periods.find("2026-11")
    assert (span.starts_at, span.ends_at) == (local(2026, 11, 1), local(2026, 12, 1))
    assert span.starts_at == datetime(2026, 10, 31, 16, tzinfo=UTC)
    assert periods.find("2026-12").ends_at == local(2027, 1, 1)


@pytest.mark.django_db
def test_a_year_has_all_its_months() -> None:
    span = periods.find("2026")
    months = [periods.find(f"2026-{n:02d}") for n in range(1, 13)]
    assert span.starts_at == months[0].starts_at
    assert span.ends_at == months[-1].ends_at
    assert all(a.ends_at == b.starts_at for a, b in pairwise(months))


@pytest.mark.parametrize("name", ["2026-02-30", "2026-W60"])
@pytest.mark.django_db
def test_a_named_span_called_like_no_day_of_the_calendar_is_ruled_from_its_beginning(
    name: str,
) -> None:
    Period.objects.create(name=name, starts_at=local(2026, 3, 1), ends_at=local(2026, 4, 1))
    assert periods.ruled_on(periods.find(name)) == date(2026, 3, 1)


@pytest.mark.django_db
def test_a_named_span_has_the_bounds_of_its_row_and_wins_over_a_month() -> None:
    Period.objects.create(
        name="19日口径", starts_at=local(2025, 9, 19), ends_at=local(2025, 10, 26, 12)
    )
    Period.objects.create(name="2025-10", starts_at=local(2025, 9, 19), ends_at=local(2025, 10, 19))
    assert periods.find("19日口径").ends_at == local(2025, 10, 26, 12)
    assert periods.find("2025-10").starts_at == local(2025, 9, 19)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "name",
    [
        "",
        "2026-0",
        "2026-00",
        "2026-13",
        "2026-1",
        "26",
        "0026",
        "9999-99",
        "2026-11\n",
        "２０２６",
        "2０２６",
        "\x00",
    ],
)
def test_a_bad_name_is_refused_with_what_can_be_written(name: str) -> None:
    Period.objects.create(name="供暖季", starts_at=local(2025, 11, 1), ends_at=local(2026, 3, 15))
    with pytest.raises(BadInput) as refusal:
        periods.find(name)
    assert "2026-11" in str(refusal.value)
    assert "供暖季" in str(refusal.value)


@pytest.mark.django_db
def test_neighbours_are_of_the_same_sort() -> None:
    Period.objects.create(name="甲", starts_at=local(2025, 1, 1), ends_at=local(2025, 2, 1))
    Period.objects.create(name="乙", starts_at=local(2025, 3, 1), ends_at=local(2025, 4, 1))

    def names(name: str) -> list[str | None]:
        return [span.name if span else None for span in periods.neighbours(periods.find(name))]

    assert names("2026-01") == ["2025-12", "2026-02"]
    assert names("2026-12") == ["2026-11", "2027-01"]
    assert names("2026") == ["2025", "2027"]
    assert names("甲") == [None, "乙"]
    assert names("乙") == ["甲", None]


@pytest.mark.django_db
def test_running_are_the_month_the_year_and_the_named_spans_around_a_moment() -> None:
    Period.objects.create(name="供暖季", starts_at=local(2025, 11, 1), ends_at=local(2026, 3, 15))
    names = [span.name for span in periods.running(local(2026, 3, 14))]
    assert names == ["2026-03", "2026", "供暖季"]
    assert [span.name for span in periods.running(local(2026, 3, 15))] == ["2026-03", "2026"]
    new_year_in_utc = datetime(2025, 12, 31, 16, 30, tzinfo=UTC)
    assert [span.name for span in periods.running(new_year_in_utc)][:2] == ["2026-01", "2026"]


rules = st.lists(
    st.builds(
        DayRule,
        st.dates(date(2020, 1, 1), date(2030, 12, 31)),
        st.integers(1, 28),
        st.integers(0, 23),
    ),
    max_size=5,
    unique_by=lambda rule: rule.valid_from,
)
moments = st.datetimes(datetime(2019, 1, 2), datetime(2032, 1, 1), timezones=st.just(UTC))


@given(rules, moments)
def test_every_moment_lies_in_exactly_one_day_and_month(given_rules: list, at: datetime) -> None:
    tiles = Tiling(given_rules, SHANGHAI)
    day, month = tiles.day(tiles.day_at(at)), tiles.month(*tiles.month_at(at))
    for span in (day, month):
        assert span.covers(at)
    assert month.starts_at <= day.starts_at < day.ends_at <= month.ends_at
    assert tiles.month(*tiles.month_at(month.ends_at)).starts_at == month.ends_at
    before = month.starts_at - timedelta(microseconds=1)
    assert tiles.month(*tiles.month_at(before)).ends_at == month.starts_at


@given(rules, st.integers(2019, 2031))
def test_days_weeks_months_and_quarters_tile_across_every_change_of_rule(
    given_rules: list, year: int
) -> None:
    tiles = Tiling(given_rules, SHANGHAI)
    months = [tiles.month(year, n) for n in range(1, 13)]
    whole = tiles.year(year)
    assert (whole.starts_at, whole.ends_at) == (months[0].starts_at, months[-1].ends_at)
    for row in (
        months,
        [tiles.quarter(year, n) for n in range(1, 5)],
        [tiles.week(year, n) for n in range(1, 53)],
        [tiles.day(date(year, 1, 1) + timedelta(days=n)) for n in range(365)],
    ):
        assert all(span.starts_at < span.ends_at for span in row)
        assert all(a.ends_at == b.starts_at for a, b in pairwise(row))
    quarter = tiles.quarter(year, 2)
    assert (quarter.starts_at, quarter.ends_at) == (months[3].starts_at, months[5].ends_at)


def test_the_rule_of_the_19th_and_of_noon() -> None:
    tiles = Tiling([DayRule(date(2020, 1, 1), 19, 0)], SHANGHAI)
    november = tiles.month(2025, 11)
    assert (november.starts_at, november.ends_at) == (local(2025, 10, 19), local(2025, 11, 19))
    noon = Tiling([DayRule(date(2020, 1, 1), 1, 12)], SHANGHAI)
    day = noon.day(date(2025, 10, 26))
    assert (day.starts_at, day.ends_at) == (local(2025, 10, 25, 12), local(2025, 10, 26, 12))
    assert noon.month(2025, 11).starts_at == local(2025, 10, 31, 12)


def test_a_change_of_rule_leaves_no_gap() -> None:
    tiles = Tiling([DayRule(date(2020, 1, 1)), DayRule(date(2025, 10, 5), 19, 0)], SHANGHAI)
    assert tiles.month(2025, 10).ends_at == local(
        2025, 11, 1
    )  # in force on 1 October: the old rule
    assert tiles.month(2025, 11).starts_at == local(2025, 11, 1)
    assert tiles.month(2025, 11).ends_at == local(2025, 11, 19)


@pytest.mark.django_db
def test_weeks_quarters_and_days_have_names_too() -> None:
    week = periods.find("2026-W47")
    assert (week.starts_at, week.ends_at) == (local(2026, 11, 16), local(2026, 11, 23))
    quarter = periods.find("2026-Q4")
    assert (quarter.starts_at, quarter.ends_at) == (local(2026, 10, 1), local(2027, 1, 1))
    day = periods.find("2026-11-21")
    assert (day.starts_at, day.ends_at) == (local(2026, 11, 21), local(2026, 11, 22))

    def names(name: str) -> list[str]:
        return [span.name for span in periods.neighbours(periods.find(name))]

    assert names("2026-Q1") == ["2025-Q4", "2026-Q2"]
    assert names("2026-W01") == ["2025-W52", "2026-W02"]
    assert names("2026-01-01") == ["2025-12-31", "2026-01-02"]
    before = [span.name for span in periods.before(periods.find("2026-01"), 3)]
    assert before == ["2025-12", "2025-11", "2025-10"]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["2026-W54", "2025-W53", "2026-W00", "2026-Q5", "2026-02-30"])
def test_a_week_or_a_day_that_the_calendar_does_not_have_is_refused(name: str) -> None:
    with pytest.raises(BadInput):
        periods.find(name)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "day"),
    [
        ("2026-11", date(2026, 11, 1)),
        ("2026-Q4", date(2026, 10, 1)),
        ("2026", date(2026, 1, 1)),
        ("2026-W47", date(2026, 11, 16)),
        ("2026-11-21", date(2026, 11, 21)),
    ],
)
def test_the_policy_of_a_period_is_that_of_its_first_day_by_the_calendar(
    name: str, day: date
) -> None:
    assert periods.ruled_on(periods.find(name)) == day
