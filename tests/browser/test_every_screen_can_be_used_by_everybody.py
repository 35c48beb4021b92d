"""Every main screen with work on it, at a desk and on a phone, in both languages and both lights.

No barrier that axe knows, nothing wider than the screen, nothing in the console, nothing the policy blocks.
"""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from assessment.services.reviews import review_order
from cases.models import Case
from cases.services.callbacks import rating_token, record_callback
from cases.services.steps import advance
from dispatch.models import Order, Whistle
from dispatch.services.steps import advance_order
from dispatch.services.whistles import Item
from tests.accounts.posts import message, reachable
from tests.browser.chromium import (
    DESK,
    PHONE,
    Complaints,
    barriers,
    launched,
    signed_in,
    too_wide,
)
from tests.browser.district import District, outlined
from tests.cast import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

Screens = dict[str, list[str]]
LIGHTS = {"zh-hans": "light", "en": "dark"}
WAY = ("acknowledge", "report_in", "finish", "accept")


@pytest.fixture
def district(committed_stage: Stage) -> District:
    return outlined(committed_stage)


@pytest.fixture
def screens(district: District) -> Screens:
    """Fill the district with a case in every stage; return who looks at which screens."""
    stage = district.stage
    fresh = stage.case(kind="report", urgency="critical", text="三号楼消防通道长期上锁")
    taken = advance(stage.case().pk, "handle", actor=stage.who("town"), at=stage.at)
    _held(stage)
    blown = _blown(stage)
    lead, assist = stage.order(blown), stage.order(blown, "ZJW")
    _go(stage, lead, "finish")
    reason = "不属于我单位职责"
    advance_order(assist.pk, "object", actor=stage.who("department2"), at=stage.at, reason=reason)
    coming = stage.order(stage.whistle(kind="emergency"))
    _go(stage, coming, "acknowledge")
    handled, closed, marked = _handled(stage), _handled(stage), _handled(stage)
    _close(stage, closed)
    order = stage.order(Whistle.objects.get(case=marked))
    return {
        "operator": ["/cases/new/", "/cases/", f"/cases/{fresh.number}/"],
        "town": [
            "/desk/town/",
            "/desk/whistles/",
            f"/cases/{fresh.number}/whistle/",
            f"/cases/{blown.case.number}/",
            f"/cases/{taken.number}/steps/finish/",
            f"/orders/{order.pk}/review/",
            "/responsibilities/",
            "/notices/",
        ],
        "department3": [
            "/desk/department/",
            f"/orders/{lead.pk}/",
            f"/orders/{coming.pk}/steps/report_in/",
        ],
        "supervisor": ["/desk/centre/?tab=objections", "/desk/centre/?tab=overdue"],
        "callback": ["/desk/callbacks/", f"/cases/{closed.number}/"],
        "gridworker": ["/desk/grid/"],
        "leader": ["/month/2026-03/"],
        "admin": ["/engine/", *[f"/messages/?state={state}" for state in _messages(stage)]],
        "": [f"/rate/{rating_token(handled)}/"],
    }


def _messages(stage: Stage) -> tuple[str, ...]:
    """Write messages in every state; return the states."""
    town, at = reachable(stage), stage.at
    message(town, parked_at=at, tried_at=at, attempts=8, last_error="HTTP 503")
    message(town, parked_at=at, tried_at=at, attempts=1, last_error="no_address", urgent=True)
    message(town, tried_at=at, attempts=2, last_error="unreachable", subject="12 条通知：3 条超时")
    message(town, sent_at=at, tried_at=at, attempts=1)
    return "parked", "waiting", "sent"


def _held(stage: Stage) -> None:
    until = (stage.at + timedelta(days=9)).date()
    advance(
        stage.case().pk,
        "hold",
        actor=stage.who("supervisor"),
        at=stage.at,
        until=until,
        reason="等待冬季停暖后施工",
    )


def _blown(stage: Stage) -> Whistle:
    items = (Item("私家车占用通道", "XFZD"), Item("楼道堆物"))
    at = stage.at + timedelta(hours=2)
    return stage.whistle(items=items, assembly_at=at, assembly_place="3号楼西侧", reason="无执法权")


def _go(stage: Stage, order: Order, last: str) -> None:
    """Take the order's steps up to and with the last."""
    at = stage.at
    for step in WAY[: WAY.index(last) + 1]:
        at += timedelta(minutes=9)
        who = "town" if step == "accept" else "department3"
        details: dict[str, Any] = {"result": "已劝离车辆"} if step == "finish" else {}
        if step == "report_in":
            details = {"lon": 116.69, "lat": 39.93, "note": "两人到场"}
        advance_order(order.pk, step, actor=stage.who(who), at=at, **details)


def _handled(stage: Stage) -> Case:
    whistle = stage.whistle(departments=[])
    order = stage.order(whistle)
    _go(stage, order, "accept")
    return Case.objects.get(pk=whistle.case_id)


def _close(stage: Stage, case: Case) -> None:
    order, at = Order.objects.get(case=case), stage.at + timedelta(hours=1)
    review_order(order.pk, actor=stage.who("town"), at=at, arrival=90, attitude=95, result=100)
    record_callback(
        case.pk,
        actor=stage.who("callback"),
        at=at,
        outcome="reached",
        contacted=True,
        resolved="yes",
        satisfied="satisfied",
        words="来得很快",
        then="close",
    )


@pytest.fixture
def browser(screens: Screens, chromium: str) -> Iterator[Browser]:
    with launched(chromium) as opened:
        yield opened


@pytest.mark.parametrize("language", LIGHTS)
def test_every_screen_has_no_barriers_fits_and_keeps_the_policy(
    live_server: LiveServer,
    district: District,
    screens: Screens,
    browser: Browser,
    language: str,
) -> None:
    complaints = Complaints()
    found: list[str] = []
    for name, paths in screens.items():
        context = signed_in(
            browser,
            live_server.url,
            district.sessions.get(name, ""),
            language=language,
            color_scheme=LIGHTS[language],
        )
        page = complaints.listen(context.new_page())
        for path in paths:
            found += look_at(page, path, language)
        context.close()
    wrong = found + complaints.texts
    assert not wrong, "\n".join(wrong)


def look_at(page: Page, path: str, language: str) -> list[str]:
    """Return what is wrong with one screen, at a desk's width and at a phone's."""
    page.set_viewport_size(DESK)  # type: ignore[arg-type]
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    expect(page.locator("html")).to_have_attribute("lang", language)
    expect(page.locator(".htmx-request")).to_have_count(0)
    found = barriers(page) + too_wide(page)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    return found + barriers(page) + too_wide(page)
