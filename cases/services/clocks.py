"""Start, stop, pause, extend and change clocks: every change is an entry, every due time follows from the entries."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from math import ceil

from django.db.models import QuerySet

from accounts.models import CENTRE_CODE, HOTLINE_CODE, Unit
from cases import calendars
from cases.deadlines import Entry, EntryKind, Limit, TimeUnit, reckon, run_so_far
from cases.lifecycle import ClockKind, clocks_of, recused_unit
from cases.models import Case, Clock, ClockEntry
from cases.services.alerts import ladder_for, schedule
from cases.services.breaches import lift_breach, record_breaches
from cases.services.limits import Facts, Rule, rules_for
from cases.services.lives import entries_of
from grids.models.areas import CODE_LENGTH

HOTLINE_CLOCKS = (ClockKind.CALLBACK, ClockKind.CLOSE)
TASK_CLOCKS = (ClockKind.CHECK,)
"""Clocks that run for a task in the field and end with it."""


@dataclass(frozen=True, slots=True)
class Want:
    """A clock that must be open: its kind, who owes it, and by which rule."""

    kind: str
    unit_id: int
    rule: Rule
    whistle_kind: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """Where a wanted clock belongs: to the case itself, to one of its orders, to a document about it, or to
    a problem on a whistle's list."""

    case: Case
    want: Want
    order_ref: int | None = None
    document_ref: int | None = None
    item_ref: int | None = None


def follow_state(case: Case, at: datetime) -> list[Clock]:
    """Make the case's own open clocks those its state asks for; return the ones started."""
    kinds = clocks_of(case)
    running = {c.kind: c for c in _own(case)}
    ended = [c for kind, c in running.items() if kind not in kinds and kind not in TASK_CLOCKS]
    stop_clocks(ended, at)
    return start_for_state(case, [kind for kind in kinds if kind not in running], at)


def _own(case: Case) -> QuerySet[Clock]:
    return Clock.objects.running().of_case_itself().filter(case=case)


def start_for_state(case: Case, kinds: Iterable[str], at: datetime) -> list[Clock]:
    """Start the case's own clocks of the given kinds, owed by its town or the hotline."""
    return start_clocks(case, wants_of(case, kinds, at), at)


def wants_of(case: Case, kinds: Iterable[str], at: datetime) -> list[Want]:
    """Return the case's own clocks of the given kinds as they would be started at `at`."""
    kinds = list(kinds)
    if not kinds:
        return []
    facts = facts_of(case, redo=case.round > 1)
    rules = rules_for(kinds, facts, at)
    return [Want(kind, _owner(case, kind), rule) for kind, rule in rules.items()]


def _owner(case: Case, kind: str) -> int:
    if kind == ClockKind.DECIDE and case.level:
        return decider_of(case)
    return owners_of(case)[kind in HOTLINE_CLOCKS]


def decider_of(case: Case) -> int:
    """Return the unit that decides on the case: of the level it was passed up to, else its town's."""
    codes = {"community": case.area_id[: CODE_LENGTH["community"]], "district": CENTRE_CODE}
    units = Unit.objects.filter(code=codes.get(case.level, case.town_id), active=True)
    found = units.exclude(pk=recused_unit(case) or 0).values_list("pk", flat=True).first()
    return found or owners_of(case)[False]


def stop_deciding(case: Case, at: datetime) -> None:
    """Stop the clock of a level that decided by passing the matter up; every other clock runs on."""
    stop_clocks(list(_own(case).filter(kind=ClockKind.DECIDE)), at)


def hand_to_owners(case: Case) -> None:
    """Give the case's own open clocks to whoever owes them now that a correction changed who that is."""
    case.__dict__.pop("_owners", None)
    for clock in _own(case):
        owner = _owner(case, clock.kind)
        if clock.unit_id != owner:
            clock.unit_id = owner
            clock.save(update_fields=["unit"])


def facts_of(case: Case, *, redo: bool = False, whistle_kind: str = "") -> Facts:
    condition = case.condition_id or ""
    return Facts(case.urgency, case.kind, case.category_id, redo, whistle_kind, condition)


def owners_of(case: Case) -> dict[bool, int]:
    """Return the unit that owes the case's clocks: `True` for the hotline's, `False` for the town's.

    Where the town or the hotline has no unit, or is the one complained of in a report of wrongdoing,
    the centre owes them: never nobody.
    """
    known: dict[bool, int] | None = case.__dict__.get("_owners")  # asked twice in many a step
    if known is None:
        codes = (case.town_id, HOTLINE_CODE, CENTRE_CODE)
        ids = dict(Unit.objects.filter(code__in=codes).values_list("code", "pk"))
        centre = ids[CENTRE_CODE]
        known = {False: ids.get(case.town_id, centre), True: ids.get(HOTLINE_CODE, centre)}
        accused = recused_unit(case)
        known = {desk: centre if unit == accused else unit for desk, unit in known.items()}
        case.__dict__["_owners"] = known
    return known


def start_clocks(
    case: Case, wants: Iterable[Want], at: datetime, order_ref: int | None = None
) -> list[Clock]:
    """Start a case's clocks, or those of one of its orders."""
    return open_clocks([Start(case, want, order_ref) for want in wants], at)


def open_clocks(starts: Iterable[Start], at: datetime, *, climbing: bool = True) -> list[Clock]:
    """Start clocks at `at`, each with its first entry, its due time and its ladder; two statements for any number.

    Without `climbing` none is given a ladder: what is missed is recorded, and no document follows.
    """
    starts = list(starts)
    clocks = [_begun(start, at, climbing=climbing) for start in starts]
    Clock.objects.bulk_create(clocks)
    ClockEntry.objects.bulk_create(
        _entry(clock, EntryKind.START, at, start.want.rule)
        for clock, start in zip(clocks, starts, strict=True)
    )
    return clocks


def _begun(start: Start, at: datetime, *, climbing: bool) -> Clock:
    case, want = start.case, start.want
    life = [Entry(EntryKind.START, at, want.rule.limit)]
    deadline = reckon(life, calendars.of_unit(want.unit_id))
    clock = Clock(
        case=case,
        order_ref=start.order_ref,
        document_ref=start.document_ref,
        item_ref=start.item_ref,
        unit_id=want.unit_id,
        kind=want.kind,
        round=case.round,
        policy=want.rule.snapshot(),
        calendar_id=calendars.version_for(want.unit_id),
        started_at=at,
        due_at=deadline.due_at,
        original_due_at=deadline.original_due_at,
        provisional=deadline.provisional,
        ladder=ladder_for(want.kind, want.whistle_kind, case.urgency, at) if climbing else None,
    )
    schedule(clock, life)
    return clock


def _entry(
    clock: Clock,
    kind: EntryKind,
    at: datetime,
    rule: Rule | None = None,
    note: str = "",
    until: datetime | None = None,
) -> ClockEntry:
    return ClockEntry(
        clock=clock,
        kind=kind.value,
        at=at,
        amount=rule.amount if rule else None,
        unit=rule.unit if rule else "",
        until=until,
        note=note,
    )


def stop_clocks(clocks: list[Clock], at: datetime) -> None:
    """Stop the clocks; one stopped late and not yet seen by a sweep is a breach now."""
    if not clocks:
        return
    record_breaches([clock for clock in clocks if clock.is_overdue(at)], at)
    Clock.objects.filter(pk__in=[clock.pk for clock in clocks]).update(stopped_at=at)


def pause_clocks(case: Case, at: datetime, note: str, until: datetime | None = None) -> None:
    """Pause every open clock of the case, its orders' too; `until` is when the pause ends by itself."""
    for clock in case.clocks.running():
        _append(clock, _entry(clock, EntryKind.PAUSE, at, note=note, until=until), at)


def resume_clocks(case: Case, at: datetime) -> None:
    """Let every paused clock of the case run on; a pause that has ended by itself ended then, not now."""
    for clock in case.clocks.running():
        last = clock.entries.filter(kind=EntryKind.PAUSE.value).order_by("at", "pk").last()
        if last is not None:
            ended = min(at, last.until) if last.until else at
            _append(clock, _entry(clock, EntryKind.RESUME, ended), at)


def extend_clock(
    clock: Clock, rule: Rule, at: datetime, *, asked_at: datetime | None = None
) -> Clock:
    """Add time to an open clock; the entries before stay.

    Asked for before the deadline, it holds from when it was asked, and a breach recorded since is lifted: who asked in
    time is not late because the centre was slow.
    """
    in_time = asked_at is not None and clock.due_at is not None and asked_at <= clock.due_at
    if clock.breached_at is not None and in_time:
        lift_breach(clock, at, rule.source[:200])
    since = asked_at if in_time and asked_at else at
    entry = _entry(clock, EntryKind.EXTEND, since, rule, rule.source[:200])
    return _append(clock, entry, at, forgiving=in_time)


def designate_clocks(case: Case, order_ref: int, at: datetime, note: str) -> None:
    """Note on an order's open clocks that a ruling named the unit; they run on."""
    for clock in case.clocks.running().filter(order_ref=order_ref):
        _append(clock, _entry(clock, EntryKind.DESIGNATE, at, note=note[:200]), at)


def change_rule(clock: Clock, rule: Rule, at: datetime, note: str) -> Clock:
    """Put an open clock under another rule, counted from its start; pauses and extensions stay."""
    clock.policy = rule.snapshot()
    clock.save(update_fields=["policy"])
    return _append(clock, _entry(clock, EntryKind.CHANGE, at, rule, note[:200]), at)


def follow_correction(case: Case, at: datetime, note: str) -> int:
    """Put the case's open clocks under the rules that its corrected facts ask for; return how many changed.

    The rules are those that were in force when each clock started; a time set by a person stays. A correction makes
    nobody late at once: a limit that would already be over counts from the correction.
    """
    changed = 0
    for clock in case.clocks.running():
        known = clock.policy.get("facts")
        if not known:
            continue
        facts = facts_of(case, redo=known["redo"], whistle_kind=known["whistle_kind"])
        rule = rules_for([clock.kind], facts, clock.started_at).get(clock.kind)
        if rule is None or facts.as_dict() == known:
            continue
        if not clock.rung:  # a ladder already climbed is climbed to its end
            clock.ladder = ladder_for(clock.kind, facts.whistle_kind, case.urgency, at)
            clock.save(update_fields=["ladder"])
        change_rule(clock, _not_over(clock, rule, at), at, note)
        changed += 1
    return changed


def _not_over(clock: Clock, rule: Rule, at: datetime) -> Rule:
    """Return the rule, lengthened by what has run so far where it would be over already."""
    calendar = calendars.of_version(clock.calendar_id)
    run = run_so_far(entries_of(clock), rule.limit.unit, calendar, at)
    unit = timedelta(microseconds=Limit(1, rule.limit.unit).counted(calendar.working_day))
    gone = Decimal(run // timedelta(seconds=1)) / Decimal(unit // timedelta(seconds=1))
    if gone <= rule.amount:
        return rule
    longer = (rule.amount + gone).quantize(Decimal("0.000001"), ROUND_CEILING)
    return replace(rule, amount=longer)


def _append(clock: Clock, entry: ClockEntry, at: datetime, *, forgiving: bool = False) -> Clock:
    """Append an entry and derive the due time anew; a breach before it is recorded first."""
    if clock.is_overdue(at) and not forgiving:
        record_breaches([clock], at)
    entry.save()
    return derive(clock, at)


def derive(clock: Clock, at: datetime) -> Clock:
    """Derive the due time and the next rung of the ladder from the entries, and keep them.

    Where the deadline has moved ahead of a ladder already climbed, the ladder begins anew.
    """
    entries = entries_of(clock)
    deadline = reckon(entries, calendars.of_version(clock.calendar_id))
    clock.due_at, clock.provisional = deadline.due_at, deadline.provisional
    if clock.rung and deadline.due_at is not None and deadline.due_at > at:
        clock.climb, clock.rung, clock.alerted_at = clock.climb + 1, 0, None
    schedule(clock, entries)
    clock.save(update_fields=DERIVED)
    return clock


DERIVED = ["due_at", "provisional", "climb", "rung", "alerted_at", "alert_at"]


def until(moment: datetime, at: datetime, source: str) -> Rule:
    """Return a rule whose deadline is that very moment (a time the blower set)."""
    # To the next whole second: a moment before the time set would be shown as the minute before.
    hours = Decimal(ceil((moment - at).total_seconds())) / 3600
    kept = hours.quantize(Decimal("0.000001"), ROUND_CEILING)
    return Rule(kept, TimeUnit.NATURAL_HOUR.value, source)
