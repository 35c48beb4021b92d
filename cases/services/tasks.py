"""Tasks in the field: asked for, done, given to somebody else."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_people
from cases.lifecycle import State, callers, intake, of_the_place
from cases.models import Case, FieldTask
from cases.nearest import Spot, spot_of
from cases.services import clocks
from cases.services.assigning import (
    VERIFIED_IN,
    assign,
    check_clocks,
    first_choice,
    tell_assignee,
    unit_over,
)
from cases.services.locks import lock_case
from cases.services.photos import Photo, keep_photos
from cases.services.records import record
from cases.services.steps import move, steps_for
from grids.people import grid_people
from grids.reach import FIELD, HEADS
from grids.services.duty import grid_of
from grids.services.positions import note_position

OUTCOMES: dict[str, tuple[str, ...]] = {
    FieldTask.Kind.CHECK: (FieldTask.Outcome.TRUE, FieldTask.Outcome.UNTRUE),
    FieldTask.Kind.VERIFY: (FieldTask.Outcome.SOLVED, FieldTask.Outcome.UNSOLVED),
    FieldTask.Kind.PATROL: (FieldTask.Outcome.DONE,),
}
TELLING = (FieldTask.Outcome.UNTRUE, FieldTask.Outcome.UNSOLVED, FieldTask.Outcome.DONE)
"""Outcomes that say nothing without a note."""

FURTHEST_PATROL = timedelta(days=60)


def may_ask(case: Case, user: User, kind: str) -> bool:
    """Tell whether the user may send somebody of the grids to look at the case, now."""
    if kind == FieldTask.Kind.CHECK:
        return case.state == State.RECEIVED and (intake(case, user) or of_the_place(case, user))
    if kind == FieldTask.Kind.VERIFY:
        return case.state in VERIFIED_IN and (callers(case, user) or of_the_place(case, user))
    return False


@transaction.atomic
def give_task(pk: int, kind: str, *, actor: User, at: datetime, note: str = "") -> FieldTask:
    """Send the nearest person to look at a case: check it before it is taken up, or verify it before
    it is closed."""
    case = lock_case(pk)
    rules = {
        FieldTask.Kind.CHECK: intake(case, actor) or of_the_place(case, actor),
        FieldTask.Kind.VERIFY: callers(case, actor) or of_the_place(case, actor),
    }
    if kind not in rules:
        raise BadInput({"kind": _("A case is checked or verified.")})
    if not rules[FieldTask.Kind(kind)]:
        raise PermissionDenied(_("This step is not yours to take."))
    if not may_ask(case, actor, kind):
        text = _("This cannot be done now: the case is “%(state)s”. Reload to see where it stands.")
        raise StepRefused(text % {"state": case.get_state_display()})
    if FieldTask.objects.open().filter(case=case, kind=kind).exists():
        raise StepRefused(_("Somebody is on the way already."))
    return assign(case, kind, actor=actor, at=at, note=note.strip()[:200])


@transaction.atomic
def give_patrol(
    *,
    actor: User,
    at: datetime,
    area: str,
    title: str,
    due_at: datetime,
    to: int | None = None,
) -> FieldTask:
    """Send somebody on a patrol of a grid: whoever is named, else who has the duty there."""
    if not actor.holds_over(area, *HEADS):
        raise PermissionDenied(_("This area is not yours."))
    grid = grid_of(area)
    if not title.strip():
        raise BadInput({"title": _("Write the way or the places to look at.")})
    if not at < due_at <= at + FURTHEST_PATROL:
        raise BadInput({"due_at": _("Give a time from now to 60 days ahead.")})
    with translation.override(settings.LANGUAGE_CODE):
        if to is None:
            chosen = first_choice(spot_of(grid), at)
            person, why = (chosen.user, chosen.why()) if chosen else (None, "")
        else:
            person, why = _person(to, area), _("named by %(who)s") % {"who": actor}
    if person is None:
        raise BadInput({"to": _("Nobody has the duty there: name somebody.")})
    task = FieldTask.objects.create(
        kind=FieldTask.Kind.PATROL,
        area=grid,
        title=title.strip()[:200],
        assignee=person,
        why_them=why,
        created_at=at,
        created_by=actor,
        due_at=due_at,
    )
    tell_assignee(task, at)
    return task


def _person(pk: int, area: str) -> User:
    person = grid_people(area).filter(pk=pk).first()
    if person is None:
        raise BadInput({"to": _("Choose a grid worker or grid head of this area.")})
    return person


def may_do(task: FieldTask, user: User) -> bool:
    """Tell whether the task is the user's to do: their own, or one of their area as its head. What was
    given to nobody may be done by anybody of the grids."""
    if task.assignee_id is None and user.holds_over(task.area_id, *FIELD):
        return True
    return task.assignee_id == user.pk or may_reassign(task, user)


def may_reassign(task: FieldTask, user: User) -> bool:
    return user.holds_over(task.area_id, *HEADS)


def _locked(pk: int) -> tuple[FieldTask, Case | None]:
    """Lock the task's case first, then the task."""
    case_id = FieldTask.objects.values_list("case", flat=True).get(pk=pk)
    case = lock_case(case_id) if case_id is not None else None
    task = FieldTask.objects.select_for_update(no_key=True).get(pk=pk)
    if task.done_at is not None:
        raise StepRefused(_("This task is done already."))
    return task, case


@transaction.atomic
def reassign_task(pk: int, *, actor: User, at: datetime, to: int) -> FieldTask:
    """Give a task to somebody else of the area."""
    task, case = _locked(pk)
    if not may_reassign(task, actor):
        raise PermissionDenied(_("This area is not yours."))
    person = _person(to, task.area_id)
    if case is not None and not Case.objects.visible_to(person).filter(pk=case.pk).exists():
        raise BadInput({"to": _("Choose a grid worker or grid head of this area.")})
    with translation.override(settings.LANGUAGE_CODE):
        task.why_them = (_("named by %(who)s") % {"who": actor})[:200]
    task.assignee = person
    task.save(update_fields=["assignee", "why_them"])
    if case is not None:
        record(case, "task.move", actor=actor, at=at, kind=task.kind, to=str(person))
    tell_assignee(task, at)
    return task


@transaction.atomic
def done_task(
    pk: int,
    *,
    actor: User,
    at: datetime,
    outcome: str,
    note: str = "",
    photos: Sequence[Photo] = (),
    lon: float | None = None,
    lat: float | None = None,
) -> FieldTask:
    """Write down what was found on the spot. A verification closes the case or sends it back, where
    that is the actor's to do."""
    task, case = _locked(pk)
    if not may_do(task, actor):
        raise PermissionDenied(_("This task is not yours."))
    note = note.strip().replace("\x00", "")
    _check_findings(task, outcome, note, photos)
    task.outcome, task.note, task.done_at = outcome, note, at
    if lon is not None and lat is not None:
        note_position(actor, lon=lon, lat=lat, at=at)
        away = _spot(task, case).metres_to(lon, lat)
        task.lon, task.lat = lon, lat
        task.distance_m = None if away is None else round(away)
    if task.assignee_id is None:
        task.assignee = actor
    task.save()
    if case is not None:
        _follow(task, case, actor, at, photos)
    return task


def _check_findings(task: FieldTask, outcome: str, note: str, photos: Sequence[Photo]) -> None:
    if outcome not in OUTCOMES[task.kind]:
        raise BadInput({"outcome": _("Say what was found.")})
    if not note and outcome in TELLING:
        raise BadInput({"note": _("Write what was found.")})
    if task.kind == FieldTask.Kind.CHECK and not photos:
        raise BadInput({"photos": _("Take a photo of what is there.")})
    if task.kind == FieldTask.Kind.PATROL and photos:
        raise BadInput({"photos": _("What a patrol finds is reported as a case, with its photos.")})


def _spot(task: FieldTask, case: Case | None) -> Spot:
    return spot_of(task.area, case.lon, case.lat) if case else spot_of(task.area)


def _follow(
    task: FieldTask, case: Case, actor: User, at: datetime, photos: Sequence[Photo]
) -> None:
    """Put what was found into the case's history, and let the case follow."""
    record(
        case,
        "task.done",
        actor=actor,
        at=at,
        kind=task.kind,
        outcome=task.outcome,
        note=task.note,
        distance_m=task.distance_m,
    )
    keep_photos(case, photos, step="task.done", actor=actor, at=at)
    if task.kind == FieldTask.Kind.CHECK:
        clocks.stop_clocks(check_clocks(case), at)
    offered = steps_for(case, actor)
    if task.outcome == FieldTask.Outcome.SOLVED and "close" in offered:
        move(case, "close", actor=actor, at=at, note=task.note)
    elif task.outcome == FieldTask.Outcome.UNSOLVED and "reopen" in offered:
        move(case, "reopen", actor=actor, at=at, reason=task.note)
    if task.created_by_id not in (None, actor.pk):
        params = {"kind": task.kind, "outcome": task.outcome}
        draft = Draft("task_done", unit_over(task.area), f"found:{task.pk}", case.number, params)
        tell_people(draft, [task.created_by_id], at)
