"""Who may do what now with an order: rules on loaded rows, without a query."""

from datetime import datetime

from accounts.models import User
from cases import calendars
from cases.deadlines import Limit, TimeUnit, add
from cases.lifecycle import State
from cases.models import Case
from dispatch.models import Order, OrderState
from dispatch.rights import current

OBJECTION_WORKDAYS = 2
"""Workdays within which a unit may object (山东省办法 2020)."""

MOST_TRANSFERS = 3
"""Times that a case may leave a unit it was given to before forced adjudication (巴彦淖尔)."""


def steps_for(order: Order, user: User) -> list[str]:
    """Return the steps the user may take on the order now: the buttons to show."""
    if order.case.state == State.ON_HOLD:
        return []
    moves = order.get_available_user_state_transitions(user)
    return list(dict.fromkeys(move.name for move in moves if move.custom.get("public")))


def must_stay(order: Order) -> bool:
    """Tell whether the unit may not leave yet: no result is written and nobody gave it leave, in a kind
    of whistle that demands to stay (事不完、人不走)."""
    if order.state != OrderState.REPORTED or order.leave_granted_at is not None:
        return False
    kind = current().kind(order.whistle.kind)
    return kind is None or kind.stay


def objection_deadline(order: Order) -> datetime:
    """Return until when the unit may object: two workdays from dispatch."""
    limit = Limit(OBJECTION_WORKDAYS, TimeUnit.WORKDAY)
    return add(order.issued_at, limit, calendars.current())


def may_be_transferred(case: Case) -> bool:
    """Tell whether the case may still leave a unit that it was given to."""
    return case.transfers < MOST_TRANSFERS


def counts_as_transfer(order: Order) -> bool:
    """Tell whether withdrawing the order takes the case from whom it was given to: it is the lead's,
    not done yet, and its whistle is not only passed up."""
    whistle = order.whistle
    led = order.role == Order.Part.LEAD and order.state != OrderState.FINISHED
    return led and whistle.passed_up_at is None and whistle.round == order.case.round
