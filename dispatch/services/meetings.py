"""Meetings of the district: called with a docket, held, closed with numbered minutes."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput, StepRefused
from dispatch.models import Meeting, Paper, UnclaimedMatter
from dispatch.services.matters import is_guarded
from dispatch.services.papers import LONGEST_TEXT, check_writes, issue_paper, said, tell_all
from dispatch.sheets.papers import MinutesFacts, listed, minutes_words
from dispatch.sheets.text import SHANGHAI

FARTHEST = timedelta(days=180)
KINDS = {Meeting.Kind.OWNERSHIP: "现场确权会", Meeting.Kind.ACCOUNTS: "交账会"}
"""What papers call them."""


@transaction.atomic
def call_meeting(
    *,
    actor: User,
    at: datetime,
    kind: str,
    held_at: datetime,
    place: str,
    chair: str = "",
    matters: Sequence[int] = (),
) -> Meeting:
    """Call a meeting; an on-site meeting takes matters that wait on its docket."""
    check_writes(actor)
    if kind not in Meeting.Kind.values:
        raise BadInput({"kind": _("Choose the kind of meeting.")})
    place = said("place", place, 200, _("Say where it is held."))
    if not at - FARTHEST <= held_at <= at + FARTHEST:
        raise BadInput({"held_at": _("The day must lie within half a year.")})
    meeting = Meeting.objects.create(
        kind=kind, held_at=held_at, place=place, chair=chair.strip()[:60], called_by=actor
    )
    if matters:
        _set_docket(meeting, matters)
    return meeting


@transaction.atomic
def change_meeting(
    pk: int, *, actor: User, at: datetime, held_at: datetime, place: str, chair: str = ""
) -> Meeting:
    """Put a meeting that is not closed at another time or place."""
    check_writes(actor)
    meeting = _lock_open(pk)
    if not at - FARTHEST <= held_at <= at + FARTHEST:
        raise BadInput({"held_at": _("The day must lie within half a year.")})
    meeting.held_at, meeting.chair = held_at, chair.strip()[:60]
    meeting.place = said("place", place, 200, _("Say where it is held."))
    meeting.save(update_fields=["held_at", "place", "chair"])
    return meeting


@transaction.atomic
def set_docket(pk: int, *, actor: User, at: datetime, matters: Sequence[int]) -> Meeting:
    """Put these matters on the docket; others on it that are not ruled wait on."""
    check_writes(actor)
    meeting = _lock_open(pk)
    _set_docket(meeting, matters)
    return meeting


def _lock_open(pk: int) -> Meeting:
    meeting = Meeting.objects.select_for_update().get(pk=pk)
    if meeting.closed_at is not None:
        raise StepRefused(_("The meeting is closed."))
    return meeting


def _set_docket(meeting: Meeting, matters: Sequence[int]) -> None:
    if meeting.kind != Meeting.Kind.OWNERSHIP:
        raise BadInput({"matters": _("Only an on-site meeting rules on matters.")})
    wanted = set(matters)
    free = UnclaimedMatter.objects.waiting().filter(Q(meeting=None) | Q(meeting=meeting))
    held = free.filter(Q(pk__in=wanted) | Q(meeting=meeting)).select_for_update(of=("self",))
    found = {matter.pk for matter in held.order_by("pk")}
    if wanted - found:
        raise BadInput({"matters": _("One of them is ruled on or on another docket already.")})
    UnclaimedMatter.objects.filter(pk__in=wanted).update(meeting=meeting)
    UnclaimedMatter.objects.filter(pk__in=found - wanted).update(meeting=None)


@transaction.atomic
def close_meeting(pk: int, *, actor: User, at: datetime, minutes: str, present: str = "") -> Paper:
    """Close a meeting with its minutes, a numbered paper for the whole district. What was not ruled
    on waits for the next meeting; what hangs on a confidential case is not named."""
    check_writes(actor)
    meeting = _lock_open(pk)
    if meeting.held_at.astimezone(SHANGHAI).date() > at.astimezone(SHANGHAI).date():
        raise StepRefused(_("The meeting has not been held yet."))
    meeting.minutes = said("minutes", minutes, LONGEST_TEXT, _("Write the minutes."))
    meeting.present = present.strip()[:LONGEST_TEXT]
    meeting.closed_at = at
    docket = meeting.matters.select_related("lead", "case").prefetch_related("assists")
    matters = list(docket.order_by("number", "pk"))
    ruled = [matter for matter in matters if matter.ruled_at]
    words = minutes_words(_facts(meeting, ruled, len(matters) - len(ruled)))
    meeting.paper = issue_paper(Paper.Form.MINUTES, words, actor=actor, at=at, to_all=True)
    meeting.save()
    meeting.matters.filter(ruled_at=None).update(meeting=None)
    tell_all(meeting.paper, at)
    return meeting.paper


def _facts(meeting: Meeting, ruled: Sequence[UnclaimedMatter], left: int) -> MinutesFacts:
    days = [days_waited(matter, meeting.held_at) for matter in ruled]
    mean = sum(days) / len(days) if days else 0
    return MinutesFacts(
        kind=KINDS[Meeting.Kind(meeting.kind)],
        held_at=meeting.held_at,
        place=meeting.place,
        chair=meeting.chair,
        present=meeting.present,
        minutes=meeting.minutes,
        rulings=tuple(_row(matter, wait) for matter, wait in zip(ruled, days, strict=True)),
        left=left,
        waited=f"平均等待{mean:.0f}天，最长{max(days, default=0)}天",
    )


def _row(matter: UnclaimedMatter, days: int) -> tuple[str, str, str, str, str]:
    if is_guarded(matter):
        return matter.number, "（涉密事项，略）", "—", "—", str(days)
    assists = listed([str(unit) for unit in matter.assists.all()])
    return matter.number, matter.title, str(matter.lead), assists or "—", str(days)


def days_waited(matter: UnclaimedMatter, at: datetime) -> int:
    """Return for how many days the matter waited for its ruling, or waits at the moment `at`."""
    return max(((matter.ruled_at or at) - matter.raised_at).days, 0)
