"""Acknowledging without acting expires: the order stands as issued again, and its ladder starts anew."""

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.services.notices import Draft, tell_units
from cases.lifecycle import ClockKind, State
from cases.models import Case, Clock
from dispatch.lifecycle import OrderState
from dispatch.models import Order, Whistle
from dispatch.services.order_clocks import follow_order
from dispatch.services.records import record_order
from dispatch.services.rings import next_ring


def lapsed_clocks(at: datetime) -> QuerySet[Clock]:
    """Return the clocks of acknowledged orders that nobody acted on in time; what is on hold waits."""
    overdue = Clock.objects.overdue(at).filter(kind=ClockKind.ACT)
    return overdue.exclude(case__state=State.ON_HOLD)


def sweep_lapses(at: datetime) -> int:
    """Take back every acknowledgement that nothing followed, the longest due first; return how many."""
    due = lapsed_clocks(at).order_by("due_at", "pk").values_list("pk", flat=True)
    return sum(_lapse(pk, at) for pk in list(due))


@transaction.atomic
def _lapse(pk: int, at: datetime) -> int:
    """Let one order lapse; 0 where another sweep did, or where somebody is working on its case now."""
    cases = Case.objects.select_for_update(of=("self",), no_key=True, skip_locked=True)
    case = cases.filter(clocks=pk).first()
    clock = lapsed_clocks(at).filter(pk=pk).first()
    if case is None or clock is None or clock.order_ref is None:
        return 0
    held = Order.objects.select_for_update(of=("self",), no_key=True)
    order = held.select_related("unit", "whistle__blower").get(pk=clock.order_ref)
    if order.state != OrderState.ACKNOWLEDGED:
        return 0
    order.case = order.whistle.case = case
    order.lapse(at=at)
    order.ring_at = next_ring(order.whistle.kind, at)
    order.save()
    due = clock.due_at.isoformat() if clock.due_at else ""
    record_order(order, "order.lapse", actor=None, at=at, due_at=due)
    follow_order(order, at)
    _tell(order, at)
    return 1


def _tell(order: Order, at: datetime) -> None:
    emergency = order.whistle.kind == Whistle.Kind.EMERGENCY
    urgent = emergency or order.case.urgency == Case.Urgency.CRITICAL
    key = f"lapse:{order.pk}:{order.lapsed}"
    params = {"unit": str(order.unit), "order": order.pk}
    tell_units(
        [
            Draft("order_lapsed", unit, key, order.case.number, params, urgent=urgent)
            for unit in (order.unit_id, order.whistle.blower_id)
        ],
        at,
    )
