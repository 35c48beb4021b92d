"""The list of cases: everything the reader may see, filtered by address."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers

from accounts.paging import bounded_count, page_of
from accounts.requests import SignedInRequest
from cases.filters import YES, CaseFilters, YesNoField
from cases.models import BOUNDARIES, Case
from cases.queries import lines
from cases.views.words import count_words

SHOWN = ("q", "state", "town", "category", "channel", "kind", "urgency", "overdue", "mine")
"""Filters that stand in the bar; the others come with a link and are shown as chips."""

CURSOR = "cursor"


@require_GET
@vary_on_headers("HX-Request")
def case_list(request: SignedInRequest) -> HttpResponse:
    """List the cases asked for, newest first; htmx is given the rows alone."""
    at, reader = timezone.now(), request.user
    filters = CaseFilters(
        request.GET, reader=reader, at=at, queryset=Case.objects.visible_to(reader)
    )
    rows = filters.found()
    page = page_of(
        rows.select_related("category", "area", "town").defer(*BOUNDARIES),
        request.GET.get(CURSOR, ""),
        by="received_at",
    )
    context = {
        "at": at,
        "filters": filters,
        "cases": lines(page.rows, reader),
        "page": page,
        "count_text": count_words(*bounded_count(rows)),
        "chips": _chips(request, filters),
    }
    if "HX-Request" not in request.headers:
        return render(request, "cases/list.html", context)
    response = render(request, "cases/_rows.html", context)
    response["HX-Push-Url"] = _address(request)
    return response


def _address(request: SignedInRequest) -> str:
    """Return the list's address without the empty parameters that a form sends along."""
    given = request.GET.copy()
    for name in [name for name, value in given.items() if not value]:
        del given[name]
    return f"{request.path}?{given.urlencode()}" if given else request.path


def _chips(request: SignedInRequest, filters: CaseFilters) -> list[dict[str, Any]]:
    """Return the filters in force that have no field in the bar, each with the way to drop it."""
    chips = []
    for name, kind in filters.filters.items():
        said = request.GET.get(name, "")
        if name in SHOWN or not said:
            continue
        rest = request.GET.copy()
        for gone in (name, CURSOR):
            rest.pop(gone, None)
        chips.append(
            {
                "name": name,
                "value": said,
                "label": kind.label or name,
                "words": _said(filters, name, said),
                "without": f"{request.path}?{rest.urlencode()}",
            }
        )
    return chips


def _said(filters: CaseFilters, name: str, said: str) -> str:
    """Return a filter's value in words: a choice by its label, a switch as yes or no."""
    field = filters.form.fields[name]
    if isinstance(field, YesNoField):
        return _("Yes") if said.strip().lower() in YES else _("No")
    return str(dict(getattr(field, "choices", ())).get(said, said))
