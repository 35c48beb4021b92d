"""Record that a sweep ran, so that silence is an alarm."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from time import monotonic
from typing import Any

from django.db import DatabaseError, transaction

from accounts.models import Heartbeat
from accounts.sweeps import NEVER, Due

RECENT = 20
"""Runs that a heartbeat remembers."""

LONGEST_ERROR = 200


def beat(name: str, sweep: Callable[[datetime], int], at: datetime, due: Due | None = None) -> int:
    """Run the sweep for the moment `at`, leave its heartbeat, return how many rows it handled.

    `due` says what the sweep finds due: the heartbeat then tells how late the oldest of it was.
    A sweep that fails is remembered with its error, which is raised again; it does not count as a
    run, so that one that goes on failing becomes late.
    """
    began, lag = monotonic(), 0
    try:
        lag = due.lag_ms(at) if due else 0
        handled = sweep(at)
    except Exception as error:
        with suppress(DatabaseError):  # where the database is away, its error says so
            _remember(name, _run(at, began, lag, error=_words(error)))
        raise
    _remember(name, _run(at, began, lag, handled=handled))
    return handled


def _run(
    at: datetime, began: float, lag: int, *, handled: int = 0, error: str = ""
) -> dict[str, Any]:
    took = int((monotonic() - began) * 1000)
    return {
        "at": at.isoformat(),
        "took_ms": took,
        "handled": handled,
        "lag_ms": lag,
        "error": error,
    }


def _words(error: Exception) -> str:
    """Return the first line of the error; what follows in PostgreSQL's words may quote the row."""
    said = str(error).strip().split("\n")[0]
    return f"{type(error).__name__}: {said}"[:LONGEST_ERROR]


@transaction.atomic
def _remember(name: str, run: dict[str, Any]) -> None:
    """Put the run before the others; two workers that ran the sweep at once both get in."""
    Heartbeat.objects.bulk_create([Heartbeat(name=name, ran_at=NEVER)], ignore_conflicts=True)
    kept = Heartbeat.objects.select_for_update().get(name=name)
    kept.recent = [run, *kept.recent][:RECENT]
    if not run["error"]:
        kept.ran_at = max(kept.ran_at, datetime.fromisoformat(run["at"]))
        kept.took_ms, kept.handled, kept.lag_ms = run["took_ms"], run["handled"], run["lag_ms"]
    kept.save(update_fields=["ran_at", "took_ms", "handled", "lag_ms", "recent"])
