"""The diary of the grids on screen (民情日记)."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.desks import page_url
from accounts.models import User
from accounts.paging import page_of
from accounts.refusals import BadInput
from accounts.requests import SignedInRequest
from grids import choices
from grids.forms import DiaryForm, put_refusal
from grids.models import DiaryEntry
from grids.months import bounds_of, month_asked, neighbours
from grids.naming import short_name
from grids.reach import FIELD, HEADS
from grids.services.diary import write_entry
from grids.tabs import check_reader, life_tabs

VIEW = "grids:diary"
PAGE_SIZE = 20
MOST_AUTHORS = 100


def diary(request: SignedInRequest) -> HttpResponse:
    """Show the entries one may read, newest first; who works in the grids writes one."""
    check_reader(request.user)
    user = request.user
    writes = user.holds(*FIELD, *HEADS)
    areas = choices.grids(user) if writes and not user.sees_district else []
    form = DiaryForm(request.POST if request.method == "POST" else None, areas=areas)
    if form.is_bound and form.is_valid():
        try:
            write_entry(actor=user, at=timezone.now(), **form.cleaned_data)
        except BadInput as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("Written into the diary."))
            return redirect(VIEW)
    month = month_asked(request.GET.get("month", ""))
    context = {
        "tabs": life_tabs(VIEW),
        "form": form if areas else None,
        **_entries(request, month),
        "counts": month_counts(user, month) if user.holds(*HEADS) or user.sees_district else [],
        "month": month,
        **neighbours(month),
    }
    return render(request, "grids/diary.html", context, status=400 if form.errors else 200)


def _entries(request: SignedInRequest, month: date) -> dict[str, Any]:
    since, until = bounds_of(month)
    rows = DiaryEntry.objects.visible_to(request.user).filter(at__gte=since, at__lt=until)
    rows = rows.select_related("author", "area").defer("area__boundary")
    page = page_of(rows, request.GET.get("cursor", ""), by="at", size=PAGE_SIZE)
    return {"page": page, "entries": [_line(entry, request.user) for entry in page.rows]}


def _line(entry: DiaryEntry, reader: User) -> dict[str, Any]:
    own = entry.author_id == reader.pk or reader.holds_over(entry.area_id, *HEADS)
    make = page_url("cases:report_from", "diary", entry.pk) if own else None
    return {
        "entry": entry,
        "area": short_name(entry.area.name),
        "case_url": page_url("cases:detail", entry.case_number) if entry.case_number else None,
        "make_url": None if entry.case_number else make,
    }


def month_counts(user: User, month: date) -> list[dict[str, Any]]:
    """Return how many entries each author wrote in the month, of those the user may read."""
    since, until = bounds_of(month)
    rows = DiaryEntry.objects.visible_to(user).filter(at__gte=since, at__lt=until)
    by_author = rows.values("author__display_name", "author__username").annotate(
        count=Count("pk"), cases=Count("case_number", filter=~Q(case_number=""))
    )
    return [
        {
            "name": row["author__display_name"] or row["author__username"],
            "count": row["count"],
            "cases": row["cases"],
        }
        for row in by_author.order_by("-count", "author__username")[:MOST_AUTHORS]
    ]
