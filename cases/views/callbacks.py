"""The callback desk: who is to be called next, and what they said."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import User
from accounts.paging import bounded_count
from accounts.refusals import BadInput
from accounts.requests import SignedInRequest
from cases.callback_forms import AlsoForm, CallbackForm
from cases.forms import put_refusal
from cases.lifecycle import CALLBACK_ROLES, WORKING, State
from cases.merged import head_of, of_same_call, waits_for_call
from cases.models import BOUNDARIES, Callback, Case
from cases.privacy import shown_text
from cases.queries import cases_for_page, lines
from cases.satisfaction import offered
from cases.services.callbacks import record_call
from cases.views.pages import page_of_case, visible_case
from cases.views.words import count_words
from cases.waiting import callback_queue, closing_queue, telling_queue

QUEUE_SHOWN = 40
CALLING, CLOSING, TELLING = "call", "close", "tell"
NOT_READY = (*WORKING, State.ON_HOLD)


@require_GET
def desk(request: SignedInRequest) -> HttpResponse:
    """Show the queue, and beside it the case chosen (the first one unless told otherwise)."""
    _check_role(request.user)
    return render(request, "cases/callbacks.html", _desk(request))


def _check_role(user: User) -> None:
    if not user.holds(*CALLBACK_ROLES):
        raise PermissionDenied


def _desk(
    request: SignedInRequest,
    form: CallbackForm | None = None,
    chosen: Case | None = None,
    also: dict[int, AlsoForm] | None = None,
) -> dict[str, Any]:
    queues = {
        CALLING: callback_queue(request.user),
        CLOSING: closing_queue(request.user),
        TELLING: telling_queue(request.user),
    }
    part = request.GET.get("part", "")
    part = part if part in queues else CALLING
    cases = _once_a_call(list(queues[part][:QUEUE_SHOWN]))
    number = request.GET.get("case", "")
    if chosen is None and number:
        chosen = visible_case(request.user, number)
    elif chosen is None and cases:
        chosen = visible_case(request.user, cases[0].number)
    context: dict[str, Any] = {"at": timezone.now(), "case": None}
    if chosen is not None:
        context = page_of_case(chosen, request)
    context |= _of_call(chosen, request.user, also)
    if form is None and chosen is not None:
        merged = chosen.state == State.MERGED
        form = CallbackForm(merged=merged, offered=offered([chosen])[chosen.pk])
    return context | {
        "form": form,
        "part": part,
        "queue": _queue(cases, request.user),
        "tabs": _tabs(queues, part),
    }


def _once_a_call(cases: list[Case]) -> list[Case]:
    """Return the queue with one row for each call: its cases are spoken of together."""
    seen: set[int] = set()
    rows = []
    for case in cases:
        if case.call_id is None or case.call_id not in seen:
            rows.append(case)
        if case.call_id is not None:
            seen.add(case.call_id)
    return rows


def _of_call(
    case: Case | None, reader: User, also: dict[int, AlsoForm] | None = None
) -> dict[str, Any]:
    """Return what is spoken of beside the case chosen: the other cases of its call, ready or not, or
    what became of the case it was merged into."""
    if case is None:
        return {"callable_now": False}
    if case.state == State.MERGED:
        head = cases_for_page(reader).get(pk=head_of(case).pk)
        return {
            "callable_now": waits_for_call(case),
            "head": head,
            "head_result": shown_text(head, reader, head.result or head.reason),
        }
    others = list(_siblings(case, reader))
    ready = [other for other in others if other.state == State.HANDLED and other.callable]
    answers = {} if also else offered(ready)
    forms = also or {
        other.pk: AlsoForm(prefix=other.number, offered=answers[other.pk]) for other in ready
    }
    return {
        "callable_now": case.state == State.HANDLED,
        "also": [
            {
                "line": line,
                "form": forms[line.pk],
                "result": shown_text(other, reader, other.result),
            }
            for other, line in zip(ready, lines(ready, reader), strict=True)
            if other.pk in forms
        ],
        "not_ready": lines([other for other in others if other.state in NOT_READY], reader),
    }


def _siblings(case: Case, reader: User) -> QuerySet[Case]:
    others = of_same_call(case, reader).select_related("category", "area", "town")
    return others.defer(*BOUNDARIES)


def _queue(cases: list[Case], reader: User) -> list[dict[str, Any]]:
    """Return the rows of the queue with what is known from the last attempt."""
    return [
        {"line": line, "last": _last_words(case), "attempts": getattr(case, "attempts", None)}
        for case, line in zip(cases, lines(cases, reader), strict=True)
    ]


def _last_words(case: Any) -> str:
    """Return how the last attempt went, or what the resident answered."""
    said = [
        _label(Callback.Outcome, getattr(case, "last_outcome", None)),
        _label(Callback.Resolved, getattr(case, "last_resolved", None)),
        _label(Callback.Satisfied, getattr(case, "last_satisfied", None)),
    ]
    return " · ".join(filter(None, said))


def _label(choices: Any, value: Any) -> str:
    return str(choices(value).label) if value in choices.values else ""


def _tabs(queues: dict[str, QuerySet[Case]], part: str) -> list[dict[str, Any]]:
    """Return the parts of the desk; those to be told of merged cases only where there are any."""
    tabs = [_tab(name, queue, part) for name, queue in queues.items()]
    return [tab for tab in tabs if tab["name"] != TELLING or tab["active"] or tab["count"] != "0"]


def _tab(name: str, queue: Any, part: str) -> dict[str, Any]:
    labels = {
        CALLING: _("To call back"),
        CLOSING: _("Rated, to be closed"),
        TELLING: _("Reported the same, to be told"),
    }
    return {
        "name": name,
        "label": labels[name],
        "url": f"{reverse('cases:callbacks')}?part={name}",
        "count": count_words(*bounded_count(queue)),
        "active": name == part,
    }


@require_POST
def callback(request: SignedInRequest, number: str) -> HttpResponse:
    """Store one attempt, then show the next case of the queue."""
    _check_role(request.user)
    case = visible_case(request.user, number)
    merged = case.state == State.MERGED
    form = CallbackForm(request.POST, merged=merged, offered=offered([case])[case.pk])
    also = _also_given(case, request)
    # Every form is judged before any is refused, so that all that is wrong is said at once.
    fits = [form.is_valid(), *[other.fits(reached=form.reached) for other in also.values()]]
    if all(fits) and _recorded(case, form, also, request):
        text = _("Recorded for %(number)s: %(outcome)s.")
        outcome = Callback.Outcome(form.cleaned_data["outcome"]).label
        messages.success(request, text % {"number": number, "outcome": outcome})
        return redirect("cases:callbacks")
    return render(request, "cases/callbacks.html", _desk(request, form, case, also), status=400)


def _also_given(case: Case, request: SignedInRequest) -> dict[int, AlsoForm]:
    """Return the answers about the other cases of the call that the form spoke of."""
    spoken_of = [
        other
        for other in (_siblings(case, request.user) if case.call_id else ())
        if any(f"{other.number}-{name}" in request.POST for name in ("then", "spoken", "words"))
    ]
    answers = offered(spoken_of)
    return {
        other.pk: AlsoForm(request.POST, prefix=other.number, offered=answers[other.pk])
        for other in spoken_of
    }


def _recorded(
    case: Case, form: CallbackForm, also: dict[int, AlsoForm], request: SignedInRequest
) -> bool:
    said = {case.pk: form.said()}
    said |= {pk: other.said(reached=form.reached) for pk, other in also.items() if other.spoken_of}
    outcome = form.cleaned_data["outcome"]
    try:
        record_call(said, actor=request.user, at=timezone.now(), outcome=outcome)
    except BadInput as refusal:
        _put_refusal(form, also, refusal)
        return False
    return True


def _put_refusal(form: CallbackForm, also: dict[int, AlsoForm], refusal: BadInput) -> None:
    """Put what is wrong beside the case it is wrong of."""
    own = dict(refusal.fields)
    for other in also.values():
        start = f"{other.prefix}."
        theirs = {name: texts for name, texts in own.items() if name.startswith(start)}
        put_refusal(other, BadInput({name.removeprefix(start): t for name, t in theirs.items()}))
        own = {name: texts for name, texts in own.items() if name not in theirs}
    put_refusal(form, BadInput(own))
