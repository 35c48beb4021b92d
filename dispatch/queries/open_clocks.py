"""The running clocks of many orders at once."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from cases.models import Clock
from dispatch.models import Order


def attach_open_clocks(orders: Iterable[Order]) -> None:
    """Give each order its running clocks as `open_clocks`, the soonest first; one query."""
    orders = list(orders)
    found: dict[int | None, list[Clock]] = defaultdict(list)
    running = Clock.objects.running().filter(order_ref__in=[order.pk for order in orders])
    for clock in running.select_related("unit").order_by("due_at", "pk"):
        found[clock.order_ref].append(clock)
    order: Any
    for order in orders:
        order.open_clocks = found[order.pk]
