"""Requests: of somebody signed in, for the type checker; where one comes from, where it asks to go on, and what key it names."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from accounts.models import User

KEY_DIGITS = 19
"""Digits with which a number may be larger than any key."""


class SignedInRequest(HttpRequest):
    """A request that LoginRequiredMiddleware has let through: its user is one of ours."""

    user: User


def inside(request: HttpRequest, url: str) -> str:
    """Return the address if it is one of a page on this site; an empty text otherwise."""
    ours = url.startswith("/") and url_has_allowed_host_and_scheme(url, {request.get_host()})
    return url if ours else ""


def network_address(request: HttpRequest) -> str | None:
    """Return the address the request came from: behind a proxy of ours the last one that it names."""
    named = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:  # BEHIND_PROXY: what comes through it was written by it
        named = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or named
    try:
        return str(ip_address(named))
    except ValueError:
        return None


def key_in(text: str | None) -> int | None:
    """Return the key of a row that an address names; what is no key, or longer than one, names none."""
    if text and text.isascii() and text.isdigit() and len(text) < KEY_DIGITS:
        return int(text)
    return None
