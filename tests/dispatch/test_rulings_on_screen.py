"""The centre's rulings in the browser: objections and requests for more time."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import Notice
from cases.models import Clock
from dispatch.models import Objection, Order
from dispatch.services.steps import advance_order
from tests.cast import Stage

SignIn = Callable[[str], Client]


def rule_url(order: Order) -> str:
    return reverse("dispatch:rule", args=[order.pk])


def objected(stage: Stage) -> Order:
    order = stage.order(stage.whistle())
    actor = stage.who("department3")
    advance_order(order.pk, "object", actor=actor, at=stage.at, reason="属于供电公司设施")
    return order


def asked(stage: Stage) -> Order:
    order = stage.order(stage.whistle())
    actor = stage.who("department3")
    advance_order(order.pk, "acknowledge", actor=actor, at=stage.at)
    details: dict[str, Any] = {"reason": "需要挖路", "limit": Decimal(2)}
    advance_order(order.pk, "extend", actor=actor, at=stage.at, **details)
    return order


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("supervisor", 302),
        ("operator", 403),
        ("leader", 403),
        ("town", 403),
        ("department3", 403),
        ("department2", 403),
        ("town2", 404),
        ("department", 404),
    ],
)
def test_only_the_centre_rules(live: Stage, sign_in: SignIn, name: str, status: int) -> None:
    order = objected(live)
    typed = {"upheld": "no", "reason": "清单列为牵头"}
    assert sign_in(name).get(rule_url(order)).status_code == (200 if status == 302 else status)
    assert sign_in(name).post(rule_url(order), typed).status_code == status


def test_upheld_with_a_new_unit_the_order_goes_there(live: Stage, sign_in: SignIn) -> None:
    order = objected(live)
    typed = {"upheld": "yes", "new_unit": "GD", "reason": "产权属供电公司", "next": "/desk/centre/"}
    answer = sign_in("supervisor").post(rule_url(order), typed)
    assert answer.headers["Location"] == "/desk/centre/"
    order = Order.objects.get(pk=order.pk)
    new = Order.objects.get(whistle=order.whistle, unit__code="GD")
    assert (order.state, new.state, new.role) == ("withdrawn", "issued", "lead")
    assert {c.kind for c in Clock.objects.running().filter(order_ref=new.pk)} == {
        "acknowledge",
        "report_in",
        "finish",
    }
    panel = sign_in("town").get(reverse("dispatch:orders", args=[order.case.number]))
    page = panel.content.decode()
    assert "产权属供电公司" in page
    assert "供电公司</strong>" in page


def test_upheld_without_a_new_unit_an_assistant_leads(live: Stage, sign_in: SignIn) -> None:
    order = objected(live)
    sign_in("supervisor").post(rule_url(order), {"upheld": "yes", "reason": "确不属于"})
    assert live.order(order.whistle, "ZJW").role == "lead"


def test_overruled_the_unit_may_not_object_again(live: Stage, sign_in: SignIn) -> None:
    order = objected(live)
    sign_in("supervisor").post(rule_url(order), {"upheld": "no", "reason": "清单列为牵头"})
    order = Order.objects.get(pk=order.pk)
    assert (order.state, order.designated) == ("acknowledged", True)
    client = sign_in("department3")
    object_url = reverse("dispatch:order_step", args=[order.pk, "object"])
    page = client.get(reverse("dispatch:order", args=[order.pk])).content.decode()
    assert object_url not in page
    assert "清单列为牵头" in page
    assert client.post(object_url, {"reason": "还是不服"}).status_code == 409
    assert Objection.objects.count() == 1


@pytest.mark.parametrize(("answer", "later"), [("yes", True), ("no", False)])
def test_an_extension_granted_moves_the_due_time(
    live: Stage, sign_in: SignIn, answer: str, later: bool
) -> None:
    order = asked(live)
    clock = Clock.objects.running().get(order_ref=order.pk, kind="finish")
    client = sign_in("supervisor")
    assert "2 workdays more" in client.get(rule_url(order)).content.decode()
    client.post(rule_url(order), {"upheld": answer, "reason": "情况属实"})
    moved = Clock.objects.get(pk=clock.pk)
    assert moved.due_at is not None
    assert clock.due_at is not None
    assert (moved.due_at > clock.due_at) is later
    assert client.post(rule_url(order), {"upheld": "yes", "reason": "再来"}).status_code == 409


@pytest.mark.parametrize(
    "typed",
    [
        {"upheld": "yes", "new_unit": "GD", "reason": ""},
        {"upheld": "yes", "new_unit": "ZJW", "reason": "应由住建办"},  # summoned already
        {"upheld": "", "new_unit": "GD", "reason": "应由供电办"},
    ],
)
def test_a_mistaken_ruling_keeps_what_was_typed(
    live: Stage, sign_in: SignIn, typed: dict[str, str]
) -> None:
    order = objected(live)
    answer = sign_in("supervisor").post(rule_url(order), typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert f'value="{typed["new_unit"]}" selected' in page
    assert typed["reason"] in page
    assert Order.objects.get(pk=order.pk).state == "objected"


def test_nothing_to_rule_on_is_refused(live: Stage, sign_in: SignIn) -> None:
    order = live.order(live.whistle())
    client = sign_in("supervisor")
    assert client.get(rule_url(order)).status_code == 409
    assert client.post(rule_url(order), {"upheld": "yes", "reason": "x"}).status_code == 409


def test_the_reason_reaches_those_told(live: Stage, sign_in: SignIn) -> None:
    order = objected(live)
    told = Notice.objects.get(kind="order_objected", recipient=live.people["supervisor"])
    assert told.params["reason"] == "属于供电公司设施"
    sign_in("supervisor").post(rule_url(order), {"upheld": "no", "reason": "清单列为牵头"})
    told = Notice.objects.get(kind="order_ruled", recipient=live.people["department3"])
    assert told.params["reason"] == "清单列为牵头"
