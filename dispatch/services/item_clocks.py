"""The limits of problems on a whistle's list: each problem's own clock, owed by its owner."""

from collections.abc import Collection
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from accounts.refusals import BadInput
from accounts.services.notices import Draft, tell_units
from cases.lifecycle import ClockKind
from cases.models import Case, Clock, LimitUnit
from cases.services.clocks import Start, Want, open_clocks, stop_clocks
from cases.services.limits import Rule
from cases.services.records import record
from dispatch.lifecycle import UNSETTLED as UNSETTLED_ORDERS
from dispatch.models import Order, OrderState, Whistle, WhistleItem
from dispatch.problems import DONE, OPEN, UNSETTLED

MOST_TIME = 365
"""The longest limit of a problem, in whatever unit."""


def read_limit(amount: Decimal | None, unit: str) -> tuple[Decimal | None, str]:
    """Return the limit as it is stored; raise `BadInput` where it cannot be read. None sets no limit."""
    if amount is None:
        return None, ""
    if not 0 < amount <= MOST_TIME:
        text = _("The limit of a problem lies between 0 and %(most)s.")
        raise BadInput({"limit": text % {"most": MOST_TIME}})
    if unit not in LimitUnit.values:
        raise BadInput({"limit_unit": _("Choose the unit of the limit.")})
    return amount, unit


def start_item_clocks(whistle: Whistle, items: Collection[WhistleItem], at: datetime) -> None:
    """Start the clocks of the problems that have an owner and a limit: they begin at dispatch."""
    starts = [
        Start(
            whistle.case,
            Want(ClockKind.ITEM, item.unit_id, _rule(item), whistle.kind),
            item_ref=item.pk,
        )
        for item in items
        if item.unit_id is not None and item.limit_amount is not None
    ]
    if starts:
        open_clocks(starts, at)


def _rule(item: WhistleItem) -> Rule:
    assert item.limit_amount is not None
    return Rule(item.limit_amount, item.limit_unit, _("the limit set by the blower"))


def stop_item_clocks(case: Case, items: Collection[WhistleItem], at: datetime) -> None:
    """Stop the clocks of the problems."""
    refs = [item.pk for item in items]
    running = Clock.objects.running().filter(case=case, item_ref__in=refs)
    stop_clocks(list(running.select_for_update(no_key=True)), at)


def release_items(whistle: Whistle, case: Case, summoned: Collection[int], at: datetime) -> None:
    """Take the open problems from owners that left the whistle; the blower gives or drops them."""
    left = WhistleItem.objects.filter(whistle=whistle, state__in=UNSETTLED, unit__isnull=False)
    items = list(left.exclude(unit__in=summoned).select_related("unit").order_by("pk"))
    if not items:
        return
    stop_item_clocks(case, items, at)
    for item in items:
        record(case, "item.free", actor=None, at=at, unit_id=item.unit_id, note=item.text)
        item.unit, item.state, item.started_at = None, OPEN, None
    WhistleItem.objects.bulk_update(items, ["unit", "state", "started_at"])
    key = f"item_free:{whistle.pk}:{at.timestamp()}"
    params = {"count": len(items), "whistle": whistle.pk}
    tell_units([Draft("item_free", whistle.blower_id, key, case.number, params)], at)


def hand_over_items(whistle: Whistle, before: int, after: Unit, at: datetime) -> None:
    """Give a unit's open problems to its successor, their limits counted from now."""
    items = list(
        WhistleItem.objects.filter(whistle=whistle, unit=before, state__in=UNSETTLED).order_by("pk")
    )
    if not items:
        return
    stop_item_clocks(whistle.case, items, at)
    for item in items:
        item.unit, item.state, item.started_at = after, OPEN, None
        record(whistle.case, "item.assign", actor=None, at=at, unit_id=after.pk, note=item.text)
    WhistleItem.objects.bulk_update(items, ["unit", "state", "started_at"])
    start_item_clocks(whistle, items, at)


def finish_items(order: Order, *, actor: User | None, at: datetime, guest: str) -> None:
    """Take the order's result as what proves the problems its unit never began one by one.

    Where everybody has finished, the problems of all summoned are proved by it too.
    """
    mine = Q(unit=order.unit_id) | Q(unit=None)
    found = WhistleItem.objects.filter(mine, whistle=order.whistle_id, state=OPEN)
    items = list(found.order_by("position"))
    if any(item.unit_id is None for item in items) and _others_work(order):
        items = [item for item in items if item.unit_id is not None]
    if not items:
        return
    stop_item_clocks(order.case, items, at)
    for item in items:
        item.state, item.done_at, item.done_by, item.evidence = DONE, at, actor, order.result
        details: dict[str, Any] = {"note": item.text, "result": order.result}
        details |= {"item": item.pk, "guest": guest}
        record(order.case, "item.done", actor=actor, at=at, unit_id=order.unit_id, **details)
    WhistleItem.objects.bulk_update(items, ["state", "done_at", "done_by", "evidence"])


def _others_work(order: Order) -> bool:
    others = order.whistle.orders.exclude(pk=order.pk)
    working = others.filter(state__in=UNSETTLED_ORDERS).exclude(state=OrderState.FINISHED)
    return working.exists()


def drop_items(
    whistle: Whistle, case: Case, *, actor: User | None, at: datetime, reason: str
) -> None:
    """Drop every problem still open, because the whistle itself ends without them."""
    items = list(whistle.items.filter(state__in=UNSETTLED).order_by("position"))
    if not items:
        return
    stop_item_clocks(case, items, at)
    for item in items:
        item.state, item.dropped_reason = WhistleItem.State.DROPPED, reason[:300]
        unit, note = item.unit_id, item.text
        record(case, "item.drop", actor=actor, at=at, unit_id=unit, note=note, reason=reason)
    WhistleItem.objects.bulk_update(items, ["state", "dropped_reason"])
