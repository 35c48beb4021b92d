"""A real worker and a real beat on a real broker; the broker dies and comes back, nothing is lost."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Heartbeat, Notice
from cases.models import CaseEvent, Clock
from tests.cast import Stage
from tests.processes.conftest import Broker, wait_until


def late_case(stage: Stage) -> int:
    """Receive a case whose time is up, and return how many clocks it has."""
    stage.at = timezone.now() - timedelta(days=20)
    return stage.case().clocks.count()


def breaches() -> int:
    return CaseEvent.objects.filter(step="breach").count()


@pytest.mark.slow
def test_beat_wakes_the_worker_and_a_late_clock_is_one_breach(engine: Stage) -> None:
    late = late_case(engine)
    wait_until(lambda: Clock.objects.filter(breached_at__isnull=False).count() == late)
    wait_until(lambda: not Notice.objects.filter(delivered_at=None).exists())
    first = Heartbeat.objects.get(name="sweep_breaches").ran_at
    wait_until(lambda: Heartbeat.objects.get(name="sweep_breaches").ran_at > first)
    assert breaches() == late
    assert Notice.objects.filter(kind="clock_overdue").count() == late


@pytest.mark.slow
def test_a_broker_that_dies_loses_nothing(engine: Stage, broker: Broker) -> None:
    late = late_case(engine)
    wait_until(lambda: breaches() == late)
    broker.stop()
    for _ in range(3):
        late_case(engine)
    time.sleep(6)  # longer than a beat
    assert breaches() == late
    broker.start()
    wait_until(lambda: breaches() == 4 * late)
    wait_until(lambda: not Notice.objects.filter(delivered_at=None).exists())
    assert Notice.objects.filter(kind="clock_overdue").count() == 4 * late
