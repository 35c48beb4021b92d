"""Run web, worker and beat side by side until somebody says stop, and leave no process behind."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import FrameType

LOOK = 0.2  # seconds between two looks at the processes
PATIENCE = 15  # seconds a process is given to stop by itself
CALM = 60  # seconds of running after which an earlier end is forgotten
ATTEMPTS = 5

_libc = ctypes.CDLL(None)


class GivenUp(RuntimeError):
    """A process ends again and again; the message names it."""


class Child:
    """One process of the product: started, started again with growing pauses, stopped."""

    def __init__(
        self, name: str, command: Sequence[str], environment: Mapping[str, str], folder: Path
    ) -> None:
        self.name = name
        self.command, self.environment, self.folder = list(command), dict(environment), folder
        self.failures = 0
        self.due = 0.0
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the process; it ends by itself when this one is killed."""
        self.since = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches only the launcher, which stops all in order
            preexec_fn=end_with_parent,
        )

    def look(self, now: float) -> None:
        """Start the process again if it has ended; raise GivenUp where that does not help."""
        if self.process is None:
            if now >= self.due:
                self.start()
        elif (status := self.process.poll()) is not None:
            self._end_group()
            self.process = None
            self.failures = 1 if now - self.since > CALM else self.failures + 1
            if self.failures > ATTEMPTS:
                raise GivenUp(
                    f"{self.name} ended {self.failures} times in a row, last with {status}"
                )
            pause = min(2 ** (self.failures - 1), 30)
            say(f"{self.name} ended with {status}; starting it again in {pause} s")
            self.due = now + pause

    def ask_to_stop(self) -> None:
        """Send SIGTERM and return at once."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def stop(self, deadline: float) -> None:
        """Wait until the deadline, then kill the process and all it started."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(max(deadline - time.monotonic(), 0.1))
        self._end_group()
        self.process.wait()

    def _end_group(self) -> None:
        assert self.process is not None
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


class Stop:
    """Remember that somebody asked us to stop, and how often."""

    def __init__(self) -> None:
        self.asked = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask)

        # GNU make, sent SIGINT alone, passes nothing on: it drops its handler and waits for us.
        self.make = os.getppid() if os.environ.get("MAKELEVEL") else 0
        self.make_catches = bool(self.make) and catches_interrupt(self.make)

    def look(self) -> None:
        """Notice a SIGINT that reached only the make above us."""
        if self.make_catches and not catches_interrupt(self.make):
            self.make_catches = False
            self.asked += 1

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.asked += 1


def run(children: Sequence[Child], stop: Stop, each_second: Callable[[], None]) -> None:
    """Keep the processes running until `stop` is asked; then, or after GivenUp, stop them all."""
    last = 0.0
    try:
        while not stop.asked:
            now = time.monotonic()
            for child in children:
                child.look(now)
            if now - last >= 1:
                last = now
                stop.look()
                each_second()
            time.sleep(LOOK)
    finally:
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + PATIENCE
        for child in children:
            child.stop(deadline if stop.asked < 2 else 0)


def complete(child: Child, stop: Stop) -> bool:
    """Let the process, already started, run to its end; say whether it succeeded. A stop ends it."""
    assert child.process is not None
    while child.process.poll() is None and not stop.asked:
        stop.look()
        time.sleep(0.05)
    child.ask_to_stop()
    child.stop(time.monotonic() + PATIENCE)
    return child.process.returncode == 0


def end_with_parent() -> None:
    """Have the kernel send this process SIGTERM when its parent dies (Linux only)."""
    if sys.platform == "linux":
        _libc.prctl(1, signal.SIGTERM, 0, 0, 0)  # PR_SET_PDEATHSIG


def catches_interrupt(pid: int) -> bool:
    """Say whether that process has a handler for SIGINT (Linux; elsewhere never)."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
    caught = next(line for line in status.splitlines() if line.startswith("SigCgt:"))
    return bool(int(caught.split()[1], 16) >> (signal.SIGINT - 1) & 1)


def say(line: str) -> None:
    """Print a line for the person at the terminal."""
    print(line, flush=True)  # noqa: T201
