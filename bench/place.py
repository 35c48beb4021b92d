"""Where a benchmark lives: a folder, servers and settings of its own, never those of `make run`."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent


def settle() -> Path:
    """Point this process at a DATA_DIR of the benchmark's own and return it; call before Django.

    An address of somebody's database in the environment is dropped: the benchmark empties tables.
    """
    for name in ("DATABASE_URL", "REDIS_URL", "DEBUG", "DEMO", "SECRET_KEY", "HTTPS"):
        os.environ.pop(name, None)
    folder = Path(os.environ.get("DATA_DIR") or BASE_DIR / ".data").resolve() / "bench"
    os.environ |= {
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "STATIC_COLLECTED": "1",
        "LOG_LEVEL": "WARNING",
    }
    return folder


@contextmanager
def servers(folder: Path, *, keep: bool) -> Iterator[None]:
    """Hold PostgreSQL and Valkey, with the product's tables; afterwards remove all, unless `keep`."""
    if not keep:
        shutil.rmtree(folder, ignore_errors=True)
    from config import embedded

    embedded.attach(folder, ["postgres", "valkey"])
    try:
        manage("migrate", "--verbosity=0")
        manage("collectstatic", "--noinput", "--verbosity=0")
        yield
    finally:
        from django.db import connection

        connection.close()
        if hasattr(connection, "close_pool"):
            connection.close_pool()
        embedded.detach(others=5)
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def manage(*arguments: str) -> None:
    """Run a management command in a process of its own."""
    subprocess.run([sys.executable, "manage.py", *arguments], cwd=BASE_DIR, check=True)
