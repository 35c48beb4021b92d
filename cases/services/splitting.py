"""One call, several cases: each with clocks of its own, all with one caller and one callback."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput, StepRefused
from cases.lifecycle import State, intake
from cases.models import Call, Case
from cases.services.intake import receive
from cases.services.locks import lock_case
from cases.services.photos import Photo
from cases.services.records import record
from grids.places import Place


@dataclass(frozen=True, slots=True)
class Matter:
    """One more matter of a call: what is its own. An empty kind or urgency is that of the first."""

    category: str
    text: str
    condition: str = ""
    kind: str = ""
    urgency: str = ""
    place: Place | None = None
    accused: str = ""
    confidential: bool = False
    external_id: str = ""
    photos: Sequence[Photo] = ()


def may_add(case: Case, user: User) -> bool:
    """Tell whether the user may add matters to the call of a case: its own receiver, and the hotline's desks."""
    return case.received_by_id == user.pk or intake(case, user)


def may_split(case: Case, user: User) -> bool:
    """Tell whether the user may split a matter off the case now."""
    return intake(case, user) and case.state == State.RECEIVED


def check_may_split(case: Case, user: User) -> None:
    """Raise `PermissionDenied` where the split is not the user's, `StepRefused` where the case is under way."""
    if not intake(case, user):
        raise PermissionDenied(_("This step is not yours to take."))
    if not may_split(case, user):
        text = _("This cannot be done now: the case is “%(state)s”. Reload to see where it stands.")
        raise StepRefused(text % {"state": case.get_state_display()})


@transaction.atomic
def add_matter(number: str, matter: Matter, *, actor: User, at: datetime) -> Case:
    """Receive one more matter of the call that brought the case; caller and confidentiality are those of the call.

    Raise `BadInput` where there is no such case, `PermissionDenied` where it is not the actor's to add to.
    """
    seen = Case.objects.visible_to(actor).filter(number=number.strip()).first()
    if seen is None:
        raise BadInput({"call": _("Give the number of a case of the same call.")})
    if not may_add(seen, actor):
        raise PermissionDenied(_("Only who took the call adds matters to it."))
    return _added(lock_case(seen.pk), matter, actor, at, step="call.more")


@transaction.atomic
def split_case(pk: int, matter: Matter, *, actor: User, at: datetime) -> Case:
    """Split a matter off a case that nobody works on yet; return the new case, with a life of its own.

    Raise `PermissionDenied` for all but the hotline's desks, `StepRefused` where the case is under way.
    """
    case = lock_case(pk)
    check_may_split(case, actor)
    return _added(case, matter, actor, at, step="split")


def _added(case: Case, matter: Matter, actor: User, at: datetime, *, step: str) -> Case:
    """Store the matter as a case of the same call, on a case locked by the caller; write it on both."""
    place = matter.place or Place(case.area_id, case.lon, case.lat, case.address)
    new = receive(
        actor=actor,
        at=at,
        channel=case.channel,
        kind=matter.kind or case.kind,
        category=matter.category,
        condition=matter.condition,
        text=matter.text,
        place=place,
        urgency=matter.urgency or case.urgency,
        caller_name=case.caller_name,
        caller_phone=case.caller_phone,
        confidential=case.confidential or matter.confidential,
        accused=matter.accused or _accused_of(case, matter),
        external_id=matter.external_id,
        photos=matter.photos,
    )
    Case.objects.filter(pk=new.pk).update(call=_call_of(case))
    new.call_id = case.call_id
    record(case, step, actor=actor, at=at, other=new.number)
    record(new, f"{step}.of" if step == "split" else step, actor=actor, at=at, other=case.number)
    return new


def _accused_of(case: Case, matter: Matter) -> str:
    """Return the unit complained of: a matter split off a report of wrongdoing is kept from it, too."""
    same = (matter.kind or case.kind) == case.kind
    return case.accused.code if case.accused and same else ""


def _call_of(case: Case) -> int:
    """Return the call the case came with; its first further matter makes it one that holds several."""
    if case.call_id is None:
        call = Call.objects.create(received_at=case.received_at, received_by=case.received_by)
        case.call = call
        Case.objects.filter(pk=case.pk).update(call=call)
    assert case.call_id is not None
    return case.call_id
