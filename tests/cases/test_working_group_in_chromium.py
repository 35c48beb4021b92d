"""Two people in one working group, each before their own screen: what one sends, the other sees."""

from collections.abc import Iterator

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.chromium import Complaints, launched, sessions_of, signed_in
from tests.cast import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def number(committed_stage: Stage) -> str:
    committed_stage.at = timezone.now()
    return committed_stage.whistle().case.number


@pytest.fixture
def sessions(committed_stage: Stage, number: str) -> dict[str, str]:
    people = committed_stage.people
    return sessions_of({name: people[name] for name in ("town", "department3")})


@pytest.fixture
def browser(sessions: dict[str, str], chromium: str) -> Iterator[Browser]:
    with launched(chromium) as opened:
        yield opened


def test_a_message_arrives_while_the_other_is_typing_and_takes_nothing_from_them(
    live_server: LiveServer, browser: Browser, sessions: dict[str, str], number: str
) -> None:
    complaints = Complaints()
    pages = {}
    for name, session in sessions.items():
        context = signed_in(browser, live_server.url, session)
        pages[name] = complaints.listen(context.new_page())
        pages[name].goto(f"/cases/{number}/")
    town, unit = pages["town"], pages["department3"]
    unit.fill("#group-text", "我们三点")
    unit.evaluate("window.samePage = true")

    town.fill("#group-text", "请两点前到场")
    attached = {"name": "方案.txt", "mimeType": "text/plain", "buffer": "第一条".encode()}
    town.set_input_files("#group-files", [attached])  # type: ignore[list-item]
    town.press("#group-text", "Control+Enter")
    expect(town.locator(".group-line.is-mine")).to_contain_text("请两点前到场")
    expect(town.locator("#group-text")).to_have_value("")
    line = unit.locator(".group-line")
    expect(line).to_contain_text("请两点前到场")
    expect(line.locator("a")).to_contain_text("方案.txt")
    expect(unit.locator("#group-text")).to_have_value("我们三点")
    assert unit.evaluate("window.samePage")

    unit.press("#group-text", "End")
    unit.keyboard.type("到")
    unit.press("#group-text", "Control+Enter")
    expect(town.locator(".group-line").nth(1)).to_contain_text("我们三点到")

    town.set_input_files("#group-files", [attached | {"name": "程序.exe", "buffer": b"MZ\x90"}])  # type: ignore[list-item]
    town.fill("#group-text", "附件请看")
    town.click("[data-group-form] [type=submit]")
    expect(town.locator("#group-errors")).to_contain_text("程序.exe")
    expect(town.locator("#group-text")).to_have_value("附件请看")

    unit.evaluate(
        "Object.defineProperty(document, 'hidden', {get: () => true, configurable: true})"
    )
    asked: list[str] = []
    unit.on("request", lambda request: asked.append(request.url))
    unit.wait_for_timeout(3_500)
    assert not [url for url in asked if "after=" in url]
    expect(town.locator(".group-line")).to_have_count(2)
    # The refusal (400) is said by the browser itself, too.
    assert [text for text in complaints.texts if "400" not in text] == []
