"""Whistle back: a department asks the district to summon a town or another department to its case."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CENTRE_CODE, Unit, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_units
from cases.lifecycle import State
from dispatch.lifecycle import UNSETTLED, OrderState, of_the_unit
from dispatch.models import Order, Whistle, WhistleBack
from dispatch.services.records import record_order
from dispatch.services.rulings import check_may_rule
from dispatch.services.steps import lock_order
from dispatch.services.whistles import issue_orders

SUMMONED_BACK = (
    Unit.Kind.TOWN,
    Unit.Kind.COMMUNITY,
    Unit.Kind.DEPARTMENT,
    Unit.Kind.COMPANY,
)
"""Kinds of unit that a department may ask for; who blew the whistle may be among them."""


@transaction.atomic
def ask_whistle_back(
    order_pk: int, *, unit: str, reason: str, actor: User, at: datetime
) -> WhistleBack:
    """Ask the centre to summon a unit to the case of one's own order, and tell the centre."""
    order = lock_order(order_pk)
    if not of_the_unit(order, actor):
        raise PermissionDenied(_("This step is not yours to take."))
    check_may_ask(order)
    if not reason.strip():
        raise BadInput({"reason": _("Give the reason.")})
    wanted = _unit(order, unit)
    if WhistleBack.objects.filter(order=order, unit=wanted, granted=None).exists():
        raise StepRefused(_("The same was asked before and still waits for its ruling."))
    back = WhistleBack.objects.create(
        order=order, unit=wanted, reason=reason.strip(), asked_by=actor, asked_at=at
    )
    whom, said = str(wanted), back.reason
    record_order(order, "whistle_back.ask", actor=actor, at=at, whom=whom, reason=said)
    centre = Unit.objects.values_list("pk", flat=True).get(code=CENTRE_CODE)
    params = {"unit": str(order.unit), "whom": str(wanted), "reason": back.reason[:200]}
    params["order"] = str(order.pk)
    tell_units(
        [Draft("whistle_back_asked", centre, f"back:{back.pk}", order.case.number, params)], at
    )
    return back


def check_may_ask(order: Order) -> None:
    """Raise `StepRefused` where the order is settled, or its case stands still."""
    if order.case.state == State.ON_HOLD:
        raise StepRefused(_("The case is on hold; nothing can be done until it resumes."))
    if order.state not in UNSETTLED or order.case.state not in (State.WHISTLED, State.REPORTED):
        raise StepRefused(_("The order is settled; nobody can be summoned to it any more."))


def _unit(order: Order, code: str) -> Unit:
    unit = Unit.objects.filter(code=code.strip(), kind__in=SUMMONED_BACK, active=True).first()
    if unit is None:
        raise BadInput({"unit": _("No town, community, department or company has this code.")})
    if unit.pk in (order.unit_id, order.case.accused_id):
        raise BadInput({"unit": _("This unit cannot be summoned to the case.")})
    summoned = Order.objects.filter(case=order.case_id, whistle__round=order.case.round, unit=unit)
    if summoned.exclude(state=OrderState.WITHDRAWN).exists():
        raise BadInput({"unit": _("This unit is summoned to the case already.")})
    return unit


@transaction.atomic
def rule_whistle_back(
    pk: int, *, granted: bool, reason: str, actor: User, at: datetime
) -> WhistleBack:
    """Grant what was asked, which blows a district whistle on the case at once, or refuse it."""
    check_may_rule(actor)
    if not reason.strip():
        raise BadInput({"reason": _("Give the reason of the ruling.")})
    order = lock_order(WhistleBack.objects.values_list("order_id", flat=True).get(pk=pk))
    back = WhistleBack.objects.select_for_update(of=("self",)).select_related("unit").get(pk=pk)
    back.order = order
    if back.granted is not None:
        raise StepRefused(_("A ruling has been given already."))
    back.granted, back.ruling, back.ruled_by, back.ruled_at = granted, reason.strip(), actor, at
    back.save()
    step = "whistle_back.grant" if granted else "whistle_back.refuse"
    record_order(order, step, actor=actor, at=at, whom=str(back.unit), reason=back.ruling)
    if granted:
        _blow(back, actor, at)
    _tell_ruling(back, at)
    return back


def _blow(back: WhistleBack, actor: User, at: datetime) -> Whistle:
    """Blow the district's whistle on the case that runs: the unit asked for leads it."""
    order = back.order
    check_may_ask(order)
    _unit(order, back.unit.code)
    whistle = Whistle.objects.create(
        case=order.case,
        round=order.case.round,
        level=Whistle.Level.DISTRICT,
        kind=Whistle.Kind.DAILY,
        blower=Unit.objects.get(code=CENTRE_CODE),
        blown_by=actor,
        blown_at=at,
        reason=back.reason,
        asked_by=back,
    )
    issue_orders(whistle, back.unit, [], at)
    return whistle


def _tell_ruling(back: WhistleBack, at: datetime) -> None:
    order = back.order
    kind = "whistle_back_granted" if back.granted else "whistle_back_refused"
    params = {"whom": str(back.unit), "reason": back.ruling[:200], "order": order.pk}
    told = {order.unit_id, order.whistle.blower_id} if back.granted else {order.unit_id}
    key = f"back_ruled:{back.pk}"
    tell_units([Draft(kind, unit, key, order.case.number, params) for unit in sorted(told)], at)
