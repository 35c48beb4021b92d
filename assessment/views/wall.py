"""The board on the wall: the page, and what is asked every few seconds."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from assessment.access import check_reads_figures
from assessment.services.wall import board, board_as_json, version_of

EVERY = 4
"""Seconds between two questions of a board."""


@never_cache
@require_GET
def wall(request: HttpRequest) -> HttpResponse:
    """Show the board, filled; from then on it asks for news itself."""
    _refuse_others(request)
    at = timezone.now()
    context = {"board": board(version_of(at), at), "every": EVERY, "words": words(), "at": at}
    return render(request, "assessment/wall.html", context)


@never_cache
@require_GET
def news(request: HttpRequest) -> HttpResponse:
    """Answer with the board, or 204 where nothing has changed since the version the asker has."""
    _refuse_others(request)
    at = timezone.now()
    version = version_of(at)
    if request.GET.get("have") == version:
        return HttpResponse(status=204)
    return HttpResponse(board_as_json(version, at), content_type="application/json")


def _refuse_others(request: HttpRequest) -> None:
    check_reads_figures(request.user)


def words() -> dict[str, str]:
    """Return what the board's script puts on the screen."""
    return {
        "blown": _("blown, not acknowledged"),
        "acknowledged": _("acknowledged"),
        "reported": _("reported in"),
        "late": _("limit missed"),
        "emergency": _("Emergency"),
        "guarded": _("confidential case"),
        "nodata": _("No data"),
        "place": _("no. %(from)s"),
        "places": _("no. %(from)s–%(to)s"),
        "lost": _("Connection lost at %(time)s; trying again"),
        "signed_out": _("Signed out at %(time)s. Sign in again to go on."),
        "live": _("Connected, as of %(time)s"),
        "full": _("Full screen"),
        "leave_full": _("Leave full screen"),
        "as_table": _("As a table"),
        "as_map": _("As a map"),
        "map": _(
            "Map of the live whistles: %(count)s on it. The button beside it shows them as a table."
        ),
        "no_map": _("The outlines could not be loaded; the table shows the same whistles."),
        "none": _("No whistle is under way."),
        "drawn": _("%(shown)s of %(count)s shown"),
    }
