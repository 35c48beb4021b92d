"""Outsiders answer one order by a link: that order alone, while the link is good, every opening logged."""

import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Message
from accounts.refusals import BadInput, StepRefused
from accounts.services.messages import send_messages
from cases.models import Attachment, Case, CaseEvent, Clock
from config.logs import hide_links
from dispatch.models import GuestLink, GuestVisit, Order, Whistle, WhistleItem
from dispatch.services.guests import MadeLink, hash_of, make_link, revoke_link
from dispatch.services.items import Item
from dispatch.services.steps import advance_order
from dispatch.views import guests
from tests.accounts.receivers import SECRET, Gateway, running_gateway
from tests.api.calls import V1, Api, caller
from tests.api.photos import jpeg
from tests.cast import Stage

SignIn = Callable[[str], Client]


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


@pytest.fixture
def gateway(settings: Settings) -> Iterator[Gateway]:
    with running_gateway() as gateway:
        settings.SMS_URL, settings.SMS_SECRET, settings.SMS_TIMEOUT = gateway.url, SECRET, 1
        yield gateway


@pytest.fixture
def whistle(live: Stage) -> Whistle:
    """Summon the power company, with two problems of its own and one of the fire brigade's."""
    items = (Item("配电箱敞开 13800001234", "GD"), Item("电线私拉", "GD"), Item("通道堆物", "XFZD"))
    return live.whistle(lead="XFZD", departments=["GD"], items=items, reason="王小明反映多次")


@pytest.fixture
def order(live: Stage, whistle: Whistle) -> Order:
    return live.order(whistle, "GD")


@pytest.fixture
def api(live: Stage) -> Api:
    return lambda name: caller(live, name)


def make(live: Stage, order: Order, who: str = "town", **given: Any) -> MadeLink:
    fields: dict[str, Any] = {"contact": "李师傅", "phone": "13900002222"}
    at = given.pop("at", timezone.now())
    return make_link(order.pk, actor=live.who(who), at=at, **(fields | given))


def page(made: MadeLink) -> str:
    return reverse("dispatch:guest", args=[made.secret])


def step(made: MadeLink, name: str, data: dict[str, Any] | None = None) -> Any:
    return Client().post(reverse("dispatch:guest_step", args=[made.secret, name]), data or {})


def did(made: MadeLink) -> list[tuple[str, bool]]:
    visits = GuestVisit.objects.filter(link=made.link).order_by("pk")
    return list(visits.values_list("did", "refused"))


def test_the_page_shows_that_order_and_nothing_of_the_caller(live: Stage, order: Order) -> None:
    other = live.case(text="另一件事：电梯困人")
    made = make(live, order)
    answer = Client().get(page(made))
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "消防通道被私家车堵住了" in text
    assert "配电箱敞开 ***" in text
    assert "通道堆物" not in text
    for secret in ("王小明", "13800001234", other.number, "电梯困人", "13900002222"):
        assert secret not in text
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert "no-store" in answer["Cache-Control"]


def test_steps_by_link_move_the_order_its_clocks_and_the_record(live: Stage, order: Order) -> None:
    made = make(live, order)
    assert step(made, "acknowledge").status_code == 302
    arrival = {"lon": "116.6851", "lat": "39.9251", "note": "两人到场", "photos": _photo()}
    assert step(made, "report_in", arrival).status_code == 302
    assert step(made, "progress", {"note": "正在更换箱门"}).status_code == 302
    for item in WhistleItem.objects.filter(unit=order.unit):
        path = reverse("dispatch:guest_item", args=[made.secret, item.pk, "done"])
        assert Client().post(path, {"evidence": "已加锁"}).status_code == 302
    assert step(made, "finish", {"result": "箱门已换", "photos": _photo()}).status_code == 302
    order.refresh_from_db()
    assert (order.state, order.result, order.report_note) == ("finished", "箱门已换", "两人到场")
    assert order.distance_m is not None
    running = Clock.objects.running().filter(order_ref=order.pk)
    assert {clock.kind for clock in running} == {"accept"}
    events = CaseEvent.objects.filter(case=order.case, details__guest="李师傅")
    steps = list(events.order_by("pk").values_list("step", flat=True))
    assert steps == [
        "order.acknowledge",
        "order.report_in",
        "order.progress",
        "item.done",
        "item.done",
        "order.finish",
    ]
    assert not events.exclude(actor=None).exists()
    assert Attachment.objects.filter(order_ref=order.pk).count() == 2
    assert did(made) == [
        ("acknowledge", False),
        ("report_in", False),
        ("progress", False),
        ("item.done", False),
        ("item.done", False),
        ("finish", False),
    ]


def _photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("p.jpg", jpeg(), "image/jpeg")


def test_after_it_was_revoked_the_link_is_dead_at_once(live: Stage, order: Order) -> None:
    made = make(live, order)
    assert Client().get(page(made)).status_code == 200
    revoke_link(made.link.pk, actor=live.who("town"), at=timezone.now())
    gone = Client().get(page(made))
    assert gone.status_code == 410
    assert "消防通道" not in gone.content.decode()
    assert step(made, "acknowledge").status_code == 410
    order.refresh_from_db()
    assert order.state == "issued"
    assert did(made) == [("open", False), ("open", True), ("acknowledge", True)]


def test_a_link_opened_before_it_was_revoked_takes_no_step(live: Stage, order: Order) -> None:
    made = make(live, order)
    revoke_link(made.link.pk, actor=live.who("town"), at=timezone.now())
    with pytest.raises(
        StepRefused
    ):  # the row in hand still says good: the one in the database counts
        advance_order(order.pk, "acknowledge", actor=None, guest=made.link, at=timezone.now())
    assert CaseEvent.objects.filter(step="order.acknowledge").count() == 0


def test_after_its_time_nothing_is_written(live: Stage, order: Order) -> None:
    made = make(live, order, days=1, at=timezone.now() - timedelta(days=1, minutes=1))
    assert Client().get(page(made)).status_code == 410
    assert step(made, "acknowledge").status_code == 410
    order.refresh_from_db()
    assert order.state == "issued"


def test_a_matter_that_becomes_confidential_closes_its_links(live: Stage, order: Order) -> None:
    made = make(live, order)
    Case.objects.filter(pk=order.case_id).update(confidential=True)
    assert Client().get(page(made)).status_code == 410
    assert step(made, "acknowledge").status_code == 410
    with pytest.raises(StepRefused):
        make(live, order)


def test_only_its_own_order_and_its_own_problems(live: Stage, order: Order) -> None:
    made = make(live, order)
    foreign = WhistleItem.objects.get(unit__code="XFZD")
    path = reverse("dispatch:guest_item", args=[made.secret, foreign.pk, "done"])
    assert Client().post(path, {"evidence": "x"}).status_code == 404
    other = live.order(order.whistle, "XFZD")
    with pytest.raises(PermissionDenied):
        advance_order(other.pk, "acknowledge", actor=None, guest=made.link, at=timezone.now())
    for name in ("accept", "withdraw", "object", "extend", "send_back", "review"):
        assert step(made, name).status_code == 404
    for guess in ("1", str(order.pk), "x" * 32, made.secret[:-1], made.link.secret_hash):
        assert Client().get(reverse("dispatch:guest", args=[guess])).status_code == 404
    foreign.refresh_from_db()
    assert foreign.state == "open"
    assert ("item.done", True) in did(made)
    assert ("accept", True) in did(made)


@pytest.mark.parametrize("last", ["accept", "withdraw"])
def test_a_settled_order_says_so_and_takes_no_step(live: Stage, order: Order, last: str) -> None:
    made = make(live, order)
    WhistleItem.objects.filter(unit=order.unit).update(unit=None)
    town = live.who("town")
    if last == "accept":
        for name, details in (("acknowledge", {}), ("report_in", {}), ("finish", {"result": "好"})):
            assert step(made, name, details).status_code == 302
    advance_order(order.pk, last, actor=town, at=timezone.now())
    client = Client()
    client.cookies["django_language"] = "en"
    text = client.get(page(made)).content.decode()
    assert ("withdrawn" if last == "withdraw" else "settled") in text
    assert "<form" not in text
    assert "消防通道被私家车堵住了" not in text
    assert step(made, "progress", {"note": "x"}).status_code == 409


def test_a_refused_step_keeps_what_was_typed_and_is_logged(live: Stage, order: Order) -> None:
    made = make(live, order)
    assert step(made, "finish", {"result": "箱门已换"}).status_code == 409
    step(made, "acknowledge")
    answer = step(made, "report_in", {"note": "两人到场", "lon": "116.6"})
    assert answer.status_code == 400
    assert "两人到场</textarea>" in answer.content.decode()
    assert did(made)[0] == ("finish", True)
    assert did(made)[-1] == ("report_in", True)


def test_the_secret_is_neither_stored_nor_logged(
    live: Stage, order: Order, sign_in: SignIn, caplog: pytest.LogCaptureFixture, api: Api
) -> None:
    shown = sign_in("town").post(
        reverse("dispatch:guest_links", args=[order.pk]), {"contact": "李师傅"}
    )
    url = shown.content.decode().partition('value="http://testserver/guest/')[2]
    secret = url.partition("/")[0]
    assert len(secret) == 32
    called = api("town").post(
        f"{V1}/orders/{order.pk}/guest_links/",
        {"contact": "王工"},
        headers={"Idempotency-Key": "k1"},
    )
    second = called.json()["url"].split("/")[-2]
    with caplog.at_level(logging.DEBUG):
        for one in (secret, second):
            assert Client().get(f"/guest/{one}/").status_code == 200
            assert Client().post(f"/guest/{one}/steps/finish/").status_code == 400
            assert Client().get(f"/guest/{one}/steps/finish/").status_code == 405
    assert not any(one in caplog.text for one in (secret, second))
    assert not any(one in _all_texts() for one in (secret, second))
    assert {hash_of(secret), hash_of(second)} <= set(
        GuestLink.objects.values_list("secret_hash", flat=True)
    )
    assert hide_links(None, "", {"event": f"GET /guest/{secret}/steps/x/ failed"}) == {
        "event": "GET /guest/…/steps/x/ failed"
    }


def _all_texts() -> str:
    """Return every row of every table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        rows: list[str] = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            rows += [text for (text,) in cursor.fetchall()]
    return "\n".join(rows)


def test_the_same_request_again_tells_the_address_no_second_time(
    live: Stage, order: Order, api: Api
) -> None:
    def send() -> Any:
        path = f"{V1}/orders/{order.pk}/guest_links/"
        return (
            api("town")
            .post(path, {"contact": "王工", "days": 3}, headers={"Idempotency-Key": "k1"})
            .json()
        )

    first, second = send(), send()
    assert first["url"].startswith("http://testserver/guest/")
    assert second == first | {"url": None}
    assert GuestLink.objects.count() == 1


def test_by_sms_the_link_goes_out_and_nothing_personal_with_it(
    live: Stage, order: Order, gateway: Gateway
) -> None:
    made = make(live, order, sms_to="https://whistle.example/guest/{secret}/")
    assert made.secret not in _all_texts()
    assert send_messages(timezone.now()) == 1
    [asked] = gateway.asked
    assert asked["to"] == "13900002222"
    assert f"https://whistle.example/guest/{made.secret}/" in asked["text"]
    for personal in ("李师傅", "王小明", "消防通道", order.case.number):
        assert personal not in asked["text"]
    assert Message.objects.get().sealed == ""


def test_without_a_gateway_no_sms_is_promised(live: Stage, order: Order) -> None:
    with pytest.raises(BadInput) as refused:
        make(live, order, sms_to="https://whistle.example/guest/{secret}/")
    assert list(refused.value.fields) == ["send_sms"]


@pytest.mark.parametrize(
    ("given", "field"),
    [({"contact": " "}, "contact"), ({"phone": "李"}, "phone"), ({"days": 31}, "days")],
)
def test_what_cannot_be_taken_is_said_by_field(
    live: Stage, order: Order, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        make(live, order, **given)
    assert list(refused.value.fields) == [field]


def test_a_link_is_good_a_week_beyond_the_due_time_and_thirty_days_at_most(
    live: Stage, order: Order
) -> None:
    at = timezone.now()
    due = Clock.objects.running().get(order_ref=order.pk, kind="finish").due_at
    assert due is not None
    assert make(live, order, at=at).link.expires_at == min(
        due + timedelta(days=7), at + timedelta(days=30)
    )
    assert make(live, order, at=at, days=3).link.expires_at == at + timedelta(days=3)


MAY = {
    "town": 200,
    "supervisor": 200,
    "operator": 403,
    "leader": 403,
    "department3": 403,
    "town2": 404,
    "department": 404,
}


@pytest.mark.parametrize("name", MAY)
def test_links_are_made_seen_and_revoked_by_those_who_answer_for_the_order(
    live: Stage, order: Order, sign_in: SignIn, api: Api, name: str
) -> None:
    made = make(live, order)
    path = reverse("dispatch:guest_links", args=[order.pk])
    client, program = sign_in(name), api(name)
    assert client.get(path).status_code == MAY[name]
    assert client.post(path, {"contact": "王工"}).status_code == MAY[name]
    call = f"{V1}/orders/{order.pk}/guest_links/"
    assert program.get(call).status_code == MAY[name]
    created = program.post(call, {"contact": "王工"}).status_code
    assert created == (201 if MAY[name] == 200 else MAY[name])
    revoked = program.post(f"{V1}/guest_links/{made.link.pk}/revoke/").status_code
    assert revoked == (200 if MAY[name] == 200 else 404)
    if MAY[name] == 200:
        text = client.get(path).content.decode()
        assert "139****22" in text
        assert "13900002222" not in text
        assert "Revoked" in text


def test_an_order_of_a_department_is_not_handed_out_by_link(
    live: Stage, whistle: Whistle, sign_in: SignIn
) -> None:
    order = live.order(whistle, "XFZD")
    path = reverse("dispatch:guest_links", args=[order.pk])
    assert sign_in("town").get(path).status_code == 403
    assert sign_in("town").get(path, headers={"HX-Request": "true"}).status_code == 204
    with pytest.raises(PermissionDenied):
        make(live, order)


def test_a_network_that_asks_too_often_is_put_off(
    live: Stage, order: Order, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guests, "PER_MINUTE", 4)
    made = make(live, order)
    codes = [Client().get(page(made)).status_code for _ in range(5)]
    assert codes == [200, 200, 200, 200, 429]
    assert GuestVisit.objects.filter(link=made.link).count() == 4


def test_the_order_page_says_who_came_by_link(live: Stage, order: Order, sign_in: SignIn) -> None:
    made = make(live, order)
    Client(headers={"user-agent": "WeChat/8.0"}).get(page(made))
    step(made, "acknowledge")
    text = sign_in("town").get(reverse("dispatch:order", args=[order.pk])).content.decode()
    assert "By guest link: 李师傅" in text
    links = sign_in("town").get(reverse("dispatch:guest_links", args=[order.pk])).content.decode()
    assert "WeChat/8.0" in links
    assert "127.0.0.1" in links
