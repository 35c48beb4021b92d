"""The one door for every step of a case: lock, check, move, record, set the clocks."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django_fsm import can_proceed

from accounts.models import CENTRE_CODE, Unit, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_units
from cases.lifecycle import (
    ENDED,
    OPEN,
    TOWN_ROLES,
    WORKING,
    ClockKind,
    Contact,
    State,
    nobody,
)
from cases.models import Adjustment, Case, Request
from cases.services import clocks, exits, merging
from cases.services.adjustments import (
    check_extension,
    check_hold,
    extensions_granted,
    whistle_kind_of,
)
from cases.services.assigning import follow_case
from cases.services.clues import answer_clues, check_outcome, take_answers_back
from cases.services.filing import changes, corrected
from cases.services.locks import lock_case, lock_cases
from cases.services.problems import note_redo
from cases.services.records import record
from cases.services.urging import attach_urge

ASKING = {"ask_extension": Adjustment.EXTEND, "ask_hold": Adjustment.HOLD}
"""Steps that ask the centre for something, and what they ask for."""


def steps_for(case: Case, user: User) -> list[str]:
    """Return the steps the user may take on the case now: the buttons to show."""
    moves = case.get_available_user_state_transitions(user)
    return [move.name for move in moves if move.custom.get("public")]


def permission_of(move: Any) -> Any:
    """Return the one rule of who may take a step, whatever state it starts from."""
    # django-fsm asks for permission only in a state that has the step; 403 comes before 409.
    return next(iter(move._django_fsm.transitions.values())).permission  # noqa: SLF001


@transaction.atomic
def advance(pk: int, step: str, *, actor: User, at: datetime, **details: Any) -> Case:
    """Take one step in a case's life. Raise `PermissionDenied` (403) when it is not the actor's,
    `StepRefused` (409) when it is not now, `BadInput` (400) when a detail cannot be taken."""
    return move(_locked(pk, step, details), step, actor=actor, at=at, **details)


NAMES_ANOTHER = {"merge": "into", "reject": "same_as"}
"""Steps that touch another case, and the detail that names it: both are locked, in one order."""


def _locked(pk: int, step: str, details: dict[str, Any]) -> Case:
    number = details.get(NAMES_ANOTHER.get(step, ""))
    other = merging.other_of(pk, str(number)) if number else None
    return lock_case(pk) if other is None else lock_cases([pk, other])[pk]


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
    details, ended_at = _to_record(case, step, details, prepared), case.closed_at
    same = exits.same_matter(case, actor, details) if step == "reject" else None
    getattr(case, step)(at=at, **prepared)
    case.save()
    record(case, step, actor=actor, at=at, **{k: _plain(v) for k, v in details.items()})
    _move_clocks(case, step, actor, at, prepared)
    if step == "unmerge" and ended_at is not None:
        merging.put_back(case, ended_at)
    clocks.follow_state(case, at)
    follow_case(case, at)
    _end_or_open_again(case, ended_at, at, prepared)
    if same is not None and same.state in OPEN:
        attach_urge(lock_case(same.pk), actor=actor, at=at, words=case.text)
    if step in ASKING and actor is not None:
        _ask(case, ASKING[step], actor, at, prepared)
    _let_requests_lapse(case, step, at)
    _tell(case, step, at)
    return case


def _move_clocks(
    case: Case, step: str, actor: User | None, at: datetime, prepared: dict[str, Any]
) -> None:
    """Do to the case's clocks what the step itself asks for, before they follow the state."""
    if step == "hold":
        until = _midnight_of(prepared["until"])
        clocks.pause_clocks(case, at, prepared["reason"][:200], until=until)
    elif step == "resume":
        clocks.resume_clocks(case, at)
    elif step == "correct":
        clocks.follow_correction(case, at, prepared["reason"])
        clocks.hand_to_owners(case)
    elif step == "pass_up":
        clocks.stop_deciding(case, at)
    elif step == "reopen":
        note_redo(case, actor=actor, at=at)


def _to_record(
    case: Case, step: str, details: dict[str, Any], prepared: dict[str, Any]
) -> dict[str, Any]:
    """Return what the event of the step keeps, before the step is taken."""
    if step == "correct":
        return {"reason": prepared["reason"]} | changes(case, prepared)
    if step == "merge":
        return details | merging.remembered(case)
    if step == "reject":
        kept = {name: value for name, value in details.items() if name != "result"}
        return kept | {"exit": prepared["exit_id"], "reason": prepared["reason"]}
    return details


def _end_or_open_again(
    case: Case, ended_at: datetime | None, at: datetime, prepared: dict[str, Any]
) -> None:
    """Stop what still runs in a case that has ended, and answer the clues it came from."""
    if case.state in ENDED:
        clocks.stop_clocks(list(case.clocks.running()), at)
        if case.state != State.MERGED:
            answer_clues(case, at, prepared.get("outcome", ""))
    elif ended_at is not None:
        take_answers_back(case)


def _midnight_of(day: date) -> datetime:
    """Return the moment at which that day begins in the district."""
    return timezone.make_aware(datetime.combine(day, datetime.min.time()))


def _ask(case: Case, kind: str, actor: User, at: datetime, asked: dict[str, Any]) -> None:
    """Store what is asked of the centre, and tell it."""
    units = [post.unit_id for post in actor.posts if _answers_for(post, case)]
    unit = units[0] if units else clocks.owners_of(case)[False]
    request = Request.objects.create(
        case=case,
        kind=kind,
        round=case.round,
        reason=asked["reason"].strip(),
        amount=asked.get("limit"),
        until=asked.get("until"),
        unit_id=unit,
        asked_by=actor,
        asked_at=at,
    )
    centre = Unit.objects.values_list("pk", flat=True).get(code=CENTRE_CODE)
    params = {"unit": str(request.unit), "kind": kind, "reason": request.reason[:200]}
    tell_units([Draft("request_asked", centre, f"asked:{request.pk}", case.number, params)], at)


def _answers_for(post: Any, case: Case) -> bool:
    return post.role in TOWN_ROLES and post.unit.area and case.area_id.startswith(post.unit.area)


def _let_requests_lapse(case: Case, step: str, at: datetime) -> None:
    """End what waits for a ruling and has nothing left to move: nobody refused it."""
    if step == "hold":
        lapsed = Request.objects.filter(case=case, kind=Adjustment.HOLD)
    elif case.state not in WORKING and case.state != State.ON_HOLD:
        lapsed = Request.objects.filter(case=case)
    else:
        return
    lapsed.filter(granted=None).update(granted=False, ruled_at=at)


def _check_now(case: Case, step: str) -> None:
    if not can_proceed(getattr(case, step)):
        text = _("This cannot be done now: the case is “%(state)s”. Reload to see where it stands.")
        raise StepRefused(text % {"state": case.get_state_display()})


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
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
    check_hold(case, details.get("until"), at)
    return _with_reason(case, actor, at, details)


def _with_date_asked(
    case: Case, actor: User | None, at: datetime, details: dict[str, Any]
) -> dict[str, Any]:
    _check_none_waits(case, Adjustment.HOLD)
    return _with_date(case, actor, at, details)


def _with_workdays_asked(
    case: Case, actor: User | None, at: datetime, details: dict[str, Any]
) -> dict[str, Any]:
    """More time is asked for before the deadline, once at a time, and within the policy."""
    _check_none_waits(case, Adjustment.EXTEND)
    granted = extensions_granted(case)
    kind = whistle_kind_of(case)
    check_extension(
        details.get("limit"), at, urgency=case.urgency, granted=granted, whistle_kind=kind
    )
    clock = case.clocks.running().filter(order_ref=None, kind=ClockKind.FINISH).first()
    if clock is None or clock.due_at is None or clock.due_at < at:
        raise StepRefused(_("More time can only be asked for before the deadline."))
    return _with_reason(case, actor, at, details)


def _check_none_waits(case: Case, kind: str) -> None:
    if Request.objects.filter(case=case, kind=kind, granted=None).exists():
        raise StepRefused(_("The same was asked before and still waits for its ruling."))


def _with_level(
    case: Case, actor: User | None, at: datetime, details: dict[str, Any]
) -> dict[str, Any]:
    return {"to": _with_reason(case, actor, at, details)["to"]}


def _with_how(
    case: Case, actor: User | None, at: datetime, details: dict[str, Any]
) -> dict[str, Any]:
    if details.get("how") not in Contact.values:
        raise BadInput({"how": _("Say how the resident was spoken to.")})
    return details


def _with_target(
    case: Case, actor: User | None, at: datetime, details: dict[str, Any]
) -> dict[str, Any]:
    return merging.target_of(case, actor, details)


def _with_way_back(
    case: Case, actor: User | None, at: datetime, details: dict[str, Any]
) -> dict[str, Any]:
    return details | merging.way_back(case, at)


def _with_exit(
    case: Case, actor: User | None, at: datetime, details: dict[str, Any]
) -> dict[str, Any]:
    check_outcome(details)
    return exits.chosen_exit(case, actor, details)


def _with_outcome(
    case: Case, actor: User | None, at: datetime, details: dict[str, Any]
) -> dict[str, Any]:
    check_outcome(details)
    return details


def _with_correction(
    case: Case, actor: User | None, at: datetime, details: dict[str, Any]
) -> dict[str, Any]:
    reason = _with_reason(case, actor, at, details)["reason"].strip()
    return corrected(case, details, at, actor) | {"reason": reason}


_PREPARE = {
    "correct": _with_correction,
    "finish": _with_result,
    "settle": _with_result,
    "hold": _with_date,
    "contact": _with_how,
    "ask_extension": _with_workdays_asked,
    "ask_hold": _with_date_asked,
    "reject": _with_exit,
    "close": _with_outcome,
    "reopen": _with_reason,
    "pass_up": _with_level,
    "merge": _with_target,
    "unmerge": _with_way_back,
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


def ended_holds(at: datetime) -> QuerySet[Case]:
    """Return the cases on hold whose date has come."""
    today = timezone.localtime(at).date()
    return Case.objects.filter(state=State.ON_HOLD, hold_until__lte=today)


def sweep_holds(at: datetime) -> int:
    """Resume every case whose date on hold has come; return how many."""
    today = timezone.localtime(at).date()
    resumed = 0
    for pk in ended_holds(at).order_by("hold_until", "pk").values_list("pk", flat=True):
        resumed += _resume_if_due(pk, at, today)
    return resumed


@transaction.atomic
def _resume_if_due(pk: int, at: datetime, today: date) -> int:
    case = lock_case(pk)
    if case.state != State.ON_HOLD or case.hold_until is None or case.hold_until > today:
        return 0
    follow(case, "resume", actor=None, at=at)
    return 1
