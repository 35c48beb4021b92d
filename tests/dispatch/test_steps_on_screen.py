"""The steps of an order in the browser: who may take them when, and what a mistake keeps."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from cases.models import Attachment, Clock
from dispatch.models import Order, WhistleItem
from dispatch.services.items import Item, mark_item_done
from dispatch.services.rulings import rule
from dispatch.services.steps import advance_order
from tests.cast import Stage

SignIn = Callable[[str], Client]

DETAILS: dict[str, dict[str, Any]] = {
    "acknowledge": {},
    "report_in": {"note": "两人到场"},
    "progress": {"note": "正在清理"},
    "finish": {"result": "已清理"},
    "object": {"reason": "不属于我单位"},
    "extend": {"reason": "需要挖路", "limit": "2"},
    "accept": {},
    "send_back": {"reason": "仍有堆物"},
    "withdraw": {},
}
OF_UNIT = ("acknowledge", "report_in", "progress", "finish", "object", "extend")
ALLOWED_IN = {
    "acknowledge": {"issued"},
    "report_in": {"acknowledged"},
    "progress": {"acknowledged", "reported"},
    "finish": {"reported"},
    "object": {"issued", "acknowledged"},
    "extend": {"acknowledged", "reported"},
    "accept": {"finished"},
    "send_back": {"finished"},
    "withdraw": {"issued", "acknowledged", "reported", "finished", "objected"},
}
WAY = {
    "issued": (),
    "acknowledged": ("acknowledge",),
    "reported": ("acknowledge", "report_in"),
    "finished": ("acknowledge", "report_in", "finish"),
    "objected": ("object",),
    "accepted": ("acknowledge", "report_in", "finish", "accept"),
    "withdrawn": ("withdraw",),
}


def order_in(stage: Stage, state: str) -> Order:
    order = stage.order(stage.whistle())
    for step in WAY[state]:
        who = "department3" if step in OF_UNIT else "town"
        advance_order(order.pk, step, actor=stage.who(who), at=stage.at, **DETAILS[step])
    return Order.objects.get(pk=order.pk)


def step_url(order: Order, step: str) -> str:
    return reverse("dispatch:order_step", args=[order.pk, step])


@pytest.mark.parametrize("step", list(DETAILS))
@pytest.mark.parametrize("state", list(WAY))
def test_a_step_is_taken_only_in_its_states(
    live: Stage, sign_in: SignIn, step: str, state: str
) -> None:
    order = order_in(live, state)
    who = "department3" if step in OF_UNIT else "town"
    expected = 302 if state in ALLOWED_IN[step] else 409
    shown = 200 if state in ALLOWED_IN[step] else 409
    assert sign_in(who).get(step_url(order, step)).status_code == shown
    assert sign_in(who).post(step_url(order, step), DETAILS[step]).status_code == expected
    order_now = Order.objects.get(pk=order.pk)
    if expected == 409:
        assert order_now.state == state


STANDING = {  # what each person gets on a department's step, and on a blower's
    "department3": (302, 403),
    "department2": (403, 403),  # summoned by the same whistle, not by this order
    "department": (404, 404),
    "town": (403, 302),
    "community": (403, 403),
    "gridworker": (403, 403),
    "supervisor": (403, 403),
    "operator": (403, 403),
    "leader": (403, 403),
    "town2": (404, 404),
}


@pytest.mark.parametrize("name", list(STANDING))
@pytest.mark.parametrize(
    "step",
    ["acknowledge", "report_in", "finish", "object", "extend", "accept", "send_back", "withdraw"],
)
def test_who_may_take_a_step(live: Stage, sign_in: SignIn, name: str, step: str) -> None:
    states = {
        "acknowledge": "issued",
        "report_in": "acknowledged",
        "object": "issued",
        "extend": "acknowledged",
        "finish": "reported",
    }
    order = order_in(live, states.get(step, "finished"))
    expected = STANDING[name][step not in OF_UNIT]
    assert sign_in(name).post(step_url(order, step), DETAILS[step]).status_code == expected
    if expected == 403:  # whose step it is comes before what was typed
        assert sign_in(name).post(step_url(order, step), {}).status_code == 403


def test_an_unknown_step_is_not_found(live: Stage, sign_in: SignIn) -> None:
    order = order_in(live, "issued")
    client = sign_in("department3")
    for step in ("overrule", "sustain", "review", "save", "delete"):
        assert client.post(step_url(order, step)).status_code == 404


@pytest.mark.parametrize(
    ("state", "step", "typed", "kept"),
    [
        ("acknowledged", "extend", {"reason": "需要挖路", "limit": "50"}, "需要挖路"),
        ("acknowledged", "extend", {"reason": "", "limit": "7.5"}, 'value="7.5"'),
        ("acknowledged", "report_in", {"lon": "116.7", "note": "两人到场"}, "两人到场"),
        ("acknowledged", "report_in", {"lon": "999", "lat": "39", "note": "两人到场"}, "两人到场"),
        ("reported", "finish", {"result": "   "}, "required"),
    ],
)
def test_a_mistake_shows_the_order_again_with_what_was_typed(
    live: Stage, sign_in: SignIn, state: str, step: str, typed: dict[str, str], kept: str
) -> None:
    order = order_in(live, state)
    back = "/desk/department/?group=acknowledged"
    answer = sign_in("department3").post(step_url(order, step), typed | {"next": back})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert kept in page
    assert "data-open-now" in page
    assert 'name="next" value="/desk/department/?group=acknowledged"' in page
    assert "invalid-feedback" in page or "errorlist" in page
    assert Order.objects.get(pk=order.pk).state == state


def photo() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (40, 30), "green").save(out, "JPEG")
    return SimpleUploadedFile("site.jpg", out.getvalue(), "image/jpeg")


def test_reporting_in_keeps_position_distance_note_and_photo(live: Stage, sign_in: SignIn) -> None:
    order = order_in(live, "acknowledged")
    typed = {"lon": "116.695", "lat": "39.925", "note": "两人到场", "photos": photo()}
    answer = sign_in("department3").post(step_url(order, "report_in"), typed)
    assert answer.headers["Location"] == reverse("dispatch:order", args=[order.pk])
    kept = Attachment.objects.get(order_ref=order.pk)
    page = sign_in("town").get(reverse("dispatch:order", args=[order.pk])).content.decode()
    assert str(kept.token) in page
    assert "两人到场" in page
    distance = Order.objects.get(pk=order.pk).distance_m
    assert distance is not None
    assert 500 < distance < 1000
    assert f"{distance} m from the place" in page


def test_what_is_no_photo_is_refused_and_nothing_moves(live: Stage, sign_in: SignIn) -> None:
    order = order_in(live, "reported")
    wrong = SimpleUploadedFile("a.jpg", b"not a photo", "image/jpeg")
    answer = sign_in("department3").post(
        step_url(order, "finish"), {"result": "已清理干净", "photos": wrong}
    )
    assert answer.status_code == 400
    assert "已清理干净" in answer.content.decode()
    assert Order.objects.get(pk=order.pk).state == "reported"


def test_after_a_step_one_goes_on_where_one_was_but_never_to_another_site(
    live: Stage, sign_in: SignIn
) -> None:
    client = sign_in("department3")
    order = order_in(live, "issued")
    answer = client.post(step_url(order, "acknowledge"), {"next": "https://example.org/"})
    assert answer.headers["Location"] == reverse("dispatch:order", args=[order.pk])
    page = client.get(step_url(order, "report_in"), {"next": "javascript:alert(1)"})
    assert "javascript:" not in page.content.decode()
    answer = client.post(step_url(order, "report_in"), {"next": "/desk/department/"})
    assert answer.headers["Location"] == "/desk/department/"


def test_sending_back_starts_the_clock_of_a_redo(live: Stage, sign_in: SignIn) -> None:
    order = order_in(live, "finished")
    sign_in("town").post(step_url(order, "send_back"), {"reason": "仍有堆物"})
    order = Order.objects.get(pk=order.pk)
    assert (order.state, order.sent_back) == ("reported", 1)
    running = Clock.objects.running().get(order_ref=order.pk)
    assert running.kind == "finish"
    assert running.policy["amount"] == "3.00"  # a redo has three workdays
    page = sign_in("department3").get(reverse("dispatch:desk")).content.decode()
    assert "Sent back once" in page


def test_when_the_lead_leaves_an_assistant_leads(live: Stage, sign_in: SignIn) -> None:
    whistle = live.whistle()
    sign_in("town").post(step_url(live.order(whistle), "withdraw"), {})
    other = live.order(whistle, "ZJW")
    assert other.role == "lead"
    whistle.case.refresh_from_db()
    assert whistle.case.state == "whistled"


def test_when_all_are_withdrawn_the_town_has_the_case_again(live: Stage, sign_in: SignIn) -> None:
    whistle = live.whistle()
    client = sign_in("town")
    for unit in ("XFZD", "ZJW"):
        client.post(step_url(live.order(whistle, unit), "withdraw"), {"reason": "误吹"})
    whistle.case.refresh_from_db()
    assert whistle.case.state == "handling"
    assert {c.kind for c in Clock.objects.running().filter(case=whistle.case)} == {
        "contact",
        "finish",
    }


def test_problems_are_ticked_by_their_owner_and_counted(live: Stage, sign_in: SignIn) -> None:
    items = (Item("堆物", "ZJW"), Item("无水", "XFZD"), Item("无灯"))
    whistle = live.whistle(items=items)
    first, second, third = whistle.items.order_by("position")
    done = {"done": "1", "evidence": "已清理"}

    def tick(item: WhistleItem) -> str:
        return reverse("dispatch:item_done", args=[item.pk])

    client = sign_in("department2")
    answer = client.post(tick(first), done, headers={"HX-Request": "true"})
    assert "3 found, 1 done, 2 not begun" in answer.content.decode()
    assert client.post(tick(second), done).status_code == 403
    assert client.post(tick(third), done).status_code == 302
    assert sign_in("department").post(tick(second), done).status_code == 404
    assert sign_in("operator").post(tick(second), done).status_code == 403
    panel = sign_in("town").get(reverse("dispatch:orders", args=[whistle.case.number]))
    assert "3 found, 2 done, 1 not begun" in panel.content.decode()
    client.post(tick(first), {"done": "0"})
    first.refresh_from_db()
    assert first.done_at is None
    steps = whistle.case.events.filter(step__startswith="item.").order_by("pk")
    assert [event.step for event in steps] == ["item.done", "item.done", "item.undone"]


def test_a_town_ticks_the_list_of_its_communitys_whistle(live: Stage) -> None:
    whistle = live.whistle(by="community", level="community", items=(Item("堆物", "ZJW"),))
    item = mark_item_done(
        whistle.items.get().pk, actor=live.who("town"), at=live.at, evidence="已看过"
    )
    assert item.done_at == live.at


def test_buttons_that_would_be_refused_are_not_shown(live: Stage, sign_in: SignIn) -> None:
    order = order_in(live, "acknowledged")
    page_url = reverse("dispatch:order", args=[order.pk])
    client = sign_in("department3")
    assert step_url(order, "extend") in client.get(page_url).content.decode()
    client.post(step_url(order, "extend"), DETAILS["extend"])
    assert step_url(order, "extend") not in client.get(page_url).content.decode()
    rule(order.pk, actor=live.who("supervisor"), at=live.at, upheld=True, reason="同意")
    assert step_url(order, "extend") in client.get(page_url).content.decode()
    Order.objects.filter(pk=order.pk).update(issued_at=live.at - timedelta(days=30))
    assert step_url(order, "object") not in client.get(page_url).content.decode()
