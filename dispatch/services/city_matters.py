"""Matters of the city: the counterpart department takes the case up there, and brings back the answer."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CENTRE_CODE, Role, Unit, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_units
from cases.lifecycle import WORKING, recused_unit
from cases.models import Case
from cases.services.clocks import owners_of
from cases.services.locks import lock_case
from cases.services.records import record
from dispatch.models import CityMatter, Order

LONGEST_ANSWER = 4000


def counterparts_of(case: Case, user: User) -> list[Unit]:
    """Return the departments for which the user takes the case up with the city: those of the user's that
    have an order of it; for the command centre every one that has."""
    orders = Order.objects.filter(case=case, whistle__round=case.round).unsettled()
    if not user.holds(Role.SUPERVISOR, but=recused_unit(case)):
        orders = orders.filter(unit__in=user.units_of(Role.DEPARTMENT))
    units = {order.unit for order in orders.select_related("unit")}
    return sorted(units, key=lambda unit: unit.code)


@transaction.atomic
def take_up(
    pk: int,
    *,
    actor: User,
    at: datetime,
    counterpart: str,
    outside_unit: str,
    reference: str = "",
    note: str = "",
) -> CityMatter:
    """Record that the counterpart department has taken the case up with the city's unit, under whose
    reference. Raise `PermissionDenied`, `StepRefused` or `BadInput`; then nothing is written."""
    case = lock_case(pk)
    units = {unit.code: unit for unit in counterparts_of(case, actor)}
    if not units:
        raise PermissionDenied(
            _("Only a department summoned to the case takes it up with the city.")
        )
    if case.state not in WORKING:
        raise StepRefused(_("The case is not being worked on; nothing can be taken up now."))
    if counterpart not in units:
        raise BadInput({"counterpart": _("Name a department that is summoned to the case.")})
    if not outside_unit.strip():
        raise BadInput({"outside_unit": _("Name the city's unit.")})
    unit = units[counterpart]
    if CityMatter.objects.filter(case=case, counterpart=unit, answered_at=None).exists():
        raise StepRefused(
            _("This department has taken the case up already; the answer is awaited.")
        )
    matter = CityMatter.objects.create(
        case=case,
        counterpart=unit,
        outside_unit=outside_unit.strip()[:80],
        reference=reference.strip()[:80],
        note=note.strip(),
        taken_up_by=actor,
        taken_up_at=at,
    )
    _record(matter, "city.taken_up", actor, at, matter.note)
    _tell(matter, "city_taken_up", at)
    return matter


@transaction.atomic
def answer_matter(pk: int, *, actor: User, at: datetime, answer: str) -> CityMatter:
    """Write down what the city's unit answered, once; by its counterpart or the command centre."""
    case = lock_case(CityMatter.objects.values_list("case", flat=True).get(pk=pk))
    matter = CityMatter.objects.select_related("counterpart").get(pk=pk)
    matter.case = case
    if not may_answer(matter, actor):
        raise PermissionDenied(_("Only the counterpart department writes down the city's answer."))
    if matter.answered_at is not None:
        raise StepRefused(_("The city has answered already."))
    said = answer.strip()
    if not said or len(said) > LONGEST_ANSWER:
        raise BadInput({"answer": _("Write the answer, at most 4000 characters.")})
    matter.answer, matter.answered_at = said, at
    matter.save(update_fields=["answer", "answered_at"])
    _record(matter, "city.answered", actor, at, said)
    _tell(matter, "city_answered", at)
    return matter


def may_answer(matter: CityMatter, user: User) -> bool:
    """Tell whether the user writes down what the city answers."""
    own = recused_unit(matter.case)
    counterpart = matter.counterpart_id != own and user.holds_in(
        matter.counterpart_id, Role.DEPARTMENT
    )
    return counterpart or user.holds(Role.SUPERVISOR, but=own)


def _record(matter: CityMatter, step: str, actor: User, at: datetime, note: str) -> None:
    record(
        matter.case,
        step,
        actor=actor,
        at=at,
        unit_id=matter.counterpart_id,
        outside_unit=matter.outside_unit,
        reference=matter.reference,
        note=note[:500],
    )


def _tell(matter: CityMatter, kind: str, at: datetime) -> None:
    """Tell the town of the case and the command centre."""
    centre = Unit.objects.values_list("pk", flat=True).get(code=CENTRE_CODE)
    params = {"unit": str(matter.counterpart)}
    key, number = f"{kind}:{matter.pk}", matter.case.number
    tell_units(
        [
            Draft(kind, unit, key, number, params)
            for unit in {owners_of(matter.case)[False], centre}
        ],
        at,
    )
