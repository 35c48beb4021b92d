"""A whistle blown and answered in a real browser: scripts, dialogs, position, no barriers."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.chromium import PATIENCE, Complaints, barriers, launched, too_wide
from tests.cast import PASSWORD, Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ON_THE_SPOT = {"longitude": 116.685, "latitude": 39.925}


@pytest.fixture
def case_number(committed_stage: Stage) -> str:
    committed_stage.at = timezone.now() - timedelta(minutes=10)
    return committed_stage.case().number


@pytest.fixture
def browser(case_number: str, chromium: str) -> Iterator[Browser]:
    with launched(chromium) as opened:
        yield opened


class Desk:
    """One person before one screen, who notes what is wrong with it."""

    def __init__(self, browser: Browser, url: str, name: str, width: int) -> None:
        context = browser.new_context(
            viewport={"width": width, "height": 800},
            permissions=["geolocation"],
            geolocation=ON_THE_SPOT,  # type: ignore[arg-type]  # a typed dict of the same keys
        )
        context.set_default_timeout(PATIENCE)
        self.url, self.complaints = url, Complaints()
        self.page = self.complaints.listen(context.new_page())
        self.barriers: list[str] = []
        self.page.goto(f"{url}/sign-in/")
        self.page.fill("[name=username]", name)
        self.page.fill("[name=password]", PASSWORD)
        self.page.click("main [type=submit]")
        self.page.wait_for_selector("[data-menu]")

    def look(self, part: str = "document") -> None:
        """Ask axe about the page or a part of it, and whether it is wider than the screen."""
        self.barriers += barriers(self.page, part=part) + too_wide(self.page)

    @property
    def wrong(self) -> list[str]:
        return self.barriers + self.complaints.texts


@pytest.mark.parametrize("width", [360, 1440])
def test_a_whistle_is_blown_answered_and_reviewed(
    live_server: LiveServer, browser: Browser, case_number: str, width: int
) -> None:
    town = Desk(browser, live_server.url, "town", width)
    blow(town, case_number)
    unit = Desk(browser, live_server.url, "department3", width)
    report_in_and_finish(unit)
    accept_and_review(town, unit, case_number)
    assert town.wrong + unit.wrong == []


def blow(town: Desk, case_number: str) -> None:
    page = town.page
    page.goto(f"{town.url}/cases/{case_number}/whistle/")
    page.click("[data-adopt]")
    expect(page.locator("[data-units-chips] .chip")).to_have_count(3)
    expect(page.locator(".chip-lead")).to_contain_text("区消防救援支队")
    page.fill("[data-units-filter]", "供电")
    expect(page.locator("[data-unit]:visible")).to_have_count(1)
    page.check("[data-unit=GD] input[type=checkbox]")
    page.click(".chip:has-text('区城市管理委员会')")
    page.click("[data-repeat-add]")
    rows = page.locator("[data-repeat-row]")
    expect(rows).to_have_count(4)
    rows.nth(0).locator("[name=item_text]").fill("通道堆物")
    rows.nth(3).locator("[name=item_text]").fill("配电箱敞开")
    rows.nth(3).locator("[name=item_unit]").select_option("GD")
    town.look()
    page.click("form.blow-form [type=submit]")
    expect(page.locator("#messages")).to_contain_text("供电公司")
    expect(page.locator("#orders")).to_contain_text("2 个问题，已办结 0 个，未开始 2 个")
    page.locator("#orders").get_by_role("link", name="销号").first.click()
    dialog = page.locator("dialog[data-open-now]")
    dialog.locator("textarea").fill("已清走，有照片")
    dialog.locator("[type=submit]").click()
    expect(page.locator("#orders")).to_contain_text("2 个问题，已办结 1 个，未开始 1 个")
    town.look("'#orders'")


def report_in_and_finish(unit: Desk) -> None:
    page = unit.page
    page.goto(f"{unit.url}/desk/department/")
    unit.look()
    page.click(".case-card button[type=submit]")
    page.click(".case-card a.btn-primary")
    dialog = page.locator("dialog[data-open-now]")
    expect(dialog).to_be_visible()
    assert dialog.evaluate("each => each.matches(':modal')")
    page.click("[data-position-ask]")
    expect(page.locator("input[name=lon]")).to_have_value("116.685000")
    page.fill("dialog textarea", "两人到场")
    unit.look()
    page.click("dialog [type=submit]")
    page.click(".case-card a.btn-primary")  # to the next: finish
    page.fill("dialog textarea", "已清理")
    page.click("dialog [type=submit]")
    page.goto(f"{unit.url}/desk/department/?group=finished")
    expect(page.locator(".case-card")).to_contain_text("已清理")


def accept_and_review(town: Desk, unit: Desk, case_number: str) -> None:
    page = town.page
    page.goto(f"{town.url}/desk/whistles/")
    expect(page.locator(".case-card")).not_to_contain_text("请核实")  # reported in on the spot
    town.look()
    page.click(".case-card a.btn-primary")
    page.click("dialog [type=submit]")
    page.goto(f"{town.url}/desk/whistles/?kind=review")
    page.click(".case-card a.btn-primary")
    for mark in range(3):
        page.locator("[data-mark]").nth(mark).locator("[data-grade='85']").click()
    expect(page.locator("[name=attitude]")).to_have_value("85")
    expect(page.locator("[data-mark] input[type=range]").first).to_have_value("85")
    town.look()
    page.click("form:has([data-mark]) [type=submit]")
    unit.page.goto(f"{unit.url}/desk/department/?group=settled")
    expect(unit.page.locator("[id^=marks-]")).to_contain_text("态度 85")
    unit.look()
