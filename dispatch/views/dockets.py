"""The weekly docket: every unit's account, the rows behind each number, and freezing it."""

from datetime import datetime

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Role, Unit
from dispatch.models import Paper
from dispatch.models.directives import units_of
from dispatch.queries.dockets import DONE, DUE, KINDS, LATE, cut_of, docket, rows_behind
from dispatch.services.dockets import freeze_docket, week_on_offer
from dispatch.views.sections import sections
from dispatch.weeks import Week


@require_GET
def this_week(request: HttpRequest) -> HttpResponse:
    """Show the account of the week that runs."""
    return _page(request, Week.of(timezone.now()))


@require_GET
def week(request: HttpRequest, code: str) -> HttpResponse:
    """Show the account of a week."""
    return _page(request, _week(code, timezone.now()))


def _page(request: HttpRequest, of: Week) -> HttpResponse:
    user, at = request.user, timezone.now()
    if not user.posts:
        raise PermissionDenied(_("You hold no role here."))
    found = docket(of, user, at)
    groups = [
        (_("Departments and companies"), found.departments),
        (_("Towns and others"), found.others),
    ]
    context = {
        "tabs": sections("dockets"),
        "week": of,
        "docket": found,
        "groups": [
            (label, [(a, a.days_late(found.cut)) for a in accounts]) for label, accounts in groups
        ],
        "totals": {name: found.total(name) for name in (DUE, DONE, "done_late", LATE)},
        "earlier": week_on_offer(of.before.code, at),
        "later": week_on_offer(of.after.code, at),
        "frozen": Paper.objects.filter(week=of.code).defer("sheet").first(),
        "may_write": user.holds(Role.SUPERVISOR),
        "at": at,
    }
    return render(request, "dispatch/docket.html", context)


@require_GET
def rows(request: HttpRequest, code: str, unit: str, kind: str) -> HttpResponse:
    """Show what stands behind a number: to the district's desks, and to the unit itself."""
    user, at = request.user, timezone.now()
    of, whose = _week(code, at), get_object_or_404(Unit, code=unit)
    if kind not in KINDS or not (user.sees_district or whose.pk in units_of(user)):
        raise Http404
    found = rows_behind(kind, of, whose, user, at, request.GET.get("cursor", ""))
    cut = cut_of(of, at)
    labels = {DUE: _("Due this week"), DONE: _("Done"), LATE: _("Overdue")}
    context = {
        "week": of,
        "unit": whose,
        "label": labels[kind],
        "kind": kind,
        "page": found.page,
        "clocks": [
            (clock, found.documents.get(clock.pk), _days(clock.due_at, clock.stopped_at, cut))
            for clock in found.page.rows
        ],
        "directives": [(one, _days(one.due_at, one.reported_at, cut)) for one in found.directives],
        "at": at,
    }
    return render(request, "dispatch/docket_rows.html", context)


def _days(due: datetime | None, end: datetime | None, cut: datetime) -> int:
    """Return how many days late, begun ones counted, it was at its end or is at the cut."""
    until = min(end, cut) if end else cut
    return (until - due).days + 1 if due and until > due else 0


@require_POST
def freeze(request: HttpRequest, code: str) -> HttpResponse:
    """Keep the docket as it stands now, as a paper for the whole district."""
    at = timezone.now()
    paper = freeze_docket(_week(code, at), actor=request.user, at=at)
    messages.success(request, _("%(number)s is published.") % {"number": paper.number})
    return redirect("dispatch:paper", paper.pk)


def _week(code: str, at: datetime) -> Week:
    found = week_on_offer(code, at)
    if found is None:
        raise Http404
    return found
