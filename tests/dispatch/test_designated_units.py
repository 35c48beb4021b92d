"""A unit designated by a ruling stays: the machine itself refuses a second objection."""

from datetime import timedelta

import pytest

from accounts.refusals import StepRefused
from cases.models import Clock
from dispatch.models import Order
from dispatch.rules import steps_for
from dispatch.services.rulings import rule
from dispatch.services.steps import advance_order
from tests.cast import Stage


def test_a_designated_unit_is_not_offered_an_objection_and_is_refused_one(stage: Stage) -> None:
    order = stage.order(stage.whistle())
    unit, centre = stage.who("department3"), stage.who("supervisor")
    assert "object" in steps_for(order, unit)
    advance_order(order.pk, "object", actor=unit, at=stage.at, reason="不属于我单位")
    ruled = rule(order.pk, actor=centre, at=stage.at, upheld=False, reason="清单列为牵头")
    assert "object" not in steps_for(ruled, unit)
    with pytest.raises(StepRefused):
        advance_order(order.pk, "object", actor=unit, at=stage.at, reason="还是不服")


@pytest.mark.parametrize("upheld", [False, True])
def test_the_ruling_is_an_entry_on_the_clocks_of_the_unit_it_names(stage: Stage, upheld) -> None:
    order = stage.order(stage.whistle())
    advance_order(
        order.pk, "object", actor=stage.who("department3"), at=stage.at, reason="不属于我单位"
    )
    before = dict(Clock.objects.filter(order_ref=order.pk).values_list("kind", "due_at"))
    at = stage.at + timedelta(hours=2)
    rule(
        order.pk,
        actor=stage.who("supervisor"),
        at=at,
        upheld=upheld,
        reason="依清单认定",
        new_unit="CGW" if upheld else "",
    )
    named = Order.objects.get(whistle=order.whistle, unit__code="CGW" if upheld else "XFZD")
    clocks = Clock.objects.running().filter(order_ref=named.pk)
    assert clocks.count() >= 2
    for clock in clocks:
        assert clock.entries.filter(kind="designate", note="依清单认定", at=at).exists()
        if not upheld and clock.kind in before:
            assert clock.due_at == before[clock.kind]
