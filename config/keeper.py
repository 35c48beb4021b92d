"""Keep one server running while anybody uses it: `python -m config.keeper postgres DATA_DIR`.

Started by `config.embedded`. Says `ready` or why not on its standard output, in one line. Starts a server that dies again,
stops it when the last user is gone, however that one went.
"""

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType

from config import embedded, privileges, servers

STEP = 0.1  # seconds between two looks at the users and the server
PATIENCE = 100  # seconds a server is given to stop by itself

_libc = ctypes.CDLL(None)


class Stop(Exception):
    """Somebody asked the keeper itself to stop."""


def main(name: str, data_dir: Path) -> int:
    """Run the server until nobody uses it; return the exit status."""
    users = embedded.lasting_lock(data_dir, name, "users")
    keeper = embedded.lasting_lock(data_dir, name, "keeper")
    # Nobody else starts one: whoever asked for us holds the door. Others only look, for a moment.
    fcntl.flock(keeper, fcntl.LOCK_EX)
    signal.signal(signal.SIGTERM, _stop)
    try:
        server: servers.Server = servers.KINDS[name](data_dir)
        privileges.leave_root(data_dir, server.folders())
        server.prepare()
        process = _start(server)
        _wait_until_ready(server, process)
    except (servers.Unusable, OSError, subprocess.CalledProcessError) as error:
        _answer(str(error).replace("\n", " "))
        return 1
    _answer("ready")
    with suppress(Stop):
        _keep(server, process, users)
    return 0


def _keep(server: servers.Server, process: "subprocess.Popen[bytes]", users: int) -> None:
    pause = STEP
    try:
        while not embedded.try_lock(users, fcntl.LOCK_EX):
            if process.poll() is not None:
                print(
                    f"{server.name} ended with {process.returncode}; starting it again", flush=True
                )
                time.sleep(pause)
                pause = min(pause * 2, 10)
                server.clear()
                process = _start(server)
            time.sleep(STEP)
    finally:
        _end(server, process)


def _start(server: servers.Server) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        server.command(),
        env=servers.ENVIRONMENT,
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        preexec_fn=lambda: _die_with_keeper(server.stop_signal),
    )


def _die_with_keeper(by: int) -> None:
    if sys.platform == "linux":
        _libc.prctl(1, by, 0, 0, 0)  # PR_SET_PDEATHSIG


def _wait_until_ready(server: servers.Server, process: "subprocess.Popen[bytes]") -> None:
    end = time.monotonic() + embedded.START_SECONDS - 10
    while time.monotonic() < end:
        if process.poll() is not None:
            raise servers.Unusable(f"{server.name} ended with {process.returncode}")
        if server.ready():
            return
        time.sleep(0.02)
    _end(server, process)
    raise servers.Unusable(f"{server.name} did not become ready")


def _end(server: servers.Server, process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(server.stop_signal)
    try:
        process.wait(PATIENCE)
    except subprocess.TimeoutExpired:
        process.send_signal(server.kill_signal)
        process.wait()
    server.clear()


def _answer(line: str) -> None:
    """Tell whoever started us, once; afterwards everything goes to the log."""
    print(line, flush=True)
    os.dup2(2, 1)


def _stop(number: int, frame: FrameType | None) -> None:
    raise Stop


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], Path(sys.argv[2])))
