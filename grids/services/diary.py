"""Write the diary of the grids (民情日记)."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import BadInput
from grids.models import DiaryEntry
from grids.services.duty import check_taking_part, grid_of

LONGEST_ENTRY = 4000
AHEAD = timedelta(minutes=5)


def write_entry(
    *,
    actor: User,
    at: datetime,
    area: str,
    text: str,
    household: str = "",
    visited_at: datetime | None = None,
) -> DiaryEntry:
    """Write down a visit: where, whom, what was heard and seen."""
    check_taking_part(actor, area)
    grid = grid_of(area)
    text = text.strip().replace("\x00", "")
    if not text:
        raise BadInput({"text": _("Write what was heard and seen.")})
    if len(text) > LONGEST_ENTRY:
        most = _("The text is too long: at most %(count)s characters.")
        raise BadInput({"text": most % {"count": LONGEST_ENTRY}})
    if visited_at is not None and visited_at > at + AHEAD:
        raise BadInput({"visited_at": _("The visit cannot lie in the future.")})
    household = household.strip().replace("\x00", "")[:80]
    return DiaryEntry.objects.create(
        author=actor, area=grid, at=visited_at or at, household=household, text=text
    )


def link_entry(entry: DiaryEntry, case_number: str) -> None:
    """Note that a case was made of the entry."""
    DiaryEntry.objects.filter(pk=entry.pk).update(case_number=case_number)
