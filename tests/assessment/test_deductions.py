"""What is taken off lowers a score and is none by itself: where a month has no score, quarter and year count it."""

import random
from datetime import timedelta
from typing import Any

import pytest

from accounts.models import Unit
from assessment import periods
from assessment.models import AssessmentPolicy, Review
from assessment.services.policies import SHIPPED
from assessment.services.reports import reckon
from assessment.services.workings import working_of_department
from dispatch.models import Document, Order
from tests.assessment.histories import APRIL, MARCH, History
from tests.cast import Stage

Row = dict[str, Any]


@pytest.fixture
def sent_late(stage: Stage) -> Stage:
    """Return the stage where GD had one order, in February, and a document about it in March."""
    AssessmentPolicy.objects.update(**{n: v for n, v in SHIPPED.items() if n != "valid_from"})
    writer = History(stage.people, random.Random(13))
    case = writer.case(MARCH - timedelta(days=3))
    order = Order(
        whistle=writer.whistle(case, 9),
        case=case,
        unit=Unit.objects.get(code="GD"),
        role="assist",
        state="reviewed",
        issued_at=case.received_at,
        acknowledged_at=case.received_at,
        reported_at=case.received_at,
        settled_at=MARCH,
    )
    order.save(force_insert=True)
    given = {"arrival": 90, "attitude": 90, "result": 90, "at": MARCH}
    Review.objects.create(order=order, reviewer=stage.who("town"), **given)
    clock = order.case.clocks.earliest("pk")
    sent = MARCH + timedelta(days=5)
    Document.objects.create(
        form="bulletin",
        year=2026,
        seq=999,
        number="GD1",
        clock=clock,
        climb=0,
        rung=99,
        case=case,
        order=order,
        unit=order.unit,
        due_was=sent,
        issued_at=sent,
        written_at=sent,
        sheet={},
    )
    return stage


def row_of(name: str) -> Row:
    rows = reckon(periods.find(name), APRIL)["by_department"]
    return next(row for row in rows if row["code"] == "GD")


def test_a_document_on_an_order_of_the_month_before_is_shown_and_makes_no_score(
    sent_late: Stage,
) -> None:
    march = row_of("2026-03")
    assert (march["orders"], march["documents"]) == (0, {"bulletin": 1})
    assert (march["score"], march["unranked"]) == (None, "no_data")
    assert march["parts"]["documents"] is None
    part = working_of_department(periods.find("2026-03"), "GD")["parts"]["documents"]
    assert [(row["document"], row["points"]) for row in part["contributions"]] == [("GD1", "-30")]
    assert part["value"] is None


def test_the_quarter_and_the_year_count_it_in_full(sent_late: Stage) -> None:
    february = row_of("2026-02")
    assert february["parts"]["documents"] == 100
    for name in ("2026-Q1", "2026"):
        row = row_of(name)
        assert (row["orders"], row["parts"]["documents"]) == (1, 70)
        assert row["score"] < february["score"]
