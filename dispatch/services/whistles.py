"""Blow a whistle: summon a lead and assisting departments to a case."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Unit, User
from accounts.refusals import BadInput
from accounts.services.notices import Draft, tell_units
from cases.lifecycle import ClockKind
from cases.models import Case, CaseParty, Clock
from cases.services.clocks import designate_clocks
from cases.services.locks import lock_case
from cases.services.steps import move
from dispatch.models import Order, Whistle
from dispatch.queries.ownership import deciding_rule
from dispatch.rights import BLOW, current, is_over, may, may_with_case, summonable_by
from dispatch.services.items import Item, check_items, list_problems
from dispatch.services.matters import units_ruled
from dispatch.services.order_clocks import start_order_clocks
from dispatch.services.rings import next_ring
from dispatch.services.units import check_recusal, check_summonable

FARTHEST_ASSEMBLY = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Summons:
    """What a blower asks for. `lead` and `departments` are unit codes."""

    level: str
    kind: str
    lead: str
    departments: Sequence[str] = ()
    assembly_at: datetime | None = None
    assembly_place: str = ""
    assembly_lon: float | None = None
    assembly_lat: float | None = None
    items: Sequence[Item] = field(default_factory=tuple)
    reason: str = ""


@transaction.atomic
def blow_whistle(pk: int, summons: Summons, *, actor: User, at: datetime) -> Whistle:
    """Blow a whistle on the case: one order a department, each with its clocks, all told at once.

    Raise `PermissionDenied` where the level is not the actor's to blow, `StepRefused` where the case
    has moved on, `BadInput` by field; then nothing is written.
    """
    case = lock_case(pk)
    check_may_blow(case, summons.level, summons.kind, actor)
    units = _units(summons)
    _check(summons, units, at)
    lead = units[summons.lead]
    move(case, "whistle", actor=actor, at=at)
    whistle = Whistle.objects.create(
        case=case,
        round=case.round,
        level=summons.level,
        kind=summons.kind,
        blower=blowing_unit(case, actor, summons.level, summons.kind),
        blown_by=actor,
        blown_at=at,
        risen_from=_risen_from(case),
        rule_id=deciding_rule(case),
        reason=summons.reason.strip(),
        assembly_at=summons.assembly_at,
        assembly_place=summons.assembly_place.strip()[:200],
        **_assembly_position(case, summons),
    )
    list_problems(whistle, summons.items, units, at)
    others = [unit for code, unit in units.items() if code != summons.lead]
    issue_orders(whistle, lead, [unit for unit in others if unit.code in summons.departments], at)
    return whistle


def check_may_blow(case: Case, level: str, kind: str, actor: User) -> None:
    """Raise `BadInput` where the district does not blow such a whistle, or the matter stands higher;
    `PermissionDenied` where the actor lacks the right over the place."""
    known, of_kind, passed = (
        current().level(level),
        current().kind(kind),
        current().level(case.level),
    )
    if of_kind is None:
        raise BadInput({"kind": _("Choose the kind of whistle.")})
    if not of_kind.active:
        raise BadInput({"kind": _("Whistles of this kind are not blown in this district.")})
    if known is not None and not known.active:
        raise BadInput({"level": _("Whistles of this level are not blown in this district.")})
    if not (may(actor, BLOW, level, kind, case) and may_with_case(BLOW, case, actor)):
        raise PermissionDenied(_("Blowing a whistle of this level is not your right."))
    if known is not None and passed is not None and known.position < passed.position:
        text = _("The matter was passed up; it now takes at least this: %(level)s.")
        raise BadInput({"level": text % {"level": passed.label}})


def blowing_unit(case: Case, actor: User, level: str, kind: str) -> Unit:
    """Return the unit in whose name the actor blows: the narrowest that gives the right over the place."""
    roles = current().roles(BLOW, level, kind)
    units = [post.unit for post in actor.posts if post.role in roles and is_over(post, case)]
    if not units:
        raise PermissionDenied(_("You hold no role over this place."))
    return max(units, key=lambda unit: len(unit.area))


def _risen_from(case: Case) -> Whistle | None:
    """Return the whistle of a lower level that the matter was passed up from, where there was one."""
    if not case.level:
        return None
    passed = case.whistles.filter(round=case.round, passed_up_at__isnull=False)
    return passed.order_by("-passed_up_at", "-pk").first()


def _units(summons: Summons) -> dict[str, Unit]:
    owners = {item.unit for item in summons.items if item.unit}
    codes = {summons.lead, *summons.departments, *owners}
    found = {u.code: u for u in Unit.objects.filter(code__in=codes, active=True)}
    unknown = sorted(codes - set(found))
    if not summons.lead:
        raise BadInput({"lead": _("Name the lead department.")})
    if unknown:
        text = _("No unit in service has the code %(codes)s.")
        field_name = "lead" if summons.lead in unknown else "departments"
        raise BadInput({field_name: text % {"codes": ", ".join(unknown)}})
    # What a refusal names, it names all at once: at the lead where the lead is among it.
    odd_lead = found[summons.lead].kind not in summonable_by(summons.level)
    listed = [found[code] for code in sorted(found)]
    check_summonable(summons.level, listed, "lead" if odd_lead else "departments")
    return found


def _check(summons: Summons, units: dict[str, Unit], at: datetime) -> None:
    if summons.assembly_at is not None and summons.assembly_at <= at:
        raise BadInput({"assembly_at": _("The time to assemble must lie ahead.")})
    if summons.assembly_at is not None and summons.assembly_at > at + FARTHEST_ASSEMBLY:
        raise BadInput({"assembly_at": _("The time to assemble must lie within ninety days.")})
    if (summons.assembly_lon is None) != (summons.assembly_lat is None):
        raise BadInput({"assembly_lon": _("Give longitude and latitude together.")})
    check_items(summons.items, {summons.lead, *summons.departments})


def _assembly_position(case: Case, summons: Summons) -> dict[str, float | None]:
    """Return where to assemble: as given, else the case's own position; nothing where nobody assembles."""
    if summons.assembly_lon is not None:
        return {"assembly_lon": summons.assembly_lon, "assembly_lat": summons.assembly_lat}
    if summons.assembly_at is None and not summons.assembly_place.strip():
        return {}
    return {"assembly_lon": case.lon, "assembly_lat": case.lat}


def issue_orders(
    whistle: Whistle,
    lead: Unit | None,
    assisting: Sequence[Unit],
    at: datetime,
    *,
    designated: bool = False,
) -> list[Order]:
    """Give each unit its order, let it see the case, start its clocks, tell its people.

    A unit `designated` by a ruling may not object; nor may any in a problem case. The unit that a
    report of wrongdoing complains of is given nothing.
    """
    check_recusal(whistle.case, [lead] if lead else [], "lead")
    check_recusal(whistle.case, assisting, "departments")
    designated = designated or whistle.case.problem_at is not None
    ruled = units_ruled(whistle.case)
    parts = [(lead, Order.Part.LEAD)] if lead else []
    parts += [(unit, Order.Part.ASSIST) for unit in assisting]
    orders = [
        Order(
            whistle=whistle,
            case=whistle.case,
            unit=unit,
            role=part,
            issued_at=at,
            designated=designated or unit.pk in ruled,
            ring_at=next_ring(whistle.kind, at),
        )
        for unit, part in parts
    ]
    Order.objects.bulk_create(orders)
    CaseParty.objects.bulk_create(
        [CaseParty(case=whistle.case, unit=unit) for unit, _part in parts], ignore_conflicts=True
    )
    drafts = [_order_notice(order, start_order_clocks(order, at)) for order in orders]
    for order in orders:
        if order.unit_id in ruled:
            designate_clocks(whistle.case, order.pk, at, ruled[order.unit_id])
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
