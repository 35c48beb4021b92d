"""The desks of towns and communities, and of the grids on a phone."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.desks import page_url
from accounts.models import Role, User
from accounts.refusals import BadInput
from accounts.requests import SignedInRequest
from cases.forms import GridReportForm, put_refusal
from cases.lifecycle import TOWN_ROLES, State, passed_words, whistle_blowers
from cases.models import BOUNDARIES, Case
from cases.queries import CaseLine, lines
from cases.services.intake import receive
from cases.services.steps import steps_for
from cases.views.field import cards, own_tasks
from cases.views.intake import placed, typed
from cases.views.pages import BLOWN_IN
from cases.views.snapshots import waiting_for
from cases.views.words import received_words
from cases.waiting import (
    TownCounts,
    at_town_desk,
    end_of_day,
    own_reports,
    to_verify,
    town_counts,
)

DESK_SHOWN = 100
GRID_ROLES = (Role.GRIDWORKER, Role.GRIDHEAD)
REPORTS_SHOWN = 20


@require_GET
def town_desk(request: SignedInRequest) -> HttpResponse:
    """Show what is due when, and let the two things that are done all day be done from the row."""
    if not request.user.holds(*TOWN_ROLES):
        raise PermissionDenied
    at, reader = timezone.now(), request.user
    show = request.GET.get("show", "")
    shown = _shown(at_town_desk(reader), show, at)
    ordered = (
        shown.select_related("category", "area", "town")
        .defer(*BOUNDARIES)
        .annotate(passed_here=_passed_to(reader))
        .order_by("-passed_here", F("due").asc(nulls_last=True), "pk")
    )
    cases = list(ordered[: DESK_SHOWN + 1])
    context = {
        "at": at,
        "tiles": _tiles(town_counts(reader, at), show),
        "groups": _by_urgency(cases[:DESK_SHOWN], reader, at),
        "more": len(cases) > DESK_SHOWN,
        "most": DESK_SHOWN,
        "units": [post.unit for post in reader.posts if post.role in TOWN_ROLES],
    }
    return render(request, "cases/town_desk.html", context)


def _passed_to(reader: User) -> ExpressionWrapper:
    """Tell of a case whether it was passed up to the reader's level and waits for a decision."""
    levels = [post.role for post in reader.posts if post.role in TOWN_ROLES]
    waits = Q(level__in=levels, state=State.RECEIVED)
    return ExpressionWrapper(waits, output_field=BooleanField())


def _shown(cases: QuerySet[Case], show: str, at: datetime) -> QuerySet[Case]:
    only = {
        "decide": Q(state=State.RECEIVED),
        "overdue": Q(due__lt=at),
        "today": Q(due__gte=at, due__lt=end_of_day(at)),
        "verify": Q(state=State.HANDLED),
        "hold": Q(state=State.ON_HOLD),
    }
    return cases.filter(only[show]) if show in only else cases


def _tiles(counts: TownCounts, show: str) -> list[dict[str, Any]]:
    """Return the key figures, each leading to what it counts."""
    here = reverse("cases:town_desk")
    own = [
        ("", _("Waiting in all"), counts.waiting, "inbox", ""),
        ("decide", _("To decide"), counts.to_decide, "help-circle", "blue"),
        ("overdue", _("Overdue"), counts.overdue, "alert-triangle", "red"),
        ("today", _("Due today"), counts.due_today, "hourglass-high", "amber"),
        ("verify", _("To verify on the spot"), counts.to_verify, "map-pin-check", ""),
        ("hold", _("On hold"), counts.on_hold, "player-pause", ""),
    ]
    tiles = [
        {
            "url": f"{here}?show={name}" if name else here,
            "label": label,
            "value": value,
            "icon": icon,
            "tone": tone,
            "active": name == show,
        }
        for name, label, value, icon, tone in own
    ]
    orders = page_url("dispatch:whistles") or here
    for part, label, value, icon in (
        ("accept", _("Results to accept"), counts.to_accept, "circle-check"),
        ("review", _("Departments to mark"), counts.to_review, "star"),
    ):
        url = f"{orders}?kind={part}"
        tiles.append({"url": url, "label": label, "value": value, "icon": icon, "tone": "amber"})
    return tiles


def _by_urgency(cases: list[Case], reader: User, at: datetime) -> list[dict[str, Any]]:
    """Return the rows in groups: passed up to us, overdue, today, this week, later, standing still."""
    tonight = end_of_day(at)
    groups: list[dict[str, Any]] = [
        {"label": _("Overdue"), "tone": "red", "until": at},
        {"label": _("Due today"), "tone": "amber", "until": tonight},
        {"label": _("Due within a week"), "tone": "blue", "until": tonight + timedelta(days=6)},
        {"label": _("Due later"), "tone": "grey", "until": None},
        {"label": _("Clock standing still"), "tone": "grey", "until": None},
        {"label": _("Passed up to us"), "tone": "violet", "until": None},
    ]
    for group in groups:
        group["rows"] = []
    shown = zip(cases, lines(cases, reader), strict=True)
    # In a group, what residents asked for again comes first, then what is due first.
    for case, line in sorted(shown, key=lambda pair: -pair[0].urged):
        due: datetime | None = case.due  # annotated
        if case.passed_here:  # annotated
            place = 5
        elif due is None or (case.state == State.ON_HOLD and due >= at):
            place = 4
        else:
            place = next((n for n in range(3) if due < groups[n]["until"]), 3)
        groups[place]["rows"].append(_row(case, line, reader))
    return [group for group in (groups[-1], *groups[:-1]) if group["rows"]]


def _row(case: Case, line: CaseLine, reader: User) -> dict[str, Any]:
    steps = steps_for(case, reader)
    return {
        "line": line,
        "handle_url": reverse("cases:step", args=[case.number, "handle"])
        if "handle" in steps
        else "",
        "finish_url": reverse("cases:step", args=[case.number, "finish"])
        if "finish" in steps
        else "",
        "contact_url": reverse("cases:step", args=[case.number, "contact"])
        if "contact" in steps
        else "",
        "may_blow": whistle_blowers(case, reader) and case.state in BLOWN_IN,
        "passed": passed_words(case.level),
    }


def grid_desk(request: SignedInRequest) -> HttpResponse:
    """Take a report from the street; show my reports, and what I am to look at again."""
    if not request.user.holds(*GRID_ROLES):
        raise PermissionDenied
    form = GridReportForm(at=timezone.now(), **typed(request))
    if form.is_bound and form.is_valid():
        case = _report(request, form)
        if case is not None:
            messages.success(request, received_words(case))
            return redirect("cases:grid_desk")
    context = {
        "at": timezone.now(),
        "form": form,
        "photo_errors": form.errors.get("photos") or form.non_field_errors(),
        "mine": lines(own_reports(request.user)[:REPORTS_SHOWN], request.user),
        "verify": _verifying(request.user),
        "tasks": cards(own_tasks(request.user)[:REPORTS_SHOWN], request.user),
        "snapshots": waiting_for(request.user),
    }
    return render(request, "cases/grid_desk.html", context, status=400 if form.errors else 200)


def _verifying(reader: User) -> list[dict[str, Any]]:
    cases = list(to_verify(reader)[:REPORTS_SHOWN])
    return [
        {"line": line, "steps": steps_for(case, reader)}
        for case, line in zip(cases, lines(cases, reader), strict=True)
    ]


def _report(request: SignedInRequest, form: GridReportForm) -> Case | None:
    place = placed(form)
    if place is None:
        return None
    try:
        return receive(
            actor=request.user,
            at=timezone.now(),
            channel=Case.Channel.GRID,
            place=place,
            photos=request.FILES.getlist("photos"),
            **form.details(),
        )
    except BadInput as refusal:
        put_refusal(form, refusal)
        return None
