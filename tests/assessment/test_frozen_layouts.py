"""What an earlier version of the program froze is rebuilt to the letter by this one, in the layout of then."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from accounts.models import Unit
from accounts.refusals import StepRefused
from assessment import layouts, periods
from assessment.models import Correction, FrozenPeriod, LeaderMark
from assessment.services.freezing import freeze, rebuild
from assessment.services.ledger import find_corrections
from assessment.services.verifying import verify
from assessment.services.workings import working_of_department
from dispatch.models import Order
from tests.assessment.histories import APRIL, history
from tests.assessment.kept_texts import restore, text_of
from tests.assessment.test_freezing import MAY, tampered
from tests.cast import Stage

EVERY = range(layouts.FIRST, layouts.PRESENT + 1)


@pytest.mark.parametrize("layout", EVERY)
def test_what_was_frozen_in_that_layout_is_rebuilt_to_the_letter_for_ever(
    stage: Stage, layout: int
) -> None:
    """Where this fails, a figure has moved or the report has another key.

    Neither may be mended here: a rule that moves figures belongs to the policy, with a date; a new key is a new layout
    (`assessment.layouts`), with a text of its own, written once by `tests.assessment.kept_texts.write`.
    """
    frozen = restore(text_of(layout))
    assert json.loads(rebuild(frozen)) == json.loads(frozen.figures)
    assert rebuild(frozen) == frozen.figures
    assert verify(periods.find(frozen.period), MAY).tampered == []


def test_a_period_frozen_now_has_the_present_layout_and_can_be_taken_back(stage: Stage) -> None:
    history(stage.people, 71, 14)
    march = periods.find("2026-03")
    frozen = freeze(march, None, APRIL)
    report = json.loads(frozen.figures)
    assert frozen.layout == report["layout"] == layouts.PRESENT
    orders = Order.objects.filter(
        case__received_at__gte=march.starts_at, case__received_at__lt=march.ends_at
    )
    gone = {row["code"]: row["orders_withdrawn"] for row in report["by_department"]}
    assert sum(gone.values()) == orders.filter(state="withdrawn").count() > 0
    assert all(orders.filter(state="withdrawn", unit__code=c).count() == n for c, n in gone.items())
    first = layouts.back_to(report, 1)
    assert "layout" not in first
    assert not any("orders_withdrawn" in row for row in first["by_department"])
    assert layouts.back_to(report, layouts.PRESENT) == report


def test_the_layout_of_a_frozen_period_cannot_be_changed_unseen(stage: Stage) -> None:
    history(stage.people, 71, 12)
    march = periods.find("2026-03")
    freeze(march, None, APRIL)
    with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
        FrozenPeriod.objects.update(layout=1)
    tampered("assessment_frozenperiod", "layout = 1")
    assert not verify(march, MAY).sound


def test_what_a_later_program_froze_is_not_called_tampered_with(stage: Stage) -> None:
    frozen = restore(text_of(layouts.PRESENT))
    tampered("assessment_frozenperiod", "layout = %s", layouts.PRESENT + 1)
    with pytest.raises(StepRefused, match=f" {layouts.PRESENT + 1} "):
        verify(periods.find(frozen.period), MAY)
    with pytest.raises(CommandError):
        call_command("freeze", frozen.period, verify=True, stdout=StringIO())


@pytest.mark.parametrize(("layout", "found"), [(1, 0), (2, 1)])
def test_what_a_later_layout_reads_besides_is_no_late_correction(
    stage: Stage, layout: int, found: int
) -> None:
    """In the first layout a quarter had only the marks given for the quarter itself."""
    span = periods.find("2026-Q1")
    frozen = freeze(span, None, span.ends_at)
    tampered("assessment_frozenperiod", "layout = %s", layout)
    frozen.refresh_from_db()
    unit, leader = Unit.objects.get(code="CGW"), stage.who("leader")
    LeaderMark.objects.create(period="2026-03", unit=unit, mark=70, marked_by=leader, at=APRIL)
    assert len(find_corrections(frozen, MAY)) == found
    LeaderMark.objects.create(period="2026-Q1", unit=unit, mark=70, marked_by=leader, at=APRIL)
    found_now = [entry.after or {} for entry in find_corrections(frozen, MAY)]
    [own] = [line for line in found_now if line["mark"] == 70]
    assert Correction.objects.count() == found + 1
    assert ("period" in own) == (layout > 1)


@pytest.mark.parametrize("layout", EVERY)
def test_workings_of_every_layout_add_up_to_the_frozen_score(stage: Stage, layout: int) -> None:
    frozen = restore(text_of(layout))
    span = periods.find(frozen.period)
    rows = json.loads(frozen.figures)["by_department"]
    assert sum(row["leader_marks"] for row in rows) > 1
    for row in rows:
        working = working_of_department(span, row["code"])
        marks = working["parts"]["leaders"]["contributions"]
        assert working["score"] == row["score"]
        assert len(marks) == row["leader_marks"]
        assert {mark["period"] for mark in marks} <= {span.name, "2026-03"}
