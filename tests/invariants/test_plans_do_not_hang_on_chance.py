"""What tests/plans.py says of a statement is the same whatever the tables hold, and a missing index is seen."""

import pytest
from django.db import connection

from assessment import periods
from assessment.queries.inputs import PARTS, ordered, parameters
from cases.models import Case
from tests.cast import Stage
from tests.plans import plan, read_whole

EITHER_WAY = """
    SELECT c.id FROM cases_case c WHERE c.received_at >= %s AND (c.parent_id IS NULL
    OR NOT EXISTS (SELECT 1 FROM dispatch_order o WHERE o.case_id = c.id AND o.state = 'finished'))
"""
"""An EXISTS that PostgreSQL may look up row by row, or read whole beforehand: once a test of ours hung on which."""


@pytest.fixture
def march(stage: Stage) -> dict[str, object]:
    return parameters(periods.find("2026-03"))


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def test_rows_and_statistics_of_the_test_change_no_plan(
    stage: Stage, march: dict[str, object]
) -> None:
    def plans() -> list[str]:
        found = [plan(ordered(part, march), march) for part in PARTS]
        return [*found, plan(EITHER_WAY, [march["start"]])]

    before = plans()
    for rows in (0, 1, 2, 50):
        while Case.objects.count() < rows:
            stage.case()
        run("ANALYZE")
        assert plans() == before, rows


def test_either_way_is_by_index(march: dict[str, object]) -> None:
    assert "AlternativeSubPlan" not in plan(EITHER_WAY, [march["start"]])
    assert not read_whole(EITHER_WAY, [march["start"]])


@pytest.mark.parametrize(
    ("index", "table", "part"),
    [
        ("case_newest", "cases_case", "case"),
        ("dispatch_whistle_case_id_d39088a7", "dispatch_whistle", "whistle"),
        ("document_newest", "dispatch_document", "document"),
    ],
)
def test_a_missing_index_is_missed(
    march: dict[str, object], index: str, table: str, part: str
) -> None:
    statement = ordered(part, march)
    assert not read_whole(statement, march)
    run(f"DROP INDEX long.{index}")
    assert table in read_whole(statement, march)


def test_a_whole_index_read_to_its_end_is_a_whole_table_and_the_first_page_of_one_is_not(
    stage: Stage,
) -> None:
    newest = "SELECT number FROM cases_case ORDER BY received_at DESC"
    assert read_whole(newest) == {"cases_case"}
    assert not read_whole(f"{newest} LIMIT 51")
    assert read_whole("SELECT count(*) FROM cases_case LIMIT 1") == {"cases_case"}
