"""A run that is killed goes on where it was, and ends as if nothing had happened."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from bench.fill import address
from bench.history import Year
from bench.history import write as write_year
from cases.models import Callback, Case, CaseEvent, CaseParty, Clock
from dispatch.models import HistoryImport, Order, Whistle
from dispatch.services.history import Refused, running
from tests.cast import ROOT, Stage
from tests.imports.history_file import GOOD, PLACE, SELF, refused_rows, take_over, write
from tests.processes.conftest import database_url

ROWS = 1500
SLOWED = """
import sys
from pathlib import Path
import django
django.setup()
from django.utils import timezone
from dispatch.services.history import import_history
def told(reached, size, rows):
    print(rows, flush=True)
    sys.stdin.readline()  # until it is told to go on
import_history(Path(sys.argv[1]), at=timezone.now(), progress=told, chunk=100)
"""


def year(path: Path) -> Path:
    """Write a year in which every fiftieth row cannot be taken."""
    rows = list(Year(PLACE, ROWS, 2024, open_share=0.05).rows())
    for row in rows[::50]:
        row["category"] = "?"
    write_year(path, rows)
    return path


def everything() -> dict[str, Any]:
    """Return what was stored, keys and moments of the import itself left out."""
    cases = ("number", "state", "town_id", "category_id", "handled_at", "closed_at", "counted")
    order = ("case__number", "unit__code", "role", "state", "reported_at")
    ended = CaseEvent.objects.exclude(step="take_over")
    return {
        "cases": sorted(Case.objects.values_list(*cases, "callable", "callback_given_up"), key=str),
        "whistles": sorted(Whistle.objects.values_list("case__number", "blown_at"), key=str),
        "orders": sorted(Order.objects.values_list(*order), key=str),
        "parties": sorted(CaseParty.objects.values_list("case__number", "unit__code")),
        "answers": sorted(Callback.objects.values_list("case__number", "resolved", "at"), key=str),
        "events": sorted(ended.values_list("case__number", "step", "state", "at"), key=str),
        "taken": CaseEvent.objects.filter(step="take_over").count(),
        "clocks": sorted(Clock.objects.values_list("case__number", "kind", "unit__code")),
    }


def killed_after(path: Path, rows: int) -> None:
    """Import in a process of its own and kill it, without warning, once so many rows are stored."""
    command = [sys.executable, "-c", SLOWED, str(path)]
    environment = os.environ | {
        "DATABASE_URL": database_url(),
        "SECRET_KEY": "of-the-tests",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "DATA_DIR": str(path.parent),
    }
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for said in process.stdout:
            process.stdin.write("\n")
            process.stdin.flush()
            if int(said) >= rows:
                break
        time.sleep(0.07)  # somewhere in the middle of the next chunk
        process.send_signal(signal.SIGKILL)


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_killed_twice_and_run_again_it_ends_like_an_undisturbed_run(
    committed_stage: Stage, tmp_path: Path
) -> None:
    path = year(tmp_path / "h.csv")
    for rows in (200, 700):
        killed_after(path, rows)
        standing = HistoryImport.objects.get()
        assert rows <= standing.line < ROWS
        assert standing.finished_at is None
        assert Case.objects.count() == standing.stored
    found = take_over(path, at=HistoryImport.objects.get().started_at)
    assert found.resumed > 700
    assert (found.stored, found.refused) == (ROWS * 49 // 50, ROWS // 50)
    broken_off, refused = everything(), path.with_suffix(".errors.csv").read_bytes()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE cases_case, dispatch_historyimport CASCADE")
    take_over(path)
    assert everything() == broken_off
    assert path.with_suffix(".errors.csv").read_bytes() == refused


class Broken(Exception):
    """Stands for a power cut in the tests of this page."""


def break_off(path: Path, chunks: int) -> None:
    """Import, and stop after so many chunks."""
    done: list[int] = []

    def told(reached: int, size: int, rows: int) -> None:
        done.append(rows)
        if len(done) > chunks:
            raise Broken

    with pytest.raises(Broken):
        take_over(path, progress=told, chunk=2)


@pytest.mark.django_db
def test_what_was_written_of_a_chunk_that_was_not_stored_is_cut_off(
    stage: Stage, tmp_path: Path
) -> None:
    rows = [GOOD | {"number": f"n-{n}", "kind": "?" if n % 3 == 0 else "help"} for n in range(9)]
    path = write(tmp_path / "h.csv", rows)
    break_off(path, 2)
    with path.with_suffix(".errors.csv").open("ab") as file:
        file.write(b"half a li")
    found = take_over(path, chunk=2)
    assert found.resumed == 5
    assert (found.stored, found.refused) == (6, 3)
    assert [row["number"] for row in refused_rows(path)] == ["n-0", "n-3", "n-6"]


@pytest.mark.django_db
def test_where_the_file_of_refused_rows_is_gone_it_is_written_anew(
    stage: Stage, tmp_path: Path
) -> None:
    path = write(tmp_path / "h.csv", [SELF | {"kind": "?"}, GOOD, SELF, SELF | {"number": "x"}])
    break_off(path, 1)
    path.with_suffix(".errors.csv").unlink()
    found = take_over(path, chunk=2)
    assert (found.stored, found.known, found.refused) == (1, 1, 2)
    assert len(refused_rows(path)) == 2


@pytest.mark.django_db
def test_the_command_tells_what_became_of_the_rows(
    stage: Stage, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "h.csv", [GOOD, SELF | {"kind": "?"}])
    call_command("import_history", path)
    said = capsys.readouterr()
    assert "1" in said.out
    assert str(path.with_suffix(".errors.csv")) in said.out
    assert "100.0" in said.err


@pytest.mark.django_db
def test_the_command_fails_where_the_file_is_refused(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "h.csv").write_text("number,kind\n1,help\n")
    with pytest.raises(CommandError, match="received_at"):
        call_command("import_history", tmp_path / "h.csv")


@pytest.mark.django_db(transaction=True)
def test_a_second_import_waits_and_then_says_so(
    committed_stage: Stage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "WAIT", "50ms")
    with psycopg.connect(address()) as other:
        other.execute("SELECT pg_advisory_lock(hashtext(%s))", [running.LOCK])
        with pytest.raises(Refused):
            take_over(write(tmp_path / "h.csv", [GOOD]))
    assert take_over(tmp_path / "h.csv").stored == 1
