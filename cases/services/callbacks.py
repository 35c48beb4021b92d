"""Ask the resident: attempts, answers, the redo that follows an unsolved matter.

A call that brought several cases is answered by one call. The reporter of a merged case is told
and asked too: the answer is kept with their own case, and counts only where the merge is undone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from accounts.refusals import BadInput, StepRefused
from cases.lifecycle import CALLBACK_ROLES, State
from cases.merged import waits_for_call
from cases.models import Callback, Case
from cases.satisfaction import Choices, offered
from cases.services.locks import lock_case, lock_cases
from cases.services.records import record
from cases.services.steps import follow, move

GIVE_UP_AFTER = 2
"""Unanswered attempts after which a case may be closed unrated (two no-answers, SD-CH)."""

LINK_SALT = "resident-rating"
LINK_DAYS = 30


@dataclass(frozen=True, slots=True)
class Said:
    """What the resident said of one case; `then` may be `close` or `reopen` to take that step at once."""

    contacted: bool | None = None
    resolved: str = ""
    satisfied: str = ""
    words: str = ""
    then: str = ""


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
    said = Said(contacted, resolved, satisfied, words, then)
    return record_call({pk: said}, actor=actor, at=at, outcome=outcome)[pk]


@transaction.atomic
def record_call(
    said: Mapping[int, Said], *, actor: User, at: datetime, outcome: str
) -> dict[int, Callback]:
    """Store one attempt to reach a resident about one or several cases of one call, with the answers by case.

    All or nothing. Raise `BadInput` where answers are missing (a second case's by its number and the field) or the
    cases are not of one call, `StepRefused` where one does not wait for a callback.
    """
    check_may_call(actor)
    cases = lock_cases(said)
    first = next(iter(said))
    _check_one_call(list(cases.values()))
    stored = {}
    for pk, answer in said.items():
        try:
            stored[pk] = _answer(cases[pk], answer, actor, at, outcome)
        except BadInput as refusal:
            if pk == first:
                raise
            number = cases[pk].number
            fields = {f"{number}.{name}": texts for name, texts in refusal.fields.items()}
            raise BadInput(fields) from refusal
    return stored


def _check_one_call(cases: list[Case]) -> None:
    calls = {case.call_id for case in cases}
    if len(cases) > 1 and (len(calls) > 1 or None in calls):
        raise BadInput({"also": _("Only cases of the same call are answered by one call.")})


def _answer(case: Case, said: Said, actor: User, at: datetime, outcome: str) -> Callback:
    """Store an attempt on a case locked by the caller, and take the step that is to follow."""
    words = said.words.strip()
    callback = Callback(
        outcome=outcome,
        contacted=said.contacted,
        resolved=said.resolved,
        satisfied=said.satisfied,
        words=words,
        agent=actor,
    )
    _store(case, at, callback)
    if said.then == "close":
        move(case, "close", actor=actor, at=at)
    elif said.then == "reopen":
        move(case, "reopen", actor=actor, at=at, reason=words or _("Not solved."))
    return callback


def check_may_call(actor: User) -> None:
    """Raise `PermissionDenied` for all but the callback desk."""
    if not actor.holds(*CALLBACK_ROLES):
        raise PermissionDenied(_("Calling residents back is not your role."))


def _store(case: Case, at: datetime, callback: Callback) -> Callback:
    """Check and store an attempt on a case locked by the caller."""
    if case.state != State.HANDLED and not waits_for_call(case):
        text = _("This case does not wait for a callback: it is “%(state)s”.")
        raise StepRefused(text % {"state": case.get_state_display()})
    _check_answers(case, callback)
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
    reached = callback.outcome == Callback.Outcome.REACHED
    in_vain = callback.outcome != Callback.Outcome.NO_ANSWER or callback.attempt >= GIVE_UP_AFTER
    if case.state == State.MERGED:
        case.informed_at = at if reached or in_vain else None
        case.save()
    elif reached:
        follow(case, "rate", actor=callback.agent, at=at)
    elif in_vain:
        case.callback_given_up = True
        case.save()
    return callback


def _check_answers(case: Case, callback: Callback) -> None:
    if callback.outcome not in Callback.Outcome.values:
        raise BadInput({"outcome": _("Say how the call went.")})
    if callback.outcome != Callback.Outcome.REACHED:
        callback.contacted, callback.resolved, callback.satisfied = None, "", ""
        return
    missing = {
        "contacted": callback.contacted is None,
        "resolved": callback.resolved not in Callback.Resolved.values,
        "satisfied": not callback.satisfied,
    }
    if any(missing.values()):
        text = _("Ask this question too: the resident was reached.")
        raise BadInput({name: text for name, lacks in missing.items() if lacks})
    choices = offered([case])[case.pk]
    if callback.satisfied not in dict(choices):
        raise BadInput({"satisfied": not_offered(choices)})


def not_offered(choices: Choices) -> str:
    """Say which answers are offered to somebody who gave another one."""
    names = pgettext("between answers", ", ").join(str(label) for _name, label in choices)
    return _("For this case one of these is to be chosen: %(names)s.") % {"names": names}


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
