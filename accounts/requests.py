"""Requests: of somebody signed in, for the type checker; and where one comes from."""

from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

from accounts.models import User


class SignedInRequest(HttpRequest):
    """A request that LoginRequiredMiddleware has let through: its user is one of ours."""

    user: User


def network_address(request: HttpRequest) -> str | None:
    """Return the address the request came from: behind a proxy of ours the last one that it names."""
    named = request.META.get("REMOTE_ADDR", "")
    if settings.SECURE_PROXY_SSL_HEADER:  # BEHIND_PROXY: what comes through it was written by it
        named = request.META.get("HTTP_X_FORWARDED_FOR", "").rpartition(",")[2].strip() or named
    try:
        return str(ip_address(named))
    except ValueError:
        return None
