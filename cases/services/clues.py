"""Clues of satellites, sensors and other platforms: each becomes a case once, and its source learns the outcome."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.locks import hold
from accounts.models import Role, User
from accounts.pickers import EARLIEST
from accounts.refusals import BadInput, StepRefused
from cases.lifecycle import State
from cases.merged import merged_into
from cases.models import Case, Category, Clue
from cases.services.intake import receive
from cases.services.records import record
from grids.places import Place

SENDING_ROLES = (Role.OPERATOR, Role.SUPERVISOR)
"""Another platform signs in with an account of its own that holds the role of an operator."""

AHEAD = timedelta(minutes=10)
"""By how much the clock of a machine may be fast."""

OUTCOMES = {State.CLOSED: Clue.Outcome.CONFIRMED, State.REJECTED: Clue.Outcome.NOT_FOUND}
"""What the source is told by how the case ended, unless somebody says otherwise on ending it."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What was seen, by whom, under which reference of theirs."""

    source: str
    external_id: str
    kind: str
    text: str
    observed_at: datetime
    evidence_url: str = ""
    confidence: Decimal | None = None
    category: str = ""


def may_send(user: User) -> bool:
    """Tell whether the user may send clues and take back what became of them."""
    return user.holds(*SENDING_ROLES)


def check_may_send(user: User) -> None:
    """Raise `PermissionDenied` for those who neither send clues nor take back their outcome."""
    if not may_send(user):
        raise PermissionDenied(_("Clues come from platforms and the hotline's own desk."))


@transaction.atomic
def receive_clue(
    sighting: Sighting, *, place: Place, actor: User, at: datetime
) -> tuple[Clue, bool]:
    """Store a clue and its case; return it and whether it is new. Sent again, it is the same one.

    Raise `StepRefused` where the source sends other content under a reference it used before,
    `BadInput` by field.
    """
    check_may_send(actor)
    _check(sighting, at)
    _wait_for_twin(sighting)
    known = _known(sighting)
    if known is not None:
        _check_same(known, sighting, place)
        return known, False
    case = receive(
        actor=actor,
        at=at,
        channel=Case.Channel.PLATFORM,
        kind=Case.Kind.HELP,
        category=sighting.category or _usual_category(sighting),
        text=sighting.text,
        place=place,
        external_id=_reference(sighting),
    )
    clue = Clue.objects.create(
        source=sighting.source,
        external_id=sighting.external_id,
        kind=sighting.kind,
        text=sighting.text,
        observed_at=sighting.observed_at,
        evidence_url=sighting.evidence_url,
        confidence=sighting.confidence,
        case=case,
        received_at=at,
    )
    return clue, True


def _check(sighting: Sighting, at: datetime) -> None:
    for name in ("source", "external_id", "kind", "text"):
        if not getattr(sighting, name).strip():
            raise BadInput({name: _("This is needed.")})
    if "/" in sighting.source:
        raise BadInput({"source": _("A source's name has no “/”.")})
    if sighting.observed_at.date() < EARLIEST:
        raise BadInput({"observed_at": _("Give a time such as 2026-03-04T10:00:00+08:00.")})
    if sighting.observed_at > at + AHEAD:
        raise BadInput({"observed_at": _("This lies in the future.")})


def _wait_for_twin(sighting: Sighting) -> None:
    """Let the same clue sent twice at the same moment come one after the other."""
    hold(f"clue {sighting.source}/{sighting.external_id}")


def _known(sighting: Sighting) -> Clue | None:
    rows = Clue.objects.filter(source=sighting.source, external_id=sighting.external_id)
    return rows.select_related("case").first()


def _check_same(known: Clue, sighting: Sighting, place: Place) -> None:
    names = ("kind", "text", "observed_at", "evidence_url", "confidence")
    same = all(getattr(known, name) == getattr(sighting, name) for name in names)
    if not same or (known.case.lon, known.case.lat) != (place.lon, place.lat):
        text = _("The reference %(reference)s was sent before with other content, case %(number)s.")
        words = {"reference": sighting.external_id, "number": known.case.number}
        raise StepRefused(text % words)


def _reference(sighting: Sighting) -> str:
    """Return what the case carries as its outside reference: unique over all sources, or none where it is too long."""
    reference = f"{sighting.source}/{sighting.external_id}"
    return reference if len(reference) <= 80 else ""


def _usual_category(sighting: Sighting) -> str:
    """Return the category under which the last clue of the kind is filed now, else the one for whatever fits nowhere."""
    before = Clue.objects.filter(source=sighting.source, kind=sighting.kind)
    last = before.order_by("-received_at").values_list("case__category", flat=True).first()
    if last is None:
        other = Category.objects.filter(name="其他", parent__isnull=False).order_by("-code").first()
        last = other.pk if other else None
    if last is None:
        raise BadInput({"category": _("Give the category: no clue of this kind came before.")})
    return last


def check_outcome(details: dict[str, Any]) -> None:
    """Raise `BadInput` where the outcome told to a clue's source is none there is."""
    if details.get("outcome", "") not in ("", *Clue.Outcome.values):
        raise BadInput({"outcome": _("There is no such outcome.")})


def answer_clues(case: Case, at: datetime, outcome: str = "") -> None:
    """Answer the clues of a case that has ended, and of those merged into it; call it in the same transaction."""
    _of(case).filter(answered_at=None).update(
        outcome=outcome or OUTCOMES[State(case.state)], answered_at=at, collected_at=None
    )


def take_answers_back(case: Case) -> None:
    """Take back the answers of a case that is open again; its source will be told anew."""
    _of(case).exclude(answered_at=None).update(outcome="", answered_at=None, collected_at=None)


def _of(case: Case) -> Any:
    return Clue.objects.filter(Q(case=case) | Q(case__in=merged_into(case).values("pk")))


@transaction.atomic
def collect(pk: int, *, actor: User, at: datetime) -> Clue:
    """Note that the source has taken the outcome; a second time changes nothing. Raise `StepRefused` before there is one."""
    check_may_send(actor)
    clue = Clue.objects.select_for_update().select_related("case").get(pk=pk)
    if clue.answered_at is None:
        raise StepRefused(_("The matter has not ended yet; there is nothing to take back."))
    if clue.collected_at is None:
        clue.collected_at = at
        clue.save(update_fields=["collected_at"])
        record(clue.case, "clue.collect", actor=actor, at=at, source=clue.source)
    return clue
