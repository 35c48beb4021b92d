"""Start, stop, pause and extend clocks; record what was missed."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from math import ceil

from django.db import transaction

from accounts.models import CENTRE_CODE, HOTLINE_CODE, Unit
from accounts.services.notices import Draft, tell_units
from cases import calendars
from cases.deadlines import Deadline, Entry, EntryKind, Limit, TimeUnit, reckon
from cases.lifecycle import ClockKind, clocks_of
from cases.models import Case, CaseEvent, Clock, ClockEntry
from cases.services.limits import Facts, Rule, rules_for

BATCH = 200
HOTLINE_CLOCKS = (ClockKind.CALLBACK, ClockKind.CLOSE)


@dataclass(frozen=True, slots=True)
class Want:
    """A clock that must be open: its kind, who owes it, and by which rule."""

    kind: str
    unit_id: int
    rule: Rule


def follow_state(case: Case, at: datetime) -> list[Clock]:
    """Make the case's own open clocks those its state asks for; return the ones started."""
    kinds = clocks_of(case)
    running = {c.kind: c for c in Clock.objects.running().filter(case=case, order_ref=None)}
    stop_clocks([c for kind, c in running.items() if kind not in kinds], at)
    return start_for_state(case, [kind for kind in kinds if kind not in running], at)


def start_for_state(case: Case, kinds: Iterable[str], at: datetime) -> list[Clock]:
    """Start the case's own clocks of the given kinds, owed by its town or the hotline."""
    kinds = list(kinds)
    if not kinds:
        return []
    facts = facts_of(case, redo=case.round > 1)
    rules = rules_for(kinds, facts, at)
    owners = owners_of(case)
    wants = [Want(kind, owners[kind in HOTLINE_CLOCKS], rules[kind]) for kind in kinds]
    return start_clocks(case, wants, at)


def facts_of(case: Case, *, redo: bool = False, whistle_kind: str = "") -> Facts:
    return Facts(case.urgency, case.kind, case.category_id, redo, whistle_kind)


def owners_of(case: Case) -> dict[bool, int]:
    """Return the unit that owes the case's clocks: `True` for the hotline's, `False` for the town's.

    Where the town or the hotline has no unit, the centre owes them: never nobody.
    """
    known: dict[bool, int] | None = case.__dict__.get("_owners")  # asked twice in many a step
    if known is None:
        codes = (case.town_id, HOTLINE_CODE, CENTRE_CODE)
        ids = dict(Unit.objects.filter(code__in=codes).values_list("code", "pk"))
        centre = ids[CENTRE_CODE]
        known = {False: ids.get(case.town_id, centre), True: ids.get(HOTLINE_CODE, centre)}
        case.__dict__["_owners"] = known
    return known


def start_clocks(
    case: Case, wants: Iterable[Want], at: datetime, order_ref: int | None = None
) -> list[Clock]:
    """Start the clocks at `at`, with their first entry and their due time."""
    calendar, wants, clocks = calendars.current(), list(wants), []
    for want in wants:
        deadline = reckon([Entry(EntryKind.START, at, want.rule.limit)], calendar)
        clocks.append(
            Clock(
                case=case,
                order_ref=order_ref,
                unit_id=want.unit_id,
                kind=want.kind,
                round=case.round,
                policy=want.rule.snapshot(),
                started_at=at,
                due_at=deadline.due_at,
                provisional=deadline.provisional,
            )
        )
    Clock.objects.bulk_create(clocks)
    ClockEntry.objects.bulk_create(
        _entry(clock, EntryKind.START, at, want.rule)
        for clock, want in zip(clocks, wants, strict=True)
    )
    return clocks


def _entry(
    clock: Clock, kind: EntryKind, at: datetime, rule: Rule | None = None, note: str = ""
) -> ClockEntry:
    return ClockEntry(
        clock=clock,
        kind=kind.value,
        at=at,
        amount=rule.amount if rule else None,
        unit=rule.unit if rule else "",
        note=note,
    )


def stop_clocks(clocks: list[Clock], at: datetime) -> None:
    """Stop the clocks; one stopped late and not yet seen by a sweep is a breach now."""
    if not clocks:
        return
    record_breaches([clock for clock in clocks if clock.is_overdue(at)], at)
    Clock.objects.filter(pk__in=[clock.pk for clock in clocks]).update(stopped_at=at)


def record_breaches(clocks: list[Clock], at: datetime) -> int:
    """Record a breach of each clock once: claim it, append the event, tell the unit; return how many.

    The caller holds the rows or their case; the conditional update makes a second claim empty.
    """
    mine = []
    for clock in clocks:
        claimed = Clock.objects.filter(pk=clock.pk, breached_at=None).update(breached_at=at)
        if claimed:
            mine.append(clock)
    if not mine:
        return 0
    cases = Case.objects.in_bulk([clock.case_id for clock in mine])
    CaseEvent.objects.bulk_create([_breach_event(cases[c.case_id], c, at) for c in mine])
    tell_units([_breach_notice(cases[c.case_id], c) for c in mine], at)
    return len(mine)


def _breach_event(case: Case, clock: Clock, at: datetime) -> CaseEvent:
    due = clock.due_at.isoformat() if clock.due_at else None
    return CaseEvent(
        case=case,
        step="breach",
        state=case.state,
        round=case.round,
        at=at,
        unit_id=clock.unit_id,
        order_ref=clock.order_ref,
        details={"clock": clock.kind, "due_at": due},
    )


def _breach_notice(case: Case, clock: Clock) -> Draft:
    due = clock.due_at.isoformat() if clock.due_at else ""
    return Draft(
        "clock_overdue",
        unit_id=clock.unit_id,
        key=f"breach:{clock.pk}",
        case_number=case.number,
        params={"clock": clock.kind, "due": due},
    )


def sweep_breaches(at: datetime) -> int:
    """Record every clock past due, oldest first, in batches that eight sweepers may share."""
    total = 0
    while found := _sweep_batch(at):
        total += found
    return total


@transaction.atomic
def _sweep_batch(at: datetime) -> int:
    rows = Clock.objects.overdue(at).order_by("due_at", "pk")
    return record_breaches(list(rows.select_for_update(skip_locked=True, no_key=True)[:BATCH]), at)


def pause_clocks(case: Case, at: datetime, note: str) -> None:
    """Pause every open clock of the case, its orders' too."""
    for clock in Clock.objects.running().filter(case=case):
        _append(clock, _entry(clock, EntryKind.PAUSE, at, note=note), at)


def resume_clocks(case: Case, at: datetime) -> None:
    """Let every open clock of the case run on."""
    for clock in Clock.objects.running().filter(case=case):
        _append(clock, _entry(clock, EntryKind.RESUME, at), at)


def extend_clock(clock: Clock, rule: Rule, at: datetime) -> Clock:
    """Add time to an open clock; the entries before stay, and so does a breach recorded."""
    return _append(clock, _entry(clock, EntryKind.EXTEND, at, rule, rule.source[:200]), at)


def _append(clock: Clock, entry: ClockEntry, at: datetime) -> Clock:
    """Append an entry and derive the due time anew; a breach before it is recorded first."""
    if clock.is_overdue(at):
        record_breaches([clock], at)
    entry.save()
    deadline = deadline_of(clock)
    clock.due_at, clock.provisional = deadline.due_at, deadline.provisional
    clock.save(update_fields=["due_at", "provisional"])
    return clock


def deadline_of(clock: Clock) -> Deadline:
    """Derive the deadline, with its explanation, from the clock's entries."""
    rows = sorted(clock.entries.all(), key=lambda row: (row.at, row.pk))
    return reckon([_pure(row, clock.policy.get("source", "")) for row in rows], calendars.current())


def _pure(row: ClockEntry, source: str) -> Entry:
    """Return the entry as the rules know it; the first one names the rule the clock began by."""
    limit = None if row.amount is None else Limit(row.amount, TimeUnit(row.unit))
    kind = EntryKind(row.kind)
    began_by = source if kind == EntryKind.START else ""
    return Entry(kind, row.at, limit, note=row.note, source=began_by)


def until(moment: datetime, at: datetime, source: str) -> Rule:
    """Return a rule whose deadline is that very moment (a time the blower set)."""
    # To the next whole second: a moment before the time set would be shown as the minute before.
    hours = Decimal(ceil((moment - at).total_seconds())) / 3600
    kept = hours.quantize(Decimal("0.000001"), ROUND_CEILING)
    return Rule(kept, TimeUnit.NATURAL_HOUR.value, source)
