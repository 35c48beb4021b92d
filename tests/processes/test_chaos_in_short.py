"""Under load, with everything killed, wiped and restarted, the account adds up; a minute's worth of `make chaos`."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_is_said_twice(
    base_dir: Path, tmp_path: Path, migrated_cluster: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "chaos", "--short"],
        cwd=base_dir,
        env=os.environ | {"DATA_DIR": str(tmp_path), "EMBEDDED_CLUSTER": str(migrated_cluster)},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    counted = dict(re.findall(r"^(\S.*?)  +([\d,]+)  +[\d,]+$", done.stdout, re.MULTILINE))
    for what in (
        "requests accepted: exactly one case each",
        "breached clocks: exactly one event each",
        "rungs taken: exactly one document each",
        "messages sent: arrived at the gateway",
    ):
        assert int(counted[what].replace(",", "")) > 0, done.stdout
    assert not (tmp_path / "chaos").exists()
    assert not [p for p in psutil.process_iter(["cmdline"]) if _uses(p, tmp_path)]


def _uses(process: psutil.Process, folder: Path) -> bool:
    return any(str(folder) in word for word in process.info["cmdline"] or ())
