"""Volunteers on screen: teams, services, and the sums of a month."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.refusals import BadInput
from accounts.requests import SignedInRequest
from grids import choices
from grids.exports import csv_answer
from grids.forms import ServiceForm, TeamForm, put_refusal
from grids.masks import shown_phone
from grids.models import Area, VolunteerService, VolunteerTeam
from grids.months import bounds_of, month_asked, neighbours
from grids.naming import short_name
from grids.reach import KEEPERS, TAKING_PART
from grids.services.duty import check_keeper
from grids.services.volunteers import record_service, save_team
from grids.tabs import check_reader, life_tabs
from grids.volunteering import sums, teams_of_month

VIEW = "grids:volunteers"
MOST_TEAMS = 2000
LATELY = 20
LEVELS = (Area.Level.TOWN, Area.Level.COMMUNITY, Area.Level.GRID)


def volunteers(request: SignedInRequest) -> HttpResponse:
    """Show the teams with their month; those of the area record a service."""
    check_reader(request.user)
    user, month = request.user, month_asked(request.GET.get("month", ""))
    teams = list(teams_of_month(user, month)[:MOST_TEAMS])
    own = [team for team in teams if team.active and user.holds_over(team.area_id, *TAKING_PART)]
    data = request.POST if request.method == "POST" else None
    form = ServiceForm(data, teams=[(team.pk, team.name) for team in own])
    if form.is_bound and form.is_valid():
        try:
            record_service(actor=user, at=timezone.now(), **form.cleaned_data)
        except BadInput as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Service recorded."))
            return redirect(VIEW)
    context = {
        "tabs": life_tabs(VIEW),
        "teams": [
            {
                "team": team,
                "area": short_name(team.area.name),
                "phone": shown_phone(team.phone, team.area_id, user),
                "changes": user.holds_over(team.area_id, *KEEPERS),
            }
            for team in teams
        ],
        "sums": sums(teams),
        "lately": _lately(request, month),
        "form": form if own else None,
        "keeps": user.holds(*KEEPERS),
        "month": month,
        **neighbours(month),
    }
    return render(request, "grids/volunteers.html", context, status=400 if form.errors else 200)


def _lately(request: SignedInRequest, month: Any) -> list[VolunteerService]:
    since, until = bounds_of(month)
    rows = VolunteerService.objects.visible_to(request.user)
    rows = rows.filter(began_at__gte=since, began_at__lt=until).select_related("team")
    return list(rows.order_by("-began_at", "-pk")[:LATELY])


def team(request: SignedInRequest, pk: int | None = None) -> HttpResponse:
    """Found a team, or change one."""
    if not request.user.holds(*KEEPERS):
        raise PermissionDenied
    areas = choices.own_areas(request.user, *LEVELS, all_where_wide=False)
    known = None
    if pk is not None:
        known = get_object_or_404(VolunteerTeam.objects.visible_to(request.user), pk=pk)
        check_keeper(request.user, known.area_id)
    offered = [(area.code, short_name(area.name)) for area in areas[: choices.MOST]]
    initial = {name: getattr(known, name) for name in _FIELDS} if known else {}
    initial |= {"area": known.area_id} if known else {}
    data = request.POST if request.method == "POST" else None
    form = TeamForm(data, areas=offered, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            save_team(actor=request.user, pk=pk, **form.cleaned_data)
        except BadInput as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Team saved."))
            return redirect(VIEW)
    context = {"tabs": life_tabs(VIEW), "form": form, "known": known}
    return render(request, "grids/team.html", context, status=400 if form.errors else 200)


_FIELDS = ("name", "leader", "phone", "members", "active")


@require_GET
def export(request: SignedInRequest) -> HttpResponse:
    """Send the month's sums of every team one may see as a table."""
    check_reader(request.user)
    month = month_asked(request.GET.get("month", ""))
    header = [_("Area"), _("Team"), _("Members"), _("Services"), _("Times people came"), _("Hours")]
    rows = [
        [short_name(t.area.name), t.name, t.members, t.services_held, t.came, t.worked]
        for t in teams_of_month(request.user, month)[:MOST_TEAMS]
    ]
    return csv_answer(_("volunteers") + f"-{month:%Y-%m}.csv", header, rows)
