"""Passing a matter up to the next level."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.refusals import BadInput, StepRefused
from cases.lifecycle import passed_words
from cases.models import Case
from cases.privacy import shown_text
from cases.services.steps import check_offered
from dispatch.forms.passing import PassUpForm
from dispatch.forms.whistles import add_refusals
from dispatch.queries.rises import rises_of
from dispatch.queries.whistles import panels_of
from dispatch.services.passing import offered_rise, pass_up, unit_above

RISES = {
    "community": gettext_lazy("Pass up to the community"),
    "town": gettext_lazy("Pass up to the town"),
    "district": gettext_lazy("Pass up to the district"),
}


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, number: str) -> HttpResponse:
    """Ask why this level cannot solve the matter, and pass it up."""
    at, user = timezone.now(), request.user
    cases = Case.objects.visible_to(user).select_related("category", "area", "town")
    case = get_object_or_404(cases, number=number)
    check_offered(case, "pass_up", user)
    above = offered_rise(case, user)
    if above is None:
        raise StepRefused(_("The matter stands higher already; it cannot be passed up from here."))
    form = PassUpForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            passed = pass_up(case.pk, actor=user, at=at, reason=form.cleaned_data["reason"])
        except BadInput as refusal:
            add_refusals(form, refusal.fields)
        else:
            told = {"passed": passed_words(passed.level)}
            messages.success(request, _("%(passed)s. Those who decide there are told.") % told)
            return redirect("cases:detail", number)
    live = [panel for panel in panels_of(case, user, at) if panel.whistle.settled_at is None]
    context = {
        "case": case,
        "text": shown_text(case, user),
        "form": form,
        "above": above,
        "decides": unit_above(case, above),
        "panels": [panel for panel in live if panel.whistle.round == case.round],
        "rises": rises_of(case, user),
        "at": at,
    }
    return render(request, "dispatch/pass_up.html", context, status=400 if form.errors else 200)


def offer(case: Case, request: HttpRequest) -> str:
    """Return what the button says that passes the case up, or nothing where it is not the reader's."""
    above = offered_rise(case, request.user)
    if above is None:
        return ""
    words = str(RISES.get(above.code, above.label))
    matter = {"words": words, "matter": above.matter}
    return _("%(words)s (%(matter)s)") % matter if above.matter else words
