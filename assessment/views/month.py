"""The page of a period: how many, how well, where from, and who stands where."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Role, User
from assessment import periods
from assessment.access import check_reads_figures, check_reads_ranking, reads_figures
from assessment.periods import Span
from assessment.services import scores
from assessment.views import board
from assessment.views.period_choice import choices
from assessment.views.ranks import percent_of


@require_GET
def month(request: HttpRequest, period: str = "") -> HttpResponse:
    """Show the figures of a period, by default of the running month, as last reckoned or as frozen."""
    at, reader = timezone.now(), request.user
    check_reads_ranking(reader)
    if chosen := request.GET.get("period", ""):
        span = periods.find(chosen)
        return redirect(_address(span, request.GET.get("tab", "")))
    span = periods.find(period) if period else periods.running_month(at)
    kept = scores.figures_of(span, at)
    before, after = periods.neighbours(span)
    tab = _tab(request, reader)
    frozen = kept.figures.get("frozen")
    context = {
        "span": span,
        "before": before,
        "after": after if after and after.starts_at <= at else None,
        "running": span.covers(at),
        "computed_at": kept.computed_at,
        "frozen": frozen and frozen | {"at": parse_datetime(frozen["at"])},
        "policy": kept.policy,
        "error_percent": percent_of(kept.policy.get("error_rate", "0.05")),
        "whole_figures": reads_figures(reader),
        "marks_departments": reader.holds(Role.LEADER),
        "choices": choices(at, span),
        "tab": tab,
        "tabs": _tabs(span, tab, reader),
        **board.part_of(tab, kept.figures, span, reader, request.GET.get("category", "")),
    }
    return render(request, "assessment/month.html", context)


@require_POST
def refresh(request: HttpRequest, period: str) -> HttpResponse:
    """Reckon the figures of the period anew, now."""
    at = timezone.now()
    check_reads_figures(request.user)
    scores.refresh(periods.find(period), at)
    messages.success(request, _("The figures have been reckoned anew."))
    return redirect("assessment:month", period)


def _tab(request: HttpRequest, reader: User) -> str:
    """Return the part asked for; a category unfolds in its own part."""
    asked = request.GET.get("tab") or (board.SORTS if request.GET.get("category") else "")
    return asked if asked in board.tabs_for(reader) else board.OVERVIEW


def _tabs(span: Span, tab: str, reader: User) -> list[dict[str, Any]]:
    labels = {
        board.OVERVIEW: _("Overview"),
        board.OF_TOWNS: _("Towns"),
        board.OF_UNITS: _("Departments"),
        board.SORTS: _("Categories and kinds"),
        board.ON_LISTS: _("Lists"),
        board.CORRECTIONS: _("Late corrections"),
    }
    return [
        {"url": _address(span, name), "label": labels[name], "active": name == tab}
        for name in board.tabs_for(reader)
    ]


def _address(span: Span, tab: str) -> str:
    page = reverse("assessment:month", args=[span.name])
    return page if tab in ("", board.OVERVIEW) else f"{page}?{urlencode({'tab': tab})}"
