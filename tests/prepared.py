"""A cluster of PostgreSQL with all migrations done, made once and copied by whoever starts a server for tests.

To migrate an empty database takes half a minute of computing, and a run of all tests has seven servers. The launcher's first
start (tests/config/test_launcher.py) and the making of this cluster still do it from nothing.
"""

import fcntl
import os
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

from config import embedded

BASE_DIR = Path(__file__).resolve().parent.parent
NAME = "migrated-"


def cluster(root: Path) -> Path:
    """Return the cluster below `root`, made anew where a migration or a locked version has changed."""
    root.mkdir(parents=True, exist_ok=True)
    with (root / "prepared.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # one worker makes it, the others wait
        kept = root / f"{NAME}{_state()}"
        if not kept.exists():
            for old in root.glob(f"{NAME}*"):
                shutil.rmtree(old)
            _make(root / "preparing", kept)
    return kept


def renew(data_dir: Path, made: Path) -> bool:
    """Remove the folder's own cluster if it is no copy of that one; say whether it is one, or will be."""
    mark = data_dir / "copied-from"
    if mark.exists() and mark.read_text() == made.name:
        return True
    data_dir.mkdir(parents=True, exist_ok=True)
    (data_dir / "run").mkdir(exist_ok=True)
    if embedded.kept(data_dir, "postgres"):
        return False  # somebody else's tests are using it
    shutil.rmtree(data_dir / "postgres", ignore_errors=True)
    mark.write_text(made.name)
    return True


def _state() -> str:
    """Return a fingerprint of what a migrated database depends on."""
    seen = sha256()
    names = ("requirements-dev.txt", "config/servers.py")
    for path in sorted([*BASE_DIR.glob("*/migrations/*.py"), *map(BASE_DIR.joinpath, names)]):
        seen.update(str(path.relative_to(BASE_DIR)).encode() + path.read_bytes())
    return seen.hexdigest()[:16]


def _make(folder: Path, kept: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    own = {"DATA_DIR": str(folder), "DJANGO_SETTINGS_MODULE": "config.settings"}
    passed = ("PATH", "HOME", "EMBEDDED_DURABLE")
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity=0"],
        cwd=BASE_DIR,
        env={name: os.environ[name] for name in passed if name in os.environ} | own,
        check=True,
    )
    (folder / "postgres/data").rename(kept)
    shutil.rmtree(folder)
