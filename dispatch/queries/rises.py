"""How a matter rose from level to level: who passed it up when and why, and the orders below."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch

from accounts.models import User
from cases.models import Case, CaseEvent, Clock
from cases.privacy import shown_text
from cases.queries import next_clocks
from dispatch.models import Order, Whistle
from dispatch.rights import level_label


@dataclass(frozen=True, slots=True)
class Below:
    """A whistle of a lower level that ended when the matter was passed up, with its orders."""

    whistle: Whistle
    orders: list[Order]


@dataclass(frozen=True, slots=True)
class Rise:
    """One passing up before one viewer."""

    below: str
    above: str
    at: datetime
    actor: User | None
    reason: str
    round: int
    whistles: list[Below] = field(default_factory=list)


def rises_of(case: Case, user: User) -> list[Rise]:
    """Return how the matter rose, the first time first; three queries where it ever did."""
    if not case.level and case.round == 1:
        return []
    events = CaseEvent.objects.filter(case=case, step="pass_up").select_related("actor")
    rows = list(events.order_by("at", "pk"))
    if not rows:
        return []
    passed = case.whistles.filter(passed_up_at__isnull=False).select_related("blower", "blown_by")
    whistles: dict[datetime | None, list[Below]] = defaultdict(list)
    parts = Prefetch("orders", Order.objects.select_related("unit").order_by("-role", "pk"))
    for whistle in passed.prefetch_related(parts).order_by("pk"):
        whistles[whistle.passed_up_at].append(Below(whistle, list(whistle.orders.all())))
    return [
        Rise(
            below=level_label(event.details.get("from", "")),
            above=level_label(event.details.get("to", "")),
            at=event.at,
            actor=event.actor,
            reason=shown_text(case, user, event.details.get("reason", "")),
            round=event.round,
            whistles=whistles.get(event.at, []),
        )
        for event in rows
    ]


@dataclass(frozen=True, slots=True)
class Passed:
    """One case that was passed up, before one viewer: who did it last, when, why, and what is due next."""

    case: Case
    clock: Clock | None
    at: datetime | None
    actor: User | None
    reason: str


def passed_rows(cases: Sequence[Case], user: User) -> list[Passed]:
    """Return the cases with their last passing up; two queries."""
    events = CaseEvent.objects.filter(case__in=cases, step="pass_up").select_related("actor")
    last = {event.case_id: event for event in events.order_by("at", "pk")}
    due = next_clocks(cases)
    rows = []
    for case in cases:
        event = last.get(case.pk)
        reason = event.details.get("reason", "") if event else ""
        rows.append(
            Passed(
                case,
                due.get(case.pk),
                event.at if event else None,
                event.actor if event else None,
                shown_text(case, user, reason),
            )
        )
    return rows
