"""Check a chunk of rows in the database, all at once, and give every row all its reasons."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.backends.utils import CursorWrapper

from cases.models import Callback, Case
from dispatch.services.history.columns import TIMES, WORDS

LONGEST_NUMBER, LONGEST_TEXT = 24, 4000

TABLES = f"""
    CREATE TEMP TABLE IF NOT EXISTS history_row (
        line bigint, problems text[], {", ".join(f"{name} text" for name in WORDS)},
        {", ".join(f"{name} timestamptz" for name in TIMES)}
    );
    CREATE TEMP TABLE IF NOT EXISTS history_word (
        word text PRIMARY KEY, unit_id bigint, called bigint
    );
    CREATE TEMP TABLE IF NOT EXISTS history_part (
        line bigint, position bigint, word text, unit_id bigint, problem text
    );
    CREATE TEMP TABLE IF NOT EXISTS history_seen (number text PRIMARY KEY);
    TRUNCATE history_seen;
"""
"""A chunk's rows and departments; `history_seen` holds the numbers that a dry run would have stored."""

ZONE = "SELECT set_config('TimeZone', %s, true)"
EMPTY = "TRUNCATE history_row, history_word, history_part"
COPY = f"""
    COPY history_row (line, problems, {", ".join((*WORDS, *TIMES))}) FROM STDIN
    WITH (FORMAT csv, NULL '\\N')
"""

UNIT_WORDS = """
    INSERT INTO history_word
    WITH said AS (
        SELECT code AS word, id, 1 AS rank FROM accounts_unit
        UNION SELECT name, id, 2 FROM accounts_unit
        UNION SELECT short_name, id, 3 FROM accounts_unit WHERE short_name <> ''
    ), best AS (SELECT word, min(rank) AS rank FROM said GROUP BY word)
    SELECT word, min(id), count(*) FROM said JOIN best USING (word, rank) GROUP BY word
"""
"""What a unit may be called in the file: its code before its name, its name before its short one."""

PARTS = """
    INSERT INTO history_part
    SELECT p.line, p.position, p.word, u.id, CASE
        WHEN u.id IS NULL THEN 'unit' || chr(31) || p.word
        WHEN w.called > 1 THEN 'unit_many' || chr(31) || p.word
        WHEN u.kind IN ('centre', 'hotline', 'district') THEN 'unit_kind' || chr(31) || p.word
        WHEN row_number() OVER (PARTITION BY p.line, u.id ORDER BY p.position) > 1
            THEN 'unit_twice' || chr(31) || p.word
        WHEN NOT u.active AND p.closed_at IS NULL THEN 'unit_retired' || chr(31) || p.word
    END
    FROM (
        SELECT r.line, r.closed_at, t.position, btrim(t.word) AS word
        FROM history_row r CROSS JOIN LATERAL
            unnest(string_to_array(translate(r.departments, chr(65307), ';'), ';'))
            WITH ORDINALITY AS t(word, position)
        WHERE r.departments <> ''
    ) p
    LEFT JOIN history_word w ON w.word = p.word
    LEFT JOIN accounts_unit u ON u.id = w.unit_id
    WHERE p.word <> ''
"""


def _problem(code: str, *said: str) -> str:
    """Return in SQL a problem with what follows its code: expressions of SQL."""
    return " || chr(31) || ".join([_text(code), *said])


def _text(word: str) -> str:
    """Return a word of this page as a text in SQL."""
    return f"'{word}'"


def _one_of(column: str, words: Iterable[str]) -> str:
    listed = ", ".join(map(_text, words))
    said = _problem("word", _text(column), f"r.{column}")
    return f"CASE WHEN r.{column} <> '' AND r.{column} NOT IN ({listed}) THEN {said} END"


def _required(column: str) -> str:
    return _when(f"r.{column} = ''", "missing", _text(column))


def _when(condition: str, code: str, *said: str) -> str:
    return f"CASE WHEN {condition} THEN {_problem(code, *said)} END"


def _of_times() -> Iterable[str]:
    for name in TIMES:
        yield _when(f"r.{name} < '2000-01-01'", "too_old", _text(name))
        yield _when(f"r.{name} > %(now)s", "ahead", _text(name))
    for position, later in enumerate(TIMES):
        cases = "".join(
            f" WHEN r.{later} < r.{earlier} THEN "
            + _problem("before", _text(later), _text(earlier))
            for earlier in reversed(TIMES[:position])
        )
        if cases:
            yield f"CASE{cases} END"


def _of_route() -> Iterable[str]:
    worked = "(r.departments <> '' OR coalesce(r.whistled_at, r.acknowledged_at, r.reported_at, "
    worked += "r.handled_at, r.closed_at) IS NOT NULL)"
    yield _when(f"r.route = '' AND {worked}", "route_missing")
    yield _when("r.route = 'self' AND r.departments <> ''", "self_with", _text("departments"))
    for name in ("whistled_at", "acknowledged_at", "reported_at"):
        yield _when(f"r.route = 'self' AND r.{name} IS NOT NULL", "self_with", _text(name))
    yield _when("r.route = 'whistle' AND p.parts IS NULL", "no_departments")
    yield _when(
        "r.route = 'whistle' AND r.whistled_at IS NULL AND NOT ('time' || chr(31) || "
        "'whistled_at') = ANY(r.problems)",
        "no_whistle_time",
    )


def _of_callback() -> Iterable[str]:
    unhandled = "r.handled_at IS NULL AND NOT ('time' || chr(31) || 'handled_at') = ANY(r.problems)"
    yield _when(f"r.closed_at IS NOT NULL AND {unhandled}", "closed_unhandled")
    yield _when(f"r.valid_callback <> '' AND {unhandled}", "called_unhandled")
    invalid = (
        "r.valid_callback IN ('', 'n')"  # empty or n: not contacted, which any callback may say
    )
    yield _when(f"{invalid} AND r.contacted NOT IN ('', 'n')", "answered", _text("contacted"))
    for name in ("resolved", "satisfied"):
        yield _when(f"{invalid} AND r.{name} <> ''", "answered", _text(name))


def _of_words() -> Iterable[str]:
    yield _when("r.number = ''", "number_missing")
    yield _when(f"length(r.number) > {LONGEST_NUMBER}", "number_long")
    yield _when(
        "r.number <> '' AND (r.number !~ '[0-9]' OR r.number ~ '[/[:space:]]')", "number_odd"
    )
    yield _when(
        "r.received_at IS NULL AND NOT ('time' || chr(31) || 'received_at') = ANY(r.problems)",
        "received_missing",
    )
    for name in ("channel", "kind", "category", "area", "text", "counted"):
        yield _required(name)
    yield _one_of("channel", Case.Channel.values)
    yield _one_of("kind", Case.Kind.values)
    yield _one_of("route", ("self", "whistle"))
    yield _one_of("valid_callback", "yn")
    yield _one_of("contacted", "yn")
    yield _one_of("resolved", Callback.Resolved.values)
    yield _one_of("satisfied", Callback.Satisfied.values)
    yield _one_of("counted", "yn")
    yield _when("r.category <> '' AND k.code IS NULL", "category", "r.category")
    yield _when("r.area <> '' AND a.code IS NULL", "area", "r.area")
    yield _when("a.code IS NOT NULL AND t.code IS NULL", "area_wide", "r.area")
    yield _when(f"length(r.text) > {LONGEST_TEXT}", "text_long")
    yield _when(
        "r.caller_phone <> '' AND (r.caller_phone !~ '^[+]?[0-9*()][0-9*() -]{4,18}$'"
        " OR length(regexp_replace(r.caller_phone, '[^0-9*]', '', 'g')) < 5)",
        "phone",
        "r.caller_phone",
    )


def _checks() -> str:
    parts = [*_of_words(), *_of_times(), *_of_route(), *_of_callback()]
    return ",\n            ".join(parts)


CHECK = f"""
    UPDATE history_row r SET problems = r.problems || c.found
    FROM (
        SELECT r.line, array_remove(ARRAY[
            {_checks()}
        ], NULL) || coalesce(p.found, '{{}}') AS found
        FROM history_row r
            LEFT JOIN cases_category k ON k.code = r.category
            LEFT JOIN grids_area a ON a.code = r.area
            LEFT JOIN grids_area t ON t.code = left(a.code, 9) AND t.level = 'town'
            LEFT JOIN (
                SELECT line, count(*) AS parts,
                    array_agg(problem ORDER BY position) FILTER (WHERE problem IS NOT NULL) AS found
                FROM history_part GROUP BY line
            ) p ON p.line = r.line
    ) c
    WHERE c.line = r.line AND c.found <> '{{}}'
"""  # noqa: S608 - put together from constants of this page
REFUSED = "SELECT line, problems FROM history_row WHERE problems <> '{}' ORDER BY line"


def prepare(cursor: CursorWrapper) -> None:
    """Make the tables that a chunk is checked in; they last as long as the connection."""
    cursor.execute(TABLES)


def check(cursor: CursorWrapper, rows: str, now: datetime) -> dict[int, list[str]]:
    """Stage rows written for `COPY` and return the problems of those that have any, by line."""
    cursor.execute(EMPTY)
    cursor.execute(ZONE, [settings.TIME_ZONE])  # of times without a zone
    with cursor.copy(COPY) as copy:
        copy.write(rows)
    cursor.execute(ZONE, [connection.timezone_name])  # Django reads every time in its own
    cursor.execute(UNIT_WORDS)
    cursor.execute(PARTS)
    cursor.execute("ANALYZE history_row (line), history_part (line)")
    cursor.execute(CHECK.replace("%(now)s", "%s"), [now] * CHECK.count("%(now)s"))
    cursor.execute(REFUSED)
    found: list[tuple[int, list[str]]] = cursor.fetchall()
    return dict(found)


def count(cursor: CursorWrapper, sql: str, *given: Any) -> int:
    """Run a statement and return how many rows it wrote."""
    cursor.execute(sql, given or None)
    return int(cursor.rowcount)
