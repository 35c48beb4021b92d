"""An emergency nobody answers rings again and again, and stands over every page of the unit's people."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Notice
from cases.services.steps import advance
from dispatch import rights
from dispatch.models import Order, WhistleKind
from dispatch.services.rings import sweep_rings
from tests.cast import SHANGHAI, Stage
from tests.dispatch.field import act

SignIn = Callable[[str], Client]
FIVE = timedelta(minutes=5)


def rung(unit_person: str = "department3") -> int:
    return Notice.objects.filter(kind="order_rings", recipient__username=unit_person).count()


def test_it_rings_at_every_interval_until_somebody_acknowledges(stage: Stage) -> None:
    order = stage.order(stage.whistle(kind="emergency", departments=[]))
    assert sweep_rings(stage.at + timedelta(minutes=4, seconds=59)) == 0
    for count in (1, 2, 3):
        assert sweep_rings(stage.at + FIVE * count) == 1
        assert sweep_rings(stage.at + FIVE * count) == 0
        assert rung() == count
    act(stage, order, "acknowledge", at=stage.at + FIVE * 3)
    assert sweep_rings(stage.at + timedelta(hours=2)) == 0
    order.refresh_from_db(fields=["rings", "ring_at"])
    assert (order.rings, order.ring_at) == (3, None)


def test_a_late_sweep_rings_once_and_keeps_the_rhythm(stage: Stage) -> None:
    order = stage.order(stage.whistle(kind="emergency", departments=[]))
    assert sweep_rings(stage.at + timedelta(minutes=23)) == 1
    order.refresh_from_db(fields=["ring_at"])
    assert order.ring_at == stage.at + timedelta(minutes=25)


def test_it_rings_at_night_too(stage: Stage) -> None:
    stage.at = datetime(2026, 3, 4, 2, 0, tzinfo=SHANGHAI)
    stage.whistle(kind="emergency", departments=[])
    sweep_rings(stage.at + FIVE)
    notice = Notice.objects.get(kind="order_rings")
    assert (notice.urgent, notice.ring_at) == (True, stage.at + FIVE)


def test_only_kinds_that_ring_ring(stage: Stage) -> None:
    stage.whistle(kind="hard")
    assert sweep_rings(stage.at + timedelta(days=1)) == 0
    WhistleKind.objects.filter(code="hard").update(ring_minutes=30)
    rights.forget()
    stage.whistle(kind="hard", departments=[])
    assert sweep_rings(stage.at + timedelta(minutes=29)) == 0
    assert sweep_rings(stage.at + timedelta(minutes=30)) == 1


def test_on_hold_nobody_is_rung(stage: Stage) -> None:
    whistle = stage.whistle(kind="emergency", departments=[])
    until = (stage.at + timedelta(days=9)).date()
    centre = stage.who("supervisor")
    advance(whistle.case_id, "hold", actor=centre, at=stage.at, until=until, reason="雨季")
    assert sweep_rings(stage.at + FIVE) == 0


@pytest.mark.parametrize(("who", "shown"), [("department3", True), ("department2", False)])
def test_the_banner_stands_on_every_page_until_then(
    live: Stage, sign_in: SignIn, who: str, shown: bool
) -> None:
    order = live.order(live.whistle(kind="emergency", departments=[]))
    url = reverse("dispatch:order_step", args=[order.pk, "acknowledge"])
    client = sign_in(who)
    for page in ("/desk/department/", "/cases/", "/notices/"):
        assert (url in client.get(page).content.decode()) is shown, page
    if shown:
        client.post(url)
        assert "nobody has acknowledged yet" not in client.get("/cases/").content.decode()
        assert Order.objects.get(pk=order.pk).acknowledged_at is not None


def test_the_banner_costs_one_query_and_others_none(live: Stage, sign_in: SignIn) -> None:
    def asked(who: str) -> int:
        client = sign_in(who)
        with CaptureQueriesContext(connection) as seen:
            client.get("/alarms/")
        return sum("dispatch_order" in query["sql"] for query in seen.captured_queries)

    for many in (1, 3):
        for _ in range(many):
            live.whistle(kind="emergency", departments=[])
        assert (asked("department3"), asked("town"), asked("leader")) == (1, 0, 0)
