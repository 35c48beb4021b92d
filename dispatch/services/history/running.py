"""Take over a history file chunk by chunk, each in one transaction, from wherever the last run got to."""

import csv
import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Protocol

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from accounts.models import CENTRE_CODE, Unit
from dispatch.models import HistoryImport
from dispatch.services.history import checking, reasons, storing
from dispatch.services.history.columns import Layout, missing_in
from dispatch.services.history.opening import Opening
from dispatch.services.history.reading import (
    Record,
    Source,
    Unreadable,
    open_source,
    read_records,
)
from dispatch.services.history.refused import RefusedRows

CHUNK = 20_000
LOCK = "import_history"
WAIT = "30s"
"""How long a run waits for one that was killed to let go of the database."""
ANALYZE = """
    ANALYZE cases_case (number, state, town_id, area_id, category_id, received_at, kind, counted),
        cases_caseevent (case_id, at), cases_callback (case_id, round, outcome), cases_caseparty,
        dispatch_whistle (case_id, blown_at), dispatch_order (whistle_id, case_id, unit_id, issued_at)
"""
"""Tell the planner of the rows; the texts may wait until the database finds the time."""
ROOM = "SET LOCAL work_mem = '64MB'"
"""A chunk is sorted and joined in memory."""
WORTH_ANALYZING = 1000


class Refused(Exception):
    """The file as a whole was not taken over; the text says why, in the active language."""


class Progress(Protocol):
    """Is told how far the run is."""

    def __call__(self, reached: int, size: int, rows: int) -> None: ...


@dataclass(slots=True)
class Summary:
    """What became of the rows; `resumed` is the line a run broken off was taken up at."""

    stored: int = 0
    known: int = 0
    refused: int = 0
    resumed: int = 0
    errors: Path | None = None


def _silent(reached: int, size: int, rows: int) -> None:
    pass


def import_history(
    path: Path,
    *,
    at: datetime,
    errors: Path | None = None,
    dry_run: bool = False,
    progress: Progress = _silent,
    chunk: int = CHUNK,
) -> Summary:
    """Store the good rows of the file and write the others, with reasons, beside it.

    Raise `Refused` where the file cannot be taken over at all; then nothing is stored. A run broken
    off goes on where its last chunk ended; the same file once more stores what could not be stored
    before. `dry_run` checks everything and stores nothing.
    """
    beside = errors or path.with_suffix(".errors.csv")
    try:
        source = open_source(path)
        _check_ready(source, beside)
        with _alone():
            run = _Run(source, at, beside, dry_run)
            return run.through(progress, chunk)
    except Unreadable as problem:
        raise Refused(reasons.refusal(problem.code, problem.said)) from None


def _check_ready(source: Source, beside: Path) -> None:
    if beside.resolve() == source.path.resolve():  # it would be cut off before it is read
        raise Unreadable("errors_file", str(beside))
    if missing := missing_in(source.header):
        raise Unreadable("columns_missing", ", ".join(missing))
    if not Unit.objects.filter(code=CENTRE_CODE).exists():
        raise Unreadable("no_centre")


class _alone:  # noqa: N801 - reads as a statement
    """Hold the lock of all imports; it goes with the connection, however the process ends."""

    def __enter__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [WAIT])
            try:
                cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [LOCK])
            except Exception as error:
                raise Unreadable("busy") from error
            finally:
                cursor.execute("SELECT set_config('lock_timeout', '0', false)")

    def __exit__(self, *_ignored: object) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [LOCK])


@dataclass(slots=True)
class _Chunk:
    """Some rows as they were read: written for the staging table, and as they came."""

    rows: io.StringIO = field(default_factory=io.StringIO)
    cells: dict[int, Record] = field(default_factory=dict)
    broken: dict[int, str] = field(default_factory=dict)
    end: int = 0
    line: int = 0


@dataclass(slots=True)
class _Run:
    """One pass over a file."""

    source: Source
    at: datetime
    errors: Path
    dry_run: bool
    opening: Opening = field(init=False)

    def through(self, progress: Progress, size: int) -> Summary:
        """Take chunk after chunk until the end of the file."""
        standing = self._standing()
        refused = RefusedRows(self.errors, self.source.header, standing.errors)
        if not refused.stands():  # without it the file of refused rows would have a gap
            standing = self._begun_anew(standing)
            refused.size = 0
        resumed = standing.line if standing.reached > self.source.body else 0
        self.opening = Opening.beside(self.at)
        refused.cut()
        with refused, connection.cursor() as cursor:
            checking.prepare(cursor)
            storing.prepare(cursor)
            progress(standing.reached, self.source.size, _rows(standing))
            for chunk in _ahead(self._chunks(standing, size)):
                with transaction.atomic():
                    self._take(cursor, chunk, standing, refused)
                progress(standing.reached, self.source.size, _rows(standing))
            self._finish(cursor, standing)
        return Summary(
            standing.stored,
            standing.known,
            standing.refused,
            resumed,
            self.errors if standing.refused else None,
        )

    def _standing(self) -> HistoryImport:
        """Return how far this file is: where it was broken off, or at its beginning."""
        given = {
            "name": self.source.path.name[:200],
            "size": self.source.size,
            "reached": self.source.body,
            "line": self.source.first_line,
            "started_at": self.at,
        }
        if self.dry_run:
            return HistoryImport(sha256=self.source.sha256, **given)
        standing, made = HistoryImport.objects.get_or_create(
            sha256=self.source.sha256, defaults=given
        )
        if made or standing.finished_at is None:
            return standing
        return self._begun_anew(standing)

    def _begun_anew(self, standing: HistoryImport) -> HistoryImport:
        standing.reached, standing.line = self.source.body, self.source.first_line
        standing.stored = standing.known = standing.refused = standing.errors = 0
        standing.started_at, standing.finished_at = self.at, None
        standing.save()
        return standing

    def _chunks(self, standing: HistoryImport, size: int) -> Iterator[_Chunk]:
        records = read_records(self.source, standing.reached, standing.line)
        layout = Layout(self.source.header)
        while found := list(islice(records, size)):
            chunk = _Chunk(end=found[-1].end, line=found[-1].end_line)
            writer = csv.writer(chunk.rows)
            for record in found:
                chunk.cells[record.line] = record
                if record.problem:
                    chunk.broken[record.line] = record.problem
                else:
                    writer.writerow(layout.staged(record.line, record.cells))
            yield chunk

    def _take(
        self, cursor: CursorWrapper, chunk: _Chunk, standing: HistoryImport, refused: RefusedRows
    ) -> None:
        """Check and store a chunk, and say so, all in the transaction of the caller."""
        cursor.execute(ROOM)
        problems = checking.check(cursor, chunk.rows.getvalue(), self.at)
        problems |= {line: [problem] for line, problem in chunk.broken.items()}
        if self.dry_run:
            stored = storing.try_out(cursor)
        else:
            found = storing.store(cursor, self.at)
            stored = found.cases
            self.opening.open(found.open)
        standing.stored += stored
        standing.refused += len(problems)
        standing.known += len(chunk.cells) - len(problems) - stored
        standing.reached, standing.line = chunk.end, chunk.line
        standing.errors = refused.write(
            [
                (line, chunk.cells[line].cells, reasons.all_in_words(problems[line]))
                for line in sorted(problems)
            ]
        )
        if not self.dry_run:
            standing.save()

    def _finish(self, cursor: CursorWrapper, standing: HistoryImport) -> None:
        if self.dry_run:
            return
        storing.spare_numbers(cursor, self.at)
        if standing.stored >= WORTH_ANALYZING:
            cursor.execute(ANALYZE)
        standing.finished_at = timezone.now()
        standing.save()


def _ahead(chunks: Iterator[_Chunk]) -> Iterator[_Chunk]:
    """Read the next chunk while the database works on the one before."""
    with ThreadPoolExecutor(1) as reader:
        waiting = reader.submit(next, chunks, None)
        while chunk := waiting.result():
            waiting = reader.submit(next, chunks, None)
            yield chunk


def _rows(standing: HistoryImport) -> int:
    return standing.stored + standing.known + standing.refused
