"""The one door for every step of a case: lock, check, move, record, set the clocks."""

from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from accounts.models import User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_units
from cases.lifecycle import ENDED, State, nobody
from cases.models import Case
from cases.services import clocks
from cases.services.records import record

LONGEST_HOLD = timedelta(days=366)


def steps_for(case: Case, user: User) -> list[str]:
    """Return the steps the user may take on the case now: the buttons to show."""
    moves = case.get_available_user_state_transitions(user)
    return [move.name for move in moves if move.custom.get("public")]


def permission_of(move: Any) -> Any:
    """Return the one rule of who may take a step, whatever state it starts from."""
    # django-fsm asks for permission only in a state that has the step; 403 comes before 409.
    return next(iter(move._django_fsm.transitions.values())).permission  # noqa: SLF001


def lock_case(pk: int) -> Case:
    """Lock the case's row until the end of the transaction.

    FOR NO KEY UPDATE, so that a sweep may append an event to the case meanwhile.
    """
    return Case.objects.select_for_update(no_key=True).get(pk=pk)


@transaction.atomic
def advance(pk: int, step: str, *, actor: User, at: datetime, **details: Any) -> Case:
    """Take one step in a case's life. Raise `PermissionDenied` (403) when it is not the actor's,
    `StepRefused` (409) when it is not now, `BadInput` (400) when a detail cannot be taken."""
    return move(lock_case(pk), step, actor=actor, at=at, **details)


def move(case: Case, step: str, *, actor: User, at: datetime, **details: Any) -> Case:
    """Take a step that is the actor's own on a case locked by the caller."""
    check_offered(case, step, actor)
    return _take(case, step, actor, at, details)


def check_offered(case: Case, step: str, actor: User) -> None:
    """Raise `PermissionDenied` where the step is not the actor's, `StepRefused` where it is not now."""
    rule = permission_of(getattr(case, step))
    if rule is nobody or not rule(case, actor):
        raise PermissionDenied(_("This step is not yours to take."))
    _check_now(case, step)


def follow(case: Case, step: str, *, actor: User | None, at: datetime, **details: Any) -> Case:
    """Take a step that follows from another step or from a date, on a case locked by the caller."""
    if permission_of(getattr(case, step)) is not nobody and not (
        actor is None and step == "resume"
    ):
        raise PermissionDenied(_("This step is not yours to take."))
    return _take(case, step, actor, at, details)


def _take(case: Case, step: str, actor: User | None, at: datetime, details: dict[str, Any]) -> Case:
    _check_now(case, step)
    prepared = _PREPARE.get(step, _as_given)(case, actor, at, dict(details))
    getattr(case, step)(at=at, **prepared)
    case.save()
    record(case, step, actor=actor, at=at, **{k: _plain(v) for k, v in details.items()})
    if step == "hold":
        clocks.pause_clocks(case, at, prepared["reason"][:200])
    elif step == "resume":
        clocks.resume_clocks(case, at)
    clocks.follow_state(case, at)
    if case.state in ENDED:
        clocks.stop_clocks(list(case.clocks.running()), at)
    _tell(case, step, at)
    return case


def _check_now(case: Case, step: str) -> None:
    if not can_proceed(getattr(case, step)):
        text = _("This cannot be done now: the case is “%(state)s”. Reload to see where it stands.")
        raise StepRefused(text % {"state": case.get_state_display()})


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value


def _as_given(
    case: Case, actor: User | None, at: datetime, details: dict[str, Any]
) -> dict[str, Any]:
    return details


def _with_reason(
    case: Case, actor: User | None, at: datetime, details: dict[str, Any]
) -> dict[str, Any]:
    if not str(details.get("reason", "")).strip():
        raise BadInput({"reason": _("Give the reason.")})
    return details


def _with_result(
    case: Case, actor: User | None, at: datetime, details: dict[str, Any]
) -> dict[str, Any]:
    if not str(details.get("result", "")).strip():
        raise BadInput({"result": _("Write what was done and found.")})
    return details


def _with_date(
    case: Case, actor: User | None, at: datetime, details: dict[str, Any]
) -> dict[str, Any]:
    today = timezone.localtime(at).date()
    until = details.get("until")
    if until is None or not today < until <= today + LONGEST_HOLD:
        raise BadInput({"until": _("Give a date after today, at most a year ahead.")})
    return _with_reason(case, actor, at, details)


def _with_target(
    case: Case, actor: User | None, at: datetime, details: dict[str, Any]
) -> dict[str, Any]:
    """Find the case to merge into; it must be another, visible to the actor, and not ended."""
    found = Case.objects.filter(number=str(details.get("into", "")).strip())
    target = (found.visible_to(actor) if actor else found).exclude(pk=case.pk).first()
    if target is None:
        raise BadInput({"into": _("Give the number of another case that you may see.")})
    if target.state in ENDED:
        raise BadInput({"into": _("That case has ended; reopen it first.")})
    return {"into_id": target.pk}


_PREPARE = {
    "finish": _with_result,
    "settle": _with_result,
    "hold": _with_date,
    "reject": _with_reason,
    "reopen": _with_reason,
    "merge": _with_target,
}


def _tell(case: Case, step: str, at: datetime) -> None:
    """Tell the unit that must act next."""
    kinds = {
        "finish": ("case_handled", True),
        "settle": ("case_handled", True),
        "reopen": ("case_reopened", False),
    }
    if step not in kinds:
        return
    kind, hotline = kinds[step]
    owner = clocks.owners_of(case)[hotline]
    key = f"{kind}:{case.pk}:{case.round}:{at.timestamp()}"
    tell_units([Draft(kind, owner, key, case.number)], at)


def sweep_holds(at: datetime) -> int:
    """Resume every case whose date on hold has come; return how many."""
    today = timezone.localtime(at).date()
    due = Case.objects.filter(state=State.ON_HOLD, hold_until__lte=today)
    resumed = 0
    for pk in due.order_by("hold_until", "pk").values_list("pk", flat=True):
        resumed += _resume_if_due(pk, at, today)
    return resumed


@transaction.atomic
def _resume_if_due(pk: int, at: datetime, today: date) -> int:
    case = lock_case(pk)
    if case.state != State.ON_HOLD or case.hold_until is None or case.hold_until > today:
        return 0
    follow(case, "resume", actor=None, at=at)
    return 1
