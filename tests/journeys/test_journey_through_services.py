"""The whole way of one request through the services."""

from datetime import timedelta

from assessment.services.reviews import review_order
from cases.lifecycle import clocks_of
from cases.models import CaseEvent, Clock
from cases.services.callbacks import record_callback
from cases.services.steps import advance
from dispatch.services.steps import advance_order
from tests.cast import Stage


def test_a_case_travels_from_call_to_close(stage: Stage) -> None:
    case = stage.case()
    assert {c.kind for c in case.clocks.all()} == {"decide", "finish", "contact"}
    whistle = stage.whistle(case)
    at = stage.at
    for unit, name in (("XFZD", "department3"), ("ZJW", "department2")):
        order = stage.order(whistle, unit)
        for step, details in (
            ("acknowledge", {}),
            ("report_in", {"lon": 116.686, "lat": 39.926, "note": "到场"}),
            ("finish", {"result": "已清理"}),
        ):
            at += timedelta(minutes=10)
            advance_order(order.pk, step, actor=stage.who(name), at=at, **details)
        advance_order(order.pk, "accept", actor=stage.who("town"), at=at)
        review_order(order.pk, actor=stage.who("town"), at=at, arrival=90, attitude=95, result=100)
    case.refresh_from_db()
    assert case.state == "handled"
    record_callback(
        case.pk,
        actor=stage.who("callback"),
        at=at,
        outcome="reached",
        contacted=True,
        resolved="yes",
        satisfied="satisfied",
    )
    closed = advance(case.pk, "close", actor=stage.who("callback"), at=at)
    assert closed.state == "closed"
    assert not Clock.objects.running().exists()
    assert clocks_of(closed) == ()
    steps = list(CaseEvent.objects.filter(case=case).order_by("pk").values_list("step", flat=True))
    assert steps[0] == "receive"
    assert steps[-1] == "close"
    assert "arrive" in steps
    assert "settle" in steps
