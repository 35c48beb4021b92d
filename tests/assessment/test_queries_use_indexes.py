"""The figures read a period's rows through an index, and a page's lists only what they show."""

import pytest
from django.db import connection

from assessment import periods
from assessment.queries import behind, cells, units
from assessment.queries.inputs import PARTS, ordered, parameters
from assessment.queries.lines import Lines, live_lines
from tests.cast import Stage
from tests.plans import a_big_district, read_whole


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
    assert not read_whole(lines.sql(sql), {**lines.given, "codes": ["0101"], "tops": ["01"]})


@pytest.mark.parametrize("part", PARTS)
def test_no_line_is_sought_in_a_whole_table(stage: Stage, part: str) -> None:
    given = parameters(periods.find("2026-03"))
    assert not read_whole(ordered(part, given), given)


@pytest.mark.parametrize(
    "sql", [cells.TALLIES, cells.BREACHED, cells.WHISTLES, cells.MARKS, units.ORDERS, units.ANSWERS]
)
def test_over_years_the_rows_are_joined_by_several_processes(stage: Stage, sql: str) -> None:
    """A subquery of each row keeps them all in one; see the head of `assessment.queries.inputs`."""
    lines = live_lines(periods.find("2025"))
    with a_big_district(), connection.cursor() as cursor:
        for name in ("parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size"):
            cursor.execute(f"SET LOCAL {name} = 0")
        cursor.execute(
            f"EXPLAIN {lines.sql(sql)}", {**lines.given, "codes": ["0101"], "tops": ["01"]}
        )
        found = "\n".join(line for (line,) in cursor.fetchall())
    gathered = found.partition("Gather")[2].partition("SubPlan")[0]
    once_given_up = sql == cells.TALLIES  # how the last attempt ended: of one case in twenty
    assert "SubPlan" not in found or once_given_up, found
    assert "Join" in gathered or "Nested Loop" in gathered, found


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
    assert not read_whole(*page.query.sql_with_params())
