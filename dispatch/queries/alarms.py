"""The emergencies that nobody of a unit has acknowledged: the banner on every page of its people."""

from accounts.models import Role, User
from dispatch.lifecycle import OrderState
from dispatch.models import Order

MOST = 5
"""Emergencies named in the banner, the longest unanswered first."""


def alarms_of(user: User) -> list[Order]:
    """Return what rings for the user's departments; one query on the index of what rings, none for others."""
    units = user.units_of(Role.DEPARTMENT)
    if not units:
        return []
    ringing = Order.objects.filter(
        unit__in=units, state=OrderState.ISSUED, ring_at__isnull=False
    ).select_related("unit", "case__category", "case__area", "whistle")
    shown = ringing.exclude(case__state="on_hold").defer("case__area__boundary")
    return list(shown.order_by("issued_at", "pk")[:MOST])
