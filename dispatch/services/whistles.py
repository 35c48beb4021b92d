"""Blow a whistle: summon a lead and assisting departments to a case."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CENTRE_CODE, Role, Unit, User
from accounts.refusals import BadInput
from accounts.services.notices import Draft, tell_units
from cases.lifecycle import ClockKind
from cases.models import Case, CaseParty, Clock
from cases.services.records import record
from cases.services.steps import lock_case, move
from dispatch.lifecycle import BLOWER_ROLES, ROLES_OF_LEVEL
from dispatch.models import Order, Whistle, WhistleItem
from dispatch.rules import may_mark
from dispatch.services.order_clocks import start_order_clocks

MOST_ITEMS = 60
FARTHEST_ASSEMBLY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Item:
    """One problem for the whistle's list, with the unit that owns it where known."""

    text: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Summons:
    """What a blower asks for. `lead` and `departments` are unit codes."""

    level: str
    kind: str
    lead: str
    departments: Sequence[str] = ()
    assembly_at: datetime | None = None
    assembly_place: str = ""
    items: Sequence[Item] = field(default_factory=tuple)
    reason: str = ""


@transaction.atomic
def blow_whistle(pk: int, summons: Summons, *, actor: User, at: datetime) -> Whistle:
    """Blow a whistle on the case: one order a department, each with its clocks, all told at once.

    Raise `PermissionDenied` where the level is not the actor's to blow, `StepRefused` where the case
    has moved on, `BadInput` by field; then nothing is written.
    """
    case = lock_case(pk)
    if not actor.holds(*ROLES_OF_LEVEL.get(summons.level, ())):
        raise PermissionDenied(_("Blowing a whistle of this level is not your right."))
    units = _units(summons)
    _check(summons, units, at)
    lead = units[summons.lead]
    move(case, "whistle", actor=actor, at=at)
    whistle = Whistle.objects.create(
        case=case,
        round=case.round,
        level=summons.level,
        kind=summons.kind,
        blower=blowing_unit(case, actor),
        blown_by=actor,
        blown_at=at,
        reason=summons.reason.strip(),
        assembly_at=summons.assembly_at,
        assembly_place=summons.assembly_place.strip()[:200],
    )
    _list_problems(whistle, summons.items, units)
    others = [unit for code, unit in units.items() if code != summons.lead]
    issue_orders(whistle, lead, [unit for unit in others if unit.code in summons.departments], at)
    return whistle


def blowing_unit(case: Case, actor: User) -> Unit:
    """Return the unit in whose name the actor blows: the narrowest over the place, else the centre."""
    posts = [
        post.unit
        for post in actor.posts
        if post.role in BLOWER_ROLES and post.unit.area and case.area_id.startswith(post.unit.area)
    ]
    if posts:
        return max(posts, key=lambda unit: len(unit.area))
    if actor.holds(Role.SUPERVISOR):
        return Unit.objects.get(code=CENTRE_CODE)
    raise PermissionDenied(_("You hold no role over this place."))


def _units(summons: Summons) -> dict[str, Unit]:
    owners = {item.unit for item in summons.items if item.unit}
    codes = {summons.lead, *summons.departments, *owners}
    found = {u.code: u for u in Unit.objects.summonable().filter(code__in=codes)}
    unknown = sorted(codes - set(found))
    if not summons.lead:
        raise BadInput({"lead": _("Name the lead department.")})
    if unknown:
        text = _("No department or company in service has the code %(codes)s.")
        field_name = "lead" if summons.lead in unknown else "departments"
        raise BadInput({field_name: text % {"codes": ", ".join(unknown)}})
    return found


def _check(summons: Summons, units: dict[str, Unit], at: datetime) -> None:
    if summons.kind not in Whistle.Kind.values:
        raise BadInput({"kind": _("Choose the kind of whistle.")})
    if summons.assembly_at is not None and summons.assembly_at <= at:
        raise BadInput({"assembly_at": _("The time to assemble must lie ahead.")})
    if summons.assembly_at is not None and summons.assembly_at > at + FARTHEST_ASSEMBLY:
        raise BadInput({"assembly_at": _("The time to assemble must lie within ninety days.")})
    if len(summons.items) > MOST_ITEMS:
        raise BadInput({"items": _("At most %(count)s problems.") % {"count": MOST_ITEMS}})
    summoned = {summons.lead, *summons.departments}
    if any(item.unit and item.unit not in summoned for item in summons.items):
        raise BadInput({"items": _("A problem's owner must be summoned too.")})
    if any(not item.text.strip() or len(item.text) > 300 for item in summons.items):
        raise BadInput({"items": _("A problem is told in 1 to 300 characters.")})


def _list_problems(whistle: Whistle, items: Sequence[Item], units: dict[str, Unit]) -> None:
    WhistleItem.objects.bulk_create(
        [
            WhistleItem(
                whistle=whistle,
                position=position,
                text=item.text.strip(),
                unit=units.get(item.unit),
            )
            for position, item in enumerate(items, start=1)
        ]
    )


def issue_orders(
    whistle: Whistle,
    lead: Unit | None,
    assisting: Sequence[Unit],
    at: datetime,
    *,
    designated: bool = False,
) -> list[Order]:
    """Give each unit its order, let it see the case, start its clocks, tell its people.

    A unit `designated` by a ruling may not object.
    """
    parts = [(lead, Order.Part.LEAD)] if lead else []
    parts += [(unit, Order.Part.ASSIST) for unit in assisting]
    orders = [
        Order(
            whistle=whistle,
            case=whistle.case,
            unit=unit,
            role=part,
            issued_at=at,
            designated=designated,
        )
        for unit, part in parts
    ]
    Order.objects.bulk_create(orders)
    CaseParty.objects.bulk_create(
        [CaseParty(case=whistle.case, unit=unit) for unit, _part in parts], ignore_conflicts=True
    )
    drafts = [_order_notice(order, start_order_clocks(order, at)) for order in orders]
    tell_units(drafts, at)
    return orders


def _order_notice(order: Order, clocks: Sequence[Clock]) -> Draft:
    arrival = next((c.due_at for c in clocks if c.kind == ClockKind.REPORT_IN), None)
    emergency = order.whistle.kind == Whistle.Kind.EMERGENCY
    return Draft(
        "order_issued",
        unit_id=order.unit_id,
        key=f"order:{order.pk}",
        case_number=order.case.number,
        params={
            "unit": str(order.unit),
            "due": arrival.isoformat() if arrival else "",
            "whistle": order.whistle.kind,
            "role": order.role,
            "order": order.pk,
        },
        urgent=emergency or order.case.urgency == Case.Urgency.CRITICAL,
    )


@transaction.atomic
def mark_item_done(item_pk: int, *, actor: User, at: datetime, done: bool = True) -> WhistleItem:
    """Tick a problem as done (or not yet), by its owner, another summoned department or the blower."""
    item = WhistleItem.objects.select_related("whistle__case", "whistle__blower").get(pk=item_pk)
    orders = Order.objects.filter(whistle=item.whistle).exclude(state="withdrawn")
    if not may_mark(item, set(orders.values_list("unit_id", flat=True)), actor):
        raise PermissionDenied(_("This step is not yours to take."))
    if (item.done_at is not None) == done:
        return item
    item.done_at = at if done else None
    item.save(update_fields=["done_at"])
    step = "item.done" if done else "item.undone"
    record(item.whistle.case, step, actor=actor, at=at, unit_id=item.unit_id, note=item.text)
    return item
