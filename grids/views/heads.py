"""Building heads and microgrids on screen."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.refusals import BadInput
from accounts.requests import SignedInRequest
from grids import choices
from grids.forms import HeadForm, put_refusal
from grids.masks import shown_phone
from grids.models import Area, BuildingHead
from grids.naming import short_name
from grids.services.heads import elect_head, may_keep_heads, retire_head
from grids.tabs import check_reader, life_tabs

VIEW = "grids:heads"
MOST_SHOWN = 500


def heads(request: SignedInRequest) -> HttpResponse:
    """Show a community's grids and microgrids with their building heads; put elected ones on the list."""
    check_reader(request.user)
    known = choices.communities(request.user)
    community = _community(request, known)
    keeps = may_keep_heads(request.user, community)
    form = HeadForm(
        request.POST if request.method == "POST" else None,
        areas=choices.grids(request.user, community) if keeps else [],
        initial={"elected_on": timezone.localdate()},
    )
    if form.is_bound and form.is_valid():
        try:
            elect_head(actor=request.user, **form.cleaned_data)
        except BadInput as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("On the list of building heads."))
            return redirect(_address(community))
    context = {
        "tabs": life_tabs(VIEW),
        "communities": known,
        "community": community,
        "grids": _grids(request, community),
        "keeps": keeps,
        "form": form,
    }
    return render(request, "grids/heads.html", context, status=400 if form.errors else 200)


def _community(request: HttpRequest, known: list[tuple[str, str]]) -> str:
    codes = [code for code, _name in known]
    wanted = request.GET.get("area", "")
    return wanted if wanted in codes else (codes[0] if codes else "")


def _address(community: str) -> str:
    return f"{reverse(VIEW)}?area={community}"


def _grids(request: SignedInRequest, community: str) -> list[dict[str, Any]]:
    """Return the community's grids and microgrids in order, each with its heads in office; two queries."""
    levels = [Area.Level.GRID, Area.Level.MICROGRID]
    areas = Area.objects.filter(code__startswith=community, level__in=levels).order_by("code")
    rows = BuildingHead.objects.visible_to(request.user).in_office(timezone.localdate())
    rows = rows.filter(area__code__startswith=community).order_by("building", "pk")
    found: dict[str, list[dict[str, Any]]] = {}
    for head in rows[:MOST_SHOWN]:
        phone = shown_phone(head.phone, head.area_id, request.user)
        found.setdefault(head.area_id, []).append({"head": head, "phone": phone})
    return [
        {
            "code": area.code,
            "name": short_name(area.name),
            "micro": area.level == Area.Level.MICROGRID,
            "leader": area.head,
            "heads": found.get(area.code, []),
        }
        for area in areas.defer("boundary")
    ]


@require_POST
def retire(request: SignedInRequest, pk: int) -> HttpResponse:
    """End a head's time in office today."""
    head = get_object_or_404(BuildingHead.objects.visible_to(request.user), pk=pk)
    retire_head(head.pk, actor=request.user, on=timezone.localdate())
    messages.success(request, _("Taken off the list of building heads."))
    return redirect(_address(head.area_id[:12]))
