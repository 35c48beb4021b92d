"""Record what was missed: each breach once, with the true due time, however late it is seen."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from accounts.services.notices import Draft, tell_units
from cases.lifecycle import ClockKind
from cases.models import Case, CaseEvent, Clock

BATCH = 500


def sweep_breaches(at: datetime) -> int:
    """Record every clock past due, oldest first, in batches that any number of sweepers may share."""
    total = 0
    while found := _sweep_batch(at):
        total += found
    return total


def missed_clocks(at: datetime) -> QuerySet[Clock]:
    """Return the open clocks past due without a breach on record. To act after acknowledging lapses, and is no breach."""
    return Clock.objects.overdue(at).exclude(kind=ClockKind.ACT)


@transaction.atomic
def _sweep_batch(at: datetime) -> int:
    due = missed_clocks(at).order_by("due_at", "pk")
    clocks = list(due.select_for_update(skip_locked=True, no_key=True)[:BATCH])
    return _record(clocks, at)


def record_breaches(clocks: Collection[Clock], at: datetime) -> int:
    """Record a breach of each clock that no sweep has recorded meanwhile; return how many."""
    ids = [clock.pk for clock in clocks if clock.kind != ClockKind.ACT]
    if not ids:
        return 0
    held = Clock.objects.filter(pk__in=ids, breached_at=None).order_by("pk")
    return _record(list(held.select_for_update(no_key=True)), at)


def _record(clocks: list[Clock], at: datetime) -> int:
    """Write the breaches of clocks locked by the caller: in as many statements for one as for five hundred."""
    if not clocks:
        return 0
    Clock.objects.filter(pk__in=[clock.pk for clock in clocks]).update(breached_at=at)
    known = Case.objects.only("pk", "number", "state", "round", "urgency")
    cases = known.in_bulk({clock.case_id for clock in clocks})
    CaseEvent.objects.bulk_create([_breach(cases[c.case_id], c, at) for c in clocks])
    tell_units([_notice(cases[c.case_id], c) for c in clocks], at)
    return len(clocks)


def _breach(case: Case, clock: Clock, at: datetime) -> CaseEvent:
    due = clock.due_at.isoformat() if clock.due_at else None
    return _event("breach", case, clock, at, due_at=due)


def _event(step: str, case: Case, clock: Clock, at: datetime, **details: str | None) -> CaseEvent:
    return CaseEvent(
        case=case,
        step=step,
        state=case.state,
        round=case.round,
        at=at,
        unit_id=clock.unit_id,
        order_ref=clock.order_ref,
        details={"clock": clock.kind} | details,
    )


def _notice(case: Case, clock: Clock) -> Draft:
    due = clock.due_at.isoformat() if clock.due_at else ""
    return Draft(
        "clock_overdue",
        unit_id=clock.unit_id,
        key=f"breach:{clock.pk}:{clock.climb}",
        case_number=case.number,
        params={"clock": clock.kind, "due": due},
        urgent=case.urgency == Case.Urgency.CRITICAL,
    )


def lift_breach(clock: Clock, at: datetime, reason: str) -> None:
    """Take a breach back that stands only because a request made in time was ruled on too late; the event stays."""
    clock.breached_at = None
    clock.save(update_fields=["breached_at"])
    _event("breach_lifted", clock.case, clock, at, reason=reason).save()
