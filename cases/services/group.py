"""The working group of a case: messages and files among those who may see it, part of the record."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Notice, Unit, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_units
from cases.lifecycle import ENDED
from cases.models import Case, GroupMessage
from cases.services.clocks import owners_of
from cases.services.group_files import Upload, check_files, stored
from cases.services.locks import lock_case
from cases.services.records import record

LONGEST_MESSAGE = 2000
NOTICE_EVERY = timedelta(minutes=10)
"""A unit is told of a group's messages at most once in so long; whoever has it open sees them at once."""


def may_write(case: Case) -> bool:
    """Tell whether the group still takes messages; those of a case that has ended are read only."""
    return case.state not in ENDED


def post_message(
    pk: int,
    *,
    actor: User,
    at: datetime,
    text: str = "",
    files: Sequence[Upload] = (),
    whistle_ref: int | None = None,
) -> GroupMessage:
    """Write a message with its files to the group of a case, or of one of its whistles.

    Raise `PermissionDenied` where the actor does not see the case, `StepRefused` where it has ended,
    `BadInput` by field; then no file is left behind.
    """
    text = _checked_text(text, files)
    checked = check_files(files)
    case = Case.objects.visible_to(actor).filter(pk=pk).first()
    if case is None:
        raise PermissionDenied(_("This case is not yours to see."))
    message = GroupMessage(case=case, whistle_ref=whistle_ref, author=actor, text=text, at=at)
    with stored(message, checked) as rows, transaction.atomic():
        # One message after the other: whoever asks for what came after the last misses none.
        message.case = case = lock_case(pk)
        _check_place(case, whistle_ref)
        message.unit = _unit_of(case, actor)
        first_today = _is_first_of_its_day(message)
        message.save()
        for row in rows:
            row.message = message
            row.save()
        if first_today:
            record(case, "group", actor=actor, at=at, unit_id=message.unit_id)
        _tell(message, at)
    return message


def _checked_text(text: str, files: Sequence[Upload]) -> str:
    text = text.replace("\x00", "").replace("\r\n", "\n").strip()
    if not text and not files:
        raise BadInput({"text": _("Write something, or add a file.")})
    if len(text) > LONGEST_MESSAGE:
        words = _("A message has at most %(count)s characters.")
        raise BadInput({"text": words % {"count": LONGEST_MESSAGE}})
    return text


def _check_place(case: Case, whistle_ref: int | None) -> None:
    if not may_write(case):
        raise StepRefused(_("The case has ended; its working group can be read, not written to."))
    # Whistles lie in the app above: they are asked for by the name of the relation, never imported.
    if (
        whistle_ref is not None
        and not Case.objects.filter(pk=case.pk, whistles=whistle_ref).exists()
    ):
        raise BadInput({"whistle": _("This case has no such whistle.")})


def _unit_of(case: Case, actor: User) -> Unit | None:
    """Return the unit for which the actor speaks: one over the place or summoned, else their first."""
    parties = set(case.parties.values_list("unit_id", flat=True))
    near = [
        post.unit
        for post in actor.posts
        if post.unit_id in parties or (post.unit.area and case.area_id.startswith(post.unit.area))
    ]
    units = near or [post.unit for post in actor.posts]
    return units[0] if units else None


def _is_first_of_its_day(message: GroupMessage) -> bool:
    """Tell whether the group was silent today so far: the timeline then gets its line of the day."""
    last = GroupMessage.objects.filter(case=message.case_id).order_by("-id").values("at").first()
    day = timezone.localtime(message.at).date()
    return last is None or timezone.localtime(last["at"]).date() < day


def _tell(message: GroupMessage, at: datetime) -> None:
    """Tell the other units of the group, each at most once in `NOTICE_EVERY`."""
    case = message.case
    units = _group_of(case) - {post.unit_id for post in message.author.posts}
    prefix = f"group:{case.pk}:"
    lately = Notice.objects.filter(key__startswith=prefix, created_at__gt=at - NOTICE_EVERY)
    told = {int(key.split(":")[2]) for key in lately.values_list("key", flat=True)}
    params = {"unit": str(message.unit or "")}
    drafts = [
        Draft("group_message", unit, f"{prefix}{unit}:{message.pk}", case.number, params)
        for unit in sorted(units - told)
    ]
    tell_units(drafts, at)


def _group_of(case: Case) -> set[int]:
    """Return the units that take part: the town, the summoned, and whoever has written already."""
    units = set(case.parties.values_list("unit_id", flat=True)) | {owners_of(case)[False]}
    written = GroupMessage.objects.filter(case=case, unit__isnull=False).order_by()
    units |= {unit for unit in written.values_list("unit_id", flat=True).distinct() if unit}
    return units - {case.accused_id or 0}
