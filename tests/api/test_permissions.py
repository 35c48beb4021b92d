"""Who sees and who acts, by the API: a table of calls, and for each the people who may.

Whoever sees the case but may not act is answered 403, whoever does not see it 404, a stranger 401.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from cases.services.callbacks import record_callback
from cases.services.steps import advance
from dispatch.models import Order
from dispatch.services.steps import advance_order
from tests.api.calls import V1, caller
from tests.api.test_journey_through_api import ANSWERS, MARKS, REQUEST
from tests.cast import PEOPLE, Stage

EVERYBODY = [*PEOPLE, ""]
DISTRICT = {"operator", "callback", "supervisor", "leader", "assessor", "admin"}
OF_THE_PLACE = {"town", "community", "gridhead", "gridworker"}
SUMMONED = {"department2", "department3"}
SEE = DISTRICT | OF_THE_PLACE
SEE_WHISTLED = SEE | SUMMONED


@dataclass
class World:
    """Cases and orders in the states that the calls need."""

    stage: Stage

    def received(self) -> str:
        return self.stage.case().number

    def handling(self) -> str:
        case = self.stage.case()
        advance(case.pk, "handle", actor=self.stage.who("town"), at=self.stage.at)
        return case.number

    def handled(self) -> str:
        number = self.handling()
        case = self.stage.made[-1]
        who, at = self.stage.who("town"), self.stage.at
        advance(case.pk, "finish", actor=who, at=at, result="已挪车")
        return number

    def rated(self) -> str:
        number = self.handled()
        who, at = self.stage.who("callback"), self.stage.at
        record_callback(self.stage.made[-1].pk, actor=who, at=at, **ANSWERS)
        return number

    def held(self) -> str:
        case, at = self.stage.case(), self.stage.at
        until = at.date() + timedelta(days=30)
        who = self.stage.who("supervisor")
        advance(case.pk, "hold", actor=who, at=at, until=until, reason="等待图纸")
        return case.number

    def fresh(self) -> str:
        """A case of this hour, whose limits still run while the calls are made."""
        return self.stage.case(at=timezone.now()).number

    def asked(self) -> int:
        self.fresh()
        case, now = self.stage.made[-1], timezone.now()
        day = now.date() + timedelta(days=20)
        advance(case.pk, "ask_hold", actor=self.stage.who("town"), at=now, until=day, reason="冬季")
        return case.requests.get().pk

    def issued(self) -> int:
        return self._order("issued").pk

    def acknowledged(self) -> int:
        return self._order("acknowledged").pk

    def reported(self) -> int:
        return self._order("reported").pk

    def finished(self) -> int:
        return self._order("finished").pk

    def accepted(self) -> int:
        return self._order("accepted").pk

    def objected(self) -> int:
        order = self._order("issued")
        self._step(order, "object", "department3", reason="非我队职责")
        return order.pk

    def whistled(self) -> str:
        return self._order("issued").case.number

    def _order(self, state: str) -> Order:
        self.stage.at = timezone.now()  # an objection is in time only shortly after dispatch
        order = self.stage.order(self.stage.whistle())
        way: list[tuple[str, str, dict[str, Any]]] = [
            ("acknowledge", "department3", {}),
            ("report_in", "department3", {}),
            ("finish", "department3", {"result": "已清理"}),
            ("accept", "town", {}),
        ]
        for step, who, details in way:
            order.refresh_from_db(fields=["accepted_at"])
            if Order.objects.get(pk=order.pk).state == state:
                break
            self._step(order, step, who, **details)
        return order

    def _step(self, order: Order, step: str, who: str, **details: Any) -> None:
        at: datetime = self.stage.at
        advance_order(order.pk, step, actor=self.stage.who(who), at=at, **details)


@dataclass(frozen=True)
class Row:
    """A call, the state it needs, who may make it (with which success) and who sees what it is on."""

    call: str
    needs: Callable[[World], Any] | None
    body: dict[str, Any] | None
    may: Iterable[str]
    see: Iterable[str] = frozenset(SEE)
    success: int = 200

    def wanted(self, who: str) -> int:
        if not who:
            return 401
        if who in self.may:
            return self.success
        return 403 if who in self.see else 404


def whistle(level: str) -> dict[str, Any]:
    return {"level": level, "kind": "daily", "lead": "XFZD", "departments": ["ZJW"]}


TOMORROW = f"{timezone.now() + timedelta(days=2):%Y-%m-%d}"
INTAKE = {"operator", "gridworker", "gridhead", "community", "town", "town2", "supervisor"}
W = World
CASE, ORDER = "/cases/{0}", "/orders/{0}"

ROWS = [
    Row("/cases/", None, REQUEST, INTAKE, PEOPLE, 201),
    Row("/areas/", None, None, PEOPLE),
    Row("/units/", None, None, PEOPLE),
    Row("/categories/", None, None, PEOPLE),
    Row("/responsibilities/", None, None, PEOPLE),
    Row("/calendar/", None, None, PEOPLE),
    Row("/me/", None, None, PEOPLE),
    Row("/cases/", None, None, PEOPLE),
    Row("/orders/", None, None, PEOPLE),
    Row("/whistles/", None, None, PEOPLE),
    Row(f"{CASE}/", W.received, None, SEE),
    Row(f"{CASE}/", W.whistled, None, SEE_WHISTLED),
    Row(f"{CASE}/events/", W.whistled, None, SEE_WHISTLED),
    Row(f"{CASE}/clocks/", W.whistled, None, SEE_WHISTLED),
    Row(f"{CASE}/duplicates/", W.whistled, None, SEE_WHISTLED),
    Row(f"{CASE}/attachments/", W.whistled, None, SEE_WHISTLED),
    Row(f"{CASE}/callbacks/", W.rated, None, SEE),
    Row(f"{ORDER}/", W.issued, None, SEE_WHISTLED),
    Row(f"{CASE}/steps/handle/", W.received, {}, {"town", "community"}),
    Row(f"{CASE}/steps/finish/", W.handling, {"result": "好"}, {"town", "community"}),
    Row(
        f"{CASE}/steps/reject/", W.received, {"reason": "不属受理范围"}, {"operator", "supervisor"}
    ),
    Row("/conditions/", None, None, PEOPLE),
    Row("/documents/", None, None, PEOPLE),
    Row("/requests/", None, None, PEOPLE),
    Row(
        f"{CASE}/steps/contact/",
        W.received,
        {"how": "phone"},
        {"operator", "callback", "supervisor", "town", "community", "gridhead"},
    ),
    Row(
        f"{CASE}/steps/correct/",
        W.received,
        {"urgency": "urgent", "reason": "听错了"},
        {"operator", "supervisor"},
    ),
    Row(
        f"{CASE}/steps/ask_extension/",
        W.fresh,
        {"limit": 1, "reason": "雨天"},
        {"town", "community"},
    ),
    Row(
        f"{CASE}/steps/ask_hold/",
        W.received,
        {"until": TOMORROW, "reason": "冬季"},
        {"town", "community"},
    ),
    Row(
        "/requests/{0}/rule/",
        W.asked,
        {"granted": True, "reason": "同意"},
        {"supervisor"},
    ),
    Row(f"{CASE}/steps/hold/", W.received, {"until": TOMORROW, "reason": "等图纸"}, {"supervisor"}),
    Row(f"{CASE}/steps/resume/", W.held, {}, {"supervisor"}),
    Row(f"{CASE}/steps/reopen/", W.rated, {"reason": "未解决"}, {"callback", "supervisor"}),
    Row(f"{CASE}/steps/close/", W.rated, {}, {"callback", "supervisor"}),
    Row(f"{CASE}/callbacks/", W.handled, ANSWERS, {"callback", "supervisor"}, SEE, 201),
    Row(f"{CASE}/whistles/", W.received, whistle("town"), {"town"}, SEE, 201),
    Row(f"{CASE}/whistles/", W.received, whistle("community"), {"town", "community"}, SEE, 201),
    Row(
        f"{CASE}/whistles/",
        W.received,
        whistle("grid") | {"lead": "DW", "departments": ["WY"]},
        {"town", "community", "gridhead"},
        SEE,
        201,
    ),
    Row(f"{CASE}/whistles/", W.received, whistle("district"), {"supervisor"}, SEE, 201),
    Row(f"{CASE}/pass_up/", W.received, {"reason": "协调不了"}, {"gridhead", "community", "town"}),
    Row("/levels/", None, None, PEOPLE),
    Row(
        f"{CASE}/reveal/",
        W.whistled,
        {"purpose": "核实地址"},
        {"operator", "callback", "supervisor", "town", "community"} | SUMMONED,
        SEE_WHISTLED,
    ),
    Row(f"{ORDER}/steps/acknowledge/", W.issued, {}, {"department3"}, SEE_WHISTLED),
    Row(f"{ORDER}/steps/report_in/", W.acknowledged, {}, {"department3"}, SEE_WHISTLED),
    Row(f"{ORDER}/steps/progress/", W.reported, {"note": "在做"}, {"department3"}, SEE_WHISTLED),
    Row(f"{ORDER}/steps/finish/", W.reported, {"result": "好"}, {"department3"}, SEE_WHISTLED),
    Row(f"{ORDER}/steps/object/", W.issued, {"reason": "非我"}, {"department3"}, SEE_WHISTLED),
    Row(
        f"{ORDER}/steps/extend/",
        W.acknowledged,
        {"reason": "雨天", "limit": 1},
        {"department3"},
        SEE_WHISTLED,
    ),
    Row(f"{ORDER}/steps/accept/", W.finished, {}, {"town"}, SEE_WHISTLED),
    Row(f"{ORDER}/steps/send_back/", W.finished, {"reason": "没清完"}, {"town"}, SEE_WHISTLED),
    Row(f"{ORDER}/steps/withdraw/", W.issued, {}, {"town"}, SEE_WHISTLED),
    Row(
        f"{ORDER}/steps/rule/",
        W.objected,
        {"upheld": False, "reason": "属你队"},
        {"supervisor"},
        SEE_WHISTLED,
    ),
    Row(f"{ORDER}/review/", W.accepted, MARKS, {"town"}, SEE_WHISTLED, 201),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.call)
def test_the_call_is_answered_to_those_who_may(stage: Stage, row: Row) -> None:
    target = row.needs(World(stage)) if row.needs else ""
    address = f"{V1}{row.call.format(target)}"
    clients = {who: caller(stage, who) for who in EVERYBODY}
    answers = {who: _undone(clients[who], address, row.body) for who in EVERYBODY}
    wanted = {who: row.wanted(who) for who in EVERYBODY}
    assert answers == wanted
    if row.body:  # whoever may not act is told so, and not what is wrong with what was sent
        refused = [who for who in EVERYBODY if wanted[who] >= 400]
        if "whistles" in row.call:  # which level somebody may blow is known only from what was sent
            refused = [who for who in refused if wanted[who] != 403]
        empty = {who: _undone(clients[who], address, {}) for who in refused}
        assert empty == {who: wanted[who] for who in refused}


def test_marks_are_read_by_whoever_sees_the_order(stage: Stage) -> None:
    order = World(stage).accepted()
    address = f"{V1}/orders/{order}/review/"
    assert caller(stage, "town").get(address).status_code == 404
    assert caller(stage, "town").post(address, MARKS).status_code == 201
    read = {who: caller(stage, who).get(address).status_code for who in PEOPLE}
    assert read == {who: 200 if who in SEE_WHISTLED else 404 for who in PEOPLE}


def _undone(client: APIClient, address: str, body: dict[str, Any] | None) -> int:
    """Make the call, return its status, and take back what it did."""
    with transaction.atomic():
        answer = client.get(address) if body is None else client.post(address, body)
        transaction.set_rollback(True)
    return int(answer.status_code)


def test_lists_hold_nothing_that_details_refuse(stage: Stage) -> None:
    stage.whistle()
    stage.case()
    stage.case(by="town2")
    for who in PEOPLE:
        client = caller(stage, who)
        for call, key in (("cases", "number"), ("orders", "id"), ("whistles", "id")):
            listed = {row[key] for row in client.get(f"{V1}/{call}/").json()["results"]}
            everything = caller(stage, "admin").get(f"{V1}/{call}/").json()["results"]
            for thing in {row[key] for row in everything}:
                status = client.get(f"{V1}/{call}/{thing}/").status_code
                assert status == (200 if thing in listed else 404), (who, call, thing)


def test_every_call_of_the_schema_refuses_a_stranger(stage: Stage) -> None:
    client = APIClient()
    paths = client.get(f"{V1}/schema/?format=json").json()["paths"]
    assert len(paths) > 40
    for path, methods in paths.items():
        address = path.format(
            number="1",
            id=1,
            code="1",
            item=1,
            period="2026-01",
            unit="CGW",
            part="results",
            token="00000000-0000-0000-0000-000000000000",
        )
        for method in methods:
            if path != f"{V1}/token/":
                status = getattr(client, method)(address).status_code
                assert status == 401, (method, path, status)
