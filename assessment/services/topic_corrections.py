"""Correct a topic while it is open: what was wrong, who says so, from what to what.

The owner words the matter and moves the day to look again; what the topic is measured by, and whose it is, the
centre alone corrects: nobody moves the goal they are measured by. Place and category stay: what is counted would
be another matter, which is another topic.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import CENTRE_CODE, Unit, User
from accounts.refusals import BadInput
from assessment.models import Topic, TopicEntry
from assessment.models.topics import OWNING
from assessment.services.hotspots import DECIDING
from assessment.services.topics import (
    baseline_of,
    check_begun,
    check_review,
    goal_of,
    refuse_closed,
    tell_topic,
    text_of,
    title_of,
    units_of,
)
from dispatch.services.papers import LONGEST_TEXT, said

OWN = ("title", "text", "review_on")
CENTRAL = (*OWN, "owner", "assists", "goal", "begun_on")
"""What the owner's people, and what the centre and the assessors correct."""

CHECKED: Mapping[str, Callable[[Any], Any]] = {
    "title": title_of,
    "text": text_of,
    "goal": goal_of,
}
"""What is kept of what was typed, or the refusal."""

CORRECTED = "correct"
"""The step of an entry that is a correction."""


def correctable(topic: Topic, user: User) -> tuple[str, ...]:
    """Return the names of what the user may correct of a topic."""
    if topic.state == Topic.State.CLOSED:
        return ()
    if user.holds(*DECIDING):
        return CENTRAL
    return OWN if user.holds_in(topic.owner_id, *OWNING) else ()


def check_correctable(topic: Topic, user: User) -> tuple[str, ...]:
    """Return what `correctable` does; raise `StepRefused` or `PermissionDenied` where that is nothing."""
    refuse_closed(topic)
    may = correctable(topic, user)
    if not may:
        raise PermissionDenied(_("Only the owner and the centre correct a topic."))
    return may


def facts_of(topic: Topic) -> dict[str, Any]:
    """Return what of a topic can be corrected, as it stands."""
    return {
        "title": topic.title,
        "text": topic.text,
        "owner": topic.owner.code,
        "assists": sorted(unit.code for unit in topic.assists.all()),
        "goal": topic.goal,
        "begun_on": topic.begun_on,
        "review_on": topic.review_on,
    }


@transaction.atomic
def correct_topic(
    pk: int, *, actor: User, at: datetime, reason: str, changes: Mapping[str, Any]
) -> Topic:
    """Correct what `changes` names, with the reason; the history keeps both, and who is concerned is told.

    Raise `StepRefused` where the topic is closed, `PermissionDenied` where a change is not the actor's to make.
    Where the beginning moves, the baseline is counted anew.
    """
    topic = Topic.objects.select_for_update(of=("self",)).select_related("owner").get(pk=pk)
    may = check_correctable(topic, actor)
    before = facts_of(topic)
    after = _wanted(before, changes)
    if not set(after) <= set(may):
        raise PermissionDenied(
            _("Owner, assisting units, goal and beginning are for the centre to correct.")
        )
    if not after:
        raise BadInput({"changes": _("Nothing was changed.")})
    reason = said("reason", reason, LONGEST_TEXT, _("Say why it is corrected."))
    parties = {topic.owner, *topic.assists.all()}
    changed = {name: [_plain(before[name]), _plain(value)] for name, value in after.items()}
    changed |= _write(topic, before | after, set(after), at)
    entry = TopicEntry.objects.create(
        topic=topic, step=CORRECTED, text=reason, changes=changed, by=actor, at=at
    )
    told = {topic.owner, *topic.assists.all()}
    if not actor.holds(*DECIDING):
        told.add(Unit.objects.get(code=CENTRE_CODE))
    # who has nothing to do with it any more may not open it: they are told so, and by what
    for kind, units in (("topic_corrected", told), ("topic_left", parties - told)):
        in_order = sorted(units, key=lambda unit: unit.pk)
        tell_topic(topic, kind, in_order, at, f":{entry.pk}")
    return topic


def _wanted(before: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return, checked one by one, the changes that change something."""
    read = dict(changes)
    owner = read.get("owner", before["owner"])
    read["assists"] = sorted(set(read.get("assists", before["assists"])) - {owner, ""})
    for name, checked in CHECKED.items():
        if name in read:
            read[name] = checked(read[name])
    return {name: value for name, value in read.items() if before[name] != value}


def _write(topic: Topic, facts: Mapping[str, Any], names: set[str], at: datetime) -> dict[str, Any]:
    """Write the facts; return what changed with them: the baseline, where the beginning moved."""
    if names & {"owner", "assists"}:
        units = units_of(facts["owner"], facts["assists"])
        topic.owner = units[0]
        topic.assists.set(units[1:])
    if "begun_on" in names:
        check_begun(facts["begun_on"], at)
    if names & {"begun_on", "review_on"}:
        check_review(facts["begun_on"], facts["review_on"])
    for name in ("title", "text", "goal", "begun_on", "review_on"):
        setattr(topic, name, facts[name])
    known = topic.baseline
    if "begun_on" in names:
        topic.baseline = baseline_of(topic.category_id, topic.area_id or "", topic.begun_on)
    topic.save()
    return {} if topic.baseline == known else {"baseline": [str(known), str(topic.baseline)]}


def _plain(value: Any) -> Any:
    return value if isinstance(value, str | list) else str(value)
