"""Fill the tables by COPY: any number of cases, spread over three years, the same every time."""

from collections.abc import Collection, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import psycopg
from django.apps import apps
from django.db import connection
from psycopg.conninfo import make_conninfo
from psycopg.sql import SQL, Identifier, Literal

from bench.lives import COLUMNS, World, lives

CHUNK = 5000
PROCESSES = 2

SCORED = (
    *("cases_case", "cases_clock", "cases_callback", "dispatch_whistle", "dispatch_order"),
    *("assessment_review", "assessment_whistlemark", "dispatch_objection"),
)
"""What scores are summed from: a third of all rows."""

_world: World
_tables: Collection[str]


def fill(world: World, count: int, tables: Collection[str] = tuple(COLUMNS)) -> None:
    """Replace whatever cases there are by `count` new ones, indexes and statistics up to date.

    With fewer tables the others stay empty, and the indexes of the text search are left out.
    """
    give_defaults()
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(COLUMNS)} CASCADE")
    chunks = [(count, start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
    with without_indexes(searches=len(tables) == len(COLUMNS)):
        if len(chunks) == 1:
            _know(world, tables)
            _copy(address(), *chunks[0])
        else:
            _copy_by_processes(world, tables, chunks)
    _finish(count)


def give_defaults() -> None:
    """Let the columns that our COPY and SQL say nothing about take what Django would write into them."""
    tables = {model._meta.db_table: model._meta for model in apps.get_models()}
    with connection.cursor() as cursor:
        for table in (*COLUMNS, "dispatch_document"):
            for field in tables[table].concrete_fields:
                if field.null or field.primary_key or field.is_relation or not field.column:
                    continue
                value = field.get_db_prep_save(field.get_default(), connection)
                if (
                    value is not None
                    and not hasattr(value, "adapted")
                    and not hasattr(value, "obj")
                ):
                    said = SQL("ALTER TABLE {} ALTER {} SET DEFAULT {}")
                    cursor.execute(
                        said.format(Identifier(table), Identifier(field.column), Literal(value))
                    )


def _copy_by_processes(
    world: World, tables: Collection[str], chunks: list[tuple[int, int, int]]
) -> None:
    where = address()
    context = get_context("spawn")
    known = (world, tables)
    with ProcessPoolExecutor(PROCESSES, context, initializer=_know, initargs=known) as pool:
        for done in [pool.submit(_copy, where, *chunk) for chunk in chunks]:
            done.result()


def _know(world: World, tables: Collection[str]) -> None:
    global _world, _tables
    _world, _tables = world, tables


def _copy(where: str, count: int, first: int, last: int) -> None:
    """Write the lives of some cases, one COPY for each table."""
    lines = lives(_world, count, first, last)
    with psycopg.connect(where) as link, link.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")  # the keys are right by design
        for table in (name for name in COLUMNS if name in _tables):
            columns = ", ".join(COLUMNS[table].split())
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                copy.write("".join(lines[table]))


def address() -> str:
    """Return the database's address as psycopg itself reads it."""
    found = connection.get_connection_params()
    return make_conninfo(**{name: found[name] for name in ("dbname", "user", "host")})


@contextmanager
def without_indexes(*, searches: bool = True) -> Iterator[None]:
    """Drop the indexes that are no constraints while the rows come in, and build them afterwards."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid) FROM pg_index i
            WHERE i.indrelid = ANY(%s::regclass[])
            AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)""",
            [list(COLUMNS)],
        )
        found = cursor.fetchall()
        for name, _definition in found:
            cursor.execute(f"DROP INDEX {name}")
        for table in COLUMNS:  # they are vacuumed once, at the end
            cursor.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
        yield
        cursor.execute("SET maintenance_work_mem = '1GB'")
        for _name, definition in found:
            if searches or " USING gin " not in definition:
                cursor.execute(definition)


def _finish(count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval('case_number_seq', %s)", [count])
        for table in COLUMNS:
            cursor.execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT coalesce(max(id), 1) FROM {table}))"
            )
            cursor.execute(f"VACUUM (ANALYZE) {table}")
            cursor.execute(f"ALTER TABLE {table} RESET (autovacuum_enabled)")
        cursor.execute("CHECKPOINT")
