"""Deliberation meetings (议事会): what was said, opinion by opinion; what comes of them is a case or was heard."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput
from cases.models import Deliberation, Opinion
from grids.reach import HEADS
from grids.services.duty import grid_of

MOST_OPINIONS = 100
LONGEST_OPINION = 500


@dataclass(frozen=True, slots=True)
class Said:
    """What somebody said."""

    text: str
    speaker: str = ""


def may_record(user: User, area: str) -> bool:
    """Tell whether the user keeps the minutes of the area's meetings."""
    return user.holds_over(area, *HEADS)


@transaction.atomic
def record_meeting(
    *,
    actor: User,
    at: datetime,
    area: str,
    topic: str,
    held_at: datetime,
    place: str = "",
    people: int = 0,
    minutes: str = "",
    opinions: Sequence[Said] = (),
) -> Deliberation:
    """Record a meeting with the opinions heard there."""
    _check(actor, area)
    where = grid_of(area)
    if not topic.strip():
        raise BadInput({"topic": _("Write what the meeting was about.")})
    if held_at > at + timedelta(minutes=5):
        raise BadInput({"held_at": _("Record a meeting after it was held.")})
    if not 0 <= people <= 9999:
        raise BadInput({"people": _("Give a number from 0 to %(most)s.") % {"most": 9999}})
    meeting = Deliberation.objects.create(
        area=where,
        topic=topic.strip()[:120],
        held_at=held_at,
        place=place.strip()[:200],
        people=people,
        minutes=minutes.strip()[:20_000],
        recorded_by=actor,
    )
    _add(meeting, [said for said in opinions if said.text.strip()], 0)
    return meeting


@transaction.atomic
def add_opinions(pk: int, *, actor: User, opinions: Sequence[Said]) -> list[Opinion]:
    """Add opinions to a recorded meeting."""
    meeting = Deliberation.objects.select_for_update(no_key=True).get(pk=pk)
    _check(actor, meeting.area_id)
    said = [one for one in opinions if one.text.strip()]
    if not said:
        raise BadInput({"text": _("Write down the opinion.")})
    last = meeting.opinions.aggregate(last=Max("position"))["last"] or 0
    return _add(meeting, said, last)


def _check(actor: User, area: str) -> None:
    if not may_record(actor, area):
        raise PermissionDenied(_("This area is not yours."))


def _add(meeting: Deliberation, opinions: Sequence[Said], last: int) -> list[Opinion]:
    if last + len(opinions) > MOST_OPINIONS:
        most = _("A meeting holds at most %(count)s opinions.") % {"count": MOST_OPINIONS}
        raise BadInput({"text": most})
    if any(len(said.text) > LONGEST_OPINION for said in opinions):
        most = _("The text is too long: at most %(count)s characters.") % {"count": LONGEST_OPINION}
        raise BadInput({"text": most})
    return Opinion.objects.bulk_create(
        Opinion(
            meeting=meeting, position=n, text=said.text.strip(), speaker=said.speaker.strip()[:40]
        )
        for n, said in enumerate(opinions, start=last + 1)
    )
