"""The list of a whistle: each problem with owner, limit, state and proof; and the whole waits for its parts."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import Notice
from accounts.refusals import BadInput, StepRefused
from cases.models import Attachment, Case, CaseEvent, Clock
from cases.services.breaches import sweep_breaches
from cases.services.steps import advance
from dispatch.models import Document, Whistle, WhistleItem
from dispatch.problems import tally
from dispatch.services.items import Item, add_items, assign_item
from dispatch.services.ladders import sweep_ladders
from dispatch.services.rulings import rule
from dispatch.services.summoning import summon_more
from tests.api.photos import jpeg
from tests.cast import Stage
from tests.dispatch.field import act, problem, settled
from tests.dispatch.ladders import make_ladder

DAY = timedelta(days=1)


def blown(stage: Stage, *items: Item, **given: Any) -> tuple[Whistle, Sequence[WhistleItem]]:
    whistle = stage.whistle(items=items, **given)
    return whistle, list(whistle.items.order_by("position"))


def accepted(stage: Stage, whistle: Whistle, *units: str) -> None:
    for unit in units:
        act(stage, stage.order(whistle, unit), "acknowledge", "report_in", "finish", "accept")


def test_the_sentence_says_how_the_list_stands() -> None:
    states = ["done"] * 14 + ["doing"]
    counted = tally(states)
    assert (counted.found, counted.done, counted.doing) == (15, 14, 1)
    assert "15" in counted.words
    assert "14" in counted.words


def test_a_problem_goes_from_found_to_done_with_its_proof(stage: Stage) -> None:
    _, (item,) = blown(stage, Item("堆物", "XFZD"))
    item = problem(stage, item, "start", "department3")
    assert (item.state, item.started_at) == ("doing", stage.at)
    with pytest.raises(BadInput) as refused:
        problem(stage, item, "done", "department3", evidence="  ")
    assert list(refused.value.fields) == ["evidence"]
    item = problem(stage, item, "done", "department3", evidence="已清走")
    assert (item.state, item.done_at, str(item.done_by)) == ("done", stage.at, "department3")
    item = problem(stage, item, "reopen", "town", reason="照片不是这里")
    assert (item.state, item.done_at, item.done_by) == ("open", None, None)
    item = problem(
        stage,
        item,
        "done",
        "department3",
        photos=[SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")],
    )
    assert Attachment.objects.get().item_ref == item.pk
    steps = CaseEvent.objects.filter(step__startswith="item.").order_by("pk")
    assert [e.step for e in steps] == ["item.start", "item.done", "item.reopen", "item.done"]


def test_owners_do_and_the_blower_drops_and_opens(stage: Stage) -> None:
    _, (owned, free) = blown(stage, Item("堆物", "XFZD"), Item("无灯"))
    for stranger in ("department2", "department", "town2", "operator"):
        with pytest.raises(PermissionDenied):
            problem(stage, owned, "start", stranger)
    problem(stage, free, "start", "department2")  # everybody's: any unit that was summoned
    with pytest.raises(PermissionDenied):
        problem(stage, owned, "drop", "department3", reason="太难")
    with pytest.raises(BadInput):
        problem(stage, owned, "drop", "town", reason=" ")
    assert problem(stage, owned, "drop", "town", reason="重复").dropped_reason == "重复"
    with pytest.raises(StepRefused):
        problem(stage, owned, "done", "department3", evidence="已办")


def test_nothing_is_finished_while_ones_own_problems_are_under_way(stage: Stage) -> None:
    whistle, (mine, other) = blown(stage, Item("堆物", "XFZD"), Item("无灯", "ZJW"))
    order = act(stage, stage.order(whistle), "acknowledge", "report_in")
    problem(stage, mine, "start", "department3")
    with pytest.raises(StepRefused, match="1 堆物"):
        act(stage, order, "finish")
    problem(stage, mine, "done", "department3", evidence="已清走")
    assert act(stage, order, "finish").state == "finished"
    assert other.state == "open"


def test_a_result_proves_the_problems_that_were_not_begun_one_by_one(stage: Stage) -> None:
    limit = {"limit": Decimal(2), "limit_unit": "workday"}
    items = (Item("堆物", "XFZD", **limit), Item("无灯", "ZJW"), Item("无水"))
    whistle, (mine, other, free) = blown(stage, *items)
    first = act(stage, stage.order(whistle), "acknowledge", "report_in", "finish")
    for item in (mine, other, free):
        item.refresh_from_db()
    assert (mine.state, mine.evidence) == ("done", first.result)
    assert not Clock.objects.running().filter(item_ref=mine.pk).exists()
    assert (other.state, free.state) == ("open", "open")  # another's, and everybody's
    act(stage, stage.order(whistle, "ZJW"), "acknowledge", "report_in", "finish")
    free.refresh_from_db()
    assert free.state == "done"  # now that everybody has finished
    done = CaseEvent.objects.filter(step="item.done").order_by("pk")
    assert [event.details["note"] for event in done] == ["堆物", "无灯", "无水"]


def test_the_whistle_settles_when_all_its_parts_have(stage: Stage) -> None:
    whistle, (free,) = blown(stage, Item("无灯"))
    problem(stage, free, "start", "department3")
    accepted(stage, whistle, "XFZD", "ZJW")
    assert not settled(whistle)
    assert Case.objects.get(pk=whistle.case_id).state == "reported"
    problem(stage, free, "done", "department3", evidence="已换灯")
    assert settled(whistle)
    assert Case.objects.get(pk=whistle.case_id).state == "handled"
    with pytest.raises(StepRefused):
        problem(stage, free, "reopen", "town", reason="又坏了")


def test_a_problem_opened_again_keeps_the_whistle_open(stage: Stage) -> None:
    whistle, (mine,) = blown(stage, Item("堆物", "XFZD"), departments=["ZJW"])
    problem(stage, mine, "done", "department3", evidence="已清走")
    accepted(stage, whistle, "XFZD")
    problem(stage, mine, "reopen", "town", reason="又堆了")
    accepted(stage, whistle, "ZJW")
    assert not settled(whistle)
    problem(stage, mine, "drop", "town", reason="另案处理")
    assert settled(whistle)


def test_the_blower_adds_problems_until_the_whistle_settles(stage: Stage) -> None:
    whistle, _ = blown(stage, Item("堆物", "XFZD"))
    town = stage.who("town")
    more = [Item("无水", "ZJW", Decimal(2), "workday"), Item("无灯")]
    with pytest.raises(PermissionDenied):
        add_items(whistle.pk, more, actor=stage.who("department3"), at=stage.at)
    with pytest.raises(BadInput):
        add_items(whistle.pk, [Item("无水", "CGW")], actor=town, at=stage.at)
    added = add_items(whistle.pk, more, actor=town, at=stage.at)
    assert [item.position for item in added] == [2, 3]
    clock = Clock.objects.get(item_ref=added[0].pk)
    assert (clock.kind, clock.unit.code, clock.order_ref) == ("item", "ZJW", None)
    assert Notice.objects.filter(kind="item_given", recipient__username="department2").count() == 1
    for item in whistle.items.all():
        problem(stage, item, "drop", "town", reason="撤销")
    accepted(stage, whistle, "XFZD", "ZJW")
    with pytest.raises(StepRefused):
        add_items(whistle.pk, more, actor=town, at=stage.at)


@pytest.mark.parametrize(
    ("limit", "unit"), [(Decimal(0), "workday"), (Decimal(400), "workday"), (Decimal(1), "moon")]
)
def test_a_limit_nobody_can_read_is_refused(stage: Stage, limit: Decimal, unit: str) -> None:
    with pytest.raises(BadInput) as refused:
        blown(stage, Item("堆物", "XFZD", limit, unit))
    assert list(refused.value.fields) == ["items"]


def test_a_problems_own_limit_is_missed_and_its_ladder_climbs(stage: Stage) -> None:
    make_ladder("item")
    _, (item, quick) = blown(
        stage,
        Item("堆物", "XFZD", Decimal(4), "natural_hour"),
        Item("无灯", "ZJW", Decimal(4), "natural_hour"),
    )
    problem(stage, quick, "done", "department2", at=stage.at + timedelta(hours=1), evidence="已换")
    late = stage.at + timedelta(hours=4, minutes=1)
    sweep_breaches(late)
    breach = CaseEvent.objects.get(step="breach", details__clock="item")
    assert breach.unit is not None
    assert breach.unit.code == "XFZD"
    sweep_ladders(stage.at + 20 * DAY)
    written = Document.objects.filter(clock__item_ref=item.pk)
    assert written.exists()
    assert {document.unit.code for document in written} >= {"XFZD"}
    problem(stage, item, "done", "department3", at=late, evidence="已清走")
    clock = Clock.objects.get(item_ref=item.pk)
    assert (clock.stopped_at, clock.breached_at is not None) == (late, True)


def test_steps_of_case_and_order_leave_the_problems_clock_alone(stage: Stage) -> None:
    whistle, (item,) = blown(stage, Item("堆物", "XFZD", Decimal(9), "workday"))
    act(stage, stage.order(whistle), "acknowledge", "report_in", "progress", note="在办")
    clock = Clock.objects.get(item_ref=item.pk)
    due = clock.due_at
    assert clock.stopped_at is None
    centre, until = stage.who("supervisor"), (stage.at + 20 * DAY).date()
    advance(whistle.case_id, "hold", actor=centre, at=stage.at, until=until, reason="雨季")
    with pytest.raises(StepRefused):
        problem(stage, item, "start", "department3")
    later = stage.at + 2 * DAY
    advance(whistle.case_id, "resume", actor=centre, at=later)
    clock.refresh_from_db()
    assert clock.due_at is not None
    assert due is not None
    assert clock.due_at > due


def test_who_leaves_the_whistle_leaves_its_problems_to_the_blower(stage: Stage) -> None:
    whistle, (item,) = blown(stage, Item("堆物", "ZJW", Decimal(2), "workday"))
    problem(stage, item, "start", "department2")
    act(stage, stage.order(whistle, "ZJW"), "withdraw")
    item.refresh_from_db()
    assert (item.unit, item.state) == (None, "open")
    assert not Clock.objects.running().filter(item_ref=item.pk).exists()
    assert Notice.objects.filter(kind="item_free", recipient__username="town").count() == 1
    item = assign_item(
        item.pk,
        actor=stage.who("town"),
        at=stage.at + DAY,
        unit="XFZD",
        limit=Decimal(3),
        limit_unit="workday",
    )
    clock = Clock.objects.running().get(item_ref=item.pk)
    assert (clock.unit.code, clock.started_at) == ("XFZD", stage.at + DAY)


def test_the_successor_by_a_ruling_takes_the_problems_over(stage: Stage) -> None:
    whistle, (item,) = blown(stage, Item("堆物", "XFZD", Decimal(2), "workday"))
    order = act(stage, stage.order(whistle), "object")
    centre = stage.who("supervisor")
    rule(order.pk, actor=centre, at=stage.at, upheld=True, reason="清单如此", new_unit="CGW")
    item.refresh_from_db()
    assert item.unit is not None
    assert item.unit.code == "CGW"
    assert Clock.objects.running().get(item_ref=item.pk).unit.code == "CGW"


def test_a_whistle_called_off_drops_what_was_open(stage: Stage) -> None:
    whistle, (item,) = blown(stage, Item("堆物", "XFZD", Decimal(2), "workday"))
    for unit in ("XFZD", "ZJW"):
        act(stage, stage.order(whistle, unit), "withdraw")
    item.refresh_from_db()
    assert item.state == "dropped"
    assert settled(whistle)
    assert Case.objects.get(pk=whistle.case_id).state == "handling"
    assert not Clock.objects.running().filter(item_ref=item.pk).exists()


def test_the_blower_summons_more_units_to_a_whistle_that_runs(stage: Stage) -> None:
    whistle = stage.whistle()
    town = stage.who("town")
    for units in ([], ["ZJW"], ["NOBODY"], ["HOTLINE"]):
        with pytest.raises(BadInput):
            summon_more(whistle.pk, units, actor=town, at=stage.at)
    with pytest.raises(PermissionDenied):
        summon_more(whistle.pk, ["CGW"], actor=stage.who("department3"), at=stage.at)
    (order,) = summon_more(whistle.pk, ["CGW"], actor=town, at=stage.at + DAY)
    assert (order.role, order.issued_at, order.state) == ("assist", stage.at + DAY, "issued")
    assert Clock.objects.running().filter(order_ref=order.pk).count() == 3
    accepted(stage, whistle, "XFZD", "ZJW")
    assert not settled(whistle)
    accepted(stage, whistle, "CGW")
    with pytest.raises(StepRefused):
        summon_more(whistle.pk, ["GD"], actor=town, at=stage.at + DAY)
