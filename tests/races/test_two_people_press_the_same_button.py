"""On real connections: one wins, the other is told; eight sweepers record each breach once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from functools import partial
from threading import Barrier

from django.db import connection

from accounts.models import Notice
from accounts.refusals import StepRefused
from accounts.services.notices import deliver
from cases.models import CaseEvent, Clock, Request
from cases.services.breaches import sweep_breaches
from cases.services.requests import rule_request
from cases.services.steps import advance
from dispatch.models import Order
from dispatch.services.steps import advance_order
from tests.cast import Stage


def at_once(*acts: Callable[[], object]) -> list[object]:
    """Run the acts at the same moment, each on its own connection; return results or errors."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        try:
            barrier.wait()
            return act()
        except Exception as error:  # noqa: BLE001 - the outcome is what is looked at
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_eight_hands_on_one_button_one_wins(committed_stage: Stage) -> None:
    stage = committed_stage
    case = stage.case()
    town = [stage.who("town") for _ in range(8)]
    results = at_once(
        *[lambda who=who: advance(case.pk, "handle", actor=who, at=stage.at) for who in town]
    )
    assert sum(isinstance(result, StepRefused) for result in results) == 7
    assert CaseEvent.objects.filter(case=case, step="handle").count() == 1


def test_a_request_is_asked_once_and_ruled_once_by_many_hands(committed_stage: Stage) -> None:
    stage = committed_stage
    case = stage.case()
    due = case.clocks.get(kind="finish").due_at
    asking = {"limit": Decimal(2), "reason": "雨天"}
    town = [stage.who("town") for _ in range(4)]
    asked = at_once(
        *[partial(advance, case.pk, "ask_extension", actor=w, at=stage.at, **asking) for w in town]
    )
    assert sum(isinstance(result, StepRefused) for result in asked) == 3
    ruling = {"granted": True, "reason": "属实"}
    pk, centre = Request.objects.get().pk, [stage.who("supervisor") for _ in range(4)]
    ruled = at_once(
        *[partial(rule_request, pk, actor=who, at=stage.at, **ruling) for who in centre]
    )
    assert sum(isinstance(result, StepRefused) for result in ruled) == 3
    clock = case.clocks.get(kind="finish")
    assert clock.due_at != due
    assert clock.entries.filter(kind="extend").count() == 1


def test_town_handles_while_it_blows(committed_stage: Stage) -> None:
    stage = committed_stage
    case = stage.case()
    one, other = stage.who("town"), stage.who("town")
    from dispatch.services.whistles import Summons, blow_whistle

    summons = Summons("town", "daily", "XFZD", ["ZJW"])
    at_once(
        lambda: advance(case.pk, "handle", actor=one, at=stage.at),
        lambda: blow_whistle(case.pk, summons, actor=other, at=stage.at),
    )
    case.refresh_from_db(fields=["received_at"])
    state = type(case).objects.values_list("state", flat=True).get(pk=case.pk)
    orders = Order.objects.filter(case=case).count()
    assert (state, orders) in {("whistled", 2), ("handling", 0)}


def test_departments_acting_at_once_lose_nothing(committed_stage: Stage) -> None:
    stage = committed_stage
    whistle = stage.whistle(departments=["ZJW", "CGW"])
    staff = {"XFZD": "department3", "ZJW": "department2", "CGW": "department"}
    for step, details in (
        ("acknowledge", {}),
        ("report_in", {}),
        ("finish", {"result": "done"}),
    ):
        acts = [
            partial(
                advance_order,
                stage.order(whistle, unit).pk,
                step,
                actor=stage.who(name),
                at=stage.at,
                **details,
            )
            for unit, name in staff.items()
        ]
        assert not [r for r in at_once(*acts) if isinstance(r, Exception)]
    orders = list(whistle.orders.order_by("pk"))
    assert [order.state for order in orders] == ["finished"] * 3
    towns = [stage.who("town") for _ in orders]
    results = at_once(
        *[
            lambda pk=order.pk, who=who: advance_order(pk, "accept", actor=who, at=stage.at)
            for order, who in zip(orders, towns, strict=True)
        ]
    )
    assert not [r for r in results if isinstance(r, Exception)]
    assert type(stage.made[0]).objects.get(pk=stage.made[0].pk).state == "handled"
    assert CaseEvent.objects.filter(step="settle").count() == 1


def test_eight_sweepers_record_each_breach_once(committed_stage: Stage) -> None:
    stage = committed_stage
    for _ in range(30):
        stage.case()
    late = stage.at + timedelta(days=30)
    found = at_once(*[lambda: sweep_breaches(late) for _ in range(8)])
    assert sum(int(str(n)) for n in found) == 90  # decide, finish, first contact
    assert CaseEvent.objects.filter(step="breach").count() == 90
    assert Clock.objects.filter(breached_at=None).count() == 0
    assert Notice.objects.filter(kind="clock_overdue").count() == 90


def test_a_sweep_and_a_step_at_once_breach_once(committed_stage: Stage) -> None:
    stage = committed_stage
    cases = [stage.case() for _ in range(10)]
    late = stage.at + timedelta(days=30)
    acts = [
        partial(advance, case.pk, "handle", actor=stage.who("town"), at=late) for case in cases[:6]
    ]
    results = at_once(*acts, lambda: sweep_breaches(late), lambda: sweep_breaches(late))
    assert not [r for r in results if isinstance(r, Exception)]
    assert CaseEvent.objects.filter(step="breach").count() == 30


def test_eight_couriers_deliver_each_notice_once(committed_stage: Stage) -> None:
    stage = committed_stage
    for _ in range(20):
        stage.case()
    waiting = Notice.objects.filter(delivered_at=None).count()
    assert waiting == 20
    found = at_once(*[lambda: deliver(stage.at + timedelta(minutes=1)) for _ in range(8)])
    assert sum(int(str(n)) for n in found) == waiting
