"""The responsibility list: looked up, and proposed for a category."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from dispatch.forms.responsibilities import SearchForm
from dispatch.queries.centre import search_responsibilities
from dispatch.services.responsibilities import propose

PAGE = 100


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the items that fit what is searched for, by code."""
    form = SearchForm(request.GET)
    form.full_clean()
    items = search_responsibilities(**form.criteria())
    after = request.GET.get("after", "")
    if after:
        items = items.filter(code__gt=after)
    found = list(items[: PAGE + 1])
    rows = found[:PAGE]
    context = {
        "form": form,
        "items": rows,
        "next": rows[-1].code if len(found) > PAGE else "",
    }
    return render(request, "dispatch/responsibilities.html", context)


@require_GET
def proposal(request: HttpRequest) -> HttpResponse:
    """Show what the list says of a category: a fragment for the intake form."""
    category = request.GET.get("category", "")[:8]
    proposals = propose(category) if category else []
    context = {"proposals": proposals, "category": category}
    return render(request, "dispatch/_proposal.html", context)
