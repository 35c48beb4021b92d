"""Ring again where an emergency was not answered: at every interval once, until somebody acknowledges."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.services.notices import Draft, tell_units
from cases.lifecycle import State
from dispatch.lifecycle import OrderState
from dispatch.models import Order
from dispatch.rights import current

BATCH = 200


def interval_of(kind: str) -> timedelta | None:
    """Return after how long an unanswered order of this kind of whistle rings again; None for never."""
    known = current().kind(kind)
    minutes = known.ring_minutes if known else None
    return timedelta(minutes=minutes) if minutes else None


def next_ring(kind: str, at: datetime) -> datetime | None:
    """Return when an order that waits for its acknowledgement from `at` on rings again."""
    interval = interval_of(kind)
    return at + interval if interval else None


def due_rings(at: datetime) -> QuerySet[Order]:
    """Return the unanswered orders whose next ring is due; while the case is on hold nobody is rung."""
    due = Order.objects.filter(state=OrderState.ISSUED, ring_at__lte=at)
    return due.exclude(case__state=State.ON_HOLD)


def sweep_rings(at: datetime) -> int:
    """Ring for every order that is due, in batches any number of sweepers may share; return how many."""
    total = 0
    while rung := _sweep_batch(at):
        total += rung
    return total


@transaction.atomic
def _sweep_batch(at: datetime) -> int:
    """Of the rings that a late sweep missed one is made, and the next is due in its own time."""
    due = due_rings(at).order_by("ring_at", "pk").select_related("whistle", "case", "unit")
    orders = list(due.select_for_update(skip_locked=True, no_key=True, of=("self",))[:BATCH])
    for order in orders:
        order.rings += 1
        order.ring_at = _after(order, at)
    Order.objects.bulk_update(orders, ["rings", "ring_at"])
    tell_units([_draft(order) for order in orders], at)
    return len(orders)


def _after(order: Order, at: datetime) -> datetime | None:
    interval = interval_of(order.whistle.kind)
    if interval is None or order.ring_at is None:
        return None
    return order.ring_at + interval * ((at - order.ring_at) // interval + 1)


def _draft(order: Order) -> Draft:
    return Draft(
        "order_rings",
        order.unit_id,
        f"ring:{order.pk}:{order.lapsed}:{order.rings}",
        order.case.number,
        {"unit": str(order.unit), "order": order.pk},
        urgent=True,
    )
