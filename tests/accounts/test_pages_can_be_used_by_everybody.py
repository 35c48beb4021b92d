"""In a real browser: no barrier that axe knows, nothing wider than the screen, nothing the policy blocks."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from accounts.models import Notice, Unit
from tests.browser.chromium import PATIENCE, Complaints, barriers, launched, too_wide
from tests.cast import NOON, PASSWORD, Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OWN_PAGES = ["/profile/", "/profile/password/", "/notices/", "/no-such-page/"]


@pytest.fixture
def district(committed_stage: Stage) -> Stage:
    Unit.objects.create(code="110112", name="通州区", kind="district", area="110112")
    Notice.objects.create(
        recipient=committed_stage.people["town"],
        key="one",
        kind="order_objected",
        params={"unit": "区城市管理委员会", "reason": "不属于本部门职责"},
        case_number="TZ1",
        created_at=NOON,
        not_before=NOON,
        delivered_at=NOON,
    )
    return committed_stage


@pytest.fixture
def browser(district: Stage, chromium: str) -> Iterator[Browser]:
    with launched(chromium) as opened:
        yield opened


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_pages_have_no_barriers_fit_the_screen_and_keep_the_policy(
    live_server: LiveServer, browser: Browser, width: int, theme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if theme == "dark" else "light",
    )
    complaints = Complaints(expected="404")
    context.set_default_timeout(PATIENCE)
    page = complaints.listen(context.new_page())

    page.goto(f"{live_server.url}/sign-in/")
    found = barriers(page)
    page.fill("[name=username]", "town")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    page.wait_for_selector("[data-menu]")
    for path in OWN_PAGES:
        page.goto(live_server.url + path)
        page.wait_for_selector("#bell a")
        found += barriers(page) + too_wide(page)

    assert found + complaints.texts == []


def test_the_whole_menu_works_by_keyboard(live_server: LiveServer, browser: Browser) -> None:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(f"{live_server.url}/sign-in/")
    expect(page.locator("[name=username]")).to_be_focused()  # given by the page, after it is loaded
    page.keyboard.type("town")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-menu]")
    page.goto(f"{live_server.url}/profile/")

    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip-link"
    page.focus("[data-menu] summary")
    page.keyboard.press("Enter")
    assert page.is_visible("[data-menu] .menu-body")
    page.keyboard.press("Escape")
    assert not page.is_visible("[data-menu] .menu-body")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"
