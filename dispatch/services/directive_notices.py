"""What is told of a directive: each step to those who wait for it, its lateness once a day."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import QuerySet

from accounts.models import CENTRE_CODE, Unit, User
from accounts.services.notices import Draft, tell_person, tell_units
from cases.services.records import record
from dispatch.models import Directive, DirectiveEntry
from dispatch.sheets.text import SHANGHAI

TOLD_AT = time(9)
"""When the lateness of a directive is told again, every day."""

BATCH = 100
Kind = DirectiveEntry.Kind


def late_directives(at: datetime) -> QuerySet[Directive]:
    """Return the directives whose lateness is to be told now."""
    return Directive.objects.filter(alert_at__lte=at)


def sweep_directives(at: datetime) -> int:
    """Tell of the directives that are late: lead, leader in charge and centre, once a day each; return
    how many. It reads what is due to be told, and nothing else."""
    told = 0
    while count := _tell_batch(at):
        told += count
    return told


@transaction.atomic
def _tell_batch(at: datetime) -> int:
    due = late_directives(at).order_by("alert_at", "pk")
    held = due.select_related("paper", "lead", "leader", "case")
    late = list(held.select_for_update(of=("self",), skip_locked=True)[:BATCH])
    day = at.astimezone(SHANGHAI).date()
    for directive in late:
        tell_of(directive, "directive_late", [directive.lead, _centre()], at, f":{day}")
    Directive.objects.filter(pk__in=[d.pk for d in late]).update(alert_at=next_telling(at))
    return len(late)


def next_telling(at: datetime) -> datetime:
    """Return when a directive that is late is told of after the moment `at`."""
    tomorrow = at.astimezone(SHANGHAI).date() + timedelta(days=1)
    return datetime.combine(tomorrow, TOLD_AT, SHANGHAI)


def tell_entry(directive: Directive, entry: DirectiveEntry, at: datetime) -> None:
    """Tell those who wait for what was entered."""
    key = f":{entry.pk}"
    if entry.kind == Kind.PROGRESS:
        tell_of(directive, "directive_progress", [_centre(), *directive.assists.all()], at, key)
    elif entry.kind == Kind.DONE:
        tell_of(directive, "directive_done", [_centre(), *directive.assists.all()], at, key)
    elif entry.kind == Kind.FOLLOW:
        tell_of(directive, "directive_followed", [directive.lead, _centre()], at, key, leader=False)
    else:
        kind = f"directive_{entry.kind}"
        tell_of(directive, kind, [directive.lead, *directive.assists.all()], at, key)


def tell_of(
    directive: Directive,
    kind: str,
    units: Sequence[Unit],
    at: datetime,
    key: str = "",
    *,
    leader: bool = True,
) -> None:
    """Tell the units and, where there is one, the leader in charge; once under the same `key`."""
    params = {
        "document": directive.paper.number,
        "unit": str(directive.lead),
        "due": directive.due_at.isoformat(),
        "title": directive.title,
        "id": directive.pk,
    }
    number = directive.case.number if directive.case else ""
    name = f"{kind}:{directive.pk}{key}"
    tell_units([Draft(kind, unit.pk, name, number, params) for unit in units], at)
    if leader and directive.leader_id:
        tell_person(directive.leader_id, Draft(kind, 0, name, number, params), at)


def _centre() -> Unit:
    return Unit.objects.get(code=CENTRE_CODE)


def record_entry(directive: Directive, step: str, actor: User, at: datetime, note: str) -> None:
    """Append to the history of the case that the directive hangs on, where it hangs on one."""
    if directive.case is not None:
        record(
            directive.case,
            step,
            actor=actor,
            at=at,
            unit_id=directive.lead_id,
            number=directive.paper.number,
            note=note,
        )
