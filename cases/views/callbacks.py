"""The callback desk: who is to be called next, and what they said."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
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
from cases.callback_forms import CallbackForm
from cases.forms import put_refusal
from cases.lifecycle import CALLBACK_ROLES, State
from cases.models import Callback, Case
from cases.queries import lines
from cases.services.callbacks import record_callback
from cases.views.pages import page_of_case, visible_case
from cases.views.words import count_words
from cases.waiting import callback_queue, closing_queue

QUEUE_SHOWN = 40
CALLING, CLOSING = "call", "close"


@require_GET
def desk(request: SignedInRequest) -> HttpResponse:
    """Show the queue, and beside it the case chosen (the first one unless told otherwise)."""
    _check_role(request.user)
    return render(request, "cases/callbacks.html", _desk(request, CallbackForm()))


def _check_role(user: User) -> None:
    if not user.holds(*CALLBACK_ROLES):
        raise PermissionDenied


def _desk(
    request: SignedInRequest, form: CallbackForm, chosen: Case | None = None
) -> dict[str, Any]:
    part = CLOSING if request.GET.get("part") == CLOSING else CALLING
    queues = {CALLING: callback_queue(request.user), CLOSING: closing_queue(request.user)}
    cases = list(queues[part][:QUEUE_SHOWN])
    number = request.GET.get("case", "")
    if chosen is None and number:
        chosen = visible_case(request.user, number)
    elif chosen is None and cases:
        chosen = visible_case(request.user, cases[0].number)
    context: dict[str, Any] = {"at": timezone.now(), "case": None}
    if chosen is not None:
        context = page_of_case(chosen, request)
    context["callable_now"] = chosen is not None and chosen.state == State.HANDLED
    return context | {
        "form": form,
        "part": part,
        "queue": _queue(cases, request.user),
        "tabs": [_tab(name, queues[name], part) for name in (CALLING, CLOSING)],
    }


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


def _tab(name: str, queue: Any, part: str) -> dict[str, Any]:
    labels = {CALLING: _("To call back"), CLOSING: _("Rated, to be closed")}
    return {
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
    form = CallbackForm(request.POST)
    if form.is_valid() and _recorded(case, form, request):
        text = _("Recorded for %(number)s: %(outcome)s.")
        outcome = Callback.Outcome(form.cleaned_data["outcome"]).label
        messages.success(request, text % {"number": number, "outcome": outcome})
        return redirect("cases:callbacks")
    return render(request, "cases/callbacks.html", _desk(request, form, case), status=400)


def _recorded(case: Case, form: CallbackForm, request: SignedInRequest) -> bool:
    try:
        record_callback(case.pk, actor=request.user, at=timezone.now(), **form.attempt())
    except BadInput as refusal:
        put_refusal(form, refusal)
        return False
    return True
