"""Take over a history file, and write the same rows by COPY alone, in turns."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from django.db import connection
from django.utils import timezone

from accounts.models import Unit
from bench.fill import address
from bench.history import Place, Year, write
from cases.models import Category
from dispatch.services.history import import_history
from grids.models import Area

ROWS = 100_000
TABLES = (
    "cases_case",
    "cases_caseevent",
    "cases_callback",
    "cases_caseparty",
    "dispatch_whistle",
    "dispatch_order",
    "cases_clock",
    "cases_clockentry",
)
"""What the import fills, in an order in which it may be filled."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Rows of the file a second by the product and by COPY, round by round; how many rows both stored."""

    rows: int
    stored: int
    ours: list[float]
    copy: list[float]


def place() -> Place:
    """Return the shipped district as the years of an older system are drawn from it."""
    areas = Area.objects.exclude(level="district").order_by("code")
    units = Unit.objects.summonable().order_by("code")[:18].values_list("code", "name")
    return Place(
        list(areas.filter(level__in=["town", "community", "grid"]).values_list("code", flat=True)),
        list(Category.objects.order_by("code").values_list("code", flat=True)),
        [name if turn % 2 else code for turn, (code, name) in enumerate(units)],
    )


def write_year(path: Path, rows: int) -> None:
    """Write last year's file of so many cases."""
    write(path, Year(place(), rows, timezone.localdate().year - 1).rows())


def measure(folder: Path, rows: int, rounds: int) -> Imported:
    """Take over the same file again and again into empty tables, COPY in between; all are empty afterwards."""
    path, rows = folder / "history.csv", rows or ROWS
    write_year(path, rows)
    ours, copied, stored = [], [], 0
    for turn in range(rounds):
        with _fresh():
            begun = time.perf_counter()
            found = import_history(path, at=timezone.now())
            ours.append(rows / (time.perf_counter() - begun))
            if found.stored != rows:
                raise RuntimeError(f"{found.stored} of {rows} rows were stored")
            if not turn:
                stored = _dump(folder)
        with _fresh():
            begun = time.perf_counter()
            _load(folder)
            copied.append(rows / (time.perf_counter() - begun))
    for file in [path, *(folder / f"{table}.copy" for table in TABLES)]:
        file.unlink()
    return Imported(rows, stored, ours, copied)


@contextmanager
def _fresh() -> Iterator[None]:
    """Empty the tables before and after, with everything on disk, so that each begins alike."""
    _empty()
    yield
    _empty()


def _empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        cursor.execute("CHECKPOINT")


def _dump(folder: Path) -> int:
    stored = 0
    with psycopg.connect(address()) as link, link.cursor() as cursor:
        for table in TABLES:
            with (
                (folder / f"{table}.copy").open("wb") as file,
                cursor.copy(f"COPY (SELECT * FROM {table} ORDER BY id) TO STDOUT") as copy,
            ):
                for data in copy:
                    file.write(data)
            stored += cursor.rowcount
    return stored


def _load(folder: Path) -> None:
    """Write every table by one COPY, all in one transaction: keys, constraints and triggers as they are."""
    with psycopg.connect(address()) as link, link.cursor() as cursor:
        for table in TABLES:
            with (
                (folder / f"{table}.copy").open("rb") as file,
                cursor.copy(f"COPY {table} FROM STDIN") as copy,
            ):
                while data := file.read(1 << 20):
                    copy.write(data)
