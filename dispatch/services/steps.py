"""The one door for every step of an order: lock, check, move, record, set the clocks."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django_fsm import can_proceed

from accounts.models import CENTRE_CODE, Unit, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_units
from cases.lifecycle import ClockKind, State
from cases.models import Case
from cases.privacy import redact, shown_text
from cases.services.adjustments import check_extension
from cases.services.photos import Photo, keep_photos
from cases.services.steps import follow, permission_of
from dispatch.arrival import distance_of, doubts_of
from dispatch.lifecycle import SETTLED, OrderState
from dispatch.models import Extension, GuestLink, Order, Whistle, WhistleBack, WhistleItem
from dispatch.problems import UNSETTLED as OPEN_PROBLEMS
from dispatch.rules import counts_as_transfer, must_stay, objection_deadline
from dispatch.services.guest_rights import check_guest
from dispatch.services.item_clocks import drop_items, finish_items, release_items
from dispatch.services.objections import raise_objection
from dispatch.services.order_clocks import follow_order
from dispatch.services.records import record_order
from dispatch.services.transfers import check_withdrawal, count_transfer


def lock_order(pk: int) -> Order:
    """Lock the order and, before it, its case, until the end of the transaction.

    The case first, always, so that departments acting at the same moment queue up and none waits
    for the other.
    """
    case = Case.objects.select_for_update(of=("self",), no_key=True).get(orders=pk)
    order = Order.objects.select_for_update(of=("self",), no_key=True)
    locked = order.select_related("unit", "whistle__blower").get(pk=pk)
    locked.case = locked.whistle.case = case
    return locked


@transaction.atomic
def advance_order(
    pk: int,
    step: str,
    *,
    actor: User | None,
    at: datetime,
    photos: Sequence[Photo] = (),
    guest: GuestLink | None = None,
    **details: Any,
) -> Order:
    """Take one step in an order's life: by somebody signed in, or by a guest link. Raise `PermissionDenied` (403) when it is not the actor's,
    `StepRefused` (409) when it is not now, `BadInput` (400) when a detail cannot be taken."""
    order = lock_order(pk)
    move_order(order, step, actor=actor, at=at, guest=guest, **details)
    keep_photos(order.case, photos, step=step, actor=actor, at=at, order_ref=order.pk)
    carry_case(order.whistle, order.case, actor, at)
    return order


def move_order(
    order: Order,
    step: str,
    *,
    actor: User | None,
    at: datetime,
    guest: GuestLink | None = None,
    **details: Any,
) -> None:
    """Take the step on an order locked by the caller; `carry_case` must follow."""
    if guest is not None:
        check_guest(order, step, guest, at)
        _check_now(order, step)
    else:
        check_offered(order, step, actor)
    by = guest.contact if guest else ""
    take_order_step(order, step, actor=actor, at=at, guest=by, **details)


def take_order_step(
    order: Order,
    step: str,
    *,
    actor: User | None,
    at: datetime,
    guest: str = "",
    **details: Any,
) -> None:
    """Take a step that follows from another: whose it is and whether it is now was asked there.

    `guest` names who took it by a guest link.
    """
    _check_details(order, step, details, actor, at)
    moves = step == "withdraw" and counts_as_transfer(order)
    getattr(order, step)(at=at, **details)
    if step == "report_in":
        order.distance_m = distance_of(order)
    if order.state != OrderState.ISSUED:
        order.ring_at = None
    order.save()
    _record(order, step, actor, at, details | {"guest": guest})
    follow_order(order, at, renew=[ClockKind.ACT] if step == "progress" else [])
    if step == "finish":
        finish_items(order, actor=actor, at=at, guest=guest)
    if step == "object" and actor is not None:
        raise_objection(order, actor=actor, at=at, **details)
    elif step == "extend" and actor is not None:
        Extension.objects.create(
            order=order,
            reason=details["reason"].strip(),
            workdays=details["limit"],
            asked_by=actor,
            asked_at=at,
        )
    elif moves:
        count_transfer(order.case, actor=actor, at=at)
    if order.state in SETTLED:  # what it asked for has nothing left to help
        WhistleBack.objects.filter(order=order, granted=None).update(granted=False, ruled_at=at)
    _tell(order, step, at, details)


def check_offered(order: Order, step: str, actor: User | None) -> None:
    """Raise `PermissionDenied` where the step is not the actor's, `StepRefused` where it is not now."""
    if actor is None or not permission_of(getattr(order, step))(order, actor):
        raise PermissionDenied(_("This step is not yours to take."))
    _check_now(order, step)


def _check_now(order: Order, step: str) -> None:
    if order.case.state == State.ON_HOLD:
        raise StepRefused(_("The case is on hold; nothing can be done until it resumes."))
    if not can_proceed(getattr(order, step)):
        text = _(
            "This cannot be done now: the order is “%(state)s”. Reload to see where it stands."
        )
        raise StepRefused(text % {"state": order.get_state_display()})


def _check_details(
    order: Order, step: str, details: dict[str, Any], actor: User | None, at: datetime
) -> None:
    required = {
        "finish": ("result", _("Write what was done and found.")),
        "progress": ("note", _("Write how the work goes on.")),
        "object": ("reason", _("Give the reason.")),
        "extend": ("reason", _("Give the reason.")),
        "send_back": ("reason", _("Give the reason.")),
        "ask_leave": ("reason", _("Give the reason.")),
        "refuse_leave": ("reason", _("Give the reason.")),
    }
    if step in required:
        name, text = required[step]
        if not str(details.get(name) or "").strip():
            raise BadInput({name: text})
    if step == "extend":
        _check_extension(order, details.get("limit"), at)
    if step == "object":
        _check_objection(order, at)
    if step == "withdraw":
        check_withdrawal(order)
    if step == "finish":
        _check_own_problems(order, actor)
    if step == "leave" and must_stay(order):
        raise StepRefused(
            _("Nobody leaves before it is done: write the result, or ask the blower for leave.")
        )
    if step == "report_in" and (details.get("lon") is None) != (details.get("lat") is None):
        raise BadInput({"lon": _("Give longitude and latitude together.")})


def _check_extension(order: Order, workdays: Any, at: datetime) -> None:
    granted = Extension.objects.filter(order=order, granted=True).count()
    urgency, kind = order.case.urgency, order.whistle.kind
    check_extension(workdays, at, urgency=urgency, granted=granted, whistle_kind=kind)
    if Extension.objects.filter(order=order, granted=None).exists():
        raise StepRefused(_("A request for more time is already waiting for its ruling."))
    clock = order.case.clocks.running().filter(order_ref=order.pk, kind=ClockKind.FINISH).first()
    if clock is None or clock.due_at is None or clock.due_at < at:
        raise StepRefused(_("More time can only be asked for before the deadline."))


def _check_objection(order: Order, at: datetime) -> None:
    from_dispatch = objection_deadline(order)
    if at > from_dispatch:
        text = _("An objection had to be raised by %(time)s, within two workdays.")
        raise StepRefused(text % {"time": f"{timezone.localtime(from_dispatch):%F %H:%M}"})


def _check_own_problems(order: Order, actor: User | None) -> None:
    """Nothing is finished while problems that the unit itself began stand under way on the list."""
    mine = WhistleItem.objects.filter(whistle=order.whistle_id, unit=order.unit_id)
    rows = list(mine.filter(state=WhistleItem.State.DOING).order_by("position"))
    if not rows:
        return
    case = order.case
    texts = [shown_text(case, actor, row.text) if actor else redact(row.text, case) for row in rows]
    named = [f"{row.position} {text[:40]}" for row, text in zip(rows[:3], texts, strict=False)]
    text = _("Problems of yours are still under way (%(count)s): %(problems)s.")
    raise StepRefused(text % {"count": len(rows), "problems": pgettext("list", ", ").join(named)})


def _record(
    order: Order, step: str, actor: User | None, at: datetime, details: dict[str, Any]
) -> None:
    plain = {k: _plain(v) for k, v in details.items()}
    if step == "report_in":
        plain["distance_m"] = order.distance_m
        plain["doubts"] = [doubt.code for doubt in doubts_of(order)] or None
    record_order(order, f"order.{step}", actor=actor, at=at, **plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return list(value) or None
    return str(value) if isinstance(value, Decimal) else value


ARRIVED = (
    OrderState.REPORTED,
    OrderState.FINISHED,
    OrderState.ACCEPTED,
    OrderState.REVIEWED,
)
DONE = (OrderState.ACCEPTED, OrderState.REVIEWED)


def carry_case(whistle: Whistle, case: Case, actor: User | None, at: datetime) -> None:
    """Let the whistle, and the case it was blown on, follow their orders and problems.

    The case is handled when every whistle of its round has settled, and is its town's again when
    every order of them was withdrawn.
    """
    if whistle.settled_at is None:
        _carry_whistle(whistle, case, actor, at)
    if whistle.round == case.round and case.state in (State.WHISTLED, State.REPORTED):
        _carry_case(case, actor, at)


def _carry_whistle(whistle: Whistle, case: Case, actor: User | None, at: datetime) -> None:
    """Settle the whistle when each of its orders is accepted and none of its problems is open."""
    live = list(whistle.orders.exclude(state=OrderState.WITHDRAWN).order_by("pk"))
    if not live:
        reason = _("Every order of the whistle was withdrawn.")
        drop_items(whistle, case, actor=actor, at=at, reason=reason)
        _settle_whistle(whistle, at)
        return
    _keep_a_lead(live, case, at)
    release_items(whistle, case, {order.unit_id for order in live}, at)
    done = all(order.state in DONE for order in live)
    if done and not whistle.items.filter(state__in=OPEN_PROBLEMS).exists():
        _settle_whistle(whistle, at)


def _carry_case(case: Case, actor: User | None, at: datetime) -> None:
    # What a whistle left undone that was passed up is the matter of the one above it.
    of_round = Order.objects.filter(
        case=case, whistle__round=case.round, whistle__passed_up_at=None
    )
    live = list(
        of_round.exclude(state=OrderState.WITHDRAWN)
        .select_related("whistle")
        .order_by("whistle_id", "pk")
    )
    if not live:
        follow(case, "recall", actor=actor, at=at)
        return
    leads = [order for order in live if order.role == Order.Part.LEAD]
    if case.state == State.WHISTLED and any(lead.state in ARRIVED for lead in leads):
        follow(case, "arrive", actor=actor, at=at)
    if all(order.whistle.settled_at is not None for order in live):
        result = "\n".join(dict.fromkeys(lead.result for lead in leads))
        follow(case, "settle", actor=actor, at=at, result=result)


def _keep_a_lead(live: list[Order], case: Case, at: datetime) -> Order:
    """Return the lead order; where the lead left, the first assisting unit takes the lead."""
    lead = next((order for order in live if order.role == Order.Part.LEAD), None)
    if lead is None:
        lead = live[0]
        lead.case, lead.role = case, Order.Part.LEAD
        Order.objects.filter(pk=lead.pk).update(role=lead.role)
        record_order(lead, "order.lead", actor=None, at=at)
    return lead


def _settle_whistle(whistle: Whistle, at: datetime) -> None:
    whistle.settled_at = at
    whistle.save(update_fields=["settled_at"])


def _tell(order: Order, step: str, at: datetime, details: dict[str, Any]) -> None:
    """Tell whoever must act next: the blower, the department or the centre."""
    to_blower = {"finish": "order_finished", "ask_leave": "leave_asked"}
    to_unit = {
        "send_back": "order_sent_back",
        "accept": "order_accepted",
        "grant_leave": "leave_granted",
        "refuse_leave": "leave_refused",
    }
    to_centre = {"object": "order_objected", "extend": "extension_asked"}
    if step in to_blower:
        kind, unit_id = to_blower[step], order.whistle.blower_id
    elif step in to_unit:
        kind, unit_id = to_unit[step], order.unit_id
    elif step in to_centre:
        kind, unit_id = to_centre[step], Unit.objects.get(code=CENTRE_CODE).pk
    else:
        return
    key = f"{kind}:{order.pk}:{at.timestamp()}"
    reason = str(details.get("reason") or "").strip()[:200]
    params = {"unit": str(order.unit), "order": order.pk, "reason": reason}
    tell_units([Draft(kind, unit_id, key, order.case.number, params)], at)
