"""Rulings on objections and the precedents of a case."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from accounts.paging import page_of
from cases.models import Case
from cases.privacy import redact
from dispatch.forms.routing import RulingSearch
from dispatch.queries.precedents import precedents_of
from dispatch.queries.rulings import cites_of, narrowed, rulings_for


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the rulings, the latest first."""
    if not request.user.posts:
        raise PermissionDenied
    form = RulingSearch(request.GET)
    form.full_clean()
    criteria = form.criteria()
    rows = narrowed(rulings_for(request.user), **criteria)
    page = page_of(rows, request.GET.get("after", ""), by="ruled_at", size=30)
    told = [(row, redact(row.ruling, row.order.case)) for row in page.rows]
    context = {"form": form, "page": page, "rows": told, "narrowed": any(criteria.values())}
    return render(request, "dispatch/rulings.html", context)


@require_GET
def ruling(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one ruling with what it cites and what cites it; never the caller."""
    found: Any = get_object_or_404(rulings_for(request.user), pk=pk)
    case = found.order.case
    cited, citing = cites_of(found, request.user)
    context = {
        "ruling": found,
        "sees_case": found.sees_case,
        "reason": redact(found.reason, case),
        "evidence": redact(found.evidence, case),
        "text": redact(found.ruling, case),
        "cited": cited,
        "citing": citing,
    }
    return render(request, "dispatch/ruling.html", context)


@require_GET
def precedents(request: HttpRequest, number: str) -> HttpResponse:
    """Show who handled the last cases like this: a fragment of the forms of whistles and rulings."""
    case = get_object_or_404(Case.objects.visible_to(request.user), number=number)
    context = {
        "found": precedents_of(case, request.user),
        "cite": request.GET.get("cite") == "1",
    }
    return render(request, "dispatch/_precedents.html", context)
