"""Urging (催办): a resident asks again. It is kept with the case, told to whoever is due next, never a new case."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.refusals import StepRefused
from accounts.services.notices import Draft, tell_units
from cases.lifecycle import OPEN, recused_unit
from cases.merged import head_of
from cases.models import Case, Clock, Urge
from cases.services.clocks import owners_of
from cases.services.locks import lock_case
from cases.services.records import record

URGING_ROLES = (Role.OPERATOR, Role.CALLBACK, Role.SUPERVISOR)
"""The desks that residents call."""

CALM = timedelta(minutes=30)
"""The same case rings at most once in this time, however often its resident calls; every call is kept."""


def may_urge(case: Case, user: User) -> bool:
    """Tell whether the user may note that the resident asked again."""
    return user.holds(*URGING_ROLES, but=recused_unit(case))


def check_may_urge(case: Case, user: User) -> None:
    """Raise `PermissionDenied` for all but the desks that residents call."""
    if not may_urge(case, user):
        raise PermissionDenied(_("Noting that a resident asked again is not your role."))


@transaction.atomic
def urge(pk: int, *, actor: User, at: datetime, words: str = "") -> Urge:
    """Note that the resident of a case asked again, and tell the unit that is due next.

    A merged case is urged where its matter is followed. Raise `PermissionDenied` for all but the desks that
    residents call, `StepRefused` where the matter has ended.
    """
    case = Case.objects.get(pk=pk)
    check_may_urge(case, actor)
    return attach_urge(lock_case(head_of(case).pk), actor=actor, at=at, words=words)


def attach_urge(case: Case, *, actor: User | None, at: datetime, words: str = "") -> Urge:
    """Attach an urging to a case locked by the caller."""
    if case.state not in OPEN:
        text = _("The matter has ended: it is “%(state)s”. Take down a new case, or reopen it.")
        raise StepRefused(text % {"state": case.get_state_display()})
    unit_id = _due_next(case)
    rang = Urge.objects.filter(case=case, notified=True, at__gt=at - CALM).exists()
    row = Urge.objects.create(
        case=case,
        words=words.replace("\x00", "").strip()[:500],
        at=at,
        taken_by=actor,
        told_id=unit_id,
        notified=not rang,
    )
    Case.objects.filter(pk=case.pk).update(urged=F("urged") + 1)
    case.urged += 1
    record(case, "urge", actor=actor, at=at, unit_id=unit_id, words=row.words, times=case.urged)
    if row.notified:
        urgent = case.urgency == Case.Urgency.CRITICAL
        params = {"times": case.urged}
        draft = Draft("case_urged", unit_id, f"urge:{row.pk}", case.number, params, urgent=urgent)
        tell_units([draft], at)
    return row


def _due_next(case: Case) -> int:
    """Return the unit that holds the time limit due next: the town, a department, or the hotline."""
    running = Clock.objects.running().filter(case=case, document_ref=None)
    due = running.order_by(F("due_at").asc(nulls_last=True), "pk").values_list("unit_id", flat=True)
    return due.first() or owners_of(case)[False]
