"""A real worker and a real beat on a real broker; the broker dies and comes back, nothing is lost."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Heartbeat, Notice
from cases.models import CaseEvent, Clock
from config.servers import Valkey
from tests.cast import ROOT, Stage

PATIENCE = 90  # seconds; two cores may be busy


class Broker:
    """A Valkey of the test's own, on a socket in a folder of its own."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="broker"))
        self.server = Valkey(self.folder)
        self.server.sockets = self.folder
        self.server.socket = self.folder / "valkey.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.server.socket}"

    def start(self) -> None:
        self.server.clear()
        self.process = subprocess.Popen(self.server.command(), stdout=subprocess.DEVNULL)
        wait_until(self.server.ready)

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None


def wait_until(done: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not done():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.25)


def database_url() -> str:
    """Return the address of the test's database, for processes beside this one."""
    given = connection.settings_dict
    query = {"host": given["HOST"] or "", "port": str(given["PORT"] or "")}
    who = quote(given["USER"] or "")
    if given["PASSWORD"]:
        who += f":{quote(given['PASSWORD'])}"
    given_only = {name: value for name, value in query.items() if value}
    filled = urlencode(given_only, quote_via=quote)  # libpq takes a plus for a plus
    return f"postgresql://{who}@/{given['NAME']}?{filled}"


@pytest.fixture
def broker() -> Iterator[Broker]:
    broker = Broker()
    broker.start()
    yield broker
    broker.stop()
    shutil.rmtree(broker.folder)


@pytest.fixture
def engine(committed_stage: Stage, broker: Broker, tmp_path: Path) -> Iterator[Stage]:
    """Run a worker and a beat against the test's database until the test ends."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "REDIS_URL": broker.url,
        "SECRET_KEY": "of-the-tests",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATA_DIR": str(tmp_path),
    }
    celery = [sys.executable, "-m", "celery", "-A", "config.celery"]
    commands = [
        [*celery, "worker", "--concurrency=1", "--loglevel=WARNING"],
        [*celery, "beat", "--loglevel=WARNING", f"--schedule={tmp_path / 'beat'}"],
    ]
    processes = [
        subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        for command in commands
    ]
    yield committed_stage
    for process in processes:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def late_case(stage: Stage) -> None:
    stage.at = timezone.now() - timedelta(days=20)
    stage.case()


def breaches() -> int:
    return CaseEvent.objects.filter(step="breach").count()


@pytest.mark.slow
def test_beat_wakes_the_worker_and_a_late_clock_is_one_breach(engine: Stage) -> None:
    late_case(engine)
    wait_until(lambda: Clock.objects.filter(breached_at__isnull=False).count() == 2)
    wait_until(lambda: not Notice.objects.filter(delivered_at=None).exists())
    first = Heartbeat.objects.get(name="sweep_breaches").ran_at
    wait_until(lambda: Heartbeat.objects.get(name="sweep_breaches").ran_at > first)
    assert breaches() == 2
    assert Notice.objects.filter(kind="clock_overdue").count() == 2


@pytest.mark.slow
def test_a_broker_that_dies_loses_nothing(engine: Stage, broker: Broker) -> None:
    late_case(engine)
    wait_until(lambda: breaches() == 2)
    broker.stop()
    for _ in range(3):
        late_case(engine)
    time.sleep(6)  # longer than a beat
    assert breaches() == 2
    broker.start()
    wait_until(lambda: breaches() == 8)
    wait_until(lambda: not Notice.objects.filter(delivered_at=None).exists())
    assert Notice.objects.filter(kind="clock_overdue").count() == 8
