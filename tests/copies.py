"""Rows that every test begins with are written by the product once a process, and copied inside the database from then on."""

import functools
from collections.abc import Callable
from typing import Any

import psycopg
from django.db import connection

SCHEMA = "begun"

_written: dict[tuple[bool, ...], str] = {}
"""The statements that copy, by which tables had rows before: after TRUNCATE those that migrations filled have none."""


def write_or_copy(write: Callable[[], Any]) -> None:
    """Call `write`, or do what it did in a process that had the same tables filled."""
    if not _written:
        _in_own_connection(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE; CREATE SCHEMA {SCHEMA}")
    filled = _filled()
    if statements := _written.get(filled):
        with connection.cursor() as cursor:
            cursor.execute(statements)
        return
    counts = _counts()
    write()
    changed = {name: counts[name] for name, count in _counts().items() if count != counts[name]}
    if not any(changed.values()):  # else one could not tell its rows from those of before
        _written[filled] = ";".join([_kept(name, len(_written)) for name in changed])


def _kept(table: str, number: int) -> str:
    """Keep the rows of a table where no test's end undoes it; return the statement that copies them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'",
            [table],
        )
        (columns,) = cursor.fetchone()
        cursor.execute(f"SELECT json_agg(one)::text FROM {table} AS one")
        (rows,) = cursor.fetchone()
    kept = f"{SCHEMA}.{table}_{number}"
    _in_own_connection(
        f"CREATE TABLE {kept} AS SELECT * FROM json_populate_recordset(NULL::public.{table}, %s)",
        [rows],
    )
    return f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {kept}"


def _in_own_connection(sql: str, given: list[Any] | None = None) -> None:
    known = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    where = {name: known[name] for name in names if known.get(name)}
    with psycopg.connect(**where, autocommit=True, cursor_factory=psycopg.ClientCursor) as own:
        own.execute("SET client_min_messages = warning")
        own.execute(sql, given)


@functools.cache
def _tables() -> list[str]:
    return sorted(connection.introspection.django_table_names(only_existing=True))


def _filled() -> tuple[bool, ...]:
    asked = ", ".join(f"EXISTS (SELECT FROM {name})" for name in _tables())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}")
        return tuple(cursor.fetchone())


def _counts() -> dict[str, int]:
    asked = ", ".join(f"(SELECT count(*) FROM {name})" for name in _tables())
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {asked}")
        return dict(zip(_tables(), cursor.fetchone(), strict=True))
