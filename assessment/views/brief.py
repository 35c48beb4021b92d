"""The morning brief: one page that a leader reads in two minutes and prints on one sheet."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.desks import page_url
from accounts.models import Role, User
from assessment import scoring
from assessment.access import check_reads_figures
from assessment.brief_words import CHANGES, call_words, difference_words, due_words
from assessment.mornings import Call, Due, Why, Window
from assessment.queries.brief import Yesterday
from assessment.services.brief import Brief, Change, NamedCall, brief_of
from cases.models import Case

MARKED = {"emergencies": "red", "problems": "amber", "late": "amber", "objections": "amber"}
"""Counts that are shown in a tone where they are not zero."""


@require_GET
def brief(request: HttpRequest) -> HttpResponse:
    """Show the brief of this morning as it stands now."""
    at, reader = timezone.now(), request.user
    check_reads_figures(reader)
    found = brief_of(reader, at)
    context = {
        "brief": found,
        "closes": timezone.localtime(found.until).strftime("%H:%M").replace("00:00", "24:00"),
        "changes": [change_row(change, found, reader) for change in found.changes],
        "lines": [line_row(due) for due in found.lines],
        "more_lines": max(0, found.due - len(found.lines)),
        "calls": [call_row(named, found) for named in found.calls],
        "yesterday": yesterday_rows(found.yesterday),
    }
    return render(request, "assessment/brief.html", context)


def change_row(change: Change, found: Brief, reader: User) -> dict[str, Any]:
    """Return a count with its name, its list, and how it differs from the usual."""
    return {
        "label": CHANGES[change.what],
        "value": f"{change.count:,}+" if change.more else f"{change.count:,}",
        "note": difference_words(change.difference),
        "url": _list_of(change.what, found.window, reader),
        "tone": MARKED.get(change.what, "") if change.count else "",
        "numbers": [(number, reverse("cases:detail", args=[number])) for number in change.numbers],
    }


def _list_of(what: str, window: Window, reader: User) -> str:
    """Return the list behind a count; empty where the reader has none that counts the same."""
    if what == "documents":
        return reverse("dispatch:documents")
    if what == "objections":
        centre = f"{reverse('dispatch:centre')}?tab=objections"
        return centre if reader.holds(Role.SUPERVISOR) else ""
    if what == "claims":
        return page_url("assessment:claims") or ""
    fields = {"received": "received", "closed": "closed", "problems": "problem", "late": "breached"}
    if what not in fields:
        return ""
    bounds = {
        f"{fields[what]}_from": _local(window.since),
        f"{fields[what]}_to": _local(window.until),
    }
    return f"{reverse('cases:list')}?{urlencode(bounds)}"


def _local(moment: Any) -> str:
    return timezone.localtime(moment).replace(tzinfo=None).isoformat()


def line_row(due: Due) -> dict[str, Any]:
    """Return a line of what will be late today."""
    return {
        "due": due,
        "reason": due_words(due),
        "url": reverse("cases:detail", args=[due.number]),
        "place": " · ".join(filter(None, [due.town, due.place])),
    }


def call_row(named: NamedCall, found: Brief) -> dict[str, Any]:
    """Return a call with its reason and where the matter lies."""
    return {
        "name": named.name,
        "phones": named.phones,
        "reason": call_words(named.call, found.at),
        "url": url_of(named.call),
        "own": named.call.own,
    }


def url_of(call: Call) -> str:
    """Return the page of what the call is about."""
    if call.why == Why.DIRECTIVE:
        return reverse("dispatch:directive", args=[call.ref])
    if call.why == Why.URGED:
        return reverse("cases:detail", args=[call.number])
    if call.why == Why.DOCUMENTS:
        return reverse("dispatch:documents")
    return reverse("dispatch:order", args=[call.ref])


def yesterday_rows(day: Yesterday) -> dict[str, Any]:
    """Return the figures of the day before, each share to two decimals, None without data."""

    def share(part: int) -> dict[str, Any]:
        return {"part": part, "rate": scoring.half_up(scoring.share(part, day.asked))}

    bounds = {"received_from": f"{day.day:%F}", "received_to": f"{day.day:%F}"}
    cases = reverse("cases:list")
    return {
        "day": day.day,
        "received": day.received,
        "url": f"{cases}?{urlencode(bounds)}",
        "asked": day.asked,
        "kinds": [
            (
                kind.label,
                day.by_kind[kind.value],
                f"{cases}?{urlencode(bounds | {'kind': kind.value})}",
            )
            for kind in Case.Kind
            if day.by_kind.get(kind.value)
        ],
        "towns": [
            (name, count, f"{cases}?{urlencode(bounds | {'town': code})}")
            for code, name, count in day.by_town
        ],
        "contacted": share(day.contacted),
        "resolved": share(day.resolved),
        "satisfied": share(day.satisfied),
    }
