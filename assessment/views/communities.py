"""The month as a community's own people read it: its cases and three rates, no ranking."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import Role, Unit, User
from assessment import periods
from assessment.services import scores
from assessment.services.communities import is_few, line_of
from assessment.views.links import Links, Number
from assessment.views.period_choice import choices

SHOWN = ("received", "closed", "open", "counted", "valid_callbacks", "contacted", "awaiting")


@require_GET
def community(request: HttpRequest, period: str = "") -> HttpResponse:
    """Show the figures of the reader's own community in a period, by default of the running month."""
    at, own = timezone.now(), _own(request.user)
    if chosen := request.GET.get("period", ""):
        return redirect("assessment:community", periods.find(chosen).name)
    span = periods.find(period) if period else periods.running_month(at)
    unit = next((one for one in own if one.code == request.GET.get("unit")), own[0])
    kept = scores.figures_of(span, at)
    row, links = line_of(kept.figures, unit.area), Links(span)
    context: dict[str, Any] = {
        "span": span,
        "unit": unit,
        "own": own,
        "choices": choices(at, span),
        "running": span.covers(at),
        "computed_at": kept.computed_at,
        "row": row,
        "few": row is not None and is_few(row, kept.policy),
        "numbers": {what: Number(row[what], links.cases(what, area=unit.area)) for what in SHOWN}
        if row
        else {},
    }
    return render(request, "assessment/community.html", context)


def _own(reader: User) -> list[Unit]:
    """Return the communities the reader works for; raise `PermissionDenied` where there is none."""
    own = [post.unit for post in reader.posts if post.role == Role.COMMUNITY]
    if not own:
        raise PermissionDenied(_("These figures are for the people of a community."))
    return own
