"""Places for the screens: what a typed word may mean, and the outlines that maps draw."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import condition, require_GET

from grids.models import Area
from grids.queries import atlas_version, options, outlines

LONGEST_QUERY = 100


@require_GET
def search(request: HttpRequest) -> HttpResponse:
    """Offer the areas that fit the `q` typed so far, as options of the place field."""
    text = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    found = options(text) if text else []
    return render(request, "components/place_options.html", {"areas": found})


def _etag(request: HttpRequest) -> str:
    level, within = _wanted(request)
    return f'"{atlas_version()}-{level}-{within}"'


@require_GET
@cache_control(private=True, max_age=300)
@condition(etag_func=_etag)
def boundaries(request: HttpRequest) -> HttpResponse:
    """Answer the outlines of `level` inside the area `within` as GeoJSON; 304 until areas change."""
    level, within = _wanted(request)
    return JsonResponse(outlines(level, within))


def _wanted(request: HttpRequest) -> tuple[str, str]:
    level, within = request.GET.get("level", ""), request.GET.get("within", "")
    known = level in Area.Level.values
    return (level if known else Area.Level.TOWN.value), (within if within.isdecimal() else "")
