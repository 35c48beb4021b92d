"""In a real browser: no barrier that axe knows, nothing wider than the screen, nothing the policy blocks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright
from pytest_django.live_server_helper import LiveServer

from accounts.models import Notice, Unit
from tests.cast import NOON, PASSWORD, Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STANDARDS = "{runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']}"
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
    # Comes after the data: Playwright's loop keeps the database's calls off this thread.
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


def barriers(page: Page, base_dir: Path) -> list[str]:
    page.evaluate((base_dir / "node_modules/axe-core/axe.min.js").read_text())
    found = page.evaluate(f"axe.run({STANDARDS})")["violations"]
    return [f"{page.url} {each['id']}: {each['nodes'][0]['target']}" for each in found]


def too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1440])
def test_pages_have_no_barriers_fit_the_screen_and_keep_the_policy(
    live_server: LiveServer, browser: Browser, base_dir: Path, width: int, theme: str
) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 800},
        color_scheme="dark" if theme == "dark" else "light",
    )
    page = context.new_page()
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and "404" not in message.text:
            complaints.append(message.text)

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(str(error)))

    page.goto(f"{live_server.url}/sign-in/")
    complaints += barriers(page, base_dir)
    page.fill("[name=username]", "town")
    page.fill("[name=password]", PASSWORD)
    page.click("main [type=submit]")
    page.wait_for_selector("[data-menu]")
    for path in OWN_PAGES:
        page.goto(live_server.url + path)
        page.wait_for_selector("#bell a")
        complaints += barriers(page, base_dir)
        if too_wide(page):
            complaints.append(f"{path} is wider than {width} px")

    assert complaints == []


def test_the_whole_menu_works_by_keyboard(live_server: LiveServer, browser: Browser) -> None:
    page = browser.new_page()
    page.goto(f"{live_server.url}/sign-in/")
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
