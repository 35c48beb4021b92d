"""A department whistles back: the district summons a town or another department to its case, or says why not."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Notice
from accounts.refusals import BadInput, StepRefused
from cases.models import Case, Clock
from dispatch.models import Order, Whistle, WhistleBack
from dispatch.services.steps import advance_order
from dispatch.services.whistles_back import ask_whistle_back, rule_whistle_back
from tests.cast import COMMUNITY, OTHER_TOWN, Stage
from tests.dispatch.field import act, settled

HOUR = timedelta(hours=1)


def asked(stage: Stage, order: Order, unit: str = OTHER_TOWN) -> WhistleBack:
    return ask_whistle_back(
        order.pk, unit=unit, reason="堆放人住在杨庄", actor=stage.who("department3"), at=stage.at
    )


def ruled(stage: Stage, back: WhistleBack, *, granted: bool = True) -> WhistleBack:
    centre = stage.who("supervisor")
    return rule_whistle_back(
        back.pk, granted=granted, reason="情况属实", actor=centre, at=stage.at + HOUR
    )


def taken(stage: Stage, order: Order, who: str, *steps: str) -> None:
    for step in steps:
        given = {"result": "已约谈"} if step == "finish" else {}
        advance_order(order.pk, step, actor=stage.who(who), at=stage.at + HOUR, **given)


def test_granted_the_town_is_summoned_by_the_district(stage: Stage) -> None:
    whistle = stage.whistle(departments=[])
    order = act(stage, stage.order(whistle), "acknowledge", "report_in")
    back = asked(stage, order)
    assert Notice.objects.filter(kind="whistle_back_asked", recipient__username="supervisor")
    assert not Case.objects.visible_to(stage.who("town2")).exists()
    ruled(stage, back)
    blown = Whistle.objects.get(asked_by=back)
    assert (blown.level, blown.kind, blown.blower.code) == ("district", "daily", "CENTRE")
    summoned = blown.orders.get()
    assert (summoned.unit.code, summoned.role) == (OTHER_TOWN, "lead")
    assert Clock.objects.running().filter(order_ref=summoned.pk, unit=summoned.unit).count() == 3
    assert Case.objects.visible_to(stage.who("town2")).get().pk == whistle.case_id
    told = Notice.objects.filter(kind="whistle_back_granted").values_list(
        "recipient__username", flat=True
    )
    assert set(told) == {"department3", "town"}


def test_the_case_waits_for_every_whistle_of_its_round(stage: Stage) -> None:
    whistle = stage.whistle(departments=[])
    order = act(stage, stage.order(whistle), "acknowledge", "report_in")
    blown = Whistle.objects.get(asked_by=ruled(stage, asked(stage, order)))
    act(stage, order, "finish", "accept")
    assert settled(whistle)
    assert Case.objects.get().state == "reported"
    summoned = blown.orders.get()
    taken(stage, summoned, "town2", "acknowledge", "report_in", "finish", "leave")
    with pytest.raises(PermissionDenied):
        taken(stage, summoned, "town", "accept")  # the district blew, the district closes
    taken(stage, summoned, "supervisor", "accept")
    case = Case.objects.get()
    assert (case.state, case.result) == ("handled", "已清理\n已约谈")


def test_the_last_order_withdrawn_leaves_what_the_other_whistle_did(stage: Stage) -> None:
    order = act(stage, stage.order(stage.whistle(departments=[])), "acknowledge", "report_in")
    blown = Whistle.objects.get(asked_by=ruled(stage, asked(stage, order)))
    act(stage, order, "finish", "accept")
    taken(stage, blown.orders.get(), "supervisor", "withdraw")
    assert Case.objects.get().state == "handled"


def test_refused_nobody_is_summoned(stage: Stage) -> None:
    order = act(stage, stage.order(stage.whistle()), "acknowledge")
    back = ruled(stage, asked(stage, order), granted=False)
    assert (back.granted, back.ruling) == (False, "情况属实")
    assert Whistle.objects.count() == 1
    assert Notice.objects.get(kind="whistle_back_refused").recipient.username == "department3"
    with pytest.raises(StepRefused):
        ruled(stage, back)


def test_a_community_or_a_department_may_be_asked_for(stage: Stage) -> None:
    order = stage.order(stage.whistle())
    for unit in (COMMUNITY, "GD"):
        ruled(stage, asked(stage, order, unit))
    units = Order.objects.exclude(whistle__asked_by=None).values_list("unit__code", flat=True)
    assert set(units) == {COMMUNITY, "GD"}


@pytest.mark.parametrize("unit", ["XFZD", "ZJW", "HOTLINE", "NOBODY", "DW"])
def test_who_cannot_be_summoned_is_said(stage: Stage, unit: str) -> None:
    order = stage.order(stage.whistle())
    with pytest.raises(BadInput) as refused:
        asked(stage, order, unit)
    assert list(refused.value.fields) == ["unit"]


def test_who_may_ask_and_who_may_rule(stage: Stage) -> None:
    order = stage.order(stage.whistle())
    for stranger in ("department2", "town", "supervisor"):
        with pytest.raises(PermissionDenied):
            ask_whistle_back(
                order.pk, unit="GD", reason="x", actor=stage.who(stranger), at=stage.at
            )
    back = asked(stage, order)
    with pytest.raises(StepRefused):
        asked(stage, order)
    for stranger in ("department3", "town", "leader"):
        with pytest.raises(PermissionDenied):
            rule_whistle_back(
                back.pk, granted=True, reason="x", actor=stage.who(stranger), at=stage.at
            )


def test_with_its_order_settled_the_request_ends(stage: Stage) -> None:
    order = stage.order(stage.whistle())
    back = asked(stage, order)
    act(stage, order, "withdraw")
    back.refresh_from_db()
    assert (back.granted, back.ruling) == (False, "")
    with pytest.raises(StepRefused):
        asked(stage, order)
