"""What the settings make of the environment, seen from a process of its own."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest


def settings(
    base_dir: Path, tmp_path: Path, expression: str, **environment: str
) -> "subprocess.CompletedProcess[str]":
    """Print an expression over the settings, with nothing but the given environment."""
    code = f"from django.conf import settings; print({expression})"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=base_dir,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATA_DIR": str(tmp_path),
            **environment,
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_addresses_the_sockets_below_the_data_folder_are_used(
    base_dir: Path, tmp_path: Path
) -> None:
    done = settings(
        base_dir, tmp_path, "settings.DATABASES['default']['HOST'], settings.CELERY_BROKER_URL"
    )
    assert done.stdout.count(str(tmp_path / "run")) == 2, done.stderr


def test_the_secret_is_made_once_and_is_readable_by_us_only(base_dir: Path, tmp_path: Path) -> None:
    first = settings(base_dir, tmp_path, "settings.SECRET_KEY").stdout
    assert len(first) > 50
    assert settings(base_dir, tmp_path, "settings.SECRET_KEY").stdout == first
    assert stat.S_IMODE((tmp_path / "secret_key").stat().st_mode) == 0o600


def test_a_database_of_ones_own_needs_a_secret_of_ones_own(base_dir: Path, tmp_path: Path) -> None:
    done = settings(base_dir, tmp_path, "settings.DEBUG", DATABASE_URL="postgresql://h/d")
    assert done.returncode != 0
    assert "SECRET_KEY is needed" in done.stderr


@pytest.mark.parametrize(
    "bad",
    [
        {"DEBUG": "maybe"},
        {"LOG_FORMAT": "xml"},
        {"DATABASE_POOL": "0"},
        {"REDIS_URL": "amqp://h"},
        {"UPLOAD_MAX_MB": "lots"},
        {"SMS_URL": "ftp://gateway/sms", "SMS_SECRET": "x"},
        {"SMS_URL": "gateway:8000", "SMS_SECRET": "x"},
        {"SMS_URL": "http://me:word@gateway/", "SMS_SECRET": "x"},
        {"SMS_TIMEOUT": "0"},
        {"EMAIL_SECURITY": "maybe"},
        {"MESSAGE_TRIES": "0"},
    ],
)
def test_a_bad_value_names_its_variable(
    base_dir: Path, tmp_path: Path, bad: dict[str, str]
) -> None:
    done = settings(base_dir, tmp_path, "settings.DEBUG", **bad)
    assert done.returncode != 0
    assert next(iter(bad)) in done.stderr


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (
            {"SMS_URL": "https://gateway.example/sms"},
            "SMS_SECRET, which signs what is sent, is needed",
        ),
        ({"EMAIL_HOST": "mail.example"}, "EMAIL_FROM, the sender's address, is needed"),
    ],
)
def test_a_channel_that_is_half_given_stops_the_start(
    base_dir: Path, tmp_path: Path, given: dict[str, str], wanted: str
) -> None:
    done = settings(base_dir, tmp_path, "settings.DEBUG", **given)
    assert done.returncode != 0
    assert wanted in done.stderr


def test_debug_and_demo_are_off_unless_asked_for(base_dir: Path, tmp_path: Path) -> None:
    assert settings(base_dir, tmp_path, "settings.DEBUG, settings.DEMO").stdout == "False False\n"


def test_https_makes_the_cookies_secure(base_dir: Path, tmp_path: Path) -> None:
    done = settings(
        base_dir, tmp_path, "settings.SESSION_COOKIE_SECURE, settings.CSRF_COOKIE_SECURE", HTTPS="1"
    )
    assert done.stdout == "True True\n"
