"""A headless Chromium for tests, people signed in to it, and what is looked for on every screen.

Launch it after the data are there: Playwright's loop keeps the database's calls off its thread.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from accounts.models import User

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
STANDARDS = "['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa', 'best-practice']"
"""What axe looks for unless it is told which rules."""
PATIENCE = 60_000  # ms; a machine that runs tests is busy, and a wait ends as soon as what it waits for is there
expect.set_options(timeout=PATIENCE)
AXE = settings.BASE_DIR / "node_modules/axe-core/axe.min.js"
DESK, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@contextmanager
def launched(chromium: str) -> Iterator[Browser]:
    """Lend a browser."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield opened
        opened.close()


def sessions_of(people: dict[str, User]) -> dict[str, str]:
    """Return a session for each person, as the cookie of a sign-in that has happened before."""
    sessions = {}
    for name, user in people.items():
        client = Client()
        client.force_login(user, "django.contrib.auth.backends.ModelBackend")
        sessions[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return sessions


def signed_in(
    browser: Browser, address: str, session: str, *, language: str = "", **options: Any
) -> BrowserContext:
    """Return a browser of one's own for the person whose session it is; at a desk's width unless told."""
    context = browser.new_context(
        base_url=address, locale="zh-CN", **({"viewport": DESK} | options)
    )
    context.set_default_timeout(PATIENCE)
    cookies = {settings.SESSION_COOKIE_NAME: session, settings.LANGUAGE_COOKIE_NAME: language}
    context.add_cookies([{"name": n, "value": v, "url": address} for n, v in cookies.items() if v])
    return context


BROKEN_OFF = ("htmx:afterRequest", "htmx:sendAbort")
"""Said of a request that was under way when somebody left the page; one that failed is said to be a sendError, too."""


@dataclass
class Complaints:
    """What a page's console says went wrong; blocked by the policy is said there too."""

    expected: str = "no such text"
    texts: list[str] = field(default_factory=list)

    def listen(self, page: Page) -> Page:
        """Keep what this page complains about from now on; return it."""
        page.on("console", self._keep)
        page.on("pageerror", lambda error: self.texts.append(f"{page.url}: {error}"))
        return page

    def _keep(self, message: ConsoleMessage) -> None:
        if message.type != "error" or message.text.startswith(BROKEN_OFF):
            return
        if self.expected not in message.text:
            self.texts.append(f"{message.location.get('url', '')}: {message.text}")


def barriers(page: Page, rules: str = STANDARDS, part: str = "document") -> list[str]:
    """Return what axe finds on the page, or a part of it. What passes is not listed one by one, and no sound is loaded: there is none."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    options = f"{{runOnly: {rules}, resultTypes: ['violations'], preload: false}}"
    found = page.evaluate(f"axe.run({part}, {options})")["violations"]
    width = page.evaluate("innerWidth")
    return [f"{page.url} ({width} px) {e['id']}: {e['nodes'][0]['target']}" for e in found]


def too_wide(page: Page) -> list[str]:
    """Return a complaint where the page is wider than its screen."""
    script = "[document.documentElement.scrollWidth, innerWidth]"
    whole, shown = page.evaluate(script)
    return [f"{page.url} is {whole} px wide on a screen of {shown} px"] if whole > shown else []
