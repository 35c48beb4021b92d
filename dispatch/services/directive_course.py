"""The course of a directive: progress published, done, remarked on, verified on the spot or sent back."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Role, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import ANSWERING_ROLES
from cases.privacy import redact
from cases.services.locks import lock_case
from dispatch.models import Directive, DirectiveEntry
from dispatch.services.directive_notices import next_telling, record_entry, tell_entry
from dispatch.services.papers import LONGEST_TEXT, said

Kind = DirectiveEntry.Kind
State = Directive.State


@dataclass(frozen=True, slots=True)
class Step:
    """A kind of entry: whose it is, from which states it is taken, where it leads."""

    allowed: Callable[[Directive, User], bool]
    refusal: str
    states: tuple[str, ...]
    leads_to: str = ""


def _of_the_lead(directive: Directive, user: User) -> bool:
    return user.holds_in(directive.lead_id, *ANSWERING_ROLES)


def _of_a_leader(directive: Directive, user: User) -> bool:
    return user.holds(Role.LEADER)


def _of_the_centre(directive: Directive, user: User) -> bool:
    return user.holds(Role.SUPERVISOR)


STEPS: dict[str, Step] = {
    Kind.PROGRESS: Step(_of_the_lead, "lead", (State.ISSUED,)),
    Kind.DONE: Step(_of_the_lead, "lead", (State.ISSUED,), State.REPORTED),
    Kind.FOLLOW: Step(_of_a_leader, "leader", (State.ISSUED, State.REPORTED)),
    Kind.VERIFIED: Step(_of_the_centre, "centre", (State.REPORTED,), State.VERIFIED),
    Kind.SENT_BACK: Step(_of_the_centre, "centre", (State.REPORTED,), State.ISSUED),
}


def steps_of(directive: Directive, user: User) -> list[str]:
    """Return the entries that the user may make now."""
    return [
        kind
        for kind, step in STEPS.items()
        if step.allowed(directive, user) and directive.state in step.states
    ]


@transaction.atomic
def add_entry(
    pk: int,
    *,
    kind: str,
    actor: User,
    at: datetime,
    text: str,
    percent: int | None = None,
    lon: float | None = None,
    lat: float | None = None,
) -> DirectiveEntry:
    """Publish progress, report done, remark, verify on the spot or send back: the one door of a
    directive's state. Raise `PermissionDenied` (403), `StepRefused` (409) or `BadInput` (400)."""
    case_pk = Directive.objects.values_list("case_id", flat=True).get(pk=pk)
    if case_pk is not None:
        lock_case(case_pk)
    rows = Directive.objects.select_related("paper", "lead", "leader", "case")
    directive = rows.select_for_update(of=("self",)).get(pk=pk)
    _check_step(directive, kind, actor)
    text = said("text", text, LONGEST_TEXT, _("Write what is to be said."))
    entry = DirectiveEntry.objects.create(
        directive=directive,
        kind=kind,
        text=redact(text, directive.case) if directive.case else text,
        percent=_percent(directive, kind, percent),
        lon=lon,
        lat=lat,
        unit_id=_unit_of(directive, kind, actor),
        by=actor,
        at=at,
    )
    _follow(directive, kind, at)
    record_entry(directive, f"directive.{kind}", actor, at, note=entry.text[:500])
    tell_entry(directive, entry, at)
    return entry


def _check_step(directive: Directive, kind: str, actor: User) -> None:
    step = STEPS.get(kind)
    if step is None:
        raise BadInput({"kind": _("Choose what is to be entered.")})
    if not step.allowed(directive, actor):
        refusals = {
            "lead": _("Only the lead unit reports on its directive."),
            "leader": _("Only the leaders of the district remark on a directive."),
            "centre": _("Only the command centre verifies."),
        }
        raise PermissionDenied(refusals[step.refusal])
    if directive.state not in step.states:
        text = _("This cannot be done now: the directive is “%(state)s”.")
        raise StepRefused(text % {"state": directive.get_state_display()})


def _percent(directive: Directive, kind: str, percent: int | None) -> int | None:
    """Return the share done; it is said with progress only, and finished is a step of its own."""
    if kind == Kind.DONE:
        return 100
    if kind != Kind.PROGRESS:
        return None
    if percent is None or not 0 <= percent < 100:
        raise BadInput({"percent": _("Give a share from 0 to 99; all done is reported as done.")})
    return percent


def _unit_of(directive: Directive, kind: str, actor: User) -> int | None:
    if kind in (Kind.PROGRESS, Kind.DONE):
        return directive.lead_id
    return next((post.unit_id for post in actor.posts), None)


def _follow(directive: Directive, kind: str, at: datetime) -> None:
    """Move the directive as the entry leads it."""
    leads_to = STEPS[kind].leads_to
    if not leads_to:
        return
    directive.state = leads_to
    if kind == Kind.DONE:
        directive.reported_at, directive.alert_at = at, None
    elif kind == Kind.VERIFIED:
        directive.verified_at = at
    else:
        directive.reported_at, directive.alert_at = None, max(directive.due_at, next_telling(at))
    directive.save(update_fields=["state", "reported_at", "verified_at", "alert_at"])
