"""A town asks for more time or for a hold; the centre rules, within a policy that is data."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Notice
from accounts.refusals import BadInput, StepRefused
from cases.models import AdjustmentPolicy, Case, CaseEvent, Clock, Request
from cases.services.breaches import sweep_breaches
from cases.services.policies import import_adjustments
from cases.services.requests import rule_request
from cases.services.steps import advance, sweep_holds
from dispatch.models import Order
from dispatch.services.rulings import rule
from dispatch.services.steps import advance_order
from tests.cast import PEOPLE, ROOT, SHANGHAI, Stage


@pytest.fixture(autouse=True)
def _policies(db: None) -> None:
    import_adjustments(ROOT / "cases/data/adjustment_policies.csv")


def finish_clock(case: Case) -> Clock:
    return case.clocks.get(kind="finish", order_ref=None)


def ask_time(stage: Stage, case: Case, days: int | str = 3, who: str = "town") -> Request:
    actor, limit = stage.who(who), Decimal(days)
    advance(case.pk, "ask_extension", actor=actor, at=stage.at, limit=limit, reason="等车主回京")
    return Request.objects.filter(case=case).latest("pk")


def ask_hold(stage: Stage, case: Case, until: date | None = None, who: str = "town") -> Request:
    until = until or stage.at.date() + timedelta(days=30)
    actor = stage.who(who)
    advance(case.pk, "ask_hold", actor=actor, at=stage.at, until=until, reason="冬季不能施工")
    return Request.objects.filter(case=case).latest("pk")


def answer(stage: Stage, asked: Request, granted: bool = True, who: str = "supervisor") -> Request:
    actor = stage.who(who)
    return rule_request(asked.pk, actor=actor, at=stage.at, granted=granted, reason="情况属实")


def test_more_time_granted_moves_the_deadline_and_keeps_the_first_one(stage: Stage) -> None:
    case = stage.case()
    before = finish_clock(case)
    asked = ask_time(stage, case)
    assert finish_clock(case).due_at == before.due_at, "asking moves nothing"
    assert Notice.objects.filter(
        kind="request_asked", recipient=stage.people["supervisor"]
    ).exists()
    answer(stage, asked)
    after = finish_clock(case)
    assert after.due_at == datetime(2026, 3, 16, 10, 0, tzinfo=SHANGHAI)  # three workdays more
    assert before.due_at is not None
    assert after.due_at > before.due_at
    assert after.original_due_at == before.original_due_at
    assert Notice.objects.filter(kind="request_ruled", recipient=stage.people["town"]).exists()
    steps = list(CaseEvent.objects.filter(case=case).values_list("step", flat=True))
    assert steps[-2:] == ["ask_extension", "request.grant"]


def test_a_refusal_moves_nothing_and_does_not_count(stage: Stage) -> None:
    case = stage.case()
    due = finish_clock(case).due_at
    for _ in range(3):
        answer(stage, ask_time(stage, case), granted=False)
    assert finish_clock(case).due_at == due
    for _ in range(2):
        answer(stage, ask_time(stage, case))
    with pytest.raises(StepRefused, match="2"):
        ask_time(stage, case)


def test_the_same_is_asked_once_at_a_time_and_ruled_once(stage: Stage) -> None:
    case = stage.case()
    asked = ask_time(stage, case)
    with pytest.raises(StepRefused):
        ask_time(stage, case)
    ask_hold(stage, case)
    answer(stage, asked)
    with pytest.raises(StepRefused):
        answer(stage, asked)


@pytest.mark.parametrize("days", ["0", "10.5", "-1"])
def test_more_than_the_policy_allows_is_refused_at_the_field(stage: Stage, days: str) -> None:
    with pytest.raises(BadInput) as refusal:
        ask_time(stage, stage.case(), days)
    assert list(refusal.value.fields) == ["limit"]
    assert "10" in str(refusal.value.fields["limit"])


def test_after_the_deadline_no_time_is_asked_for(stage: Stage) -> None:
    case = stage.case()
    stage.at += timedelta(days=30)
    with pytest.raises(StepRefused):
        ask_time(stage, case)


def test_who_asked_in_time_is_not_late_through_a_slow_ruling(stage: Stage) -> None:
    case = stage.case()
    asked = ask_time(stage, case, 10)
    due = finish_clock(case).due_at
    assert due is not None
    stage.at = due + timedelta(hours=1)
    sweep_breaches(stage.at)
    assert finish_clock(case).breached_at is not None
    answer(stage, asked)
    clock = finish_clock(case)
    assert clock.breached_at is None
    assert clock.due_at is not None
    assert clock.due_at > stage.at
    assert sweep_breaches(stage.at) == 0


def test_a_hold_granted_pauses_to_its_date_and_resumes_by_itself(stage: Stage) -> None:
    case = stage.case()
    until = date(2026, 4, 20)
    answer(stage, ask_hold(stage, case, until))
    case.refresh_from_db()
    assert (case.state, case.hold_until) == ("on_hold", until)
    shown = finish_clock(case).due_at
    assert shown is not None
    assert shown.astimezone(SHANGHAI).date() > until
    sweep_holds(datetime(2026, 4, 20, 0, 5, tzinfo=SHANGHAI))
    case.refresh_from_db()
    assert case.state == "received"
    assert finish_clock(case).due_at == shown, "the due time shown on hold was the true one"


def test_a_hold_is_allowed_once_whoever_puts_it(stage: Stage) -> None:
    case, centre = stage.case(), stage.who("supervisor")
    soon = stage.at.date() + timedelta(days=2)
    advance(case.pk, "hold", actor=centre, at=stage.at, until=soon, reason="等图纸")
    advance(case.pk, "resume", actor=centre, at=stage.at)
    with pytest.raises(StepRefused):
        ask_hold(stage, case)
    with pytest.raises(StepRefused):
        advance(case.pk, "hold", actor=centre, at=stage.at, until=soon, reason="等图纸")


def test_a_hold_lasts_at_most_what_the_policy_says(stage: Stage) -> None:
    case, longest = stage.case(), stage.at.date() + timedelta(days=365)
    with pytest.raises(BadInput) as refusal:
        ask_hold(stage, case, longest + timedelta(days=1))
    assert list(refusal.value.fields) == ["until"]
    ask_hold(stage, case, longest)


def test_critical_matters_are_neither_extended_nor_held(stage: Stage) -> None:
    case = stage.case(urgency="critical")
    with pytest.raises(StepRefused):
        ask_time(stage, case, 1)
    with pytest.raises(StepRefused):
        ask_hold(stage, case)
    assert not Request.objects.exists()


def test_a_hold_that_came_too_late_still_waits(stage: Stage) -> None:
    asked = ask_hold(stage, stage.case(), stage.at.date() + timedelta(days=1))
    stage.at += timedelta(days=2)
    with pytest.raises(StepRefused):
        answer(stage, asked)
    asked.refresh_from_db()
    assert asked.granted is None
    answer(stage, asked, granted=False)


def test_what_the_case_outran_lapses_and_nobody_refused_it(stage: Stage) -> None:
    case, town = stage.case(), stage.who("town")
    asked = ask_time(stage, case)
    advance(case.pk, "handle", actor=town, at=stage.at)
    advance(case.pk, "finish", actor=town, at=stage.at, result="已清理")
    asked.refresh_from_db()
    assert (asked.granted, asked.ruled_by) == (False, None)
    with pytest.raises(StepRefused):
        answer(stage, asked)


@pytest.mark.parametrize("name", PEOPLE)
def test_the_town_of_the_place_asks_and_only_the_centre_rules(stage: Stage, name: str) -> None:
    case = stage.case()
    asks = name in {"town", "community"}
    for ask in (ask_time, ask_hold):
        if asks:
            assert ask(stage, case, who=name).asked_by == stage.people[name]
        else:
            with pytest.raises(PermissionDenied):
                ask(stage, case, who=name)
    asked = Request.objects.first() or ask_time(stage, case)
    if name == "supervisor":
        assert answer(stage, asked, who=name).granted
    else:
        with pytest.raises(PermissionDenied):
            answer(stage, asked, who=name)


def test_a_ruling_needs_its_reason(stage: Stage) -> None:
    asked = ask_time(stage, stage.case())
    with pytest.raises(BadInput):
        rule_request(asked.pk, actor=stage.who("supervisor"), at=stage.at, granted=True, reason=" ")


def test_a_department_too_is_bound_by_the_policy_in_force(stage: Stage) -> None:
    AdjustmentPolicy.objects.filter(kind="extend", whistle_kind="", urgency="").update(
        most_times=1, most_amount=4
    )
    order = stage.order(stage.whistle())

    def ask(days: int) -> Order:
        who, limit = stage.who("department3"), Decimal(days)
        return advance_order(
            order.pk, "extend", actor=who, at=stage.at, limit=limit, reason="待设备到货"
        )

    advance_order(order.pk, "acknowledge", actor=stage.who("department3"), at=stage.at)
    with pytest.raises(BadInput) as refusal:
        ask(5)
    assert "4" in str(refusal.value.fields["limit"])
    ask(4)
    rule(order.pk, actor=stage.who("supervisor"), at=stage.at, upheld=True, reason="属实")
    with pytest.raises(StepRefused):
        ask(1)


def test_an_emergency_whistle_is_not_extended(stage: Stage) -> None:
    order = stage.order(stage.whistle(kind="emergency"))
    who = stage.who("department3")
    advance_order(order.pk, "acknowledge", actor=who, at=stage.at)
    with pytest.raises(StepRefused):
        advance_order(
            order.pk, "extend", actor=who, at=stage.at, limit=Decimal(1), reason="待设备到货"
        )


def test_while_an_emergency_whistle_sounds_the_case_is_neither_extended_nor_held(
    stage: Stage,
) -> None:
    case, centre = stage.case(), stage.who("supervisor")
    stage.whistle(case, kind="emergency")
    until = stage.at.date() + timedelta(days=3)
    with pytest.raises(StepRefused):
        ask_time(stage, case, 1)
    with pytest.raises(StepRefused):
        advance(case.pk, "hold", actor=centre, at=stage.at, until=until, reason="等图纸")
    daily = stage.case()
    stage.whistle(daily)
    assert ask_time(stage, daily, 1).granted is None


def test_without_any_policy_the_old_bounds_hold(stage: Stage) -> None:
    AdjustmentPolicy.objects.all().delete()
    case = stage.case(urgency="critical")
    with pytest.raises(BadInput):
        ask_time(stage, case, 11)
    for _ in range(3):
        answer(stage, ask_time(stage, case, 10))
    with pytest.raises(BadInput):
        ask_hold(stage, case, stage.at.date() + timedelta(days=400))
