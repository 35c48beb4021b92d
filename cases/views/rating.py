"""The resident's own rating, by a signed link and without an account. Nothing personal is shown."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache

from accounts.refusals import StepRefused
from cases.callback_forms import AnswersForm
from cases.lifecycle import State
from cases.models import Callback, Case
from cases.services.callbacks import case_of_token, rate_by_link


@login_not_required
@never_cache
def rate(request: HttpRequest, token: str) -> HttpResponse:
    """Ask the three questions once; say thank you, or why the link says nothing any more.

    A forged or old link is 404, one whose case has moved on is 410.
    """
    case = case_of_token(token)
    if case is None:
        return render(request, "cases/rate_gone.html", {"forged": True}, status=404)
    if case.state != State.HANDLED:
        return _answered(request, case)
    form = AnswersForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rate_by_link(token, at=timezone.now(), **form.answers())
        except StepRefused:
            return render(request, "cases/rate_gone.html", {"case": case}, status=410)
        return redirect("cases:rate", token=token)
    status = 400 if form.errors else 200
    return render(request, "cases/rate.html", {"case": case, "form": form}, status=status)


def _answered(request: HttpRequest, case: Case) -> HttpResponse:
    answers = Callback.objects.filter(case=case, round=case.round, via=Callback.Via.LINK)
    if answers.exists():
        return render(request, "cases/rated.html", {"case": case})
    return render(request, "cases/rate_gone.html", {"case": case}, status=410)
