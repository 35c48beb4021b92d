"""The life of one problem on a whistle's list: its states, its steps, who takes them. Rules on loaded rows, no query."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from cases.lifecycle import State
from dispatch.lifecycle import ACTING_ROLES
from dispatch.models import Whistle, WhistleItem
from dispatch.rights import closes

OPEN, DOING, DONE, DROPPED = (
    WhistleItem.State.OPEN,
    WhistleItem.State.DOING,
    WhistleItem.State.DONE,
    WhistleItem.State.DROPPED,
)
UNSETTLED = (OPEN, DOING)
"""Problems that keep their whistle from settling."""

MOST_ITEMS = 60


@dataclass(frozen=True, slots=True)
class ItemStep:
    """One step: from where to where, and whether the blower alone takes it."""

    sources: tuple[str, ...]
    target: str
    directs: bool = False


STEPS = {
    "start": ItemStep((OPEN,), DOING),
    "done": ItemStep((OPEN, DOING), DONE),
    "take_back": ItemStep((DONE,), DOING),
    "reopen": ItemStep((DONE, DROPPED), OPEN, directs=True),
    "drop": ItemStep((OPEN, DOING), DROPPED, directs=True),
    "assign": ItemStep((OPEN, DOING), OPEN, directs=True),
}
OFFERED = ("start", "done", "reopen", "assign", "drop")
"""Steps with a button, in this order; a claim is taken back by its tick."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How a whistle's list stands, in numbers and in one sentence."""

    found: int
    done: int
    doing: int
    open: int
    dropped: int

    @property
    def words(self) -> str:
        """Return “15 found, 14 done, 1 under way”."""
        parts = [
            _("%(n)s found") % {"n": self.found},
            _("%(n)s done") % {"n": self.done},
        ]
        if self.doing:
            parts.append(_("%(n)s under way") % {"n": self.doing})
        if self.open:
            parts.append(_("%(n)s not begun") % {"n": self.open})
        if self.dropped:
            parts.append(_("%(n)s dropped") % {"n": self.dropped})
        return pgettext("sentence", ", ").join(parts)


def tally(states: Iterable[str]) -> Tally:
    """Count the problems by state."""
    held = list(states)
    return Tally(
        len(held), held.count(DONE), held.count(DOING), held.count(OPEN), held.count(DROPPED)
    )


def may_direct(whistle: Whistle, user: User) -> bool:
    """Tell whether the whistle's list is the user's to direct: whoever closes the whistle's orders."""
    return closes(whistle, user)


def may_work(item: WhistleItem, summoned: Collection[int], user: User) -> bool:
    """Tell whether the user may move the problem on: its owner, where it has none any unit of
    `summoned`, and whoever directs the whistle."""
    units = {item.unit_id} if item.unit_id else summoned
    return any(user.holds_in(unit_id, *ACTING_ROLES) for unit_id in units) or may_direct(
        item.whistle, user
    )


def is_running(whistle: Whistle) -> bool:
    """Tell whether anything may still be done on the whistle's list; its case must be loaded."""
    return (
        whistle.settled_at is None
        and whistle.round == whistle.case.round
        and whistle.case.state in (State.WHISTLED, State.REPORTED)
    )


def steps_for_item(item: WhistleItem, summoned: Collection[int], user: User) -> list[str]:
    """Return the steps the user may take on the problem now: the buttons to show."""
    if not is_running(item.whistle):
        return []
    directs = may_direct(item.whistle, user)
    works = directs or may_work(item, summoned, user)
    return [
        name
        for name in OFFERED
        if item.state in STEPS[name].sources and (directs if STEPS[name].directs else works)
    ]
