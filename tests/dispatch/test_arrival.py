"""On the spot: who came when, how far from the place, by which clock; and nobody leaves before it is done."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Notice
from accounts.refusals import BadInput, StepRefused
from cases.models import CaseEvent
from dispatch import rights
from dispatch.arrival import doubts_of, lateness_of
from dispatch.models import Order, WhistleKind
from dispatch.queries.cards import cards_of
from dispatch.queries.roll_call import presence_of, roll_call
from dispatch.services.steps import advance_order
from tests.cast import Stage
from tests.dispatch.field import act

CASE_LON, CASE_LAT = 116.685, 39.925


def codes(order: Order) -> list[str]:
    return [doubt.code for doubt in doubts_of(order)]


@pytest.mark.parametrize(
    ("told", "doubted"),
    [
        ({"lon": CASE_LON + 0.0002, "lat": CASE_LAT}, []),
        ({}, ["no_position"]),
        ({"lon": CASE_LON, "lat": CASE_LAT}, ["exact"]),
        ({"lon": CASE_LON + 0.014, "lat": CASE_LAT}, ["far"]),
        ({"lon": CASE_LON + 0.0002, "lat": CASE_LAT, "accuracy_m": 900}, ["coarse"]),
        ({"lon": 0.0, "lat": 0.0, "accuracy_m": 5_000_000}, ["far", "coarse"]),
        ({"lon": -180.0, "lat": 90.0}, ["far"]),
    ],
)
def test_a_spoofed_place_is_said_and_nothing_is_refused(
    stage: Stage, told: dict[str, Any], doubted: list[str]
) -> None:
    order = act(stage, stage.order(stage.whistle()), "acknowledge", "report_in", **told)
    assert order.state == "reported"
    assert codes(order) == doubted
    event = CaseEvent.objects.get(step="order.report_in")
    assert event.details.get("doubts", []) == doubted


@pytest.mark.parametrize(
    ("skew", "doubted"),
    [
        (timedelta(minutes=-14), [("clock_behind", 14)]),
        (timedelta(minutes=7), [("clock_ahead", 7)]),
        (timedelta(minutes=4), []),
        (timedelta(days=-3650), [("clock_behind", 3650 * 24 * 60)]),
    ],
)
def test_a_spoofed_clock_is_said_and_ours_counts(
    stage: Stage, skew: timedelta, doubted: list[tuple[str, int]]
) -> None:
    here = {"lon": CASE_LON + 0.0002, "lat": CASE_LAT, "device_at": stage.at + skew}
    order = act(stage, stage.order(stage.whistle()), "acknowledge", "report_in", **here)
    assert order.reported_at == stage.at
    assert [(doubt.code, doubt.value) for doubt in doubts_of(order)] == doubted


def test_distance_and_lateness_are_from_where_and_when_to_assemble(stage: Stage) -> None:
    meeting = stage.at + timedelta(hours=1)
    place = {"assembly_lon": 116.70, "assembly_lat": 39.93, "assembly_place": "小区东门"}
    whistle = stage.whistle(assembly_at=meeting, **place)
    here = {"lon": 116.7001, "lat": 39.93, "arrived": "李队长等三人"}
    early = act(stage, stage.order(whistle), "acknowledge", "report_in", **here)
    assert early.distance_m is not None
    assert early.distance_m < 20
    assert (codes(early), lateness_of(early)) == ([], -timedelta(hours=1))
    late = act(stage, stage.order(whistle, "ZJW"), "acknowledge")
    late = act(stage, late, "report_in", at=meeting + timedelta(minutes=9), lon=116.685, lat=39.925)
    assert codes(late) == ["far"]
    assert lateness_of(late) == timedelta(minutes=9)


def test_where_no_place_is_told_the_cases_own_position_is_the_place(stage: Stage) -> None:
    whistle = stage.whistle(assembly_at=stage.at + timedelta(hours=1))
    assert (whistle.assembly_lon, whistle.assembly_lat) == (CASE_LON, CASE_LAT)
    assert stage.whistle().assembly_lon is None


def test_half_a_position_is_refused(stage: Stage) -> None:
    with pytest.raises(BadInput):
        stage.whistle(assembly_lon=116.7)


def test_the_roll_is_called(stage: Stage) -> None:
    whistle = stage.whistle(departments=["ZJW", "CGW", "GD"])
    act(stage, stage.order(whistle), "acknowledge", "report_in", "finish", "leave")
    act(stage, stage.order(whistle, "ZJW"), "acknowledge", "report_in")
    act(stage, stage.order(whistle, "CGW"), "acknowledge")
    orders = Order.objects.filter(whistle=whistle).for_list()
    assert {order.unit.code: presence_of(order) for order in orders} == {
        "XFZD": "left",
        "ZJW": "here",
        "CGW": "on_the_way",
        "GD": "expected",
    }
    roll = roll_call(cards_of(list(orders), stage.who("town"), stage.at))
    assert (roll.expected, roll.came, roll.here) == (4, 2, 1)


def test_nobody_leaves_before_it_is_done(stage: Stage) -> None:
    order = act(stage, stage.order(stage.whistle()), "acknowledge")
    with pytest.raises(StepRefused):
        act(stage, order, "leave")  # who has not come cannot go
    act(stage, order, "report_in")
    with pytest.raises(StepRefused, match=r"result|结果"):
        act(stage, order, "leave")
    order = act(stage, order, "finish")
    assert order.left_at is None  # done is not gone
    assert act(stage, order, "leave", at=stage.at + timedelta(hours=2)).left_at is not None
    with pytest.raises(StepRefused):
        act(stage, order, "leave")


def test_the_blower_gives_leave_or_keeps_them(stage: Stage) -> None:
    order = act(stage, stage.order(stage.whistle()), "acknowledge", "report_in")
    with pytest.raises(StepRefused):
        act(stage, order, "grant_leave")  # nobody asked
    act(stage, order, "ask_leave", "refuse_leave")
    with pytest.raises(StepRefused):
        act(stage, order, "leave")
    act(stage, order, "ask_leave")
    with pytest.raises(StepRefused):
        act(stage, order, "ask_leave")
    for stranger in ("department2", "department3", "town2"):
        with pytest.raises(PermissionDenied):
            advance_order(order.pk, "grant_leave", actor=stage.who(stranger), at=stage.at)
    act(stage, order, "grant_leave")
    gone = act(stage, order, "leave")
    assert (gone.state, gone.left_at) == ("reported", stage.at)
    told = Notice.objects.filter(kind__startswith="leave_").values_list(
        "kind", "recipient__username"
    )
    assert set(told) == {
        ("leave_asked", "town"),
        ("leave_refused", "department3"),
        ("leave_granted", "department3"),
    }


def test_leave_needs_a_reason(stage: Stage) -> None:
    order = act(stage, stage.order(stage.whistle()), "acknowledge", "report_in")
    with pytest.raises(BadInput):
        act(stage, order, "ask_leave", reason=" ")


def test_where_the_kind_does_not_hold_them_they_go(stage: Stage) -> None:
    WhistleKind.objects.filter(code="daily").update(stay=False)
    rights.forget()
    order = act(stage, stage.order(stage.whistle()), "acknowledge", "report_in", "leave")
    assert order.left_at == stage.at
