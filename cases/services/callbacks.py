"""Ask the resident: attempts, answers, the redo that follows an unsolved matter."""

from datetime import datetime

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput, StepRefused
from cases.lifecycle import CALLBACK_ROLES, State
from cases.models import Callback, Case
from cases.services.records import record
from cases.services.steps import follow, lock_case, move

GIVE_UP_AFTER = 2
"""Unanswered attempts after which a case may be closed unrated (two no-answers, SD-CH)."""

LINK_SALT = "resident-rating"
LINK_DAYS = 30


@transaction.atomic
def record_callback(
    pk: int,
    *,
    actor: User,
    at: datetime,
    outcome: str,
    contacted: bool | None = None,
    resolved: str = "",
    satisfied: str = "",
    words: str = "",
    then: str = "",
) -> Callback:
    """Store one attempt to reach the resident; where reached, the case is rated.

    `then` may be `close` or `reopen` to take that step at once. Raise `BadInput` where answers are
    missing, `StepRefused` where the case does not wait for a callback.
    """
    check_may_call(actor)
    case = lock_case(pk)
    callback = _store(
        case,
        at,
        Callback(
            outcome=outcome,
            contacted=contacted,
            resolved=resolved,
            satisfied=satisfied,
            words=words.strip(),
            agent=actor,
        ),
    )
    if then == "close":
        move(case, "close", actor=actor, at=at)
    elif then == "reopen":
        move(case, "reopen", actor=actor, at=at, reason=words.strip() or _("Not solved."))
    return callback


def check_may_call(actor: User) -> None:
    """Raise `PermissionDenied` for all but the callback desk."""
    if not actor.holds(*CALLBACK_ROLES):
        raise PermissionDenied(_("Calling residents back is not your role."))


def _store(case: Case, at: datetime, callback: Callback) -> Callback:
    """Check and store an attempt on a case locked by the caller."""
    if case.state != State.HANDLED:
        text = _("This case does not wait for a callback: it is “%(state)s”.")
        raise StepRefused(text % {"state": case.get_state_display()})
    _check_answers(callback)
    earlier = Callback.objects.filter(case=case, round=case.round)
    callback.case, callback.round, callback.at = case, case.round, at
    callback.attempt = earlier.count() + 1
    callback.save()
    record(
        case,
        "callback",
        actor=callback.agent,
        at=at,
        outcome=callback.outcome,
        via=callback.via,
        resolved=callback.resolved,
        satisfied=callback.satisfied,
        contacted=callback.contacted,
        words=callback.words,
    )
    if callback.outcome == Callback.Outcome.REACHED:
        follow(case, "rate", actor=callback.agent, at=at)
    elif callback.attempt >= GIVE_UP_AFTER or callback.outcome != Callback.Outcome.NO_ANSWER:
        case.callback_given_up = True
        case.save()
    return callback


def _check_answers(callback: Callback) -> None:
    reached = callback.outcome == Callback.Outcome.REACHED
    missing = {
        "contacted": callback.contacted is None,
        "resolved": callback.resolved not in Callback.Resolved.values,
        "satisfied": callback.satisfied not in Callback.Satisfied.values,
    }
    if reached and any(missing.values()):
        text = _("Ask this question too: the resident was reached.")
        raise BadInput({name: text for name, lacks in missing.items() if lacks})
    if callback.outcome not in Callback.Outcome.values:
        raise BadInput({"outcome": _("Say how the call went.")})
    if not reached:
        callback.contacted, callback.resolved, callback.satisfied = None, "", ""


def rating_token(case: Case) -> str:
    """Return the signed word with which the resident rates this round without an account."""
    return signing.dumps([case.pk, case.round], salt=LINK_SALT, compress=False)


def case_of_token(token: str) -> Case | None:
    """Return the case a rating link stands for, or nothing where it is forged, old or spent."""
    try:
        pk, round_ = signing.loads(token, salt=LINK_SALT, max_age=LINK_DAYS * 86400)
    except signing.BadSignature:
        return None
    return Case.objects.filter(pk=pk, round=round_).select_related("category", "town").first()


@transaction.atomic
def rate_by_link(
    token: str, *, at: datetime, contacted: bool, resolved: str, satisfied: str, words: str = ""
) -> Callback:
    """Store the resident's own answers. Raise `StepRefused` where the link is spent or invalid."""
    known = case_of_token(token)
    if known is None:
        raise StepRefused(_("This link is not valid any more."))
    case = lock_case(known.pk)
    if case.round != known.round:
        raise StepRefused(_("This link is not valid any more."))
    answer = Callback(
        via=Callback.Via.LINK,
        outcome=Callback.Outcome.REACHED,
        contacted=contacted,
        resolved=resolved,
        satisfied=satisfied,
        words=words.strip()[:1000],
    )
    return _store(case, at, answer)
