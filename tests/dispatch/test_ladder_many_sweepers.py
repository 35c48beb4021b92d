"""On real connections: eight sweepers write each document once, and no number is left out or given twice."""

from collections import defaultdict
from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from accounts.models import Notice
from cases.models import CaseEvent, Clock
from cases.services.locks import lock_case
from cases.services.steps import advance
from dispatch.models import Document, DocumentCounter
from dispatch.services import ladders
from dispatch.services.ladders import sweep_ladders
from dispatch.services.numbers import take_numbers
from tests.cast import Stage
from tests.dispatch.ladders import FORMS, make_ladder
from tests.races.test_two_people_press_the_same_button import at_once

HOUR = timedelta(hours=1)


def many_running_out(stage: Stage, count: int) -> datetime:
    """Summon two departments to each of so many cases; return when all ladders have been climbed."""
    make_ladder()
    for _each in range(count):
        stage.whistle()
    latest = Clock.objects.filter(kind="acknowledge").order_by("-due_at").first()
    assert latest is not None
    assert latest.due_at is not None
    return latest.due_at + 8 * HOUR


def numbers() -> dict[tuple[str, int], list[int]]:
    found: defaultdict[tuple[str, int], list[int]] = defaultdict(list)
    for form, year, seq in Document.objects.values_list("form", "year", "seq").order_by("seq"):
        found[form, year].append(seq)
    return dict(found)


def test_eight_sweepers_write_every_document_once_and_leave_no_number_out(
    committed_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ladders, "BATCH", 2)  # so that there is work for all of them
    late = many_running_out(committed_stage, 12)
    results = at_once(*[lambda: sweep_ladders(late)] * 8)
    assert [r for r in results if isinstance(r, Exception)] == []
    sweep_ladders(late)  # what was locked by another sweeper's step is taken by the next sweep
    assert sweep_ladders(late) == 0
    assert numbers() == {(form, 2026): list(range(1, 25)) for form in FORMS}
    assert CaseEvent.objects.filter(step__startswith="ladder.").count() == 24 * 5
    keys = list(Notice.objects.filter(kind="document_issued").values_list("key", flat=True))
    assert len(keys) == len(set(keys))
    for clock in Clock.objects.filter(kind="acknowledge"):
        issued = list(clock.documents.order_by("issued_at").values_list("form", flat=True))
        assert issued == FORMS


def test_a_batch_rolled_back_gives_its_numbers_back(committed_stage: Stage) -> None:
    late = many_running_out(committed_stage, 2)

    class Cut(Exception):
        pass

    def broken() -> None:
        with transaction.atomic():
            assert sweep_ladders(late) == 4 * 6
            raise Cut

    with pytest.raises(Cut):
        broken()
    assert not Document.objects.exists()
    at_once(*[lambda: sweep_ladders(late)] * 4)
    sweep_ladders(late)
    assert numbers() == {(form, 2026): [1, 2, 3, 4] for form in FORMS}


def test_each_form_counts_by_itself_and_begins_again_with_the_year(db: None) -> None:
    wanted = [("urge", 2026), ("reminder", 2026), ("urge", 2026), ("urge", 2027)]
    assert take_numbers(wanted) == [1, 1, 2, 1]
    assert take_numbers([("urge", 2026)]) == [3]
    assert DocumentCounter.objects.count() == 3


def test_the_year_of_a_number_is_the_year_in_shanghai(stage: Stage) -> None:
    stage.at = datetime(2026, 12, 31, 15, 30, tzinfo=UTC)  # half an hour before midnight
    make_ladder()
    stage.whistle(kind="emergency", departments=[])
    sweep_ladders(stage.at + timedelta(minutes=16))
    assert Document.objects.get().number == "通吹催〔2026〕1号"
    sweep_ladders(stage.at + timedelta(minutes=76))
    assert Document.objects.get(form="reminder").number == "通吹提〔2027〕1号"


def test_a_case_somebody_works_on_is_left_to_the_next_sweep(committed_stage: Stage) -> None:
    late = many_running_out(committed_stage, 1)
    case = committed_stage.made[0]
    with transaction.atomic():
        lock_case(case.pk)
        assert at_once(lambda: sweep_ladders(late)) == [0]
    assert sweep_ladders(late) == 2 * 6


def test_a_case_that_ends_while_it_is_swept_keeps_no_clock_running(committed_stage: Stage) -> None:
    make_ladder("finish")
    stage = committed_stage
    cases = [stage.case() for _each in range(6)]
    late = stage.at + timedelta(days=90)
    operator = stage.who("operator")

    def reject() -> None:
        for case in cases:
            advance(case.pk, "reject", actor=operator, at=late, reason="不属于本区")

    results = at_once(reject, *[lambda: sweep_ladders(late)] * 3)
    assert [r for r in results if isinstance(r, Exception)] == []
    assert not Clock.objects.running().exists()
