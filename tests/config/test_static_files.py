"""Third-party files come from our own origin, a few of them, and pages may load nothing else."""

from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from pytest_django import Settings

from config import vendor


def forget_finders() -> None:
    """Have the settings read again: Django keeps the finders it made."""
    kept: Any = finders.get_finder
    kept.cache_clear()


@pytest.mark.parametrize(
    "path",
    [
        "vendor/tabler/css/tabler.min.css",
        "vendor/leaflet/leaflet.js",
        "vendor/echarts/echarts.min.js",
    ],
)
def test_what_the_pages_load_is_served(client: Client, path: str) -> None:
    answer = client.get(f"/static/{path}")
    assert answer.status_code == 200
    assert len(b"".join(answer.streaming_content)) > 10_000  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "path", ["vendor/leaflet/package.json", "vendor/leaflet/../../package.json", "vendor/x/y.js"]
)
def test_nothing_else_of_a_package_is_found(path: str) -> None:
    assert not finders.find(path)


def test_a_changed_file_changes_the_fingerprint(tmp_path: Path, settings: Settings) -> None:
    settings.STATICFILES_DIRS = [tmp_path]
    forget_finders()
    try:
        (tmp_path / "a.css").write_text("a {}")
        before = vendor.fingerprint()
        assert vendor.fingerprint() == before
        (tmp_path / "a.css").write_text("b {color: red}")
        assert vendor.fingerprint() != before
    finally:
        forget_finders()


def test_a_page_may_run_scripts_of_our_origin_only(client: Client) -> None:
    policy = client.get("/healthz").headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "unsafe-inline" not in policy.replace("style-src-attr 'unsafe-inline'", "")
    assert "unsafe-eval" not in policy


def test_the_api_pages_are_readable_by_anyone_and_scripts_stay_strict(client: Client) -> None:
    answer = client.get("/api/v1/docs/")
    assert answer.status_code == 200
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    assert b"cdn" not in answer.content
