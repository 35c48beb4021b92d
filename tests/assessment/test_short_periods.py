"""Days and weeks looked at once are not kept for ever; months, frozen periods and named ones are."""

from datetime import datetime, timedelta

import pytest

from assessment import periods
from assessment.models import FrozenPeriod, Period, PeriodFigures, UnitScore
from assessment.services import scores, short_periods
from assessment.services.freezing import freeze
from assessment.services.night import freeze_ended_periods
from tests.assessment.histories import APRIL, history
from tests.cast import SHANGHAI, Stage
from tests.plans import plan

NIGHT = datetime(2026, 5, 20, 3, 10, tzinfo=SHANGHAI)
LOOKED_AT = ("2026-03-10", "2026-W11", "2026-03", "2026-Q1", "2026", "2026-W12", "2026-03-12")


@pytest.fixture
def looked(stage: Stage) -> Stage:
    """Return the stage with periods of every sort that somebody looked at: a day of them frozen, a week a named one."""
    history(stage.people, 51, 3)
    week = timedelta(days=7)
    start = datetime(2026, 3, 2, tzinfo=SHANGHAI)
    Period.objects.create(name="2026-W12", starts_at=start, ends_at=start + week)
    freeze(periods.find("2026-03-12"), None, APRIL)
    for name in LOOKED_AT:
        scores.refresh(periods.find(name), APRIL)
    return stage


def kept() -> set[str]:
    return set(PeriodFigures.objects.values_list("period", flat=True))


def test_at_night_old_days_and_weeks_are_deleted_and_nothing_else(looked: Stage) -> None:
    assert kept() == set(LOOKED_AT)
    assert freeze_ended_periods(NIGHT.replace(hour=4)) == freeze_ended_periods(NIGHT) - 2
    assert kept() == set(LOOKED_AT) - {"2026-03-10", "2026-W11"}
    assert kept() == set(UnitScore.objects.values_list("period", flat=True))
    assert FrozenPeriod.objects.get().period == "2026-03-12"
    assert short_periods.forget(NIGHT) == 0


def test_they_stay_as_long_as_their_cases_are_called_back(looked: Stage) -> None:
    day = periods.find("2026-03-10")
    assert short_periods.forget(day.ends_at + short_periods.KEPT) == 0
    assert short_periods.forget(day.ends_at + short_periods.KEPT + timedelta(seconds=1)) == 1
    assert "2026-W11" in kept()


def test_an_old_day_that_is_being_looked_at_stays_for_the_night(looked: Stage) -> None:
    before = scores.figures_of(periods.find("2026-03-10"), APRIL).figures
    scores.refresh(periods.find("2026-03-10"), NIGHT)
    assert short_periods.forget(NIGHT + timedelta(minutes=59)) == 1  # the week
    assert short_periods.forget(NIGHT + timedelta(minutes=61)) == 1
    again = scores.figures_of(periods.find("2026-03-10"), NIGHT).figures
    assert again["by_town"] == before["by_town"]


def test_a_night_deletes_so_many_and_finds_them_by_their_end(
    looked: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(short_periods, "MOST", 1)
    assert [short_periods.forget(NIGHT) for _ in range(3)] == [1, 1, 0]
    found = plan(*short_periods.old_ones(NIGHT)[:5].query.sql_with_params())
    assert "figures_ended" in found, found
