"""Servers for the tests, and which of them a machine without a browser leaves out."""

import gc
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from accounts import kept
from config import embedded
from tests import prepared

NO_BROWSER = "no Chromium found"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def find_chromium() -> str:
    """Return the browser named by CHROMIUM or found on the usual paths, or an empty string."""
    given = os.environ.get("CHROMIUM", "")
    names = (given,) if given else BROWSERS
    return next((found for name in names if (found := shutil.which(name))), "")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to begin without a browser where E2E=required."""
    if os.environ.get("E2E") == "required" and not find_chromium():
        raise pytest.UsageError("E2E=required, and no Chromium was found (set CHROMIUM)")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip browser tests where there is no browser. Run slow ones last, or beside others from the beginning: those in a
    browser on one worker, and one at a time on another those that start and count real processes."""
    first = "PYTEST_XDIST_WORKER" in os.environ
    items.sort(key=lambda item: (item.get_closest_marker("slow") is None) == first)
    without = not find_chromium()
    for item in items:
        in_browser = item.get_closest_marker("browser") is not None
        if in_browser and without:
            item.add_marker(pytest.mark.skip(reason=NO_BROWSER))
        if in_browser or item.get_closest_marker("slow"):
            group = "in a browser" if in_browser else "one at a time"
            item.add_marker(pytest.mark.xdist_group(group))


def pytest_collection_finish() -> None:
    """Leave what stays to the end, all modules and tests, out of the garbage collector's rounds: they took a twentieth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say loudly that the browser was not tried."""
    skipped = terminalreporter.stats.get("skipped", [])
    if count := sum(NO_BROWSER in str(report.longrepr) for report in skipped):
        line = (
            f"{count} BROWSER TESTS WERE SKIPPED: no Chromium found (install one, or set CHROMIUM)"
        )
        terminalreporter.section(line, sep="!", red=True, bold=True)


@pytest.fixture(scope="session")
def migrated_cluster() -> Path:
    """Return a cluster to copy for a server that need not migrate from nothing: EMBEDDED_CLUSTER."""
    return prepared.cluster(Path(os.environ["TESTS_DIR"]))


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> Iterator[None]:
    """Hold PostgreSQL and Valkey for as long as the tests run; each worker has servers of its own."""
    if not settings.DATABASE_URL:
        made = request.getfixturevalue("migrated_cluster")
        if prepared.renew(settings.DATA_DIR, made):
            os.environ["EMBEDDED_CLUSTER"] = str(made)
            connection.settings_dict["TEST"]["TEMPLATE"] = embedded.DATABASE
    embedded.attach_from_settings()
    os.environ.pop("EMBEDDED_CLUSTER", None)  # who wants it for another server says so
    yield
    embedded.detach()


@pytest.fixture(scope="session", autouse=True)
def kept_throughout() -> None:
    """Keep what a process keeps for as long as the tests run: a query read anew in the midst of a count is chance."""
    kept.SECONDS = float("inf")


@pytest.fixture(scope="session")
def chromium() -> str:
    """Return the browser's path."""
    return find_chromium()


@pytest.fixture(scope="session")
def base_dir() -> Path:
    """Return the checkout."""
    return Path(settings.BASE_DIR)
