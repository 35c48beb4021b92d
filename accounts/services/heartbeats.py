"""Record that a sweep ran, so that silence is an alarm."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic

from accounts.models import Heartbeat


def beat(name: str, sweep: Callable[[datetime], int], at: datetime) -> int:
    """Run the sweep for the moment `at`, leave its heartbeat, return how many rows it handled."""
    began = monotonic()
    handled = sweep(at)
    Heartbeat.objects.update_or_create(
        name=name,
        defaults={
            "ran_at": at,
            "took_ms": int((monotonic() - began) * 1000),
            "handled": handled,
        },
    )
    return handled
