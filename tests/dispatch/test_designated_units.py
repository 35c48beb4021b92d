"""A unit designated by a ruling stays: the machine itself refuses a second objection."""

import pytest

from accounts.refusals import StepRefused
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
