"""A broker, a worker and a beat of the test's own, as real processes on the test's database."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.db import connection

from config.servers import Valkey
from tests.cast import ROOT, Stage

PATIENCE = 240  # seconds; two cores may be busy


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
def processes(
    committed_stage: Stage, broker: Broker, tmp_path: Path
) -> Iterator[dict[str, "subprocess.Popen[bytes]"]]:
    """Run a worker and a beat against the test's database until the test ends."""
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "REDIS_URL": broker.url,
        "SECRET_KEY": "of-the-tests",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATA_DIR": str(tmp_path),
    }
    celery = [sys.executable, "-m", "celery", "-A", "config.celery"]
    commands = {
        "worker": [*celery, "worker", "--concurrency=1", "--loglevel=WARNING"],
        "beat": [*celery, "beat", "--loglevel=WARNING", f"--schedule={tmp_path / 'beat'}"],
    }
    processes = {
        name: subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
        for name, command in commands.items()
    }
    yield processes
    for process in processes.values():
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.fixture
def engine(committed_stage: Stage, processes: dict[str, "subprocess.Popen[bytes]"]) -> Stage:
    """Return the stage, with a worker and a beat at work on it."""
    return committed_stage
