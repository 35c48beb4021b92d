"""One call, several matters: one more while the caller is on the line, or split off later."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.refusals import BadInput
from accounts.requests import SignedInRequest
from cases.forms import put_refusal
from cases.merged import of_same_call
from cases.models import Case
from cases.privacy import shown_name, shown_phone, shown_text
from cases.queries import lines
from cases.services.splitting import add_matter, check_may_split, may_add, split_case
from cases.source_forms import MatterForm
from cases.views.intake import placed, typed
from cases.views.pages import visible_case
from cases.views.words import received_words

MORE = "more"
"""Name of the button that saves and goes on to a further matter of the same call."""


def more(request: SignedInRequest, number: str) -> HttpResponse:
    """Take down one more matter of the call that brought the case."""
    case = visible_case(request.user, number)
    if not may_add(case, request.user):
        raise PermissionDenied
    return _matter(request, case, splits=False)


def split(request: SignedInRequest, number: str) -> HttpResponse:
    """Split a matter off a case that nobody works on yet."""
    case = visible_case(request.user, number)
    check_may_split(case, request.user)
    return _matter(request, case, splits=True)


def _matter(request: SignedInRequest, case: Case, *, splits: bool) -> HttpResponse:
    given = typed(request)
    given["initial"] = _as_before(case) | given.get("initial", {})
    form = MatterForm(at=timezone.now(), **given)
    if form.is_bound and form.is_valid():
        new = _saved(request, case, form, splits=splits)
        if new is not None:
            messages.success(request, received_words(new))
            return redirect("cases:more", case.number) if MORE in request.POST else redirect(new)
    siblings = of_same_call(case, request.user).select_related("category", "area", "town")
    context = {
        "case": case,
        "form": form,
        "splits": splits,
        "text": shown_text(case, request.user),
        "caller": " · ".join(
            filter(None, [shown_name(case, request.user), shown_phone(case, request.user)])
        ),
        "siblings": lines(siblings.defer("area__boundary", "town__boundary"), request.user),
    }
    return render(request, "cases/matter.html", context, status=400 if form.errors else 200)


def _as_before(case: Case) -> dict[str, Any]:
    """Return what the matter shares with the case unless it is changed: place, urgency, kind."""
    return {
        "area": case.area_id,
        "lon": case.lon,
        "lat": case.lat,
        "place": case.area.name,
        "address": case.address,
        "urgency": case.urgency,
        "kind": case.kind,
    }


def _saved(request: SignedInRequest, case: Case, form: MatterForm, *, splits: bool) -> Case | None:
    if placed(form) is None:
        return None
    at = timezone.now()
    try:
        if splits:
            return split_case(case.pk, form.matter(), actor=request.user, at=at)
        return add_matter(case.number, form.matter(), actor=request.user, at=at)
    except BadInput as refusal:
        put_refusal(form, refusal)
        return None
