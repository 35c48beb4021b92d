"""Clues, commendations and classified exits: three pages that belong together; and urging a case."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.paging import page_of
from accounts.refusals import BadInput
from accounts.requests import SignedInRequest
from cases.beside import clue_counts, exits_with_counts, praise_of, praised_in
from cases.forms import put_refusal
from cases.models import Clue, Commendation
from cases.months import month_of
from cases.privacy import shown_text
from cases.services.commendations import check_may_commend, commend, may_commend
from cases.services.urging import urge as urge_case
from cases.source_forms import ClueFilterForm, CommendationForm, MonthForm
from cases.views.pages import STANDING_TONES, visible_case
from cases.views.words import count_words

CURSOR = "cursor"


def _parts(active: str) -> list[dict[str, Any]]:
    labels = {
        "clues": _("Clues"),
        "commendations": _("Commendations"),
        "exits": _("Classified exits"),
    }
    return [
        {"url": reverse(f"cases:{name}"), "label": label, "active": name == active}
        for name, label in labels.items()
    ]


@require_GET
def clues(request: SignedInRequest) -> HttpResponse:
    """List the clues, newest first, by how they stand and by their source."""
    reader = request.user
    form = ClueFilterForm(request.GET)
    given = form.cleaned_data if form.is_valid() else {}
    chosen = Clue.objects.visible_to(reader)
    for name in ("source", "kind"):
        if given.get(name):
            chosen = chosen.filter(**{name: given[name]})
    state = given.get("state", "")
    rows = chosen.standing(state) if state else chosen
    page = page_of(rows.select_related("case"), request.GET.get(CURSOR, ""), by="received_at")
    context = {
        "parts": _parts("clues"),
        "form": form,
        "tabs": _standings(chosen, state, request),
        "page": page,
        "clues": [
            {
                "row": clue,
                "text": shown_text(clue.case, reader, clue.text),
                "tone": STANDING_TONES[clue.standing],
            }
            for clue in page.rows
        ],
    }
    return render(request, "cases/clues.html", context)


def _standings(chosen: Any, state: str, request: SignedInRequest) -> list[dict[str, Any]]:
    counts = {name: count_words(*found) for name, found in clue_counts(chosen).items()}
    labels = {"": _("All")} | {one.value: str(one.label) for one in Clue.Standing}
    kept = {name: request.GET[name] for name in ("source", "kind") if request.GET.get(name)}
    here = reverse("cases:clues")
    tabs = []
    for name, label in labels.items():
        tabs.append(
            {
                "url": f"{here}?{urlencode(kept | {'state': name})}",
                "label": label,
                "count": counts.get(name),
                "active": name == state,
            }
        )
    return tabs


@require_GET
def commendations(request: SignedInRequest) -> HttpResponse:
    """List residents' praise, and how often each unit was praised in the month."""
    reader = request.user
    month = month_of(request.GET.get("month", ""), timezone.now())
    rows = Commendation.objects.visible_to(reader).filter(
        received_at__gte=month.start, received_at__lt=month.end
    )
    shown = rows.select_related("unit", "case", "area").defer("area__boundary")
    page = page_of(shown, request.GET.get(CURSOR, ""), by="received_at")
    counted = praised_in(month, reader)
    context = {
        "parts": _parts("commendations"),
        "form": MonthForm({"month": str(month)}),
        "month": month,
        "page": page,
        "praise": praise_of(page.rows, reader),
        "counted": counted,
        "total": sum(count for _unit, count in counted),
        "may_commend": may_commend(reader),
    }
    return render(request, "cases/commendations.html", context)


def new_commendation(request: SignedInRequest) -> HttpResponse:
    """Note a resident's praise, of a case or of its own."""
    check_may_commend(request.user)
    number = request.POST.get("case", "") or request.GET.get("case", "")
    about = visible_case(request.user, number) if number else None
    known = about.number if about else ""
    form = CommendationForm(request.POST if request.method == "POST" else None, about=known)
    if form.is_bound and form.is_valid():
        try:
            row = commend(actor=request.user, at=timezone.now(), **form.cleaned_data)
        except BadInput as refusal:
            put_refusal(form, refusal)
        else:
            text = _("Noted as %(number)s; %(unit)s is told.")
            messages.success(request, text % {"number": row.number, "unit": row.unit})
            return redirect("cases:commendations")
    status = 400 if form.errors else 200
    return render(request, "cases/commend.html", {"form": form, "about": about}, status=status)


@require_GET
def exits(request: SignedInRequest) -> HttpResponse:
    """Show the classified exits, and how many left by each in the month."""
    month = month_of(request.GET.get("month", ""), timezone.now())
    rows = exits_with_counts(month, request.user)
    bounds = (
        f"received_from={month.start:%Y-%m-%dT%H:%M:%S}&received_to={month.end:%Y-%m-%dT%H:%M:%S}"
    )
    context = {
        "parts": _parts("exits"),
        "form": MonthForm({"month": str(month)}),
        "month": month,
        "rows": [
            {
                "exit": row,
                "count": count,
                "url": f"{reverse('cases:list')}?exit={row.code}&state=rejected&{bounds}",
            }
            for row, count in rows
        ],
        "total": sum(count for _row, count in rows),
    }
    return render(request, "cases/exits.html", context)


@require_POST
def urge(request: SignedInRequest, number: str) -> HttpResponse:
    """Note that the resident asked again; at the hotline's form the answer is a line in place of the button."""
    case = visible_case(request.user, number)
    words = request.POST.get("words", "") or request.POST.get("text", "")
    row = urge_case(case.pk, actor=request.user, at=timezone.now(), words=words)
    if "HX-Request" in request.headers:
        return render(request, "cases/_urged.html", {"urge": row})
    text = _("Noted with case %(number)s; %(unit)s is told.")
    if not row.notified:
        text = _("Noted with case %(number)s; %(unit)s was told within the last half hour.")
    messages.success(request, text % {"number": row.case.number, "unit": row.told})
    return redirect(row.case)
