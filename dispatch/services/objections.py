"""Objections: a unit says “not ours”, with what proves it; and whom the ruling is charged to."""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import CENTRE_CODE, Unit, User
from accounts.refusals import BadInput
from dispatch.models import Objection, Order
from dispatch.services.numbers import take_numbers
from dispatch.sheets import number_of

SERIES = "objection"
"""The series of numbers of rulings on objections: 裁〔2026〕5号."""

MOST_CITED = 10


def raise_objection(
    order: Order,
    *,
    actor: User,
    at: datetime,
    reason: str,
    evidence: str = "",
    cites: Sequence[str] = (),
) -> Objection:
    """Store the objection of an order that has just been objected to."""
    cited = rulings_cited(cites, actor)
    objection = Objection.objects.create(
        order=order,
        reason=reason.strip(),
        evidence=evidence.strip(),
        raised_by=actor,
        raised_at=at,
        sender_id=sender_of(order),
    )
    objection.cites.add(*cited)
    return objection


def sender_of(order: Order) -> int:
    """Return the unit that sent the order: who blew the whistle, or the centre that designated."""
    if order.designated:
        return Unit.objects.values_list("pk", flat=True).get(code=CENTRE_CODE)
    return order.whistle.blower_id


def rulings_cited(numbers: Collection[str], actor: User) -> list[Objection]:
    """Return the rulings of these numbers, all of which the actor may read."""
    wanted = list(dict.fromkeys(number.strip() for number in numbers if number.strip()))
    if len(wanted) > MOST_CITED:
        raise BadInput({"cites": _("At most %(count)s rulings.") % {"count": MOST_CITED}})
    known = Objection.objects.visible_to(actor).filter(number__in=wanted) if wanted else ()
    found = {ruling.number: ruling for ruling in known}
    if missing := [number for number in wanted if number not in found]:
        text = _("There is no ruling %(numbers)s.")
        raise BadInput({"cites": text % {"numbers": " ".join(missing)}})
    return [found[number] for number in wanted]


def close_objection(
    objection: Objection,
    *,
    upheld: bool,
    reason: str,
    actor: User,
    at: datetime,
    new_unit: Unit | None,
    cites: Sequence[Objection],
) -> None:
    """Write the ruling under its number: a failed objection is charged to the unit that raised it,
    one upheld to the unit that sent the order."""
    objection.upheld, objection.ruling, objection.new_unit = upheld, reason, new_unit
    objection.ruled_by, objection.ruled_at = actor, at
    if objection.sender_id is None:
        objection.sender_id = sender_of(objection.order)
    objection.charged_to_id = objection.sender_id if upheld else objection.order.unit_id
    objection.cites.add(*cites)
    year = timezone.localtime(at).year
    (seq,) = take_numbers([(SERIES, year)])
    objection.number = number_of("", SERIES, year, seq)
    objection.save()
