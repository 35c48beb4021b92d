"""Periods: months, years, named spans; half-open, in the district's zone."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.refusals import BadInput
from assessment import periods
from assessment.models import Period
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


@given(st.datetimes(datetime(1900, 1, 2), datetime(2900, 1, 1), timezones=st.just(UTC)))
def test_every_moment_lies_in_exactly_one_month(at: datetime) -> None:
    span = periods.running_month(at)
    assert span.covers(at)
    assert not periods.running_month(span.ends_at).covers(at)
    assert periods.running_month(span.ends_at).starts_at == span.ends_at
    assert (
        periods.running_month(span.starts_at - timedelta(microseconds=1)).ends_at == span.starts_at
    )
