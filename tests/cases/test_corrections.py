"""What a request was filed under is put right, and its clocks follow by an entry of their own."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.refusals import BadInput, StepRefused
from cases.models import CaseEvent, Clock
from cases.services.breaches import sweep_breaches
from cases.services.steps import advance


def correct(stage, case, at=None, **given):
    by = given.pop("by", "operator")
    fields = {"reason": "登记有误"} | given
    return advance(case.pk, "correct", actor=stage.who(by), at=at or stage.at, **fields)


def finish(case) -> Clock:
    return Clock.objects.get(case=case, kind="finish", order_ref=None)


def test_the_clocks_follow_a_corrected_urgency_counted_from_their_start(stage):
    case = stage.case()
    correct(stage, case, at=stage.at + timedelta(hours=1), urgency="urgent")
    clock = finish(case)
    assert clock.due_at == stage.at + timedelta(hours=24)
    assert clock.entries.get(kind="change").amount == 24
    assert clock.policy["facts"]["urgency"] == "urgent"


def test_nobody_is_late_at_once_through_a_correction(stage):
    case = stage.case()
    at = stage.at + timedelta(days=2)
    correct(stage, case, at=at, urgency="urgent")
    assert finish(case).due_at == at + timedelta(hours=24)
    sweep_breaches(at + timedelta(minutes=1))
    assert finish(case).breached_at is None


def test_pauses_and_extensions_stay_when_the_rule_changes(stage):
    case = stage.case()
    until = stage.at.date() + timedelta(days=2)
    advance(case.pk, "hold", actor=stage.who("supervisor"), at=stage.at, until=until, reason="等")
    held = finish(case).due_at
    advance(case.pk, "resume", actor=stage.who("supervisor"), at=stage.at + timedelta(hours=2))
    correct(stage, case, at=stage.at + timedelta(hours=3), kind="suggestion")
    assert finish(case).entries.filter(kind__in=["pause", "resume"]).count() == 2
    assert finish(case).due_at > held
    assert Decimal(finish(case).policy["amount"]) == 15


def test_the_orders_clocks_follow_too_and_a_set_time_stays(stage):
    case = stage.case()
    whistle = stage.whistle(case, assembly_at=stage.at + timedelta(days=1), assembly_place="门口")
    order = stage.order(whistle)
    meeting = Clock.objects.get(order_ref=order.pk, kind="report_in").due_at
    changed = correct(stage, case, at=stage.at + timedelta(minutes=5), category="0303")
    assert changed.category_id == "0303"
    assert Clock.objects.get(order_ref=order.pk, kind="report_in").due_at == meeting


def test_the_timeline_says_what_stood_before(client, stage):
    case = stage.case()
    correct(stage, case, category="0303", urgency="urgent")
    event = CaseEvent.objects.get(case=case, step="correct")
    assert event.details["category"] == ["0306 消防通道", "0303 电梯"]
    client.force_login(stage.who("operator"))
    page = client.get(reverse("cases:detail", args=[case.number]))
    assert "0306 消防通道 → 0303 电梯" in page.text
    assert "登记有误" in page.text


def test_a_case_that_turns_out_a_report_becomes_confidential(stage):
    assert correct(stage, stage.case(), kind="report").confidential


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"urgency": "normal"},
        {"category": "9999"},
        {"condition": "X1"},
        {"urgency": "urgent", "reason": " "},
    ],
)
def test_what_changes_nothing_or_is_unknown_is_refused_by_field(stage, given):
    case = stage.case()
    with pytest.raises(BadInput):
        correct(stage, case, **given)
    assert not CaseEvent.objects.filter(step="correct").exists()


def test_a_handled_case_is_not_corrected_any_more(stage):
    case, town = stage.case(), stage.who("town")
    advance(case.pk, "handle", actor=town, at=stage.at)
    advance(case.pk, "finish", actor=town, at=stage.at, result="清了")
    with pytest.raises(StepRefused):
        correct(stage, case, urgency="urgent")


def test_the_dialog_keeps_what_was_typed(client, stage):
    case = stage.case()
    client.force_login(stage.who("operator"))
    step = reverse("cases:step", args=[case.number, "correct"])
    page = client.post(step, {"urgency": "critical", "condition": "E9", "reason": "听错了"})
    assert page.status_code in (200, 400, 422)
    assert "听错了" in page.text
    assert "E9" in page.text
    client.post(step, {"urgency": "critical", "reason": "听错了"})
    case.refresh_from_db()
    assert case.urgency == "critical"
