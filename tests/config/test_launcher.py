"""`make run` as a person meets it: real processes, a spare port, a data folder of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import IO

import psutil
import pytest

pytestmark = pytest.mark.slow

READY = 600  # seconds; a machine that runs tests is busy
LAUNCHER = [sys.executable, "manage.py", "run"]


def spare_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """A launcher, its output in a file."""

    def __init__(
        self, base_dir: Path, data_dir: Path, port: int, command: list[str], **environment: str
    ) -> None:
        self.port, self.data_dir = port, data_dir
        self.output = data_dir.parent / f"output-{port}-{time.monotonic_ns()}"
        with self.output.open("wb") as output:
            self.process = self._start(base_dir, command, output, environment)

    def _start(
        self, base_dir: Path, command: list[str], output: IO[bytes], environment: dict[str, str]
    ) -> "subprocess.Popen[bytes]":
        kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        return subprocess.Popen(
            command,
            cwd=base_dir,
            env={
                **kept,
                "PORT": str(self.port),
                "DATA_DIR": str(self.data_dir),
                "EMBEDDED_DURABLE": "0",
                **environment,
            },
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            # Tests run in the background of a shell ignore Ctrl-C, and children would inherit that.
            preexec_fn=partial(signal.signal, signal.SIGINT, signal.SIG_DFL),
            start_new_session=True,
        )

    def said(self) -> str:
        return self.output.read_text()

    def wait_until_ready(self) -> None:
        end = time.monotonic() + READY
        while "Chuishao is ready" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < end, self.said()
            time.sleep(0.1)

    def get(self, path: str) -> int:
        try:
            with urllib.request.urlopen(
                f"http://127.0.0.1:{self.port}{path}", timeout=60
            ) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    def processes(self) -> list[psutil.Process]:
        """Return every living process that has this data folder in its environment or on its command line."""
        found = []
        for process in psutil.process_iter():
            try:
                seen = " ".join([*process.cmdline(), *process.environ().values()])
            except (psutil.Error, OSError):
                continue
            if str(self.data_dir) in seen:
                found.append(process)
        return found

    def child(self, word: str) -> psutil.Process | None:
        """Return the launcher's child with the word on its command line."""
        for process in psutil.Process(self.process.pid).children():
            try:
                if word in process.cmdline():
                    return process
            except psutil.Error:
                continue
        return None

    def stop(self, by: int = signal.SIGTERM) -> None:
        """Signal the launcher, as `kill` does, and wait for it."""
        if self.process.poll() is None:
            self.process.send_signal(by)
        self.process.wait(180)


@pytest.fixture
def serve(base_dir: Path, tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Start launchers on the test's own data folder, and stop those that are left."""
    started = []

    def one(command: str = "manage", port: int = 0, **environment: str) -> Served:
        line = ["make", "--silent", "run"] if command == "make" else LAUNCHER
        started.append(
            Served(base_dir, tmp_path / "data", port or spare_port(), line, **environment)
        )
        return started[-1]

    yield one
    for served in started:
        served.stop()


@pytest.fixture(scope="module")
def first_start(base_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Start on an empty folder and stop; return the folder, for tests of what comes after a first start."""
    served = Served(base_dir, tmp_path_factory.mktemp("first") / "data", spare_port(), LAUNCHER)
    try:
        served.wait_until_ready()
    finally:
        served.stop()
    assert served.process.returncode == 0
    assert "whistle-demo" not in served.said()  # no demo without DEMO=1
    assert served.processes() == []
    return served.data_dir


@pytest.fixture
def serve_again(
    serve: Callable[..., Served], first_start: Path, tmp_path: Path
) -> Callable[..., Served]:
    """Start launchers on a copy of that folder."""
    subprocess.run(["cp", "-a", str(first_start), str(tmp_path / "data")], check=True)
    return serve


def wait_until(true: Callable[[], object], seconds: float = 180) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def test_it_serves_heals_and_stops_without_a_trace(serve_again: Callable[..., Served]) -> None:
    served = serve_again()
    served.wait_until_ready()
    assert [served.get(path) for path in ("/healthz", "/readyz", "/metrics")] == [200, 200, 200]

    for word in ("worker", "granian"):
        killed = served.child(word)
        assert killed is not None
        killed.kill()
        wait_until(lambda killed=killed, word=word: served.child(word) not in (killed, None))  # type: ignore[misc]
    assert served.said().count("starting it again") == 2
    wait_until(lambda: served.get("/readyz") == 200)

    served.stop()
    assert served.process.returncode == 0
    assert served.processes() == []
    assert served.said().endswith("Stopped.\n")


def test_killed_outright_it_takes_its_processes_along_and_starts_again(
    serve_again: Callable[..., Served],
) -> None:
    served = serve_again()
    served.wait_until_ready()
    served.stop(signal.SIGKILL)
    wait_until(lambda: not served.processes())

    again = serve_again()
    again.wait_until_ready()
    again.stop(signal.SIGINT)
    assert again.processes() == []


def test_a_taken_port_is_said_before_anything_starts(
    serve: Callable[..., Served], tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        served = serve(port=port)
        assert served.process.wait(180) != 0
    assert f"Port {port} " in served.said()
    assert f"PORT={port + 1} make run" in served.said()
    assert not (tmp_path / "data" / "postgres").exists()


def test_a_port_that_is_none_is_refused(serve: Callable[..., Served]) -> None:
    served = serve(PORT="eighty")
    assert served.process.wait(180) != 0
    assert served.said() == "manage.py: PORT='eighty' is not a whole number from 1 to 65535\n"


def test_one_folder_is_served_once(serve_again: Callable[..., Served]) -> None:
    first = serve_again()
    lock = first.data_dir / "run/launcher"
    wait_until(lambda: f":{first.port}/" in lock.read_text())
    second = serve_again()
    assert second.process.wait(180) != 0
    assert f"is being served already: http://127.0.0.1:{first.port}/" in second.said()
    first.stop()
    assert first.processes() == []


def test_a_stop_while_starting_stops(serve: Callable[..., Served]) -> None:
    served = serve()
    wait_until(lambda: (served.data_dir / "run").exists())
    served.stop()
    assert served.processes() == []


def test_a_command_beside_it_finds_the_database_and_leaves_it_running(
    serve_again: Callable[..., Served], base_dir: Path
) -> None:
    served = serve_again()
    served.wait_until_ready()
    done = subprocess.run(
        [
            sys.executable,
            "manage.py",
            "shell",
            "-v0",
            "-c",
            "from accounts.models import User; print(User.objects.count())",
        ],
        cwd=base_dir,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(served.data_dir)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "0", done.stderr
    assert served.get("/readyz") == 200


def test_make_run_shows_the_demo_district_and_keeps_it(
    serve: Callable[..., Served], migrated_cluster: Path
) -> None:
    served = serve("make", DEMO="1", DEMO_CASES="20", EMBEDDED_CLUSTER=str(migrated_cluster))
    served.wait_until_ready()
    for name in ("operator", "department3", "admin"):
        assert f"\n  {name}\n" in served.said()
    asked = urllib.request.Request(
        f"http://127.0.0.1:{served.port}/api/v1/token/",
        data=json.dumps({"username": "operator", "password": "whistle-demo"}).encode(),
        headers={"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(asked, timeout=120) as answer:
        assert json.load(answer)["token"]
    served.stop()
    wait_until(lambda: not served.processes())

    again = serve("make", DEMO="1", DEMO_CASES="20")
    again.wait_until_ready()
    assert "Loading the demo district" not in again.said()
    again.stop(signal.SIGINT)  # to make alone, as a program would send it
    assert again.processes() == []
