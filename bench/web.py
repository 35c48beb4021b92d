"""Web servers under measurement, with two processes of four threads each."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

from bench.load import HOST
from bench.place import BASE_DIR
from config import launch

PROCESSES, THREADS = 2, 4
READY_SECONDS = 60
WSGI, ASGI = "config.wsgi:application", "config.asgi:application"

SERVERS = {
    "granian": (
        f"granian --interface wsgi {WSGI} --no-ws --host {HOST} --port {{port}} --log-level warning "
        f"--workers {PROCESSES} --blocking-threads {THREADS}"
    ),
    "gunicorn": (
        f"gunicorn --bind {HOST}:{{port}} --workers {PROCESSES} --worker-class gthread --threads {THREADS} "
        f"--log-level warning {WSGI}"
    ),
    "uvicorn": (
        f"uvicorn --host {HOST} --port {{port}} --workers {PROCESSES} --no-access-log --log-level warning {ASGI}"
    ),
}
"""Command lines after `python -m`. The product is served by granian, as `manage.py run` starts it."""
PRODUCT = "granian"


def installed() -> list[str]:
    """Return the servers that can be started here; only the product's own is locked."""
    return [name for name in SERVERS if find_spec(name)]


@contextmanager
def served(folder: Path, name: str = PRODUCT) -> Iterator[int]:
    """Serve the product and yield the port; afterwards stop every process that was started."""
    port = free_port()
    metrics = folder / "run" / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(parents=True)
    process = subprocess.Popen(
        [sys.executable, "-m", *SERVERS[name].format(port=port).split()],
        cwd=BASE_DIR,
        env=os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(metrics)},
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=launch.end_with_parent,
    )
    try:
        _wait(process, port)
        yield port
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, 9)
        process.wait()


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    end = time.monotonic() + READY_SECONDS
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(f"the web server ended with {process.returncode}")
        with (
            suppress(urllib.error.URLError, ConnectionError, TimeoutError),
            urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=5),
        ):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the web server was not ready after {READY_SECONDS} s")
