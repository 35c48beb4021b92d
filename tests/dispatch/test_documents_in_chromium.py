"""Documents in a real browser: found at the desk, read, answered; no barriers at a desk's width or a phone's."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from dispatch.models import Document
from tests.browser.chromium import (
    DESK,
    PHONE,
    Complaints,
    barriers,
    launched,
    sessions_of,
    signed_in,
    too_wide,
)
from tests.cast import Stage
from tests.dispatch.ladders import make_ladder
from tests.dispatch.test_documents_seen import write_letters

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture
def letter(committed_stage: Stage) -> Document:
    make_ladder()
    [written] = write_letters(committed_stage)
    return Document.objects.select_related("case").get(pk=written.pk)


@pytest.fixture
def sessions(committed_stage: Stage, letter: Document) -> dict[str, str]:
    return sessions_of(committed_stage.people)


@pytest.fixture
def browser(sessions: dict[str, str], chromium: str) -> Iterator[Browser]:
    with launched(chromium) as opened:
        yield opened


@pytest.mark.parametrize(
    ("viewport", "light"), [(DESK, "light"), (PHONE, "dark")], ids=["desk", "phone"]
)
def test_a_document_is_found_at_the_desk_read_and_answered(
    live_server: LiveServer,
    browser: Browser,
    sessions: dict[str, str],
    letter: Document,
    viewport: dict[str, int],
    light: str,
) -> None:
    context = signed_in(
        browser,
        live_server.url,
        sessions["department3"],
        viewport=viewport,
        color_scheme=light,
    )
    complaints, wrong = Complaints(), []
    page = complaints.listen(context.new_page())
    page.goto("/desk/department/")
    page.click("text=有 1 件督办文书待您答复")
    expect(page.locator("tbody tr")).to_have_count(1)
    wrong += barriers(page) + too_wide(page)
    page.click(f"text={letter.number}")
    expect(page.locator(".sheet-title")).to_contain_text("逾期的提醒函")
    wrong += barriers(page) + too_wide(page)
    page.fill("textarea", "车辆已经移走，通道畅通")
    page.click("text=提交答复")
    expect(page.locator("aside")).to_contain_text("车辆已经移走，通道畅通")
    wrong += barriers(page) + too_wide(page)
    page.click(f"aside >> text={letter.case.number}")
    expect(page.locator("main")).to_contain_text(letter.number)
    wrong += too_wide(page)
    assert wrong + complaints.texts == []
