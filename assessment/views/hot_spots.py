"""Hot spots: what a search found, earlier searches, asking for one, a spot, and setting it aside."""

from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assessment.access import check_reads_figures
from assessment.models import HotSpot, HotSpotSearch
from assessment.queries import topics as queries
from assessment.seasons import season_of
from assessment.services.hotspots import DECIDING, ask_search, set_aside
from assessment.topic_forms import AsideForm
from assessment.topic_words import odds
from assessment.views.reports import progress_of
from assessment.views.topics import sections
from dispatch.forms.parties import accepted
from grids.models import Area
from grids.naming import short_name

SPARK_WIDTH, SPARK_HEIGHT = 104, 24


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """Show what the last search found, as a list and on the map, and how far one is that was asked for."""
    user = _reader(request)
    latest = queries.latest_search(user)
    job = queries.search_job(user, latest)
    more = {"job": job, **progress_of(job)} if job else {}
    return _found(request, latest, more)


@require_GET
def searches(request: HttpRequest) -> HttpResponse:
    """List the searches, the latest first."""
    user = _reader(request)
    context = {
        "tabs": sections("hot_spots", user),
        "page": queries.searches_page(user, request.GET.get("cursor", "")),
    }
    return render(request, "assessment/hot_spot_searches.html", context)


@require_GET
def earlier(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what one search found and what was decided of it since."""
    known = HotSpotSearch.objects.visible_to(_reader(request))
    return _found(request, get_object_or_404(known, pk=pk), {"earlier": True})


def _found(
    request: HttpRequest, search: HotSpotSearch | None, more: dict[str, Any]
) -> HttpResponse:
    user = request.user
    shown = [_shown(spot) for spot in queries.spots_of(user, search)]
    context = {
        "tabs": sections("hot_spots", user),
        "search": search,
        "since": search and search.until - timedelta(days=search.days - 1),
        "percent": search and f"{100 * search.error_rate:.0f}",
        "spots": shown,
        "points": [one["point"] for one in shown if one["point"]],
        "boundaries_url": reverse("grids:boundaries"),
        "may_decide": user.holds(*DECIDING),
    }
    return render(request, "assessment/hot_spots.html", context | more)


@require_POST
def search(request: HttpRequest) -> HttpResponse:
    """Ask for a search up to last midnight; the page it leads to shows how far it is."""
    ask_search(request.user, timezone.now())
    return redirect("assessment:hot_spots")


@require_GET
def hot_spot(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one hot spot: the figures, its weeks, where it is, and what may be decided."""
    return _page(request, _seen(request, pk), AsideForm())


@require_POST
def aside(request: HttpRequest, pk: int) -> HttpResponse:
    """Set a spot aside; what was typed stays where it is refused."""
    seen, form = _seen(request, pk), AsideForm(request.POST)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        if accepted(form, lambda: set_aside(pk, actor=request.user, reason=reason)):
            messages.success(request, _("Set aside, with the reason."))
            return redirect("assessment:hot_spots")
    return _page(request, seen, form, status=400)


def _reader(request: HttpRequest) -> Any:
    check_reads_figures(request.user)
    return request.user


def _seen(request: HttpRequest, pk: int) -> HotSpot:
    return get_object_or_404(queries.spots_for_list(_reader(request)), pk=pk)


def _page(request: HttpRequest, spot: HotSpot, form: AsideForm, status: int = 200) -> HttpResponse:
    shown = _shown(spot)
    context = {
        "spot": spot,
        "shown": shown,
        "weeks": _chart(spot),
        "points": [shown["point"]] if shown["point"] else [],
        "boundaries_url": reverse("grids:boundaries"),
        "may_decide": request.user.holds(*DECIDING) and not spot.topic_id,
        "percent": f"{100 * spot.search.error_rate:.0f}",
        "season": season_of(_names(spot), since(spot), spot.search.until),
        "form": form,
    }
    return render(request, "assessment/hot_spot.html", context, status=status)


def _shown(spot: HotSpot) -> dict[str, Any]:
    """Return what a row shows of a spot."""
    place = place_name(spot.area)
    return {
        "spot": spot,
        "place": place,
        "odds": odds(spot.chance),
        "times": f"{spot.found / spot.expected:.1f}" if spot.expected else "",
        "cases": spot.facts.get("cases", spot.found),
        "cases_url": cases_url(spot.area_id, spot.category_id, since(spot), spot.search.until),
        "spark": _spark([many for _week, many in spot.facts.get("weeks", [])]),
        "point": _point(spot, place),
    }


def _names(spot: HotSpot) -> str:
    """Return the names of the category and of its parent, in which a season's word is looked for."""
    parent = spot.category.parent
    return f"{spot.category} {parent or ''}"


def since(spot: HotSpot) -> date:
    """Return the first day of the window."""
    return spot.search.until - timedelta(days=spot.search.days - 1)


def cases_url(area: str, category: str, first: date, last: date) -> str:
    """Return the list of the cases behind a number; confidential ones stay out of it, too."""
    given = {"category": category, "received_from": first, "received_to": last}
    given = {"area": area, **given} if area else given
    return f"{reverse('cases:list')}?{urlencode({**given, 'confidential': '0'})}"


def place_name(area: Area | None) -> str:
    """Return what the place is called; without one it is the whole district."""
    return short_name(area.name) if area else _("The whole district")


def _point(spot: HotSpot, place: str) -> dict[str, Any] | None:
    area = spot.area
    if area.lon is None or area.lat is None:
        return None
    text = f"{place} · {spot.category} · {spot.found}"
    tone = "grey" if spot.dismissed else "blue" if spot.topic_id else "red"
    url = reverse("assessment:hot_spot", args=[spot.pk])
    return {"lon": area.lon, "lat": area.lat, "text": text, "url": url, "tone": tone}


def _spark(weeks: list[int]) -> str:
    """Return the points of a small line over the weeks."""
    if len(weeks) < 2:
        return ""
    most, step = max(1, *weeks), SPARK_WIDTH / (len(weeks) - 1)
    return " ".join(
        f"{n * step:.1f},{2 + (SPARK_HEIGHT - 4) * (1 - many / most):.1f}"
        for n, many in enumerate(weeks)
    )


def _chart(spot: HotSpot) -> dict[str, Any]:
    weeks = spot.facts.get("weeks", [])
    a_week = float(spot.expected) * 7 / spot.search.days
    first = since(spot).isoformat()
    return {
        "labels": [date_format(date.fromisoformat(day), "n-j") for day, _many in weeks],
        "series": [
            {"name": _("Residents a week"), "values": [many for _day, many in weeks]},
            {
                "name": _("Expected of these weeks"),
                "values": [round(a_week, 1) if day >= first else None for day, _many in weeks],
            },
        ],
    }
