"""Hotline intake: a call becomes a case while the caller is on the line."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.refusals import BadInput
from accounts.requests import SignedInRequest
from cases.forms import IntakeForm, PlacedForm, put_place_refusal, put_refusal
from cases.lifecycle import OPEN
from cases.models import Case
from cases.queries import lines
from cases.services import intake
from cases.services.urging import may_urge
from cases.views.words import received_words
from grids.places import Place


def new_case(request: SignedInRequest) -> HttpResponse:
    """Ask for a request; save it, then show the case with its number, place and clock."""
    if not intake.may_receive(request.user):
        raise PermissionDenied
    form = IntakeForm(at=timezone.now(), **typed(request))
    if form.is_bound and form.is_valid():
        case = _receive(request, form)
        if case is not None:
            messages.success(request, received_words(case))
            return redirect("cases:more", case.number) if "more" in request.POST else redirect(case)
    status = 400 if form.errors else 200
    return render(request, "cases/intake.html", {"form": form}, status=status)


def typed(request: SignedInRequest) -> dict[str, Any]:
    """Return what was typed for a form: to be judged, or only to be kept where the sender asks for
    the conditions of the category first (who has no scripts presses a button for them)."""
    if request.method != "POST":
        return {}
    if "conditions" in request.POST:
        return {"initial": request.POST.dict()}
    return {"data": request.POST}


@require_GET
def conditions(request: SignedInRequest) -> HttpResponse:
    """Show the filing conditions of the category chosen, each with its time limit."""
    if not intake.may_receive(request.user):
        raise PermissionDenied
    chosen = {"category": request.GET.get("category", "")}
    form = IntakeForm(at=timezone.now(), initial=chosen)
    return render(request, "cases/_conditions.html", {"form": form})


def _receive(request: SignedInRequest, form: IntakeForm) -> Case | None:
    place = placed(form)
    if place is None:
        return None
    try:
        return intake.receive(actor=request.user, at=timezone.now(), place=place, **form.details())
    except BadInput as refusal:
        put_refusal(form, refusal)
        return None


def placed(form: PlacedForm) -> Place | None:
    """Return the place the form means, or put into the form why there is none."""
    try:
        return form.find()
    except BadInput as refusal:
        put_place_refusal(form, refusal)
        return None


@require_POST
def look_alikes(request: SignedInRequest) -> HttpResponse:
    """Show the open cases like the one being typed. By POST, because its text is long and private."""
    if not intake.may_receive(request.user):
        raise PermissionDenied
    area = request.POST.get("area", "") or _area_at(request)
    found = intake.look_alikes(
        request.user,
        area=area,
        category=request.POST.get("category", ""),
        text=request.POST.get("text", ""),
    )
    cases = lines(found, request.user) if len(area) >= 9 else []
    return render(request, "cases/_look_alikes.html", {"cases": cases, "asked": len(area) >= 9})


def _area_at(request: SignedInRequest) -> str:
    form = PlacedForm(request.POST)
    if not form.is_valid():
        return ""
    place = placed(form)
    return place.area if place else ""


@require_POST
def earlier_cases(request: SignedInRequest) -> HttpResponse:
    """Show the earlier cases of a phone number. By POST: a number in an address stays in logs."""
    if not intake.may_receive(request.user):
        raise PermissionDenied
    try:
        phone = intake.clean_phone(request.POST.get("caller_phone", ""))
    except BadInput:
        phone = ""
    found = list(intake.earlier_cases(request.user, phone))
    found.sort(key=lambda case: case.state not in OPEN)  # those that can be urged come first
    rows = [
        {"line": line, "urges": case.state in OPEN and may_urge(case, request.user)}
        for case, line in zip(found, lines(found, request.user), strict=True)
    ]
    return render(request, "cases/_earlier.html", {"rows": rows, "phone": phone})
