"""How PostgreSQL would read the tables of a big district: EXPLAIN that does not hang on chance.

The planner reckons with what ANALYZE last saw (autovacuum runs it at moments of its own) and with the pages that a table has
on the disk, which earlier tests leave behind. A plan asked for over a test's few rows is therefore chance. It is asked for
here over copies of all tables and their indexes, in a schema of their own, which are said to be long.
"""

import functools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

SCHEMA = "long"
ROWS = 1_000_000
FEW = 1_000
SHORT = (
    "accounts_membership",
    "accounts_unit",
    "accounts_user",
    "assessment_leadermark",
    "assessment_policy",
    "cases_category",
    "grids_area",
)
"""Tables that stay short in the biggest district."""
SETTINGS = (
    f"SET LOCAL search_path = {SCHEMA}, public",
    "SET LOCAL enable_seqscan = off",
    # Counts where the switch does not: between the two ways to look up an EXISTS.
    "SET LOCAL seq_page_cost = 1000000000",
    # The copies have one page each; in long tables every row sought lies on a page of its own.
    "SET LOCAL cpu_tuple_cost = 1",
)
READ_ALL_FIRST = ("Sort", "Aggregate", "Hash", "WindowAgg")
"""Nodes that give their first row only when they have read all of theirs."""


@contextmanager
def a_big_district() -> Iterator[None]:
    """Let every EXPLAIN inside plan for long tables."""
    _copy_tables()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(ANALYZED, GIVEN)
            if cursor.fetchone():
                _say_how_long(cursor)
            cursor.execute(";".join(SETTINGS))
        yield
        transaction.set_rollback(True)


def plan(sql: str, given: Any = None) -> str:
    """Return PostgreSQL's plan for a statement in a big district."""
    with a_big_district(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", given)
        return "\n".join(line for (line,) in cursor.fetchall())


def read_whole(sql: str, given: Any = None) -> set[str]:
    """Return the long tables that a statement would read from end to end in a big district.

    By an index counts, too, unless its first column is sought, it is of few rows (it has a condition) or a LIMIT ends it.
    """
    with a_big_district(), connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", given)
        (found,) = cursor.fetchone()
    found = json.loads(found) if isinstance(found, str) else found
    return set(_whole(found[0]["Plan"])) - set(SHORT)


def _whole(node: dict[str, Any], table: str = "", *, limited: bool = False) -> Iterator[str]:
    kind = node["Node Type"]
    table = node.get("Relation Name", table)  # a bitmap's is told above it
    if kind == "Seq Scan" or ("Index Name" in node and not limited and not _sought(node)):
        yield table
    limited = kind == "Limit" or (limited and kind not in READ_ALL_FIRST)
    for below in node.get("Plans", ()):
        yield from _whole(below, table, limited=limited)


def _sought(node: dict[str, Any]) -> bool:
    """Say whether an index is read for the rows wanted: by its first column, or whole where it is of few rows."""
    first, of_few_rows = _indexes()[node["Index Name"]]
    return of_few_rows or bool(re.search(rf"\b{first}\b", node.get("Index Cond", "")))


@functools.cache
def _indexes() -> dict[str, tuple[str, bool]]:
    """Return the first column of each index that has an order, and whether it is of some rows only."""
    with connection.cursor() as cursor:
        cursor.execute("""
            SELECT i.relname, CASE am.amname WHEN 'btree' THEN a.attname END, indpred IS NOT NULL
            FROM pg_index JOIN pg_class i ON i.oid = indexrelid JOIN pg_am am ON am.oid = i.relam
            LEFT JOIN pg_attribute a ON a.attrelid = indrelid AND a.attnum = indkey[0]
        """)
        return {name: (first or "", few) for name, first, few in cursor.fetchall()}


@functools.cache
def _copy_tables() -> None:
    """Copy them once for this process, on a connection of its own: what a test does is undone."""
    if connection.pg_version < 18_00_00:  # type: ignore[attr-defined]
        pytest.skip("PostgreSQL is told how long tables are from version 18 on")
    known = connection.get_connection_params()
    names = ("dbname", "user", "password", "host", "port")
    where = {name: known[name] for name in names if known.get(name)}
    with psycopg.connect(**where, autocommit=True) as own:
        own.execute("SET client_min_messages = warning")
        own.execute(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")
        own.execute(f"CREATE SCHEMA {SCHEMA}")
        own.execute(COPY)
        _say_how_long(own)


def _say_how_long(database: Any) -> None:
    for sql in (NOTHING, LENGTHS, MANY_CASES):
        database.execute(sql, GIVEN)


COPY = f"""
DO $$
DECLARE
    one record;
BEGIN
    FOR one IN SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('CREATE TABLE {SCHEMA}.%1$I WITH (autovacuum_enabled = off)'
                       ' AS SELECT * FROM public.%1$I WITH NO DATA', one.name);
    END LOOP;
    FOR one IN SELECT tablename AS name, indexname AS index, indexdef AS made
               FROM pg_indexes WHERE schemaname = 'public' LOOP
        EXECUTE replace(one.made, ' ON public.', ' ON {SCHEMA}.');
    END LOOP;
    FOR one IN SELECT relname AS name, conname AS index, attname AS key, atttypid = 'uuid'::regtype AS uuid
               FROM pg_constraint JOIN pg_class t ON t.oid = conrelid
               JOIN pg_attribute ON attrelid = t.oid AND attnum = conkey[1]
               WHERE contype = 'p' AND connamespace = 'public'::regnamespace LOOP
        EXECUTE format('INSERT INTO {SCHEMA}.%I (%I) VALUES (%L)', one.name, one.key,
                       CASE WHEN one.uuid THEN gen_random_uuid()::text ELSE '1' END);
        EXECUTE format('ALTER TABLE {SCHEMA}.%I ADD PRIMARY KEY USING INDEX %I', one.name, one.index);
    END LOOP;
END $$
"""
"""Columns that must not be empty may be so here; a key stays a key, for GROUP BY."""
GIVEN = {"schema": SCHEMA, "short": list(SHORT), "few": FEW, "rows": ROWS}
ANALYZED = """
SELECT 1 FROM pg_class
WHERE relnamespace = %(schema)s::regnamespace AND relkind = 'r' AND reltuples < %(few)s LIMIT 1
"""
"""An ANALYZE of all tables, whoever's, has seen the copies, too; autovacuum leaves them alone."""
NOTHING = """
SELECT pg_clear_attribute_stats(schemaname, tablename, attname, false)
FROM pg_stats WHERE schemaname = %(schema)s
"""
LENGTHS = """
SELECT pg_restore_relation_stats(
    'schemaname', %(schema)s::text, 'relname', tablename::text, 'relpages', 1,
    'reltuples', (CASE WHEN tablename = ANY(%(short)s) THEN %(few)s ELSE %(rows)s END)::real
) FROM pg_tables WHERE schemaname = %(schema)s
"""
"""The planner takes the rows of a page times the pages that are there: one."""
MANY_CASES = """
SELECT pg_restore_attribute_stats(
    'schemaname', %(schema)s::text, 'relname', t.relname::text, 'attname', a.attname::text,
    'inherited', false, 'null_frac', 0::real, 'avg_width', 8, 'n_distinct', -0.5::real
) FROM pg_constraint
JOIN pg_class t ON t.oid = conrelid
JOIN pg_class far ON far.oid = confrelid
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = conkey[1]
WHERE contype = 'f' AND connamespace = 'public'::regnamespace AND far.relname <> ALL(%(short)s)
"""
"""Two rows for each row of a long table; without statistics a column is taken to have two hundred values."""
