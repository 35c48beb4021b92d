"""Give tasks in the field to whoever is nearest, and end those that the case has left behind.

What follows from a case's steps; who asks for a task comes through `cases.services.tasks`.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case as DbCase
from django.db.models import Value, When
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import CENTRE_CODE, Unit, User
from accounts.services.notices import Draft, tell_people, tell_units
from cases.lifecycle import ClockKind, State, recused_unit
from cases.models import Case, Clock, FieldTask
from cases.nearest import Candidate, Spot, nearest, spot_of
from cases.privacy import redact
from cases.services import clocks
from cases.services.limits import rules_for
from cases.services.records import record
from grids.models import Area

VERIFIED_IN = (State.HANDLED, State.RATED)
DEFAULT_LIMIT = {
    FieldTask.Kind.CHECK: timedelta(minutes=30),
    FieldTask.Kind.VERIFY: timedelta(hours=24),
}
"""Where no time limit says otherwise."""


def follow_case(case: Case, at: datetime) -> None:
    """Give and end the tasks that a case's new state asks for, on a case locked by the caller.

    Whoever cannot be called back is answered on the spot: what is handled is verified there.
    """
    stale = [kind for kind in DEFAULT_LIMIT if not _is_wanted(case, kind)]
    verify, check = FieldTask.Kind.VERIFY, FieldTask.Kind.CHECK
    ended = FieldTask.objects.open().filter(case=case, kind__in=stale)
    outcome = DbCase(
        When(kind=verify, then=Value(_outcome(case))), default=Value(FieldTask.Outcome.LAPSED.value)
    )
    if stale and ended.update(done_at=at, outcome=outcome) and check in stale:
        clocks.stop_clocks(check_clocks(case), at)
    if case.state == State.HANDLED and not case.callable:
        known = FieldTask.objects.open().filter(case=case, kind=verify)
        if not known.exists():
            assign(case, verify, actor=None, at=at)


def _is_wanted(case: Case, kind: str) -> bool:
    if kind == FieldTask.Kind.VERIFY:
        return case.state in VERIFIED_IN
    state = case.resume_state if case.state == State.ON_HOLD else case.state
    return state == State.RECEIVED


def _outcome(case: Case) -> str:
    """Return what a verification came to that somebody ended by a step of the case itself."""
    if case.state == State.CLOSED:
        return FieldTask.Outcome.SOLVED
    return FieldTask.Outcome.UNSOLVED if case.round > 1 else FieldTask.Outcome.LAPSED


def check_clocks(case: Case) -> "list[Clock]":
    """Return the running clock of the case's check, if there is one."""
    return list(Clock.objects.running().filter(case=case, kind=ClockKind.CHECK))


def assign(case: Case, kind: str, *, actor: User | None, at: datetime, note: str = "") -> FieldTask:
    """Give the nearest person a task on a case locked by the caller, with its clock and an event."""
    spot = spot_of(case.area, case.lon, case.lat)
    chosen = first_choice(spot, at, case)
    with translation.override(settings.LANGUAGE_CODE):
        why = chosen.why() if chosen else _("nobody of the grids covers this place")
        title = _title(case, note)
    task = FieldTask.objects.create(
        kind=kind,
        case=case,
        area_id=case.area_id,
        title=title,
        assignee=chosen.user if chosen else None,
        why_them=why,
        created_at=at,
        created_by=actor,
        due_at=_due(case, kind, at),
    )
    record(
        case,
        "task.give",
        actor=actor,
        at=at,
        kind=kind,
        to=str(task.assignee) if task.assignee else "",
        why=why,
        note=note,
    )
    tell_assignee(task, at)
    return task


def first_choice(spot: Spot, at: datetime, case: Case | None = None) -> Candidate | None:
    """Return who is asked first; a matter that somebody may not see is not given to them."""
    for candidate in nearest(spot, at):
        if case is None or Case.objects.visible_to(candidate.user).filter(pk=case.pk).exists():
            return candidate
    return None


def _title(case: Case, note: str) -> str:
    place = case.address or case.area.name
    words = [case.category.name, redact(place, case), redact(note.strip(), case)]
    return " · ".join(filter(None, words))[:200]


def _due(case: Case, kind: str, at: datetime) -> datetime:
    """Return by when the task is to be done: the due time of its clock, begun here for a check."""
    if kind == FieldTask.Kind.CHECK:
        rules = rules_for([ClockKind.CHECK], clocks.facts_of(case), at)
        wants = [clocks.Want(k, _answering_unit(case), rule) for k, rule in rules.items()]
        running = clocks.start_clocks(case, wants, at)
    else:
        running = list(Clock.objects.running().filter(case=case, kind=ClockKind.VERIFY))
    known = [clock.due_at for clock in running if clock.due_at]
    return known[0] if known else at + DEFAULT_LIMIT[FieldTask.Kind(kind)]


def _answering_unit(case: Case) -> int:
    """Return who owes the check: the community's unit, or the town's where it has none."""
    units = Unit.objects.filter(code=case.area_id[:12], active=True)
    community = units.exclude(pk=recused_unit(case) or 0).values_list("pk", flat=True).first()
    return community or clocks.owners_of(case)[False]


def unit_over(area: Area) -> int:
    """Return the unit of the community, the town or the district that an area lies in."""
    codes = [area.community_code, area.town_code]
    units = dict(Unit.objects.filter(code__in=codes).values_list("code", "pk"))
    found = next((units[code] for code in codes if code in units), None)
    return found or Unit.objects.values_list("pk", flat=True).get(code=CENTRE_CODE)


def tell_assignee(task: FieldTask, at: datetime) -> None:
    """Tell whoever is to go; where nobody is, the community or town, which names somebody."""
    number = task.case.number if task.case else ""
    params = {"kind": task.kind, "title": task.title, "due": task.due_at.isoformat()}
    unit = unit_over(task.area)
    if task.assignee_id is None:
        tell_units([Draft("task_nobody", unit, f"task:{task.pk}", number, params)], at)
        return
    key = f"task:{task.pk}:{task.assignee_id}:{at.timestamp()}"
    tell_people(Draft("task_given", unit, key, number, params), [task.assignee_id], at)
