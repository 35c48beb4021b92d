"""Read settings from the environment and fail loudly on a bad value."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict
from psycopg.errors import ProgrammingError

YES = {"1", "true", "yes", "on"}
NO = {"0", "false", "no", "off", ""}


class BadValue(ImproperlyConfigured):
    """A variable holds what cannot be used; the message names it."""


def text(name: str, default: str = "") -> str:
    """Return the variable, stripped; an empty one counts as absent."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """Return a yes/no variable; raise on anything that is neither."""
    value = text(name, "1" if default else "0").lower()
    if value in YES:
        return True
    if value in NO:
        return False
    raise BadValue(f"{name}={value!r} is neither yes (1) nor no (0)")


def integer(name: str, default: int, low: int = 0, high: int = 2**31) -> int:
    """Return a whole number between `low` and `high`; raise otherwise."""
    value = text(name, str(default))
    if not value.isascii() or not value.isdigit() or not low <= int(value) <= high:
        raise BadValue(f"{name}={value!r} is not a whole number from {low} to {high}")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """Return a list written with commas, blanks dropped."""
    return [word.strip() for word in text(name, default).split(",") if word.strip()]


def choice(name: str, default: str, allowed: tuple[str, ...]) -> str:
    """Return one of the allowed words; raise on any other."""
    value = text(name, default)
    if value not in allowed:
        raise BadValue(f"{name}={value!r} is none of {', '.join(allowed)}")
    return value


def folder(name: str, default: Path) -> Path:
    """Return an absolute folder; `~` and relative paths are resolved."""
    return Path(text(name, str(default))).expanduser().resolve()


def database(url: str) -> dict[str, Any]:
    """Turn a PostgreSQL address into Django's form; raise on any other kind of address."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise BadValue("DATABASE_URL must begin with postgresql://")
    try:
        parts = dict(conninfo_to_dict(url))
    except ProgrammingError as error:
        raise BadValue(f"DATABASE_URL cannot be read: {error}".strip()) from None
    if not parts.get("dbname"):
        raise BadValue("DATABASE_URL names no database")
    if not str(parts.get("port", "0")).isdigit():
        raise BadValue(f"DATABASE_URL: {parts['port']!r} is no port")
    return {
        "NAME": parts.pop("dbname"),
        "USER": parts.pop("user", ""),
        "PASSWORD": parts.pop("password", ""),
        "HOST": parts.pop("host", ""),
        "PORT": str(parts.pop("port", "")),
        "OPTIONS": parts,
    }


def broker(url: str) -> str:
    """Check a Redis address and return it in the form that Celery reads."""
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in {"redis", "rediss", "unix", "redis+socket"}:
        raise BadValue("REDIS_URL must begin with redis://, rediss:// or unix://")
    return f"redis+socket://{rest}" if scheme == "unix" else url


def web_address(name: str) -> str:
    """Return an http(s) address, or an empty text; raise on anything else."""
    value = text(name)
    try:
        parts = urlsplit(value)
        good = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        good = False
    if value and (not good or parts.username):
        raise BadValue(f"{name} must be http://host… or https://host…, without a password in it")
    return value
