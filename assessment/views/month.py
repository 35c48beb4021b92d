"""The page of a period: how many, how well, where from, and who stands where."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from assessment import periods
from assessment.access import reads_figures, reads_ranking
from assessment.services import scores
from assessment.views.board import board


@require_GET
def month(request: HttpRequest, period: str = "") -> HttpResponse:
    """Show the figures of a period, by default of the running month, as last reckoned."""
    at, reader = timezone.now(), request.user
    if not reads_ranking(reader):
        raise PermissionDenied(_("The district's figures are not for your role to read."))
    span = periods.find(period) if period else periods.running_month(at)
    kept = scores.figures_of(span, at)
    before, after = periods.neighbours(span)
    context = {
        "span": span,
        "before": before,
        "after": after if after and after.starts_at <= at else None,
        "running": span.covers(at),
        "computed_at": kept.computed_at,
        "policy": kept.policy,
        "whole_figures": reads_figures(reader),
        **board(kept.figures, span, reader, unfolded=request.GET.get("category", "")),
    }
    return render(request, "assessment/month.html", context)


@require_POST
def refresh(request: HttpRequest, period: str) -> HttpResponse:
    """Reckon the figures of the period anew, now."""
    at = timezone.now()
    if not reads_figures(request.user):
        raise PermissionDenied(_("The district's figures are not for your role to read."))
    scores.refresh(periods.find(period), at)
    messages.success(request, _("The figures have been reckoned anew."))
    return redirect("assessment:month", period)
