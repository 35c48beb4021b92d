"""Servers for the tests, and which of them a machine without a browser leaves out."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from config import embedded

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str:
    """Return the browser named by CHROMIUM or found on the usual paths, or an empty string."""
    given = os.environ.get("CHROMIUM", "")
    names = (given,) if given else BROWSERS
    return next((found for name in names if (found := shutil.which(name))), "")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip browser tests where there is no browser, or refuse to where E2E=required; run slow ones last."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)
    browser = [item for item in items if item.get_closest_marker("browser")]
    if not browser or find_chromium():
        return
    if os.environ.get("E2E") == "required":
        raise pytest.UsageError("E2E=required, and no Chromium was found (set CHROMIUM)")
    for item in browser:
        item.add_marker(pytest.mark.skip(reason="no Chromium found"))
    config.stash[_SKIPPED] = len(browser)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say loudly that the browser was not tried."""
    if count := config.stash.get(_SKIPPED, 0):
        line = (
            f"{count} BROWSER TESTS WERE SKIPPED: no Chromium found (install one, or set CHROMIUM)"
        )
        terminalreporter.section(line, sep="!", red=True, bold=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """Hold PostgreSQL and Valkey for as long as the tests run."""
    embedded.attach_from_settings()
    yield
    embedded.detach()


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the browser's path."""
    return find_chromium()


@pytest.fixture(scope="session")
def base_dir() -> Path:
    """Return the checkout."""
    return Path(settings.BASE_DIR)


_SKIPPED = pytest.StashKey[int]()
