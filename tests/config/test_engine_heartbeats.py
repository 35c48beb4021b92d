"""Each run of a sweep leaves its heartbeat: how late it found its rows, how long it took, why it failed."""

from datetime import datetime, timedelta
from functools import partial

import pytest
from django.utils import timezone

from accounts.models import Heartbeat
from accounts.queries import late_sweeps, latest_try
from accounts.services.heartbeats import RECENT, beat
from cases.services.breaches import sweep_breaches
from cases.sweeps import BREACHES
from tests.cast import Stage

AT = datetime.fromisoformat("2026-03-04T10:00:00+08:00")
NAME = "sweep_breaches"


def handle(rows: int, at: datetime) -> int:
    return rows


def fail(at: datetime) -> int:
    raise ValueError("the rows are odd\nDETAIL: 13800001234")


@pytest.mark.django_db
def test_a_run_tells_how_many_rows_it_handled_and_when() -> None:
    assert beat(NAME, lambda at: 7, AT) == 7
    kept = Heartbeat.objects.get()
    assert (kept.ran_at, kept.handled, kept.lag_ms) == (AT, 7, 0)
    assert [run["handled"] for run in kept.recent] == [7]


def test_a_late_run_tells_how_late_the_oldest_row_was(stage: Stage) -> None:
    clock = stage.case().clocks.order_by("due_at").first()
    assert clock is not None
    assert clock.due_at is not None
    at = clock.due_at + timedelta(hours=8)
    assert beat(NAME, sweep_breaches, at, BREACHES) > 0
    assert Heartbeat.objects.get().lag_ms == 8 * 3600 * 1000
    beat(NAME, sweep_breaches, at, BREACHES)
    assert Heartbeat.objects.get().lag_ms == 0


@pytest.mark.django_db
def test_only_the_latest_runs_are_remembered_newest_first() -> None:
    for number in range(RECENT + 5):
        beat(NAME, partial(handle, number), AT + timedelta(seconds=number))
    recent = Heartbeat.objects.get().recent
    assert [run["handled"] for run in recent] == list(range(RECENT + 4, 4, -1))


@pytest.mark.django_db
def test_a_failed_run_raises_its_error_and_does_not_count_as_a_run() -> None:
    beat(NAME, lambda at: 7, AT)
    with pytest.raises(ValueError, match="the rows are odd"):
        beat(NAME, fail, AT + timedelta(minutes=1))
    kept = Heartbeat.objects.get()
    assert (kept.ran_at, kept.handled) == (AT, 7)
    assert kept.recent[0]["error"] == "ValueError: the rows are odd"


@pytest.mark.django_db
def test_a_sweep_that_has_only_failed_counts_as_one_that_never_ran() -> None:
    now = timezone.now()
    with pytest.raises(ValueError, match="odd"):
        beat(NAME, fail, now)
    assert late_sweeps(now)[NAME] is None
    assert latest_try() == now


@pytest.mark.django_db
def test_a_run_that_ends_after_a_later_one_does_not_turn_time_back() -> None:
    beat(NAME, lambda at: 1, AT + timedelta(seconds=5))
    beat(NAME, lambda at: 2, AT)
    assert Heartbeat.objects.get().ran_at == AT + timedelta(seconds=5)
