"""The centre rules on objections and on requests for more time."""

from collections.abc import Sequence
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role, Unit, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_units
from cases.deadlines import TimeUnit
from cases.lifecycle import ClockKind
from cases.services.clocks import designate_clocks, extend_clock
from cases.services.limits import Rule
from dispatch.models import Extension, Objection, Order
from dispatch.services.item_clocks import hand_over_items
from dispatch.services.objections import close_objection, rulings_cited
from dispatch.services.records import record_order
from dispatch.services.steps import carry_case, lock_order, move_order
from dispatch.services.transfers import check_upholding, count_transfer
from dispatch.services.units import check_recusal
from dispatch.services.whistles import issue_orders


@transaction.atomic
def rule(
    pk: int,
    *,
    actor: User,
    at: datetime,
    upheld: bool,
    reason: str,
    new_unit: str = "",
    cites: Sequence[str] = (),
) -> Order:
    """Rule on what the department asked: its objection, else its request for more time.

    An objection upheld takes the order from the unit and, where `new_unit` is named, gives it to
    that one; an objection that fails designates the unit, which may not object again. The ruling has
    a number and may cite others by theirs.
    """
    check_may_rule(actor)
    if not reason.strip():
        raise BadInput({"reason": _("Give the reason of the ruling.")})
    order = lock_order(pk)
    objection = Objection.objects.filter(order=order, upheld=None).first()
    if objection:
        cited = rulings_cited(cites, actor)
        _rule_objection(order, objection, actor, at, upheld, reason.strip(), new_unit, cited)
        return order
    extension = Extension.objects.filter(order=order, granted=None).first()
    if extension is None:
        raise StepRefused(_("Nothing waits for a ruling on this order."))
    _rule_extension(order, extension, actor, at, upheld, reason.strip())
    return order


def check_may_rule(actor: User) -> None:
    """Raise `PermissionDenied` for all but the command centre."""
    if not actor.holds(Role.SUPERVISOR):
        raise PermissionDenied(_("Only the command centre rules."))


def _rule_objection(
    order: Order,
    objection: Objection,
    actor: User,
    at: datetime,
    upheld: bool,
    reason: str,
    new_unit: str,
    cites: Sequence[Objection],
) -> None:
    if upheld:
        check_upholding(order)
    successor = _successor(order, new_unit) if upheld and new_unit else None
    step = "sustain" if upheld else "overrule"
    move_order(order, step, actor=actor, at=at, reason=reason)
    if upheld:
        count_transfer(order.case, actor=actor, at=at)
    if successor:  # before the case follows, so that the whistle never stands empty
        leads = order.role == Order.Part.LEAD
        lead, assisting = (successor, []) if leads else (None, [successor])
        (named,) = issue_orders(order.whistle, lead, assisting, at, designated=True)
        hand_over_items(order.whistle, order.unit_id, successor, at)
        designate_clocks(order.case, named.pk, at, reason)
    elif not upheld:
        designate_clocks(order.case, order.pk, at, reason)
    carry_case(order.whistle, order.case, actor, at)
    objection.order = order
    close_objection(
        objection,
        upheld=upheld,
        reason=reason,
        actor=actor,
        at=at,
        new_unit=successor,
        cites=cites,
    )
    _tell_ruling(order, "order_ruled", f"ruled:{objection.pk}", upheld, reason, at)


def _successor(order: Order, code: str) -> Unit:
    unit = Unit.objects.summonable().filter(code=code).first()
    if unit is None:
        raise BadInput({"new_unit": _("No department or company in service has this code.")})
    check_recusal(order.case, [unit], "new_unit")
    live = order.whistle.orders.exclude(state="withdrawn")
    if live.filter(unit=unit).exists():
        raise BadInput({"new_unit": _("This unit is already summoned by this whistle.")})
    return unit


def _rule_extension(
    order: Order, extension: Extension, actor: User, at: datetime, granted: bool, reason: str
) -> None:
    extension.granted, extension.ruling = granted, reason
    extension.ruled_by, extension.ruled_at = actor, at
    extension.save()
    if granted:
        clock = order.case.clocks.running().filter(order_ref=order.pk, kind=ClockKind.FINISH)
        source = _("extension granted: %(reason)s") % {"reason": extension.reason}
        rule_ = Rule(extension.workdays, TimeUnit.WORKDAY.value, source[:200])
        for open_clock in clock:
            extend_clock(open_clock, rule_, at, asked_at=extension.asked_at)
    step, limit = "order.grant" if granted else "order.refuse", str(extension.workdays)
    record_order(order, step, actor=actor, at=at, reason=reason, limit=limit)
    _tell_ruling(order, "extension_ruled", f"extension:{extension.pk}", granted, reason, at)


def _tell_ruling(
    order: Order, kind: str, key: str, upheld: bool, reason: str, at: datetime
) -> None:
    params = {"unit": str(order.unit), "upheld": upheld, "order": order.pk, "reason": reason[:200]}
    number = order.case.number
    tell_units(
        [
            Draft(kind, order.unit_id, key, number, params),
            Draft(kind, order.whistle.blower_id, key, number, params),
        ],
        at,
    )
