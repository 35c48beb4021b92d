"""Every main screen with work on it, at a desk and on a phone, in both languages and both lights.

No barrier that axe knows, nothing wider than the screen, nothing in the console, nothing the policy blocks. In both languages
each screen is laid out at both widths; it is opened at a desk's in Chinese by day, at a phone's in English by night.
"""

from collections.abc import Iterator
from itertools import product

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.browser.chromium import (
    AXE,
    DESK,
    PHONE,
    STANDARDS,
    Complaints,
    barriers,
    launched,
    signed_in,
    too_wide,
)
from tests.browser.district import District, outlined
from tests.browser.screens import Screens, screens_of
from tests.cast import Stage

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LIGHTS = {"zh-hans": "light", "en": "dark"}
WIDTHS = {"zh-hans": (DESK, PHONE), "en": (PHONE, DESK)}
AGAIN = {"zh-hans": "['target-size', 'scrollable-region-focusable']", "en": ""}
"""What axe looks for at the second width, too: what hangs on the layout, in the language whose words are shorter."""
SETTLED = """async () => {
    const end = Date.now() + 30000
    while (document.querySelector('.htmx-request') && Date.now() < end)
        await new Promise(resolve => setTimeout(resolve, 20))
    return [document.documentElement.lang, document.querySelectorAll('.htmx-request').length]
}"""
"""The page's language, and how many of its parts have not come."""


@pytest.fixture
def district(committed_stage: Stage) -> District:
    return outlined(committed_stage)


@pytest.fixture
def screens(district: District) -> Screens:
    return screens_of(district)


@pytest.fixture
def browser(screens: Screens, chromium: str) -> Iterator[Browser]:
    with launched(chromium) as opened:
        yield opened


def test_every_screen_has_no_barriers_fits_and_keeps_the_policy(
    live_server: LiveServer, district: District, screens: Screens, browser: Browser
) -> None:
    complaints = Complaints()
    found: list[str] = []
    for (language, light), (name, paths) in product(LIGHTS.items(), screens.items()):
        context = signed_in(
            browser,
            live_server.url,
            district.sessions.get(name, ""),
            language=language,
            color_scheme=light,
        )
        context.add_init_script(path=AXE)
        page = complaints.listen(context.new_page())
        for number, path in enumerate(
            paths
        ):  # the first: everybody's frame, in full at both widths
            again = AGAIN[language] if number else STANDARDS
            found += [f"{language}: {wrong}" for wrong in look_at(page, path, language, again)]
        context.close()
    wrong = found + complaints.texts
    assert not wrong, "\n".join(wrong)


def look_at(page: Page, path: str, language: str, again: str) -> list[str]:
    """Return what is wrong with one screen, at the width at which it is opened and, by some rules `again`, at the other."""
    first, second = WIDTHS[language]
    page.set_viewport_size(first)  # type: ignore[arg-type]
    answer = page.goto(path)
    assert answer is not None
    assert answer.status == 200, path
    assert page.evaluate(SETTLED) == [language, 0], path
    found = barriers(page) + too_wide(page)
    page.set_viewport_size(second)  # type: ignore[arg-type]
    return found + too_wide(page) + (barriers(page, again) if again else [])
