"""The problems on a whistle's list: found, given to an owner, under way, done with what proves it, or dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_units
from cases.lifecycle import State
from cases.models import Case
from cases.services.photos import Photo, keep_photos
from cases.services.records import record
from dispatch.models import GuestLink, Order, OrderState, Whistle, WhistleItem
from dispatch.problems import (
    DOING,
    DONE,
    DROPPED,
    MOST_ITEMS,
    OPEN,
    STEPS,
    is_running,
    may_direct,
    may_work,
)
from dispatch.services.guest_rights import check_guest_item
from dispatch.services.item_clocks import read_limit, start_item_clocks, stop_item_clocks
from dispatch.services.steps import carry_case

EVENTS = {"take_back": "item.undone"}
"""Steps that are recorded under another name than their own."""


@dataclass(frozen=True, slots=True)
class Item:
    """One problem for a whistle's list: its text, the code of its owner and its limit, where known."""

    text: str
    unit: str = ""
    limit: Decimal | None = None
    limit_unit: str = ""


def check_items(items: Sequence[Item], summoned: set[str], *, known: int = 0) -> None:
    """Raise `BadInput` where a problem cannot be taken; `known` stand on the list already."""
    if known + len(items) > MOST_ITEMS:
        raise BadInput({"items": _("At most %(count)s problems.") % {"count": MOST_ITEMS}})
    if any(item.unit and item.unit not in summoned for item in items):
        raise BadInput({"items": _("A problem's owner must be summoned too.")})
    if any(not item.text.strip() or len(item.text) > 300 for item in items):
        raise BadInput({"items": _("A problem is told in 1 to 300 characters.")})
    for item in items:
        try:
            read_limit(item.limit, item.limit_unit)
        except BadInput as refusal:
            texts = [text for found in refusal.fields.values() for text in found]
            raise BadInput({"items": texts}) from None


def list_problems(
    whistle: Whistle, items: Sequence[Item], units: dict[str, Unit], at: datetime, *, last: int = 0
) -> list[WhistleItem]:
    """Write checked problems behind number `last` and start their clocks."""
    rows = []
    for position, item in enumerate(items, start=last + 1):
        amount, unit = read_limit(item.limit, item.limit_unit)
        rows.append(
            WhistleItem(
                whistle=whistle,
                position=position,
                text=item.text.strip(),
                unit=units.get(item.unit),
                limit_amount=amount,
                limit_unit=unit,
            )
        )
    WhistleItem.objects.bulk_create(rows)
    start_item_clocks(whistle, rows, at)
    return rows


@transaction.atomic
def add_items(
    whistle_pk: int, items: Sequence[Item], *, actor: User, at: datetime
) -> list[WhistleItem]:
    """Put more problems on the list of a whistle that runs: by the blower alone."""
    whistle = lock_whistle(whistle_pk)
    if not may_direct(whistle, actor):
        raise PermissionDenied(_("Only who blew the whistle directs its list."))
    _check_running(whistle)
    if not items:
        raise BadInput({"items": _("Tell at least one problem.")})
    units = {order.unit.code: order.unit for order in _live(whistle)}
    last = whistle.items.aggregate(last=Max("position"))["last"] or 0
    check_items(items, set(units), known=whistle.items.count())
    rows = list_problems(whistle, items, units, at, last=last)
    for row in rows:
        record(whistle.case, "item.add", actor=actor, at=at, unit_id=row.unit_id, note=row.text)
    _tell_owners(whistle, rows, "item_given", at)
    return rows


@transaction.atomic
def move_item(
    pk: int,
    step: str,
    *,
    actor: User | None,
    at: datetime,
    evidence: str = "",
    reason: str = "",
    photos: Sequence[Photo] = (),
    guest: GuestLink | None = None,
) -> WhistleItem:
    """Take one step of a problem: start, done, take_back, drop, reopen; or the first two by a guest link.

    Done must be proved by words or a photo; dropping and reopening are the blower's and need a reason.
    """
    item = _lock_item(pk)
    _check_step(item, step, actor, guest, at)
    evidence, reason = evidence.strip(), reason.strip()
    if step == "done" and not evidence and not photos:
        raise BadInput({"evidence": _("Say or show what proves it: in words or by a photo.")})
    if STEPS[step].directs and not reason:
        raise BadInput({"reason": _("Give the reason.")})
    _apply(item, step, actor, at, evidence, reason)
    item.save()
    case = item.whistle.case
    event = EVENTS.get(step, f"item.{step}")
    details: dict[str, Any] = {"note": item.text, "result": evidence, "reason": reason}
    details |= {"item": item.pk, "guest": guest.contact if guest else ""}
    record(case, event, actor=actor, at=at, unit_id=item.unit_id, **details)
    keep_photos(case, photos, step=event, actor=actor, at=at, item_ref=item.pk)
    _follow(item, step, at)
    carry_case(item.whistle, case, actor, at)
    return item


@transaction.atomic
def assign_item(
    pk: int,
    *,
    actor: User,
    at: datetime,
    unit: str = "",
    limit: Decimal | None = None,
    limit_unit: str = "",
) -> WhistleItem:
    """Give a problem its owner and its limit anew; without a unit it is everybody's. By the blower."""
    item = _lock_item(pk)
    _check_step(item, "assign", actor)
    owners = {order.unit.code: order.unit for order in _live(item.whistle)}
    if unit and unit not in owners:
        raise BadInput({"unit": _("A problem's owner must be summoned too.")})
    item.limit_amount, item.limit_unit = read_limit(limit, limit_unit)
    stop_item_clocks(item.whistle.case, [item], at)
    if item.unit_id != (owners[unit].pk if unit else None):
        item.state, item.started_at = OPEN, None
    item.unit = owners.get(unit)
    item.save()
    start_item_clocks(item.whistle, [item], at)
    case = item.whistle.case
    record(case, "item.assign", actor=actor, at=at, unit_id=item.unit_id, note=item.text)
    _tell_owners(item.whistle, [item], "item_given", at)
    return item


def mark_item_done(
    pk: int,
    *,
    actor: User,
    at: datetime,
    done: bool = True,
    evidence: str = "",
    photos: Sequence[Photo] = (),
) -> WhistleItem:
    """Tick a problem as done, with what proves it, or take the tick back; twice the same does nothing."""
    item = WhistleItem.objects.select_related("whistle__case", "whistle__blower").get(pk=pk)
    if (item.state == DONE) == done:
        if not may_work(item, _summoned(item.whistle), actor):
            raise PermissionDenied(_("This step is not yours to take."))
        return item
    step = "done" if done else "take_back"
    return move_item(pk, step, actor=actor, at=at, evidence=evidence, photos=photos)


def lock_whistle(pk: int) -> Whistle:
    """Lock the whistle's case, as every step does, and return the whistle with it."""
    case = Case.objects.select_for_update(of=("self",), no_key=True).get(whistles=pk)
    whistle = Whistle.objects.select_related("blower").get(pk=pk)
    whistle.case = case
    return whistle


def _lock_item(pk: int) -> WhistleItem:
    case = Case.objects.select_for_update(of=("self",), no_key=True).get(whistles__items=pk)
    held = WhistleItem.objects.select_for_update(of=("self",), no_key=True)
    item = held.select_related("whistle__blower", "unit").get(pk=pk)
    item.whistle.case = case
    return item


def _live(whistle: Whistle) -> list[Order]:
    orders = whistle.orders.exclude(state=OrderState.WITHDRAWN)
    return list(orders.select_related("unit").order_by("pk"))


def _summoned(whistle: Whistle) -> set[int]:
    return {order.unit_id for order in _live(whistle)}


def _check_running(whistle: Whistle) -> None:
    if whistle.case.state == State.ON_HOLD:
        raise StepRefused(_("The case is on hold; nothing can be done until it resumes."))
    if not is_running(whistle):
        raise StepRefused(_("The whistle has settled; its list is closed."))


def check_may_step(item: WhistleItem, step: str, actor: User) -> None:
    """Raise `PermissionDenied` where the step of the problem is not the actor's."""
    directs = may_direct(item.whistle, actor)
    if not directs and (STEPS[step].directs or not may_work(item, _summoned(item.whistle), actor)):
        raise PermissionDenied(_("This step is not yours to take."))


def _check_step(
    item: WhistleItem,
    step: str,
    actor: User | None,
    guest: GuestLink | None = None,
    at: datetime | None = None,
) -> None:
    if guest is not None and at is not None:
        check_guest_item(item, step, guest, at)
    elif actor is None:
        raise PermissionDenied(_("This step is not yours to take."))
    else:
        check_may_step(item, step, actor)
    _check_running(item.whistle)
    if item.state not in STEPS[step].sources:
        text = _("This cannot be done now: the problem is “%(state)s”. Reload to see it.")
        raise StepRefused(text % {"state": item.get_state_display()})


def _apply(
    item: WhistleItem, step: str, actor: User | None, at: datetime, evidence: str, reason: str
) -> None:
    item.state = STEPS[step].target
    item.done_at = item.done_by = None
    if item.state == DOING:
        item.started_at = item.started_at or at
    elif item.state == DONE:
        item.done_at, item.done_by, item.evidence = at, actor, evidence
    elif item.state == DROPPED:
        item.dropped_reason = reason[:300]
    else:
        item.started_at, item.dropped_reason = None, ""


def _follow(item: WhistleItem, step: str, at: datetime) -> None:
    """Let the problem's clock follow its state; what was taken up again has its whole limit."""
    if item.state in (DONE, DROPPED):
        stop_item_clocks(item.whistle.case, [item], at)
    elif step in ("reopen", "take_back"):
        start_item_clocks(item.whistle, [item], at)
        if step == "reopen":
            _tell_owners(item.whistle, [item], "item_reopened", at)


def _tell_owners(whistle: Whistle, items: Sequence[WhistleItem], kind: str, at: datetime) -> None:
    owners = {item.unit_id for item in items if item.unit_id is not None}
    key = f"{kind}:{items[0].pk}:{at.timestamp()}"
    params = {"count": len(items), "whistle": whistle.pk}
    tell_units(
        [Draft(kind, owner, f"{key}:{owner}", whistle.case.number, params) for owner in owners], at
    )
