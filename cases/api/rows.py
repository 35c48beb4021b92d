"""Rows of the list of cases, built straight from columns.

The list is what programs read most. Fifty model objects and as many serializers cost several times
what the query costs, so the rows are read as tuples and written by hand; `CaseRowOut` remains what
the document says, and a test holds the two together.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from cases.models import Case, Clock
from cases.privacy import shown_text

PLAIN = (
    "number",
    "state",
    "round",
    "kind",
    "channel",
    "urgency",
    "lon",
    "lat",
    "confidential",
    "counted",
    "self_handled",
    "level",
    "transfers",
    "urged",
    "hold_until",
)
NAMED = {
    "category": "category_id",
    "category_name": "category__name",
    "condition": "condition_id",
    "area": "area_id",
    "area_name": "area__name",
    "town": "town_id",
    "town_name": "town__name",
    "exit": "exit_id",
}
TEXTS = ("text", "address", "external_id")
TIMES = ("received_at", "handled_at", "closed_at", "contacted_at", "problem_at")
UNSHOWN = ("id", "caller_name", "caller_phone", "accused_id")
"""What only decides about the rest: the key, and what must be struck out of texts."""

CLOCK = ("kind", "unit__code", "started_at", "due_at", "provisional", "breached_at", "stopped_at")


def read_rows(cases: QuerySet[Case]) -> QuerySet[Any]:
    """Return the cases as named tuples of what a row shows."""
    return cases.values_list(*UNSHOWN, *PLAIN, *NAMED.values(), *TEXTS, *TIMES, named=True)


def open_clocks_of(cases: Iterable[Any]) -> dict[int, list[dict[str, Any]]]:
    """Return the running clocks of each case by its key, the soonest first; one query."""
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    running = Clock.objects.running().filter(case__in=[case.id for case in cases])
    for case_id, *values in running.order_by("due_at", "pk").values_list("case_id", *CLOCK):
        kind, unit, started_at, due_at, provisional, breached_at, stopped_at = values
        found[case_id].append(
            {
                "kind": kind,
                "unit": unit,
                "started_at": iso(started_at),
                "due_at": iso(due_at),
                "provisional": provisional,
                "breached": breached_at is not None,
                "stopped_at": iso(stopped_at),
            }
        )
    return found


def write_rows(page: Sequence[Any], user: User) -> list[dict[str, Any]]:
    """Return the rows as JSON, texts as the user may read them."""
    clocks = open_clocks_of(page)
    return [_write(case, user, clocks[case.id]) for case in page]


def _write(case: Any, user: User, clocks: list[dict[str, Any]]) -> dict[str, Any]:
    row = {name: getattr(case, name) for name in PLAIN}
    row |= {name: getattr(case, column) for name, column in NAMED.items()}
    row |= {name: shown_text(case, user, getattr(case, name)) for name in TEXTS}
    row |= {name: iso(getattr(case, name)) for name in TIMES}
    row["clocks"] = clocks
    return row


def iso(moment: datetime | None) -> str | None:
    """Return a time in the district's zone, as DRF writes it."""
    return timezone.localtime(moment).isoformat() if moment else None
