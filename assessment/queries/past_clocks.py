"""The clocks of a period with their whole lives, read in batches: what a proposed rule is tried on."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from assessment.periods import Span
from cases.deadlines import Entry
from cases.lifecycle import ClockKind
from cases.models import Clock
from cases.services.lives import entries_of_many
from dispatch.models import Order

BATCH = 2000


@dataclass(frozen=True, slots=True)
class PastClock:
    """A clock as it was: `ended` is when it stopped, else the moment of asking; `was_late` is what history says."""

    clock: Clock
    entries: list[Entry]
    ended: datetime
    was_late: bool
    withdrawn: bool


def count_of(span: Span) -> int:
    """Return how many clocks the cases of a period have."""
    return _clocks(span).count()


def clocks_of(span: Span, at: datetime) -> Iterator[PastClock]:
    """Yield the clocks of the cases received in a period; three queries for every two thousand."""
    last = 0
    while batch := list(_clocks(span).filter(pk__gt=last).order_by("pk")[:BATCH]):
        last = batch[-1].pk
        lives = entries_of_many(batch)
        orders = Order.objects.filter(pk__in={clock.order_ref for clock in batch})
        withdrawn = set(orders.filter(state="withdrawn").values_list("pk", flat=True))
        for clock in batch:
            running_late = clock.stopped_at is None and clock.is_overdue(at)
            yield PastClock(
                clock,
                lives[clock.pk],
                clock.stopped_at or at,
                clock.breached_at is not None or running_late,
                clock.order_ref in withdrawn,
            )


def _clocks(span: Span) -> QuerySet[Clock]:
    received = Clock.objects.filter(
        case__received_at__gte=span.starts_at, case__received_at__lt=span.ends_at
    )
    # To act after acknowledging is a reminder: it lapses and is never counted as late.
    return received.exclude(kind=ClockKind.ACT).select_related("case", "unit")
