"""A document that asks for an answer has a time limit of its own; the unit addressed answers it once."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from accounts.models import Notice
from accounts.refusals import BadInput, StepRefused
from cases.models import CaseEvent, Clock
from cases.services.breaches import sweep_breaches
from cases.services.steps import advance
from dispatch.models import Document
from dispatch.services.documents import answer_document
from dispatch.services.ladders import sweep_ladders
from tests.cast import PEOPLE, Stage
from tests.dispatch.ladders import make_ladder

HOUR = timedelta(hours=1)


def reminder(stage: Stage, clock: str = "acknowledge") -> Document:
    """Return a reminder letter to 消防, an hour after it did not acknowledge."""
    make_ladder(clock)
    order = stage.order(stage.whistle(departments=[]))
    late = Clock.objects.get(order_ref=order.pk, kind=clock)
    assert late.due_at is not None
    stage.at = late.due_at + HOUR
    sweep_ladders(stage.at)
    return Document.objects.get(form="reminder")


def answer(
    stage: Stage, document: Document, who: str = "department3", text: str = "已到场"
) -> None:
    answer_document(document.pk, actor=stage.who(who), at=stage.at, text=text)


def answer_clock(document: Document) -> Clock:
    return Clock.objects.get(document_ref=document.pk)


def test_the_time_to_answer_runs_from_the_document_on(stage: Stage) -> None:
    document = reminder(stage)
    clock = answer_clock(document)
    assert (clock.kind, clock.unit_id) == ("answer", document.unit_id)
    assert clock.started_at == stage.at
    assert clock.due_at == document.answer_due_at == stage.at + 8 * HOUR
    assert clock.policy["source"] == document.number
    assert Document.objects.get(form="urge").answer_clock is None


def test_an_answer_stops_the_clock_is_recorded_and_told_to_the_centre(stage: Stage) -> None:
    document = reminder(stage)
    stage.at += HOUR
    answer(stage, document, text="  车辆已经移走，通道畅通  ")
    kept = Document.objects.select_related("answer_clock").get(pk=document.pk)
    assert (kept.answer, kept.answered_by) == ("车辆已经移走，通道畅通", stage.who("department3"))
    assert kept.standing(stage.at) == "answered"
    assert answer_clock(document).stopped_at == stage.at
    event = CaseEvent.objects.get(step="document.answer")
    assert event.details["number"] == document.number
    assert Notice.objects.filter(
        kind="document_answered", recipient__username="supervisor"
    ).exists()


def test_a_late_answer_is_taken_and_its_lateness_recorded(stage: Stage) -> None:
    document = reminder(stage)
    stage.at += 9 * HOUR
    late = Document.objects.select_related("answer_clock").get(pk=document.pk)
    assert late.standing(stage.at) == "late"
    answer(stage, document)
    answered = Document.objects.select_related("answer_clock").get(pk=document.pk)
    assert answered.standing(stage.at) == "answered_late"
    breaches = CaseEvent.objects.filter(step="breach", details__clock="answer")
    assert breaches.count() == 1


def test_a_sweep_sees_the_unanswered_document(stage: Stage) -> None:
    document = reminder(stage)
    sweep_breaches(stage.at + 9 * HOUR)
    assert answer_clock(document).breached_at is not None


def test_nobody_answers_twice(stage: Stage) -> None:
    document = reminder(stage)
    answer(stage, document)
    with pytest.raises(StepRefused):
        answer(stage, document, text="再答一次")


def test_an_answer_says_something(stage: Stage) -> None:
    document = reminder(stage)
    for empty in ("", "  \n "):
        with pytest.raises(BadInput):
            answer(stage, document, text=empty)
    with pytest.raises(BadInput):
        answer(stage, document, text="长" * 4001)
    assert answer_clock(document).stopped_at is None


def test_a_document_that_asks_for_no_answer_takes_none(stage: Stage) -> None:
    reminder(stage)
    with pytest.raises(StepRefused):
        answer(stage, Document.objects.get(form="urge"))


@pytest.mark.parametrize("who", sorted(set(PEOPLE) - {"department3"}))
def test_only_the_unit_addressed_answers(stage: Stage, who: str) -> None:
    document = reminder(stage)
    with pytest.raises(PermissionDenied):
        answer(stage, document, who=who)


def test_a_case_that_ends_leaves_no_answer_awaited(stage: Stage) -> None:
    make_ladder("decide")
    case = stage.case()
    clock = case.clocks.get(kind="decide")
    assert clock.due_at is not None
    stage.at = clock.due_at + HOUR
    sweep_ladders(stage.at)
    document = Document.objects.get(form="reminder")
    advance(case.pk, "reject", actor=stage.who("operator"), at=stage.at, reason="不属于本区")
    assert not Clock.objects.running().exists()
    ended = Document.objects.select_related("answer_clock").get(pk=document.pk)
    assert ended.standing(stage.at) == "ended"
    with pytest.raises(StepRefused):
        answer(stage, document, who="town")


def test_a_document_unanswered_may_climb_a_ladder_of_its_own(stage: Stage) -> None:
    answers = [{"form": "supervision", "after": ["0", "natural_hour"], "colour": "red"}]
    make_ladder("answer", rungs=answers)
    document = reminder(stage)
    sweep_ladders(stage.at + 8 * HOUR)
    climbed = Document.objects.get(clock__document_ref=document.pk)
    assert (climbed.form, climbed.unit_id) == ("supervision", document.unit_id)


def test_documents_about_a_missing_answer_ask_for_no_second_one(stage: Stage) -> None:
    make_ladder("answer")
    document = reminder(stage)
    sweep_ladders(stage.at + 40 * HOUR)
    about_it = Document.objects.filter(clock__document_ref=document.pk)
    assert about_it.filter(form="reminder").exists()
    assert not about_it.filter(answer_clock__isnull=False).exists()


@pytest.mark.parametrize(
    "change",
    [{"number": "通吹提〔2026〕99号"}, {"sheet": {}}, {"due_was": None}, {"colour": "red"}],
)
def test_an_issued_document_is_never_changed(stage: Stage, change: dict[str, object]) -> None:
    document = reminder(stage)
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(**change)


def test_an_issued_document_is_never_deleted_nor_its_answer_changed(stage: Stage) -> None:
    document = reminder(stage)
    answer(stage, document)
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(answer="改了")
    with pytest.raises(DatabaseError), transaction.atomic():
        Document.objects.filter(form="urge").delete()
