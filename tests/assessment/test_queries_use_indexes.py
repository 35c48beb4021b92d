"""The figures read a period's rows through an index, and a page's lists only what they show."""

import pytest
from django.db import connection

from assessment import periods
from assessment.queries import behind, cells, units
from assessment.queries.inputs import PARTS, ordered, parameters
from assessment.queries.lines import Lines, live_lines
from tests.cast import Stage


def plan(sql: str, given: object) -> str:
    """Return how PostgreSQL would read the rows if the tables were too long to be read whole."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {sql}", given)
        return "\n".join(row[0] for row in cursor.fetchall())


@pytest.mark.parametrize(
    "sql",
    [
        cells.TALLIES,
        cells.BREACHED,
        cells.WHISTLES,
        cells.MARKS,
        cells.UPHELD,
        cells.ATTEMPTS,
        cells.PRAISE,
        units.ORDERS,
        units.LIMITS,
        units.OBJECTIONS,
        units.DOCUMENTS,
        units.ANSWERS,
    ],
)
def test_no_statement_reads_a_table_whole(stage: Stage, sql: str) -> None:
    lines = live_lines(periods.find("2026-03"))
    found = plan(lines.sql(sql), {**lines.given, "codes": ["0101"], "tops": ["01"]})
    assert "Seq Scan" not in found, found


@pytest.mark.parametrize("part", PARTS)
def test_no_line_is_sought_in_a_whole_table(stage: Stage, part: str) -> None:
    given = parameters(periods.find("2026-03"))
    found = plan(ordered(part, given), given)
    small = ("accounts_unit", "accounts_user", "assessment_leadermark")
    read = [line for line in found.splitlines() if "Seq Scan" in line]
    assert not [line for line in read if not any(table in line for table in small)], found


def test_the_tallies_come_from_one_reading_of_the_cases() -> None:
    sql = live_lines_of_nothing().sql(cells.TALLIES)
    assert sql.count("FROM cases_case") == 1


def live_lines_of_nothing() -> Lines:
    return Lines({name: f"({part.sql})" for name, part in PARTS.items()}, {})


@pytest.mark.parametrize("what", ["orders", "finish_missed", "valid_callbacks"])
def test_no_list_reads_a_table_whole(stage: Stage, what: str) -> None:
    span = periods.find("2026-03")
    rows = behind.orders_behind(span, stage.who("leader"), unit="CGW", what=what)
    page = rows.order_by("-issued_at", "-pk")[:51]
    found = plan(*page.query.sql_with_params())
    assert "Seq Scan" not in found, found
