"""The figures read a period's rows through an index, and a page's lists only what they show."""

import pytest
from django.db import connection

from assessment import periods
from assessment.queries import behind, cells, units
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
        units.ORDERS,
        units.LIMITS,
        units.OBJECTIONS,
        units.ANSWERS,
    ],
)
def test_no_statement_reads_a_table_whole(stage: Stage, sql: str) -> None:
    span = periods.find("2026-03")
    given = {**cells.parameters(span), "timed": [str(kind) for kind in units.TIMED]}
    found = plan(sql, given)
    assert "Seq Scan" not in found, found


def test_the_tallies_come_from_one_reading_of_the_cases() -> None:
    assert cells.TALLIES.count("FROM cases_case") == 1


@pytest.mark.parametrize("what", ["orders", "finish_missed", "valid_callbacks"])
def test_no_list_reads_a_table_whole(stage: Stage, what: str) -> None:
    span = periods.find("2026-03")
    rows = behind.orders_behind(span, stage.who("leader"), unit="CGW", what=what)
    page = rows.order_by("-issued_at", "-pk")[:51]
    found = plan(*page.query.sql_with_params())
    assert "Seq Scan" not in found, found
