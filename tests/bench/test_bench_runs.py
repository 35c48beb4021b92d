"""`python -m bench` measures, says everything as a ratio, and leaves nothing behind."""

import os
import re
import subprocess
import sys
from pathlib import Path

import psutil
import pytest


@pytest.mark.slow
def test_a_tiny_benchmark_runs_to_its_end_and_cleans_up(
    base_dir: Path, tmp_path: Path, migrated_cluster: Path
) -> None:
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "bench",
            *["--rows", "200", "--rounds", "1", "--seconds", "0.3", "--lag", "5"],
        ],
        cwd=base_dir,
        env=os.environ | {"DATA_DIR": str(tmp_path), "EMBEDDED_CLUSTER": str(migrated_cluster)},
        capture_output=True,
        text=True,
        timeout=1500,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    for title in ("Intake by API", "List of 50, filtered", "Case page", "Month page"):
        line = next(line for line in done.stdout.splitlines() if line.startswith(title + "  "))
        assert len(re.findall(r"\d\.\d{3} \(\d+\.\d{3}–\d+\.\d{3}\)", line)) == 2, line
        assert re.search(r"\d+ of \d+", line), line
    assert re.search(r"^import : COPY +\d\.\d{3} \(.*by COPY$", done.stdout, re.MULTILINE)
    assert "lists," in done.stdout
    for title in ("Breaches", "Documents"):
        assert re.search(rf"^{title} +\d\.\d{{3}} \(.*\d/s\)$", done.stdout, re.MULTILINE)
    assert re.search(
        r"^sweep_breaches +\d+\.\d  \d+\.\d\d +clock_due_running$", done.stdout, re.MULTILINE
    )
    assert re.search(r"^notice shown +p50 \d\.\d\d   p95 \d\.\d\d$", done.stdout, re.MULTILINE)
    assert not (tmp_path / "bench").exists()
    assert not [p for p in psutil.process_iter(["cmdline"]) if _uses(p, tmp_path)]


def _uses(process: psutil.Process, folder: Path) -> bool:
    return any(str(folder) in word for word in process.info["cmdline"] or ())
