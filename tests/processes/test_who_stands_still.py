"""A worker or a beat that stops is told apart, on /readyz and on the engine page, and comes back."""

import os
import signal
import subprocess
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Heartbeat
from tests.cast import Stage
from tests.processes.conftest import Broker, wait_until

Processes = dict[str, "subprocess.Popen[bytes]"]


def parts() -> dict[str, Any]:
    answer: dict[str, Any] = Client().get("/readyz").json()["parts"]
    return answer


def an_hour_passes() -> None:
    hour = timedelta(hours=1)
    Heartbeat.objects.update(ran_at=F("ran_at") - hour, recent=[])


@pytest.mark.slow
def test_who_stands_still_is_named(
    engine: Stage, processes: Processes, broker: Broker, settings: Settings
) -> None:
    settings.CELERY_BROKER_URL = broker.url
    wait_until(lambda: Heartbeat.objects.filter(name="sweep_breaches").exists())
    wait_until(lambda: parts()["worker"] == parts()["beat"] == "ok")

    os.killpg(processes["worker"].pid, signal.SIGSTOP)
    an_hour_passes()
    wait_until(lambda: parts()["worker"] == "takes nothing from its queue")
    assert parts()["beat"] == "ok"
    client = Client()
    client.force_login(engine.who("admin"))
    assert "没有从队列中取走任何任务" in client.get("/engine/").content.decode()
    assert "以下巡检已停止" in client.get("/notices/badge/").content.decode()

    os.killpg(processes["worker"].pid, signal.SIGCONT)
    wait_until(lambda: Heartbeat.objects.get(name="sweep_breaches").ran_at > _lately())
    os.killpg(processes["beat"].pid, signal.SIGKILL)
    an_hour_passes()
    wait_until(lambda: parts()["beat"] == "has sent no sweep lately")


def _lately() -> Any:
    return timezone.now() - timedelta(minutes=5)
