"""Where the chaos lives: a folder, servers and settings of its own, never those of `make run`."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from config import embedded, servers

BASE_DIR = Path(__file__).resolve().parent.parent
FOREIGN = ("DATABASE_URL", "REDIS_URL", "DEBUG", "DEMO", "SECRET_KEY", "HTTPS", "EMAIL_HOST")
PATIENCE = 120  # seconds; two cores may be busy


class Broker:
    """A Valkey that keeps nothing: to stop it is to wipe it."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="chaos"))
        self.server = servers.Valkey(self.folder)
        self.server.sockets = self.folder
        self.server.socket = self.folder / "valkey.sock"
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.server.socket}"

    def start(self) -> None:
        """Start it, empty, and wait until it answers."""
        self.server.clear()
        self.process = subprocess.Popen(
            self.server.command(), stdout=subprocess.DEVNULL, start_new_session=True
        )
        wait_until(self.server.ready, "the broker")

    def stop(self) -> None:
        """Kill it with all that is in it."""
        if self.process:
            self.process.kill()
            self.process.wait()
            self.process = None

    def remove(self) -> None:
        """Stop it and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def settle() -> Path:
    """Point this process at a DATA_DIR of the chaos's own and return it; call before Django.

    An address of somebody's database in the environment is dropped: the chaos breaks things.
    """
    for name in FOREIGN:
        os.environ.pop(name, None)
    folder = Path(os.environ.get("DATA_DIR") or BASE_DIR / ".data").resolve() / "chaos"
    os.environ |= {
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "LOG_LEVEL": "ERROR",
    }
    return folder


@contextmanager
def database(folder: Path, *, keep: bool) -> Iterator[None]:
    """Hold a PostgreSQL with the product's tables; afterwards remove all, unless `keep`."""
    if not keep:
        shutil.rmtree(folder, ignore_errors=True)
    embedded.attach(folder, ["postgres"])
    try:
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity=0"], cwd=BASE_DIR, check=True
        )
        yield
    finally:
        hang_up()
        embedded.detach(others=5)
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def hang_up() -> None:
    """Close this process's connections, which a restart of the database has cut."""
    from django.db import connection

    connection.close()
    if hasattr(connection, "close_pool"):
        connection.close_pool()


def restart_database(folder: Path) -> None:
    """Stop PostgreSQL at once, as a power cut would, and wait until its keeper has it back.

    Every process is cut off in the middle of its statement; the log is replayed at the start.
    """
    pid_file = folder / "postgres" / "data" / "postmaster.pid"
    pid = int(pid_file.read_text().split()[0])
    os.kill(pid, signal.SIGQUIT)
    wait_until(lambda: _is_back(pid_file, pid), "the database")
    hang_up()


def _is_back(pid_file: Path, before: int) -> bool:
    try:
        lines = pid_file.read_text().split("\n")
    except OSError:
        return False
    return int(lines[0]) != before and len(lines) > 7 and lines[7].strip() == "ready"


def wait_until(done: Callable[[], bool], what: str, seconds: float = PATIENCE) -> None:
    """Wait until `done()` is true; raise TimeoutError naming what was waited for."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(0.2)
