"""The morning brief as a call."""

from typing import Any

from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.api.bases import asking
from assessment.access import check_reads_figures
from assessment.brief_words import CHANGES, call_words, difference_words, due_words
from assessment.mornings import Due
from assessment.queries.brief import Load, Yesterday
from assessment.services.brief import Brief, Change, NamedCall, brief_of


class MorningBrief(APIView):
    """What changed since the last working morning, what will be late today, and who needs a call."""

    @extend_schema(responses={200: OpenApiTypes.OBJECT})
    def get(self, request: Request) -> Response:
        """Return the brief as it stands now: every line with its reason, callers never named."""
        user = asking(request)
        check_reads_figures(user)
        return Response(shown(brief_of(user, timezone.now())))


def shown(brief: Brief) -> dict[str, Any]:
    """Return the brief in the shape of the call."""
    return {
        "at": _iso(brief.at),
        "since": _iso(brief.window.since),
        "until": _iso(brief.window.until),
        "weeks_compared": brief.compared,
        "changes": [_change(change) for change in brief.changes],
        "due_before": _iso(brief.until),
        "due": brief.due,
        "due_by_unit": [_load(load) for load in brief.loads],
        "at_risk": [_due(due) for due in brief.lines],
        "calls": [_call(named, brief) for named in brief.calls],
        "calls_left": brief.calls_left,
        "yesterday": _yesterday(brief.yesterday),
    }


def _iso(moment: Any) -> str:
    return timezone.localtime(moment).isoformat(timespec="seconds")


def _change(change: Change) -> dict[str, Any]:
    found = change.difference
    return {
        "what": change.what,
        "label": str(CHANGES[change.what]),
        "count": change.count,
        "more": change.more,
        "usual": None if found is None else float(found.median),
        "difference": difference_words(found),
        "cases": list(change.numbers),
    }


def _load(load: Load) -> dict[str, Any]:
    return {
        "unit": load.code,
        "name": load.name,
        "count": load.count,
        "first_due_at": _iso(load.first),
    }


def _due(due: Due) -> dict[str, Any]:
    return {
        "case": due.number,
        "clock": due.clock,
        "unit": due.unit,
        "unit_name": due.unit_name,
        "due_at": _iso(due.due_at),
        "town": due.town,
        "place": due.place,
        "category": due.category,
        "own": due.own,
        "risks": [risk.value for risk in due.risks],
        "reason": due_words(due),
    }


def _call(named: NamedCall, brief: Brief) -> dict[str, Any]:
    call = named.call
    return {
        "why": call.why.value,
        "unit": named.name,
        "phones": [{"name": name, "phone": phone} for name, phone in named.phones],
        "case": call.number or None,
        "since": _iso(call.since),
        "count": call.count,
        "own": call.own,
        "reason": call_words(call, brief.at),
    }


def _yesterday(day: Yesterday) -> dict[str, Any]:
    return {
        "date": f"{day.day:%F}",
        "received": day.received,
        "by_kind": day.by_kind,
        "by_town": [{"code": code, "name": name, "received": n} for code, name, n in day.by_town],
        "asked": day.asked,
        "contacted": day.contacted,
        "resolved": day.resolved,
        "satisfied": day.satisfied,
    }
