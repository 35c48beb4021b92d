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
    return _start(order, CLOCKS_IN_STATE[order.state], at)


def follow_order(order: Order, at: datetime) -> None:
    """Make the order's open clocks those its state asks for."""
    kinds = CLOCKS_IN_STATE.get(order.state, ())
    running = {c.kind: c for c in Clock.objects.running().filter(order_ref=order.pk)}
    clocks.stop_clocks([c for kind, c in running.items() if kind not in kinds], at)
    _start(order, [kind for kind in kinds if kind not in running], at)


def _start(order: Order, kinds: Iterable[str], at: datetime) -> list[Clock]:
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
    wants = [clocks.Want(kind, owner(kind), rules[kind]) for kind in kinds]
    return clocks.start_clocks(case, wants, at, order_ref=order.pk)


def _at_assembly(meeting: datetime, at: datetime) -> Rule:
    return clocks.until(meeting, at, _("the time to assemble set by the blower"))


def _owner(order: Order, kind: str) -> int:
    if kind == ClockKind.RULE:
        return Unit.objects.values_list("pk", flat=True).get(code=CENTRE_CODE)
    return order.whistle.blower_id if kind in BLOWER_CLOCKS else order.unit_id
