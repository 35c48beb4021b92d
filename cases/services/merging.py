"""Merge look-alikes, and undo it: after the undo nothing tells that there was a merge but the history."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput, StepRefused
from cases.lifecycle import ENDED
from cases.merged import head_of
from cases.models import Callback, Case, Clock, FieldTask, Request

UNDO_DAYS = timedelta(days=30)
"""How long after the merge it can be undone although the case that stays has ended."""


def other_of(pk: int, number: str) -> int | None:
    """Return the key of another case by its number, or of the one that its matter is followed in."""
    other = Case.objects.filter(number=number.strip()).exclude(pk=pk).first()
    return head_of(other).pk if other else None


def target_of(case: Case, actor: User | None, details: dict[str, Any]) -> dict[str, Any]:
    """Find the case to merge into; it must be another, visible to the actor, and not ended."""
    found = Case.objects.filter(number=str(details.get("into", "")).strip())
    target = (found.visible_to(actor) if actor else found).exclude(pk=case.pk).first()
    if target is None:
        raise BadInput({"into": _("Give the number of another case that you may see.")})
    if target.state in ENDED:
        raise BadInput({"into": _("That case has ended; reopen it first.")})
    return {"into_id": target.pk}


def remembered(case: Case) -> dict[str, list[int]]:
    """Return what a merge ends: clocks that run, requests and tasks that wait. Its event keeps them for the undo."""
    ended: dict[str, QuerySet[Any]] = {
        "clocks": case.clocks.running(),
        "requests": Request.objects.filter(case=case, granted=None),
        "tasks": FieldTask.objects.open().filter(case=case),
    }
    return {
        name: list(rows.order_by("pk").values_list("pk", flat=True)) for name, rows in ended.items()
    }


def way_back(case: Case, at: datetime) -> dict[str, Any]:
    """Return what the undo needs to know. Raise `StepRefused` where it comes too late.

    A reporter who was called about the merged matter meanwhile has answered for this round: the case
    comes back in the next one.
    """
    assert case.closed_at is not None
    if head_of(case).state in ENDED and at - case.closed_at > UNDO_DAYS:
        text = _("The matter has ended, and the merge is more than %(days)s days old.")
        raise StepRefused(text % {"days": UNDO_DAYS.days})
    called = Callback.objects.filter(case=case, round=case.round, at__gte=case.closed_at).exists()
    return {"called": called}


def put_back(case: Case, merged_at: datetime) -> None:
    """Let run again what the last merge stopped, with the deadlines it had: no time is lost or gained.

    What fell due meanwhile is found by the next sweep, as after a sweep that came late.
    """
    event = case.events.filter(step="merge").order_by("at", "pk").last()
    ended = event.details if event else {}
    stopped = Clock.objects.filter(case=case, stopped_at=merged_at)
    stopped.filter(pk__in=ended.get("clocks", [])).update(stopped_at=None)
    lapsed = Request.objects.filter(case=case, round=case.round, ruled_by=None, ruled_at=merged_at)
    lapsed.filter(pk__in=ended.get("requests", [])).update(granted=None, ruled_at=None)
    tasks = FieldTask.objects.filter(case=case, done_at=merged_at)
    tasks.filter(pk__in=ended.get("tasks", [])).update(done_at=None, outcome="")
