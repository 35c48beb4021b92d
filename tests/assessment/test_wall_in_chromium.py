"""The board before a screen: fits it whole, follows what happens, and costs no memory however long it hangs there."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from cases.models import Case, Clock
from dispatch.models import Order
from tests.browser.chromium import Complaints, barriers, launched, signed_in
from tests.browser.district import District, outlined
from tests.cast import PASSWORD, Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SCREENS = ((1920, 1080), (3840, 2160), (1366, 768))
LOOK = """() => new Promise((done) => {
    const wall = document.querySelector('[data-wall]');
    wall.addEventListener('wall:looked', done, {once: true});
    wall.dispatchEvent(new Event('wall:look'));
})"""
NODES = "document.querySelectorAll('*').length"
SMALLEST = """Math.min(...[...document.querySelectorAll('.wall *')]
    .filter((one) => one.childNodes.length && [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim()))
    .filter((one) => !one.closest('svg') && one.getClientRects().length)
    .map((one) => parseFloat(getComputedStyle(one).fontSize)))"""
NAMES = """Math.min(...[...document.querySelectorAll('.wall-name')].map((one) =>
    parseFloat(getComputedStyle(one).fontSize) * one.getScreenCTM().a))"""

FILL = """() => {
    for (const [name, count] of [['.brief-lines', 15], ['.brief-calls', 10], ['.brief-loads ul', 12]]) {
        const box = document.querySelector(name);
        while (box.children.length < count) box.append(box.firstElementChild.cloneNode(true));
    }
}"""
"""Fills every list of the brief to its end."""


@pytest.fixture
def district(committed_stage: Stage) -> District:
    committed_stage.at = timezone.now()
    committed_stage.whistle()
    committed_stage.whistle(kind="emergency", departments=[])
    Case.objects.filter(pk=committed_stage.made[0].pk).update(urged=3)
    Clock.objects.filter(case=committed_stage.made[0]).update(
        due_at=timezone.now() + timedelta(minutes=2)
    )
    committed_stage.whistle(committed_stage.case(confidential=True))
    return outlined(committed_stage)


@pytest.fixture
def emergency(district: District) -> int:
    """Return the order of the emergency."""
    return Order.objects.values_list("pk", flat=True).get(whistle__kind="emergency")


@pytest.fixture
def browser(emergency: int, chromium: str) -> Iterator[Browser]:
    with launched(chromium) as opened:
        yield opened


def fits(page: Page) -> bool:
    script = """() => {
        const page = document.documentElement;
        const steps = document.querySelector('[data-steps]').getBoundingClientRect();
        const boxes = [...document.querySelectorAll('.wall-counts, .wall-rates, .wall-legend, .wall-towns')];
        return page.scrollHeight <= innerHeight && page.scrollWidth <= innerWidth && steps.height > 40
            && boxes.every((box) => box.getBoundingClientRect().bottom <= innerHeight);
    }"""
    return bool(page.evaluate(script))


def test_the_board_hangs_there_all_night(
    live_server: LiveServer, emergency: int, browser: Browser, district: District
) -> None:
    complaints = Complaints(expected="Failed to load resource")
    session = district.sessions["leader"]
    context = signed_in(browser, live_server.url, session, reduced_motion="reduce")
    page = complaints.listen(context.new_page())
    for width, height in SCREENS:
        page.set_viewport_size({"width": width, "height": height})
        page.goto("/wall/")
        expect(page.locator("[data-marks] > g")).to_have_count(3)
        assert fits(page), (width, height)
        if width == 1920:
            assert page.evaluate(SMALLEST) >= 18
            assert page.evaluate(NAMES) >= 18
            assert barriers(page) == []
    expect(page.locator("[data-marks] [data-emergency]")).to_have_count(1)

    # What happens is on the board at the next question, without a reload.
    page.evaluate("window.samePage = true")
    page.request.post(  # the unit's own way in: the API
        f"/api/v1/orders/{emergency}/steps/acknowledge/",
        headers={"Authorization": f"Token {_token(page, 'department3')}"},
    )
    expect(page.locator("[data-marks] [data-emergency]")).to_have_attribute(
        "data-state", "acknowledged"
    )
    assert page.evaluate("window.samePage")

    # Two hundred whole boards later there is not one node more.
    page.route(
        "**/wall/news/**", lambda route: route.continue_(url=route.request.url.split("?")[0])
    )
    page.evaluate(LOOK)
    before = page.evaluate(NODES)
    page.evaluate(f"async () => {{ for (let n = 0; n < 200; n += 1) await ({LOOK})(); }}")
    assert page.evaluate(NODES) == before
    page.unroute("**/wall/news/**")

    # The table shows the same whistles, by keyboard.
    page.locator("[data-table]").press("Enter")
    expect(page.locator("[data-rows] tr:visible")).to_have_count(3)
    expect(page.locator("[data-map]")).to_be_hidden()

    # Without a network the board says so, and since when; with it, it goes on.
    context.set_offline(True)
    page.evaluate(LOOK)
    expect(page.locator("[data-link]")).to_contain_text("连接中断")
    said = page.locator("[data-link]").text_content()
    page.evaluate(LOOK)
    assert page.locator("[data-link]").text_content() == said
    context.set_offline(False)
    page.evaluate(LOOK)
    expect(page.locator("[data-link]")).not_to_contain_text("连接中断")

    # The brief it leads back to prints on one sheet, also with as much on it as there ever is.
    page.locator("nav a").click()
    expect(page.locator(".brief-calls > li")).not_to_have_count(0)
    page.evaluate(FILL)
    sheets = re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True))
    assert len(sheets) == 1
    for path in ("/brief/", "/trend/"):
        page.goto(path)
        assert barriers(page) == []
    assert complaints.texts == []
    context.close()


def _token(page: Page, name: str) -> str:
    answer = page.request.post("/api/v1/token/", data={"username": name, "password": PASSWORD})
    return str(answer.json()["token"])
