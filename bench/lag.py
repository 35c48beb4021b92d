"""From the due time to the notice, with the real beat and the real worker, at a thousand due a minute."""

import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import quantiles

from django.db import connection
from django.utils import timezone

from accounts.models import Heartbeat, Notice
from bench.place import BASE_DIR
from cases.models import Clock
from config import launch
from config.celery import app

A_MINUTE = 1_000
CELERY = [sys.executable, "-m", "celery", "--quiet", "--app", "config"]
SPREAD = """
    UPDATE cases_clock SET alert_at = NULL, due_at = %(from)s + %(seconds)s * random() * interval '1 second'
    WHERE id IN (SELECT id FROM cases_clock WHERE kind = 'check' AND stopped_at IS NULL AND breached_at IS NULL
        AND due_at > %(from)s + interval '1 hour' ORDER BY id LIMIT %(most)s) RETURNING id
"""
PATIENCE = 60


@dataclass(frozen=True, slots=True)
class Lag:
    """Seconds from due to written and to shown, sorted, and the rhythm of the sweeps."""

    rhythm: float
    written: list[float]
    shown: list[float]

    def share(self, which: str, percent: int) -> float:
        """Return a percentile as a share of the rhythm."""
        return quantiles(getattr(self, which), n=100)[percent - 1] / self.rhythm


def measure(seconds: int) -> Lag:
    """Let clocks fall due at that rate for so many seconds and return how late their notices were.

    A notice counts from the moment at which the sweep that wrote it was done.
    """
    Notice.objects.filter(delivered_at=None).update(delivered_at=timezone.now())
    Notice.objects.filter(rung_at=None).update(rung_at=timezone.now())
    Heartbeat.objects.all().delete()
    children = _start()
    try:
        _wait(lambda: Heartbeat.objects.filter(name="deliver_notices").exists())
        begin = timezone.now() + timedelta(seconds=2)
        ids = _spread(begin, seconds)
        _wait(lambda: not Clock.objects.filter(pk__in=ids, breached_at=None).exists(), seconds)
        _wait(lambda: not Notice.objects.filter(delivered_at=None).exists())
    finally:
        for child in children:
            child.ask_to_stop()
        for child in children:
            child.stop(time.monotonic() + 15)
    return _lag(ids)


def _start() -> list[launch.Child]:
    worker = ["worker", "--concurrency=2", "--loglevel=ERROR", "--without-gossip"]
    worker += ["--without-mingle", "--without-heartbeat"]
    beat = ["beat", "--scheduler=celery.beat:Scheduler", "--pidfile=", "--loglevel=ERROR"]
    children = [
        launch.Child(name, CELERY + command, os.environ, BASE_DIR)
        for name, command in (("worker", worker), ("beat", beat))
    ]
    for child in children:
        child.start()
    return children


def _spread(begin: datetime, seconds: int) -> list[int]:
    most = A_MINUTE * seconds // 60
    with connection.cursor() as cursor:
        cursor.execute(SPREAD, {"from": begin, "seconds": seconds, "most": most})
        return [pk for (pk,) in cursor.fetchall()]


def _lag(ids: list[int]) -> Lag:
    """Read the lags; `at` of a sweep is its beginning, so the time it took is added, by the slowest run."""
    runs = {beat.name: beat.recent for beat in Heartbeat.objects.all()}
    slow = {name: max(run["took_ms"] for run in recent) / 1000 for name, recent in runs.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT extract(epoch FROM min(n.created_at) - k.due_at), extract(epoch FROM min(n.delivered_at) - k.due_at)"
            " FROM cases_clock k JOIN accounts_notice n ON n.key LIKE 'breach:' || k.id || ':%%'"
            " WHERE k.id = ANY(%s) AND n.kind = 'clock_overdue' AND n.created_at >= k.due_at"
            " GROUP BY k.id, k.due_at",
            [ids],
        )
        rows = cursor.fetchall()
    return Lag(
        rhythm=float(app.conf.beat_schedule["sweep_breaches"]["schedule"]),
        written=sorted(float(row[0]) + slow["sweep_breaches"] for row in rows),
        shown=sorted(float(row[1]) + slow["deliver_notices"] for row in rows),
    )


def _wait(done: Callable[[], bool], extra: float = 0) -> None:
    end = time.monotonic() + PATIENCE + extra
    while not done():
        if time.monotonic() > end:
            raise TimeoutError("the worker did not get done")
        time.sleep(0.2)
