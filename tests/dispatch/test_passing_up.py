"""What a level cannot solve it passes up with its whole history; the time to finish runs on."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Notice, User
from accounts.refusals import BadInput, StepRefused
from assessment.periods import find
from assessment.queries.behind import whistles_behind
from assessment.services.reports import report
from cases.lifecycle import clocks_of
from cases.models import Case, CaseEvent, Clock
from cases.services.callbacks import record_callback
from cases.services.steps import advance
from dispatch.models import Order, WhistleItem
from dispatch.queries.rises import rises_of
from dispatch.services.items import Item, mark_item_done
from dispatch.services.passing import pass_up
from dispatch.services.steps import advance_order
from tests.cast import COMMUNITY, TOWN, Stage
from tests.dispatch.levels import close_level, grid_whistle, make_rights, neighbour, states


def rise(stage: Stage, case: Case, by: str, hours: int = 1, **given: str) -> Case:
    """Let somebody pass the case up after some hours."""
    stage.at += timedelta(hours=hours)
    reason = given.pop("reason", "本级协调不了")
    return pass_up(case.pk, actor=stage.who(by), at=stage.at, reason=reason, **given)


def running(case: Case) -> dict[str, Clock]:
    own = Clock.objects.running().filter(case=case, order_ref=None).select_related("unit")
    return {clock.kind: clock for clock in own}


def told(kind: str) -> set[str]:
    return set(Notice.objects.filter(kind=kind).values_list("recipient__username", flat=True))


def test_a_matter_rises_from_grid_to_community_to_town_with_everything_below(stage: Stage) -> None:
    case = stage.case()
    finish = running(case)["finish"]
    first = grid_whistle(stage, case)
    advance_order(
        stage.order(first, "DW").pk, "acknowledge", actor=neighbour(stage, "DW"), at=stage.at
    )

    case = rise(stage, case, "gridhead", reason="楼道杂物涉及产权，网格协调不了")
    assert (case.state, case.level, case.round) == ("received", "community", 1)
    assert states(first) == {"DW": "withdrawn", "WY": "withdrawn"}
    first.refresh_from_db()
    assert (first.settled_at, first.passed_up_at) == (stage.at, stage.at)
    assert told("case_passed_up") == {"community", "gridhead"}

    second = stage.whistle(case, by="community", level="community", lead="LM", departments=["WY"])
    assert second.risen_from == first
    case = rise(stage, case, "community", reason="需要住建、消防到场")
    assert (case.level, told("case_passed_up")) == ("town", {"community", "gridhead", "town"})

    third = stage.whistle(case, by="town", lead="XFZD", departments=["ZJW"])
    assert third.risen_from == second
    case.refresh_from_db()
    assert case.state == "whistled"
    assert running(case)["finish"].pk == finish.pk
    assert running(case)["finish"].due_at == finish.due_at

    rises = rises_of(case, stage.who("town"))
    assert [(each.below, each.above, str(each.actor)) for each in rises] == [
        (str(first.get_level_display()), str(second.get_level_display()), "gridhead"),
        (str(second.get_level_display()), str(third.get_level_display()), "community"),
    ]
    assert [each.reason for each in rises] == [
        "楼道杂物涉及产权，网格协调不了",
        "需要住建、消防到场",
    ]
    below = [[order.unit.code for order in w.orders] for each in rises for w in each.whistles]
    assert below == [["DW", "WY"], ["LM", "WY"]]


@pytest.mark.parametrize(
    ("by", "level", "decider"),
    [
        ("gridhead", "community", COMMUNITY),
        ("community", "town", TOWN),
        ("town", "district", "CENTRE"),
    ],
)
def test_the_level_above_decides_anew_and_no_other_clock_moves(
    stage: Stage, by: str, level: str, decider: str
) -> None:
    case = stage.case()
    before = running(case)
    case = rise(stage, case, by)
    after = running(case)
    assert case.level == level
    assert set(after) == set(clocks_of(case)) == set(before)
    for kind in ("finish", "contact"):
        assert (after[kind].pk, after[kind].due_at) == (before[kind].pk, before[kind].due_at)
        assert after[kind].unit.code == TOWN
    assert after["decide"].unit.code == decider
    assert after["decide"].started_at == stage.at


def test_a_decision_due_before_it_was_passed_up_is_missed_all_the_same(stage: Stage) -> None:
    case = stage.case()
    case = rise(stage, case, "community", hours=24 * 9)
    missed = CaseEvent.objects.filter(case=case, step="breach", details__clock="decide")
    assert missed.count() == 1


def test_what_was_done_stands_and_what_is_open_goes_up(stage: Stage) -> None:
    items = [Item("楼道杂物", "DW"), Item("消防栓无水")]
    whistle = stage.whistle(by="gridhead", level="grid", lead="DW", departments=["WY"], items=items)
    lead = stage.order(whistle, "DW")
    for step in ("acknowledge", "report_in"):
        advance_order(lead.pk, step, actor=neighbour_of(stage), at=stage.at)
    item = WhistleItem.objects.get(whistle=whistle, position=1)
    mark_item_done(item.pk, actor=stage.who("gridhead"), at=stage.at, evidence="杂物已清，见照片")
    advance_order(lead.pk, "finish", actor=neighbour_of(stage), at=stage.at, result="杂物已清")
    advance_order(lead.pk, "accept", actor=stage.who("gridhead"), at=stage.at)
    case = rise(stage, whistle.case, "gridhead", reason="消防栓归专业部门")
    assert states(whistle) == {"DW": "accepted", "WY": "withdrawn"}
    kept = WhistleItem.objects.filter(whistle=whistle).order_by("position")
    assert [(row.state, row.dropped_reason) for row in kept] == [
        ("done", ""),
        ("dropped", "消防栓归专业部门"),
    ]
    assert case.state == "received"


def neighbour_of(stage: Stage) -> User:
    return stage.people.get("of-dw") or neighbour(stage, "DW")


def test_a_passed_up_whistle_is_not_one_that_solved_the_matter(stage: Stage) -> None:
    whistle = stage.whistle(by="gridhead", level="grid", lead="DW", departments=["WY"])
    lead, actor = stage.order(whistle, "DW"), neighbour(stage, "DW")
    for step, details in (("acknowledge", {}), ("report_in", {}), ("finish", {"result": "清了"})):
        advance_order(lead.pk, step, actor=actor, at=stage.at, **details)
    advance_order(lead.pk, "accept", actor=stage.who("gridhead"), at=stage.at)
    rise(stage, whistle.case, "gridhead")
    span = find(f"{stage.at:%Y-%m}")
    assert not whistles_behind(span, stage.who("leader"), solved=True).exists()
    assert whistles_behind(span, stage.who("leader")).count() == 1
    told = report(span, stage.at)
    assert (told["totals"]["whistles"], told["totals"]["whistles_solved"]) == (1, 0)
    assert "DW" not in {row["code"] for row in told["by_department"]}


def test_nobody_below_the_level_blows_or_passes_it_up_again(stage: Stage) -> None:
    case = rise(stage, stage.case(), "community")
    with pytest.raises(PermissionDenied):
        rise(stage, case, "community")
    with pytest.raises(PermissionDenied):
        grid_whistle(stage, case)
    with pytest.raises(BadInput) as refused:
        stage.whistle(case, by="town", level="community", lead="LM", departments=[])
    assert list(refused.value.fields) == ["level"]
    assert stage.whistle(case, by="town").level == "town"


def test_a_lower_level_does_not_pass_up_what_a_higher_one_whistled(stage: Stage) -> None:
    whistle = stage.whistle()
    with pytest.raises(StepRefused):
        rise(stage, whistle.case, "gridhead")
    whistle.refresh_from_db()
    assert whistle.passed_up_at is None
    assert not Order.objects.filter(whistle=whistle, state="withdrawn").exists()


def test_a_town_passes_up_its_communitys_whistle_from_where_it_stands(stage: Stage) -> None:
    make_rights(
        [
            ("blow", "community", "", "community"),
            ("pass_up", "community", "", "town"),
            ("pass_up", "town", "", "town"),
        ]
    )
    whistle = stage.whistle(by="community", level="community", lead="LM", departments=[])
    assert rise(stage, whistle.case, "town").level == "town"


def test_a_level_that_is_not_blown_here_is_passed_over(stage: Stage) -> None:
    close_level("community")
    case = stage.case()
    with pytest.raises(PermissionDenied):
        rise(stage, case, "community")
    assert rise(stage, case, "gridhead").level == "town"


def test_the_top_passes_nothing_up(stage: Stage) -> None:
    make_rights([("pass_up", "district", "", "supervisor")])
    with pytest.raises(PermissionDenied):
        rise(stage, stage.case(), "supervisor")


@pytest.mark.parametrize("to", ["grid", "community", "nowhere"])
def test_it_rises_and_never_sinks(stage: Stage, to: str) -> None:
    with pytest.raises(BadInput):
        rise(stage, stage.case(), "community", to=to)


def test_a_level_may_be_skipped_on_purpose(stage: Stage) -> None:
    assert rise(stage, stage.case(), "gridhead", to="district").level == "district"


def test_without_a_reason_nothing_rises(stage: Stage) -> None:
    case = stage.case()
    with pytest.raises(BadInput) as refused:
        rise(stage, case, "town", reason="  ")
    assert list(refused.value.fields) == ["reason"]
    case.refresh_from_db()
    assert case.level == ""


@pytest.mark.parametrize("state", ["on_hold", "handled"])
def test_what_stands_still_or_is_done_does_not_rise(stage: Stage, state: str) -> None:
    case = stage.case()
    if state == "on_hold":
        until = (stage.at + timedelta(days=20)).date()
        advance(
            case.pk, "hold", actor=stage.who("supervisor"), at=stage.at, until=until, reason="等"
        )
    else:
        advance(case.pk, "handle", actor=stage.who("town"), at=stage.at)
        advance(case.pk, "finish", actor=stage.who("town"), at=stage.at, result="已清")
    with pytest.raises(StepRefused):
        rise(stage, case, "town")


def test_a_redo_begins_with_the_town_again(stage: Stage) -> None:
    case = rise(stage, stage.case(), "community")
    advance(case.pk, "handle", actor=stage.who("town"), at=stage.at)
    advance(case.pk, "finish", actor=stage.who("town"), at=stage.at, result="已清")
    record_callback(
        case.pk,
        actor=stage.who("callback"),
        at=stage.at,
        outcome="reached",
        contacted=True,
        resolved="no",
        satisfied="dissatisfied",
        words="",
    )
    case = advance(case.pk, "reopen", actor=stage.who("callback"), at=stage.at, reason="没解决")
    assert (case.level, case.round) == ("", 2)
    assert running(case)["decide"].unit.code == TOWN
    assert len(rises_of(case, stage.who("town"))) == 1


def test_the_history_keeps_a_confidential_matter_confidential(stage: Stage) -> None:
    case = stage.case(text="王小明反映", confidential=True)
    rise(stage, case, "town", reason="王小明 13800001234 多次来电")
    reason = rises_of(Case.objects.get(pk=case.pk), stage.who("department"))[0].reason
    assert "13800001234" not in reason


def test_the_history_costs_the_same_with_one_level_below_and_with_two(
    stage: Stage, django_assert_num_queries: Any
) -> None:
    case, reader = stage.case(), stage.who("town")
    assert reader.posts
    grid_whistle(stage, case)
    rise(stage, case, "gridhead")
    with django_assert_num_queries(3):
        assert len(rises_of(Case(pk=case.pk, level="community"), reader)) == 1
    stage.whistle(case, by="community", level="community", lead="LM", departments=["WY", "DW"])
    rise(stage, case, "community")
    with django_assert_num_queries(3):
        assert len(rises_of(Case(pk=case.pk, level="town"), reader)) == 2
