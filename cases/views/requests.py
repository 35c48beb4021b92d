"""The centre rules on what towns ask for their cases; the list of what waits for it."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.desks import page_url
from accounts.models import Role
from accounts.refusals import BadInput, StepRefused
from accounts.requests import SignedInRequest
from cases.forms import put_refusal
from cases.models import Request
from cases.privacy import shown_text
from cases.services.requests import rule_request
from cases.step_forms import RulingForm
from cases.waiting import for_ruling, requests_waiting

SHOWN = 50


@require_GET
def waiting(request: SignedInRequest) -> HttpResponse:
    """Show supervisors what waits for their ruling; a fragment of the centre's desk, and a page."""
    if not request.user.holds(Role.SUPERVISOR):
        raise PermissionDenied
    found = list(requests_waiting(request.user)[: SHOWN + 1])
    context = {
        "at": timezone.now(),
        "rows": [_row(asked, request) for asked in found[:SHOWN]],
        "more": len(found) > SHOWN,
        "most": SHOWN,
    }
    whole = not getattr(request, "htmx", False)
    template = "cases/requests.html" if whole else "cases/_requests_waiting.html"
    return render(request, template, context)


def _row(asked: Request, request: SignedInRequest) -> dict[str, Any]:
    return {
        "asked": asked,
        "reason": shown_text(asked.case, request.user, asked.reason),
        "url": reverse("cases:rule_request", args=[asked.pk]),
    }


@require_http_methods(["GET", "POST"])
def rule(request: SignedInRequest, pk: int) -> HttpResponse:
    """Ask for the ruling, or give it. A refused answer comes back into the form."""
    asked = get_object_or_404(for_ruling(Request.objects.visible_to(request.user)), pk=pk)
    if not request.user.holds(Role.SUPERVISOR):
        raise PermissionDenied(_("Only the command centre rules."))
    if asked.granted is not None:
        raise StepRefused(_("This request does not wait for a ruling any more."))
    form = RulingForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _ruled(asked, request, form):
        messages.success(request, _("The ruling was given."))
        return redirect(page_url("dispatch:centre") or asked.case.get_absolute_url())
    context = {"asked": asked, "case": asked.case, "form": form, "row": _row(asked, request)}
    context["text"] = shown_text(asked.case, request.user)
    return render(request, "cases/rule.html", context, status=400 if form.errors else 200)


def _ruled(asked: Request, request: SignedInRequest, form: RulingForm) -> bool:
    try:
        rule_request(asked.pk, actor=request.user, at=timezone.now(), **form.cleaned_data)
    except BadInput as refusal:
        put_refusal(form, refusal)
        return False
    return True
