"""What if: run proposed limits, hours or weights over a past period, and lay the outcome beside history.

Nothing is written. Tried with the rules in force, a trial gives history back exactly.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from assessment.parts import UnitFacts
from assessment.periods import Span
from assessment.queries.inputs import TIMED
from assessment.queries.past_clocks import PastClock, clocks_of
from assessment.queries.snapshots import one_snapshot
from assessment.services import policies
from assessment.services.figures import Row, Sources, departments_of, towns_of
from assessment.services.policies import Rules
from assessment.services.reports import read_sources
from cases import calendars
from cases.deadlines import Deadline, Entry, EntryKind, WorkCalendar, first_missed, reckon
from cases.models import TimeLimit
from cases.services.limits import Facts, rules_for

SHOWN = 200
"""How many clocks whose outcome changes are listed; all of them are counted."""

LONG_AGO = date(1990, 1, 1)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be tried; what is None stays as it was.

    `limits` are all rows of the table as proposed, `calendar` replaces that of units which keep `hours`.
    """

    limits: tuple[TimeLimit, ...] | None = None
    calendar: WorkCalendar | None = None
    hours: str = calendars.OFFICE
    rules: Rules | None = None


@dataclass(slots=True)
class Outcome:
    """How many limits were decided, and how many missed: in history and in the trial."""

    decided: int = 0
    late_then: int = 0
    late_now: int = 0

    def add(self, then: bool, now: bool) -> None:
        self.decided += 1
        self.late_then += then
        self.late_now += now


@dataclass(frozen=True, slots=True)
class Change:
    """One clock whose outcome the proposal changes."""

    number: str
    kind: str
    unit: str
    due_then: datetime | None
    due_now: datetime | None
    ended: datetime
    late_now: bool


@dataclass(slots=True)
class Trial:
    """The outcome of a proposal beside history. `towns` and `departments` pair each row then with the row now."""

    whole: Outcome = field(default_factory=Outcome)
    by_unit: dict[str, Outcome] = field(default_factory=dict)
    by_kind: dict[str, Outcome] = field(default_factory=dict)
    changes: list[Change] = field(default_factory=list)
    changed: int = 0
    moved: int = 0
    kept_own_rule: int = 0
    towns: list[tuple[Row, Row]] = field(default_factory=list)
    departments: list[tuple[Row, Row]] = field(default_factory=list)


Progress = Callable[[int], None]
LimitKey = tuple[str, int, str]
"""Code of the unit, the order, the kind of limit."""


def try_out(
    span: Span, proposal: Proposal, at: datetime, progress: Progress = lambda _done: None
) -> Trial:
    """Run the proposal over the period's clocks and scores; `progress` is told how many clocks are done."""
    trial = Trial()
    limits: dict[LimitKey, list[tuple[bool, bool, bool]]] = defaultdict(list)
    rows = _in_force_then(proposal.limits, span)
    with one_snapshot():
        for done, past in enumerate(clocks_of(span, at), start=1):
            late = _judge(past, proposal, rows, trial)
            if _charged(past) and past.clock.order_ref:
                key = (past.clock.unit.code, past.clock.order_ref, past.clock.kind)
                running = past.clock.stopped_at is None
                limits[key].append((past.was_late, late, running))
            if done % 500 == 0:
                progress(done)
        found = read_sources(span)
    _compare_scores(trial, found, limits, span, proposal)
    return trial


def _charged(past: PastClock) -> bool:
    """Tell whether the clock is one a department is measured by: not withdrawn, no breach set aside."""
    return past.clock.kind in TIMED and not past.withdrawn and past.clock.exempt_at is None


def _judge(
    past: PastClock, proposal: Proposal, rows: tuple[TimeLimit, ...] | None, trial: Trial
) -> bool:
    """Reckon one clock under the proposal, note the outcome, and return whether it would have been late."""
    clock = past.clock
    entries = past.entries if rows is None else _under(past, rows, trial)
    calendar = _calendar_of(past, proposal)
    late = first_missed(entries, calendar, past.ended) is not None
    if past.was_late or late or clock.stopped_at is not None:
        for outcome in (
            trial.whole,
            trial.by_unit.setdefault(str(clock.unit), Outcome()),
            trial.by_kind.setdefault(clock.kind, Outcome()),
        ):
            outcome.add(past.was_late, late)
    if entries is not past.entries or proposal.calendar is not None:
        _note(past, reckon(entries, calendar), late, trial)
    return late


def _note(past: PastClock, deadline: Deadline, late: bool, trial: Trial) -> None:
    clock = past.clock
    trial.moved += deadline.due_at != clock.due_at
    if late == past.was_late:
        return
    trial.changed += 1
    if len(trial.changes) < SHOWN:
        trial.changes.append(
            Change(
                clock.case.number,
                clock.get_kind_display(),
                str(clock.unit),
                clock.due_at,
                deadline.due_at,
                past.ended,
                late,
            )
        )


def _under(past: PastClock, rows: tuple[TimeLimit, ...], trial: Trial) -> list[Entry]:
    """Return the clock's entries with the proposed limit in the place of the one it began or was put under.

    A time that a person set, such as the hour to assemble, came from no table and stays.
    """
    facts = past.clock.policy.get("facts")
    rule = None
    if facts:
        rule = rules_for([past.clock.kind], Facts(**facts), past.clock.started_at, rows).get(
            past.clock.kind
        )
    if rule is None:
        trial.kept_own_rule += 1
        return past.entries
    ruled = {EntryKind.START, EntryKind.CHANGE}
    return [
        replace(entry, limit=rule.limit) if entry.kind in ruled else entry for entry in past.entries
    ]


def _calendar_of(past: PastClock, proposal: Proposal) -> WorkCalendar:
    stands_on = past.clock.calendar
    code = stands_on.calendar if stands_on is not None else calendars.OFFICE
    if proposal.calendar is not None and code == proposal.hours:
        return proposal.calendar
    return calendars.of_version(past.clock.calendar_id)


def _in_force_then(limits: Iterable[TimeLimit] | None, span: Span) -> tuple[TimeLimit, ...] | None:
    """Return the proposed rows as they would have held in the period: those of a later date from the beginning on.

    A row that only begins after the period replaces the one of the same facts that was in force in it.
    """
    if limits is None:
        return None
    ends = timezone.localtime(span.ends_at).date()
    rows = list(limits)
    coming = {_key(row): row for row in rows if row.valid_from >= ends}
    past = [row for row in rows if row.valid_from < ends and _key(row) not in coming]
    for row in coming.values():
        row.valid_from = LONG_AGO
    return (*past, *coming.values())


def _key(row: TimeLimit) -> tuple[Any, ...]:
    return (
        row.clock,
        row.whistle_kind,
        row.urgency,
        row.case_kind,
        row.category,
        row.condition,
        row.redo,
    )


def _compare_scores(
    trial: Trial,
    found: Sources,
    limits: Mapping[LimitKey, list[tuple[bool, bool, bool]]],
    span: Span,
    proposal: Proposal,
) -> None:
    then = policies.rules_for(span)
    now = proposal.rules or then
    tried = replace(found, units=_units_tried(found, limits))
    trial.towns = _paired(towns_of(found, then), towns_of(found, now))
    trial.departments = _paired(departments_of(found, then), departments_of(tried, now))


def _units_tried(
    found: Sources, limits: Mapping[LimitKey, list[tuple[bool, bool, bool]]]
) -> dict[str, UnitFacts]:
    """Return the departments' facts with the limits kept and missed as the trial has them.

    A limit counts once for an order, as in `assessment.queries.inputs`: missed if any clock of its kind was late, decided
    once it was missed or none runs any more.
    """
    kept: dict[str, dict[str, tuple[int, int]]] = defaultdict(dict)
    for (unit, _order, kind), clocks in limits.items():
        late = any(now for _then, now, _running in clocks)
        running = any(running for *_lateness, running in clocks)
        decided, missed = kept[unit].get(kind, (0, 0))
        kept[unit][kind] = (decided + (late or not running), missed + late)
    return {unit: replace(facts, limits=kept.get(unit, {})) for unit, facts in found.units.items()}


def _paired(then: list[Row], now: list[Row]) -> list[tuple[Row, Row]]:
    by_code = {row["code"]: row for row in now}
    return [(row, by_code[row["code"]]) for row in then]
