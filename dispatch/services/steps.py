"""The one door for every step of an order: lock, check, move, record, set the clocks."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from accounts.models import CENTRE_CODE, Unit, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_units
from cases.lifecycle import ClockKind, State
from cases.models import Case
from cases.services.adjustments import check_extension
from cases.services.photos import Photo, keep_photos
from cases.services.records import record
from cases.services.steps import follow, permission_of
from dispatch.lifecycle import OrderState
from dispatch.models import Extension, Objection, Order, Whistle
from dispatch.rules import objection_deadline
from dispatch.services.order_clocks import follow_order
from grids.locator import metres


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
    actor: User,
    at: datetime,
    photos: Sequence[Photo] = (),
    **details: Any,
) -> Order:
    """Take one step in an order's life. Raise `PermissionDenied` (403) when it is not the actor's,
    `StepRefused` (409) when it is not now, `BadInput` (400) when a detail cannot be taken."""
    order = lock_order(pk)
    move_order(order, step, actor=actor, at=at, **details)
    keep_photos(order.case, photos, step=step, actor=actor, at=at, order_ref=order.pk)
    carry_case(order.whistle, order.case, actor, at)
    return order


def move_order(order: Order, step: str, *, actor: User, at: datetime, **details: Any) -> None:
    """Take the step on an order locked by the caller; `carry_case` must follow."""
    check_offered(order, step, actor)
    _check_details(order, step, details, at)
    getattr(order, step)(at=at, **details)
    if step == "report_in":
        order.distance_m = _distance(order)
    order.save()
    _record(order, step, actor, at, details)
    follow_order(order, at, renew=[ClockKind.ACT] if step == "progress" else [])
    if step == "object":
        Objection.objects.create(
            order=order, reason=details["reason"].strip(), raised_by=actor, raised_at=at
        )
    elif step == "extend":
        Extension.objects.create(
            order=order,
            reason=details["reason"].strip(),
            workdays=details["limit"],
            asked_by=actor,
            asked_at=at,
        )
    _tell(order, step, at, details)


def check_offered(order: Order, step: str, actor: User) -> None:
    """Raise `PermissionDenied` where the step is not the actor's, `StepRefused` where it is not now."""
    method = getattr(order, step)
    if not permission_of(method)(order, actor):
        raise PermissionDenied(_("This step is not yours to take."))
    if order.case.state == State.ON_HOLD:
        raise StepRefused(_("The case is on hold; nothing can be done until it resumes."))
    if not can_proceed(method):
        text = _(
            "This cannot be done now: the order is “%(state)s”. Reload to see where it stands."
        )
        raise StepRefused(text % {"state": order.get_state_display()})


def _check_details(order: Order, step: str, details: dict[str, Any], at: datetime) -> None:
    required = {
        "finish": ("result", _("Write what was done and found.")),
        "progress": ("note", _("Write how the work goes on.")),
        "object": ("reason", _("Give the reason.")),
        "extend": ("reason", _("Give the reason.")),
        "send_back": ("reason", _("Give the reason.")),
    }
    if step in required:
        name, text = required[step]
        if not str(details.get(name) or "").strip():
            raise BadInput({name: text})
    if step == "extend":
        _check_extension(order, details.get("limit"), at)
    if step == "object":
        _check_objection(order, at)
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


def _distance(order: Order) -> int | None:
    """Return how far from the case's place the unit reported in, in metres, where both are known."""
    there, here = (order.report_lon, order.report_lat), (order.case.lon, order.case.lat)
    if there[0] is None or there[1] is None or here[0] is None or here[1] is None:
        return None
    return round(metres(there[0], there[1], here[0], here[1]))


def _record(order: Order, step: str, actor: User, at: datetime, details: dict[str, Any]) -> None:
    plain = {k: str(v) if isinstance(v, Decimal) else v for k, v in details.items()}
    if step == "report_in":
        plain["distance_m"] = order.distance_m
    record(
        order.case,
        f"order.{step}",
        actor=actor,
        at=at,
        unit_id=order.unit_id,
        order_ref=order.pk,
        **plain,
    )


ARRIVED = (
    OrderState.REPORTED,
    OrderState.FINISHED,
    OrderState.ACCEPTED,
    OrderState.REVIEWED,
)
DONE = (OrderState.ACCEPTED, OrderState.REVIEWED)


def carry_case(whistle: Whistle, case: Case, actor: User, at: datetime) -> None:
    """Let the case follow the whistle's orders: reported in, handled, or back with its town."""
    if whistle.round != case.round or case.state not in (State.WHISTLED, State.REPORTED):
        return
    live = list(whistle.orders.exclude(state=OrderState.WITHDRAWN).order_by("pk"))
    if not live:
        follow(case, "recall", actor=actor, at=at)
        _settle_whistle(whistle, at)
        return
    lead = _keep_a_lead(live, case, at)
    if case.state == State.WHISTLED and lead.state in ARRIVED:
        follow(case, "arrive", actor=actor, at=at)
    if all(order.state in DONE for order in live):
        follow(case, "settle", actor=actor, at=at, result=lead.result)
        _settle_whistle(whistle, at)


def _keep_a_lead(live: list[Order], case: Case, at: datetime) -> Order:
    """Return the lead order; where the lead left, the first assisting unit takes the lead."""
    lead = next((order for order in live if order.role == Order.Part.LEAD), None)
    if lead is None:
        lead = live[0]
        lead.role = Order.Part.LEAD
        Order.objects.filter(pk=lead.pk).update(role=lead.role)
        record(case, "order.lead", actor=None, at=at, unit_id=lead.unit_id, order_ref=lead.pk)
    return lead


def _settle_whistle(whistle: Whistle, at: datetime) -> None:
    whistle.settled_at = at
    whistle.save(update_fields=["settled_at"])


def _tell(order: Order, step: str, at: datetime, details: dict[str, Any]) -> None:
    """Tell whoever must act next: the blower, the department or the centre."""
    to_blower = {"finish": "order_finished"}
    to_unit = {"send_back": "order_sent_back", "accept": "order_accepted"}
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
