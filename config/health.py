"""What a machine may ask without signing in: is it alive, can it work, how is it doing."""

import secrets
from collections.abc import Callable
from datetime import datetime

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_prometheus.exports import ExportToDjangoView

from config import pulse


@login_not_required
@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer 200 while the process lives; asks nobody else."""
    return HttpResponse("ok\n", content_type="text/plain")


@login_not_required
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Answer 200 when all parts work and 503 otherwise, naming each part and what is wrong with it."""
    troubles = survey(timezone.now())
    body = {"ready": not any(troubles.values()), "parts": {}}
    body["parts"] = {part: trouble or "ok" for part, trouble in troubles.items()}
    return JsonResponse(body, status=200 if body["ready"] else 503)


@login_not_required
@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Give Prometheus its numbers; where METRICS_TOKEN is set, only to its bearer."""
    given = request.headers.get("Authorization", "").encode()
    wanted = f"Bearer {settings.METRICS_TOKEN}".encode()
    if settings.METRICS_TOKEN and not secrets.compare_digest(given, wanted):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return ExportToDjangoView(request)


def survey(at: datetime) -> dict[str, str]:
    """Return each part with what is wrong with it, or an empty string.

    A sweep's heartbeat proves the whole way: beat sent it, the broker carried it, a worker did it. Where none
    was begun for a while, what lies in the queue tells which of the two stands still.
    """
    troubles = {"database": _trouble(_ask_database), "broker": _trouble(_ask_broker)}
    if troubles["database"]:
        return troubles | dict.fromkeys(("worker", "beat"), "unknown") | {"sweeps": ""}
    late = _late_sweeps(at)
    troubles |= {"worker": "", "beat": ""}
    if late and not _tried_lately(at):
        troubles |= _blame(at)
    troubles["sweeps"] = ", ".join(f"{name} {how}" for name, how in sorted(late.items()))
    return troubles


def _trouble(ask: Callable[[], None]) -> str:
    try:
        ask()
    except (DatabaseError, redis.RedisError, OSError) as error:
        return f"{type(error).__name__}: {error}".split("\n")[0]
    return ""


def _ask_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _ask_broker() -> None:
    with pulse.open_broker() as broker:
        broker.ping()


def _blame(at: datetime) -> dict[str, str]:
    try:
        return pulse.blame(at)
    except (redis.RedisError, OSError):
        return dict.fromkeys(("worker", "beat"), gettext_noop("unknown: the broker is away"))


def _tried_lately(at: datetime) -> bool:
    """Tell whether a sweep was at least begun: one that fails has reached a worker."""
    from accounts.queries import latest_try

    return pulse.lives(latest_try(), at)


def _late_sweeps(at: datetime) -> dict[str, str]:
    """Return the sweeps whose last run lies further back than their rhythm allows."""
    from accounts.queries import late_sweeps

    return {
        name: f"ran last at {latest.isoformat(timespec='seconds')}" if latest else "has never run"
        for name, latest in late_sweeps(at).items()
    }
