"""PostgreSQL and Valkey of our own below DATA_DIR, for whoever gives no address of theirs.

Each server has a keeper (`config.keeper`), a process that starts it and stops it when nobody uses it any more. To use a
server is to hold a shared lock on its `users` file: the kernel lets go of it however a process ends, so that neither a
crash nor `kill -9` leaves a server behind, and two commands side by side never stop each other's.
"""

import atexit
import fcntl
import os
import re
import secrets
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

BASE_DIR = Path(__file__).resolve().parent.parent
SOCKET_ROOM = 100  # bytes of a socket's path that every system allows (107 on Linux, 103 elsewhere)
STOP_SECONDS = 120  # a server with much to write to disk
START_SECONDS = 180  # a first start creates the cluster, a start after a power cut repairs it
DATABASE = "chuishao"

_held: dict[tuple[Path, str], int] = {}
_keepers: list["subprocess.Popen[bytes]"] = []  # those that we started, to be reaped when they end


class ServiceError(RuntimeError):
    """A server cannot be had; the message says why and where its log lies."""


def sockets(data_dir: Path) -> Path:
    """Return the folder of the sockets: below `data_dir`, or below /tmp where that path is too long or too odd."""
    near = data_dir / "run"
    if len(os.fsencode(near / ".s.PGSQL.5432")) < SOCKET_ROOM and re.fullmatch(
        r"[A-Za-z0-9_/. -]+", str(near)
    ):
        return near
    # The keeper refuses a folder there that is not its own.
    return Path("/tmp") / f"chuishao-{sha256(os.fsencode(data_dir)).hexdigest()[:16]}"  # noqa: S108


def database(data_dir: Path) -> dict[str, Any]:
    """Return Django's description of the embedded database; starts nothing."""
    return {"NAME": DATABASE, "USER": DATABASE, "HOST": str(sockets(data_dir)), "OPTIONS": {}}


def broker(data_dir: Path) -> str:
    """Return the embedded broker's address; starts nothing."""
    return f"redis+socket://{quote(str(sockets(data_dir) / 'valkey.sock'))}"


def kept_secret(path: Path) -> str:
    """Return the secret kept in the file, writing a new one, readable by us only, the first time."""
    try:
        return _kept_secret(path)
    except PermissionError:
        raise _foreign(path) from None


def _kept_secret(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(path, "x", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    for _ in range(100):  # another process may have created it and not written it yet
        if kept := path.read_text().strip():
            return kept
        time.sleep(0.02)
    raise ServiceError(f"{path} is empty; delete it and start again")


def attach_from_settings() -> None:
    """Hold, until this process ends, the servers for which the settings give no address."""
    from django.conf import settings

    names = [] if settings.DATABASE_URL else ["postgres"]
    names += [] if settings.REDIS_URL else ["valkey"]
    attach(settings.DATA_DIR, names)


def attach(data_dir: Path, names: list[str]) -> None:
    """Start the named servers where they do not run, and hold them; raise ServiceError where that fails."""
    if not _held:
        atexit.register(_detach_at_exit, os.getpid())
    for name in names:
        try:
            (data_dir / "run").mkdir(parents=True, exist_ok=True)
            with lock_file(data_dir, name, "door") as door:
                fcntl.flock(door, fcntl.LOCK_EX)
                if (data_dir, name) not in _held:
                    users = lasting_lock(data_dir, name, "users")
                    fcntl.flock(users, fcntl.LOCK_SH)  # waits while a keeper is stopping
                    _held[data_dir, name] = users
                if not kept(data_dir, name):
                    _start_keeper(data_dir, name)
        except PermissionError as error:
            raise _foreign(error.filename) from None


def detach(others: float = 0) -> None:
    """Let go of every server and wait for those to stop that nobody else uses `others` seconds from now."""
    names = list(_held)
    for descriptor in _held.values():
        os.close(descriptor)
    _held.clear()
    used_until = time.monotonic() + others
    for data_dir, name in names:
        _wait_until_stopped(data_dir, name, used_until, used_until + STOP_SECONDS)
    _keepers[:] = [keeper for keeper in _keepers if keeper.poll() is None]


def kept(data_dir: Path, name: str) -> bool:
    """Say whether a keeper of that server lives."""
    with lock_file(data_dir, name, "keeper") as keeper:
        return not try_lock(keeper.fileno(), fcntl.LOCK_SH)


def lock_file(data_dir: Path, name: str, what: str) -> Any:
    """Open one of the lock files of a server; closing it lets go of the lock."""
    return (data_dir / "run" / f"{name}.{what}").open("a")


def lasting_lock(data_dir: Path, name: str, what: str) -> int:
    """Open a lock file as a bare descriptor, which only the kernel closes, when the process is gone."""
    with lock_file(data_dir, name, what) as file:
        return os.dup(file.fileno())


def try_lock(descriptor: int, kind: int) -> bool:
    """Take the lock if it is free now, and say whether it was."""
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _foreign(path: Path | str) -> ServiceError:
    return ServiceError(f"{path} belongs to another user; use that user or another DATA_DIR")


def _detach_at_exit(owner: int) -> None:
    if os.getpid() == owner:  # a forked child holds what its parent holds
        detach()


def _wait_until_stopped(data_dir: Path, name: str, used_until: float, deadline: float) -> None:
    while time.monotonic() < deadline and kept(data_dir, name):
        with lock_file(data_dir, name, "users") as users:
            free = try_lock(users.fileno(), fcntl.LOCK_EX)
            if (
                not free
                and try_lock(users.fileno(), fcntl.LOCK_SH)
                and time.monotonic() >= used_until
            ):
                return  # somebody else uses it: theirs to stop
        time.sleep(0.05)


def _start_keeper(data_dir: Path, name: str) -> None:
    log = data_dir / "logs" / f"{name}.log"
    log.parent.mkdir(exist_ok=True)
    if log.exists() and log.stat().st_size > 5_000_000:
        log.replace(log.with_suffix(".old.log"))
    with log.open("ab") as output:
        keeper = subprocess.Popen(
            [sys.executable, "-m", "config.keeper", name, str(data_dir)],
            cwd=BASE_DIR,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=output,
            start_new_session=True,  # Ctrl-C is for the command, not for its database
        )
    _keepers.append(keeper)
    answer = _read_line(keeper, START_SECONDS)
    if answer != "ready":
        raise ServiceError(f"{name} did not start: {answer or 'no answer'} (log: {log})")


def _read_line(keeper: "subprocess.Popen[bytes]", seconds: float) -> str:
    import select

    assert keeper.stdout is not None
    readable, _, _ = select.select([keeper.stdout], [], [], seconds)
    line = keeper.stdout.readline().decode().strip() if readable else ""
    keeper.stdout.close()
    return line
