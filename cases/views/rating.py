"""The resident's own rating, by a signed link and without an account. Nothing personal is shown."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.refusals import StepRefused
from cases.callback_forms import AnswersForm
from cases.lifecycle import State
from cases.merged import waits_for_call
from cases.models import Callback, Case
from cases.satisfaction import offered
from cases.services.callbacks import case_of_token, rate_by_link, rating_token


@login_not_required
@never_cache
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """Ask the three questions once; say thank you, or why the link says nothing any more.

    A forged or old link is 404, one whose case has moved on is 410.
    """
    case = case_of_token(token)
    if case is None:
        return render(request, "cases/rate_gone.html", {"forged": True}, status=404)
    if case.state != State.HANDLED and not waits_for_call(case):
        return _answered(request, case)
    form = AnswersForm(request.POST or None, offered=offered([case])[case.pk])
    if request.method == "POST" and form.is_valid():
        try:
            rate_by_link(token, at=timezone.now(), **form.answers())
        except StepRefused:
            return render(request, "cases/rate_gone.html", {"case": case}, status=410)
        following = _next_of_call(case)
        return redirect("cases:rate", token=rating_token(following) if following else token)
    status = 400 if form.errors else 200
    context = {"case": case, "form": form, "more": _still_to_rate(case)}
    return render(request, "cases/rate.html", context, status=status)


def _next_of_call(case: Case) -> Case | None:
    """Return the next matter of the same call that waits for the resident's word: one after the other."""
    waiting = Case.objects.filter(call=case.call_id, call__isnull=False, state=State.HANDLED)
    return waiting.exclude(pk=case.pk).order_by("pk").first()


def _still_to_rate(case: Case) -> int:
    """Return how many other matters of the same call are asked about after this one."""
    waiting = Case.objects.filter(call=case.call_id, call__isnull=False, state=State.HANDLED)
    return waiting.exclude(pk=case.pk).count() if case.call_id else 0


def _answered(request: HttpRequest, case: Case) -> HttpResponse:
    answers = Callback.objects.filter(case=case, round=case.round, via=Callback.Via.LINK)
    if answers.exists():
        return render(request, "cases/rated.html", {"case": case})
    return render(request, "cases/rate_gone.html", {"case": case}, status=410)
