"""A whistle in the browser: roll call, list of problems with their steps, more units, whistling back."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.models import Attachment, Clock
from dispatch.models import Order, Whistle, WhistleBack, WhistleItem
from dispatch.services.items import Item
from tests.api.photos import jpeg
from tests.cast import OTHER_TOWN, Stage
from tests.dispatch.field import act, problem

SignIn = Callable[[str], Client]


def page_of(client: Client, whistle: Whistle, wanted: int = 200) -> str:
    answer = client.get(reverse("dispatch:whistle", args=[whistle.pk]))
    assert answer.status_code == wanted
    return answer.content.decode()


def step_url(item: WhistleItem, step: str) -> str:
    return reverse("dispatch:item_step", args=[item.pk, step])


def test_the_roll_call_says_who_is_here_how_late_and_what_to_doubt(
    live: Stage, sign_in: SignIn
) -> None:
    meeting = live.at + timedelta(minutes=30)
    whistle = live.whistle(assembly_at=meeting, assembly_place="小区东门")
    act(live, live.order(whistle), "acknowledge")
    here = {"lon": 116.70, "lat": 39.925, "device_at": live.at, "arrived": "李队长等三人"}
    act(live, live.order(whistle), "report_in", at=meeting + timedelta(minutes=12), **here)
    page = page_of(sign_in("town"), whistle)
    for words in (
        "2 expected, 1 came, 1 here",
        "12 min late",
        "1.3 km from the place",
        "42 min behind",
        "李队长等三人",
        "小区东门",
        "Expected",
    ):
        assert words in page, words
    panel = sign_in("town").get(reverse("dispatch:orders", args=[whistle.case.number]))
    assert "Roll call" in panel.content.decode()


def test_the_phone_tells_its_own_time_and_accuracy(live: Stage, sign_in: SignIn) -> None:
    order = act(live, live.order(live.whistle()), "acknowledge")
    url = reverse("dispatch:order_step", args=[order.pk, "report_in"])
    typed = {"lon": "116.6851", "lat": "39.9251", "accuracy_m": "900", "arrived": "两人"}
    client = sign_in("department3")
    client.post(url, typed | {"device_at": "2020-01-02T03:04:05.678Z"})
    order.refresh_from_db(fields=["device_at", "accuracy_m", "arrived"])
    assert order.device_at is not None
    assert order.device_at.isoformat() == "2020-01-02T03:04:05.678000+00:00"
    assert (order.accuracy_m, order.arrived) == (900, "两人")
    page = client.get(reverse("dispatch:order", args=[order.pk])).content.decode()
    assert "accurate to 900 m only" in page


def test_a_problem_is_proved_dropped_and_opened_again(live: Stage, sign_in: SignIn) -> None:
    whistle = live.whistle(items=(Item("堆物", "XFZD"), Item("无灯")))
    mine, free = whistle.items.order_by("position")
    client, town = sign_in("department3"), sign_in("town")
    assert client.post(step_url(mine, "start")).status_code == 302
    asked = client.get(step_url(mine, "done"))
    assert "What proves it" in asked.content.decode()
    bare = client.post(step_url(mine, "done"), {"evidence": ""})
    assert bare.status_code == 400
    proof = {"evidence": "已清走", "photos": SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")}
    assert client.post(step_url(mine, "done"), proof).status_code == 302
    kept = Attachment.objects.get(item_ref=mine.pk)
    page = page_of(town, whistle)
    assert "2 found, 1 done, 1 not begun" in page
    assert "已清走" in page
    assert str(kept.token) in page
    assert client.post(step_url(free, "drop"), {"reason": "x"}).status_code == 403
    assert town.post(step_url(free, "drop"), {"reason": "重复登记"}).status_code == 302
    assert "重复登记" in page_of(town, whistle)
    assert town.get(step_url(free, "done")).status_code == 409
    assert town.post(step_url(mine, "reopen"), {"reason": "照片不是这里"}).status_code == 302
    mine.refresh_from_db()
    assert mine.state == "open"
    assert sign_in("department").get(step_url(mine, "done")).status_code == 404


def test_the_blower_adds_gives_and_summons(live: Stage, sign_in: SignIn) -> None:
    whistle = live.whistle()
    town = sign_in("town")
    typed = {
        "item_text": ["水表漏水", "", "楼道灯坏"],
        "item_unit": ["ZJW", "", ""],
        "item_limit": ["2", "", ""],
        "item_limit_unit": ["workday", "workday", "workday"],
    }
    url = reverse("dispatch:whistle_items", args=[whistle.pk])
    wrong = town.post(url, typed | {"item_limit": ["zwei", "", ""]})
    assert wrong.status_code == 400
    assert "水表漏水" in wrong.content.decode()
    assert town.post(url, typed).status_code == 302
    assert sign_in("department3").post(url, typed).status_code == 403
    leak, lamp = whistle.items.order_by("position")
    assert (leak.limit_amount, leak.limit_unit) == (Decimal(2), "workday")
    given = {"unit": "XFZD", "limit": "1.5", "limit_unit": "natural_day"}
    assert town.post(step_url(lamp, "assign"), given).status_code == 302
    clock = Clock.objects.running().get(item_ref=lamp.pk)
    assert clock.unit.code == "XFZD"
    summon = reverse("dispatch:whistle_orders", args=[whistle.pk])
    assert town.post(summon, {"departments": ["ZJW"]}).status_code == 400
    assert town.post(summon, {"departments": ["CGW", "GD"]}).status_code == 302
    assert whistle.orders.count() == 4


def test_a_departments_done_is_a_claim_until_it_is_accepted(live: Stage, sign_in: SignIn) -> None:
    whistle = live.whistle(departments=[])
    act(live, live.order(whistle), "acknowledge", "report_in", "finish")
    assert "not accepted yet" in page_of(sign_in("town"), whistle)
    act(live, live.order(whistle), "accept")
    assert "not accepted yet" not in page_of(sign_in("town"), whistle)


def test_leaving_is_offered_only_when_it_would_be_allowed(live: Stage, sign_in: SignIn) -> None:
    order = act(live, live.order(live.whistle()), "acknowledge", "report_in")
    client = sign_in("department3")
    page, leave = (
        reverse("dispatch:order", args=[order.pk]),
        reverse("dispatch:order_step", args=[order.pk, "leave"]),
    )
    assert leave not in client.get(page).content.decode()
    refused = client.post(leave)
    assert refused.status_code == 409
    assert "before it is done" in refused.content.decode()
    ask = reverse("dispatch:order_step", args=[order.pk, "ask_leave"])
    assert client.post(ask, {"reason": "另有火警"}).status_code == 302
    grant = reverse("dispatch:order_step", args=[order.pk, "grant_leave"])
    assert "另有火警" in sign_in("town").get(page).content.decode()
    assert sign_in("town").post(grant).status_code == 302
    assert leave in client.get(page).content.decode()
    assert client.post(leave).status_code == 302


def test_whistling_back_from_the_order_to_the_centres_desk(live: Stage, sign_in: SignIn) -> None:
    order = act(live, live.order(live.whistle()), "acknowledge")
    client, centre = sign_in("department3"), sign_in("supervisor")
    url = reverse("dispatch:whistle_back", args=[order.pk])
    assert "杨庄街道" in client.get(url).content.decode()
    assert client.post(url, {"unit": OTHER_TOWN, "reason": ""}).status_code == 400
    assert client.post(url, {"unit": OTHER_TOWN, "reason": "堆放人住在杨庄"}).status_code == 302
    assert sign_in("town").get(url).status_code == 403
    back = WhistleBack.objects.get()
    ruling = reverse("dispatch:whistle_back_rule", args=[back.pk])
    assert sign_in("town").get(ruling).status_code == 403
    desk = centre.get(reverse("dispatch:centre") + "?tab=backs").content.decode()
    assert "堆放人住在杨庄" in desk
    assert ruling in desk
    assert centre.get(ruling).status_code == 200
    assert centre.post(ruling, {"granted": "yes", "reason": "同意"}).status_code == 302
    assert centre.post(ruling, {"granted": "yes", "reason": "同意"}).status_code == 409
    summoned = Order.objects.get(unit__code=OTHER_TOWN)
    other = sign_in("town2")
    desk = other.get(reverse("dispatch:desk")).content.decode()
    assert order.case.number in desk
    assert (
        other.post(reverse("dispatch:order_step", args=[summoned.pk, "acknowledge"])).status_code
        == 302
    )


@pytest.mark.parametrize(
    ("who", "wanted"),
    [("town", 200), ("department3", 200), ("leader", 200), ("department", 404), ("town2", 404)],
)
def test_who_sees_a_whistle(live: Stage, sign_in: SignIn, who: str, wanted: int) -> None:
    page_of(sign_in(who), live.whistle(), wanted)


def test_the_page_costs_the_same_with_one_part_and_with_many(live: Stage, sign_in: SignIn) -> None:
    def cost(units: list[str], items: int) -> int:
        whistle = live.whistle(
            departments=units, items=[Item(f"第{n}处", "XFZD") for n in range(items)]
        )
        first = whistle.items.order_by("position")[0]
        problem(live, first, "done", "department3", evidence="已清走")
        client = sign_in("town")
        page_of(client, whistle)
        with CaptureQueriesContext(connection) as seen:
            page_of(client, whistle)
        return len(seen)

    few = cost([], 1)
    assert cost(["ZJW", "CGW", "GD"], 15) == few
    assert few <= 22
