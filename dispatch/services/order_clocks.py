"""The clocks of orders: which must be open, who owes them, by which rule."""

from collections.abc import Iterable
from datetime import datetime
from functools import partial

from django.utils.translation import gettext as _

from accounts.models import CENTRE_CODE, Unit
from cases.lifecycle import ClockKind
from cases.models import Clock
from cases.services import clocks
from cases.services.limits import Rule, rules_for
from dispatch.lifecycle import CLOCKS_IN_STATE
from dispatch.models import Order

BLOWER_CLOCKS = (ClockKind.ACCEPT, ClockKind.REVIEW)


def start_order_clocks(order: Order, at: datetime) -> list[Clock]:
    """Start the clocks of a new order: they begin at dispatch."""
    return _start(order, kinds_of(order), at)


def kinds_of(order: Order) -> tuple[str, ...]:
    """Return the kinds of clock that the order's state asks for.

    Where a time to assemble lay ahead at the acknowledgement, arriving is what must be done and its
    own clock watches that.
    """
    kinds = CLOCKS_IN_STATE.get(order.state, ())
    meeting, since = order.whistle.assembly_at, order.acknowledged_at
    if meeting and since and meeting > since:
        return tuple(kind for kind in kinds if kind != ClockKind.ACT)
    return kinds


def follow_order(order: Order, at: datetime, *, renew: Iterable[str] = ()) -> None:
    """Make the order's open clocks those its state asks for; the kinds in `renew` begin anew."""
    kinds = kinds_of(order)
    own = Clock.objects.running().filter(order_ref=order.pk, document_ref=None)
    running = {c.kind: c for c in own}
    ended = {kind for kind in running if kind not in kinds or kind in renew}
    clocks.stop_clocks([running[kind] for kind in ended], at)
    _start(order, [kind for kind in kinds if kind not in running or kind in ended], at)


def _start(order: Order, kinds: Iterable[str], at: datetime) -> list[Clock]:
    return clocks.start_clocks(order.case, wants_of(order, kinds, at), at, order_ref=order.pk)


def wants_of(order: Order, kinds: Iterable[str], at: datetime) -> list[clocks.Want]:
    """Return the order's clocks of the given kinds as they would be started at `at`."""
    kinds = list(kinds)
    if not kinds:
        return []
    case = order.case
    redo = case.round > 1 or order.sent_back > 0
    facts = clocks.facts_of(case, redo=redo, whistle_kind=order.whistle.kind)
    rules = rules_for(kinds, facts, at)
    meeting = order.whistle.assembly_at
    if ClockKind.REPORT_IN in rules and meeting and meeting > at:
        rules[ClockKind.REPORT_IN] = _at_assembly(meeting, at)
    owner = partial(_owner, order)
    return [
        clocks.Want(kind, owner(kind), rule, order.whistle.kind) for kind, rule in rules.items()
    ]


def _at_assembly(meeting: datetime, at: datetime) -> Rule:
    return clocks.until(meeting, at, _("the time to assemble set by the blower"))


def _owner(order: Order, kind: str) -> int:
    if kind == ClockKind.RULE:
        return Unit.objects.values_list("pk", flat=True).get(code=CENTRE_CODE)
    return order.whistle.blower_id if kind in BLOWER_CLOCKS else order.unit_id
