"""Meetings: called with a docket, held, closed with minutes."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Role
from dispatch.forms.meetings import MeetingForm, MinutesForm
from dispatch.forms.parties import accepted
from dispatch.models import Meeting
from dispatch.queries import directives
from dispatch.services.meetings import (
    call_meeting,
    change_meeting,
    close_meeting,
    days_waited,
    set_docket,
)
from dispatch.services.papers import check_writes
from dispatch.views.sections import sections
from dispatch.weeks import Week


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the meetings, the latest first."""
    context = {
        "tabs": sections("meetings"),
        "page": directives.meetings_page(request.user, request.GET.get("cursor", "")),
        "may_write": request.user.holds(Role.SUPERVISOR),
    }
    return render(request, "dispatch/meetings.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form of a meeting; POST calls it."""
    check_writes(request.user)
    at = timezone.now()
    waiting = directives.waiting_for_docket(None)
    form = MeetingForm(request.POST or None, waiting=waiting, initial=_initial(at))
    if request.method == "POST" and form.is_valid():
        given = _given(form)
        called = accepted(form, lambda: call_meeting(actor=request.user, at=at, **given))
        if called:
            messages.success(request, _("The meeting is called."))
            return redirect("dispatch:meeting", called.pk)
    context = {"form": form, "tabs": sections("meetings")}
    return render(request, "dispatch/meeting_new.html", context, status=400 if form.errors else 200)


def _initial(at: datetime) -> dict[str, Any]:
    tomorrow = timezone.localtime(at + timedelta(days=1)).replace(hour=9, minute=30)
    return {"kind": Meeting.Kind.OWNERSHIP, "held_at": tomorrow}


def _given(form: MeetingForm) -> dict[str, Any]:
    """Return what was typed; only an on-site meeting takes matters."""
    given = dict(form.cleaned_data)
    given["matters"] = [int(pk) for pk in given.get("matters", ())]
    if given["kind"] != Meeting.Kind.OWNERSHIP:
        given["matters"] = []
    return given


@require_GET
def meeting(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a meeting with its docket and, once closed, its minutes."""
    seen = _seen(request, pk)
    return _page(request, seen, MinutesForm(initial={"present": seen.present}))


@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Put a meeting at another time or place, and choose what is on its docket."""
    check_writes(request.user)
    seen, at = _seen(request, pk), timezone.now()
    waiting = directives.waiting_for_docket(seen)
    known = {name: getattr(seen, name) for name in ("kind", "held_at", "place", "chair")}
    on_it = [str(matter.pk) for matter in waiting if matter.meeting_id == seen.pk]
    form = MeetingForm(request.POST or None, waiting=waiting, initial=known | {"matters": on_it})
    form.fields["kind"].disabled = True
    if request.method == "POST" and form.is_valid():
        given = _given(form)
        matters = given.pop("matters")
        del given["kind"]

        def act() -> Meeting:
            changed = change_meeting(pk, actor=request.user, at=at, **given)
            if seen.kind == Meeting.Kind.OWNERSHIP:
                set_docket(pk, actor=request.user, at=at, matters=matters)
            return changed

        if accepted(form, act):
            messages.success(request, _("Saved."))
            return redirect("dispatch:meeting", pk)
    context = {"form": form, "meeting": seen, "tabs": sections("meetings")}
    return render(request, "dispatch/meeting_new.html", context, status=400 if form.errors else 200)


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Close a meeting with its minutes; what was typed stays where it is refused."""
    check_writes(request.user)
    seen, form = _seen(request, pk), MinutesForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        paper = accepted(
            form, lambda: close_meeting(pk, actor=request.user, at=timezone.now(), **given)
        )
        if paper:
            messages.success(request, _("The minutes are issued to the whole district."))
            return redirect("dispatch:meeting", pk)
    return _page(request, seen, form, status=400)


def _seen(request: HttpRequest, pk: int) -> Meeting:
    rows = Meeting.objects.visible_to(request.user).select_related("paper", "called_by")
    return get_object_or_404(rows, pk=pk)


def _page(
    request: HttpRequest, seen: Meeting, form: MinutesForm, status: int = 200
) -> HttpResponse:
    user, at = request.user, timezone.now()
    rows = directives.matters_for_list(user).filter(meeting=seen).order_by("ruled_at", "raised_at")
    matters = [(matter, days_waited(matter, at)) for matter in rows]
    writes = user.holds(Role.SUPERVISOR) and seen.closed_at is None
    context = {
        "meeting": seen,
        "matters": matters,
        "longest": max((days for _matter, days in matters), default=0),
        "waiting": sum(1 for matter, _days in matters if matter.ruled_at is None),
        "form": form if writes else None,
        "writes": writes,
        "week": Week.of(seen.held_at) if seen.kind == Meeting.Kind.ACCOUNTS else None,
        "at": at,
    }
    return render(request, "dispatch/meeting.html", context, status=status)
