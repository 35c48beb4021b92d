"""The processes that are killed: web servers, workers and beats, started again each time."""

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from random import Random

import psutil

from bench.web import free_port
from chaos.place import BASE_DIR, wait_until
from config import launch

CELERY = ["celery", "--quiet", "--app", "config"]
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat"]
WAYS = ("all", "all", "main", "child")
"""How a process dies: with its children (twice as often), alone, or one child alone."""


class Member:
    """One process of the product and those it starts."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str]) -> None:
        self.name, self.command, self.environment = name, command, environment
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; it ends when this process does."""
        with self._log().open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", *self.command],
                cwd=BASE_DIR,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=launch.end_with_parent,
            )

    def _log(self) -> Path:
        path = Path(self.environment["DATA_DIR"]) / "logs" / f"chaos-{self.name}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def kill(self, way: str, random: Random) -> None:
        """Send SIGKILL to the process, to one of its children, or to all of them."""
        if self.process is None:
            return
        children = self._children()
        if way == "child" and children:
            _kill(random.choice(children))
        elif way == "main":
            _kill(self.process.pid)
        else:
            self.end()

    def _children(self) -> list[int]:
        try:
            below = psutil.Process(self.process.pid if self.process else 0).children(recursive=True)
        except psutil.NoSuchProcess:
            return []
        return sorted(child.pid for child in below)

    def look(self) -> bool:
        """Start it again if it has ended; say whether that was so."""
        if self.process is None or self.process.poll() is None:
            return False
        self.end()  # children that outlived it are ended, as the product's launcher does
        self.start()
        return True

    def end(self) -> None:
        """Kill it and all it started."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Household:
    """All processes: two web servers, two workers, two beats."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.ports = [free_port(), free_port()]
        self.victims: list[str] = []
        commands = {f"web{n}": _web(port) for n, port in enumerate(self.ports, 1)}
        commands |= {f"worker{n}": _worker(n) for n in (1, 2)}
        commands |= {f"beat{n}": _beat() for n in (1, 2)}
        self.members = {
            name: Member(name, command, environment) for name, command in commands.items()
        }

    def start(self, *names: str) -> None:
        """Start those whose names begin so; all where none is given."""
        for member in self._named(names):
            member.start()

    def stop(self, *names: str) -> None:
        """Kill those whose names begin so, and leave them dead."""
        for member in self._named(names):
            member.end()
            member.process = None

    def _named(self, names: tuple[str, ...]) -> list[Member]:
        return [m for name, m in self.members.items() if name.startswith(names or "")]

    def strike(self, random: Random) -> str:
        """Kill somebody at random, and say whom and how."""
        if not self.victims:  # in turns, so that nobody is spared by chance
            self.victims = random.sample(sorted(self.members), len(self.members))
        name, way = self.victims.pop(), random.choice(WAYS)
        self.members[name].kill(way, random)
        return f"{name} ({way})"

    def look(self) -> None:
        """Start again whoever has ended."""
        for member in self.members.values():
            member.look()

    def wait_for_web(self) -> None:
        """Wait until both web servers answer."""
        for port in self.ports:
            wait_until(lambda port=port: _answers(port), f"the web server at {port}")  # type: ignore[misc]  # bound now


def _web(port: int) -> list[str]:
    options = f"--no-ws --host 127.0.0.1 --port {port} --log-level error --workers 1"
    return [
        "granian",
        "--interface",
        "wsgi",
        "config.wsgi:application",
        *options.split(),
        "--blocking-threads",
        "4",
    ]


def _worker(number: int) -> list[str]:
    options = ["--concurrency=2", "--loglevel=CRITICAL", f"--hostname=worker{number}@%h"]
    return [*CELERY, "worker", *options, *QUIET]


def _beat() -> list[str]:
    scheduler = ["--scheduler=celery.beat:Scheduler", "--pidfile=", "--loglevel=CRITICAL"]
    return [*CELERY, "beat", *scheduler]


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=2):
            return True
    except (urllib.error.URLError, OSError):
        time.sleep(0.1)
        return False
