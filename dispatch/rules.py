"""Who may do what now with an order and a whistle's list: rules on loaded rows, without a query."""

from collections.abc import Collection
from datetime import datetime

from accounts.models import Role, User
from cases import calendars
from cases.deadlines import Limit, TimeUnit, add
from cases.lifecycle import State
from dispatch.lifecycle import BLOWER_ROLES
from dispatch.models import Order, WhistleItem

OBJECTION_WORKDAYS = 2
"""Workdays within which a unit may object (山东省办法 2020)."""


def steps_for(order: Order, user: User) -> list[str]:
    """Return the steps the user may take on the order now: the buttons to show."""
    if order.case.state == State.ON_HOLD:
        return []
    moves = order.get_available_user_state_transitions(user)
    return list(dict.fromkeys(move.name for move in moves if move.custom.get("public")))


def objection_deadline(order: Order) -> datetime:
    """Return until when the unit may object: two workdays from dispatch."""
    limit = Limit(OBJECTION_WORKDAYS, TimeUnit.WORKDAY)
    return add(order.issued_at, limit, calendars.current())


def may_mark(item: WhistleItem, summoned: Collection[int], user: User) -> bool:
    """Tell whether the user may tick the problem: its owner, where it names none any unit of
    `summoned`, and the blower, or the town over the blower's area."""
    units = {item.unit_id} if item.unit_id else summoned
    blower = item.whistle.blower
    return (
        any(user.holds_in(unit_id, Role.DEPARTMENT) for unit_id in units)
        or user.holds_in(blower.pk, *BLOWER_ROLES)
        or user.holds_over(blower.area, Role.TOWN)
    )
