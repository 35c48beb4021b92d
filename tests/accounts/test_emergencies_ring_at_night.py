"""What cannot wait for the morning is told in quiet hours, too; the rest waits."""

from datetime import datetime, timedelta

import pytest

from accounts import quiet_hours
from accounts.models import QuietSpan
from accounts.services.ringing import make_rounds
from cases.services.breaches import sweep_breaches
from tests.accounts.posts import reachable
from tests.accounts.receivers import Gateway
from tests.cast import SHANGHAI, Stage

NIGHT = datetime(2026, 3, 4, 23, 0, tzinfo=SHANGHAI)


@pytest.fixture
def night(stage: Stage, gateway: Gateway) -> Stage:
    """Return the stage at night, everybody with a phone."""
    QuietSpan.objects.create(
        begins_at=NIGHT - timedelta(hours=3), ends_at=NIGHT + timedelta(hours=9)
    )
    quiet_hours.forget()
    for name in stage.people:
        reachable(stage, name)
    stage.at = NIGHT
    return stage


def test_an_ordinary_case_and_its_whistle_wait(night: Stage, gateway: Gateway) -> None:
    night.whistle()
    make_rounds(NIGHT)
    assert gateway.asked == []


def test_a_critical_case_wakes_the_town(night: Stage, gateway: Gateway) -> None:
    night.case(urgency="critical")
    make_rounds(NIGHT)
    assert len(gateway.asked) == 1


def test_an_emergency_whistle_wakes_the_departments(night: Stage, gateway: Gateway) -> None:
    night.whistle(kind="emergency")
    make_rounds(NIGHT)
    assert len(gateway.asked) == 2


def test_a_missed_time_limit_of_a_critical_case_does_not_wait(
    night: Stage, gateway: Gateway
) -> None:
    night.case(urgency="critical")
    make_rounds(NIGHT)
    later = NIGHT + timedelta(hours=8)
    assert sweep_breaches(later)
    make_rounds(later)
    assert "超时" in gateway.texts[-1]
