"""Topics (每月一题): taken up, worked on, measured, closed; and what a report says of one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import CENTRE_CODE, Role, Unit, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_units
from assessment.measures import Measure, measure
from assessment.models import HotSpot, Topic, TopicEntry
from assessment.models.topics import OWNING
from assessment.queries import hotspots as queries
from assessment.services.hotspots import check_decides
from cases.models import Category
from dispatch.services.numbers import take_numbers
from dispatch.services.papers import LONGEST_TEXT, LONGEST_TITLE, said
from dispatch.services.responsibilities import propose
from dispatch.services.units import lead_and_assists
from grids.models import Area

BASE_WEEKS = 12
"""Whole weeks before the beginning that the baseline is taken from."""
LONGEST = timedelta(days=366)
LARGEST_GOAL = Decimal("999999.99")
CENT = Decimal("0.01")

Weeks = tuple[list[queries.Week], list[queries.Week]]
"""Those before a topic began, and those since."""


@dataclass(frozen=True, slots=True)
class Proposed:
    """A topic to be taken up. `owner` and `assists` are unit codes; an empty area is the whole district."""

    title: str
    text: str
    category: str
    area: str
    owner: str
    goal: Decimal
    begun_on: date
    review_on: date
    assists: Sequence[str] = ()
    spot: int | None = None


def owner_for(category: str, area: str) -> tuple[str, list[str]]:
    """Return the codes of the units to propose as owner and assisting: the responsibility list's, else the
    town's of the place."""
    for proposal in propose(category):
        if proposal.lead is not None and proposal.lead.active:
            return proposal.lead.code, [unit.code for unit in proposal.assists if unit.active]
    town = Unit.objects.filter(area=area[:9], kind=Unit.Kind.TOWN, active=True).first()
    return (town.code if town else "", [])


def baseline_of(category: str, area: str, begun_on: date) -> Decimal:
    """Return how many residents a week came with it in the twelve weeks before the day; 0 where no week is on file."""
    base = queries.weeks_before(area, category, begun_on, BASE_WEEKS)
    people = Decimal(sum(week.people for week in base))
    return (people / max(1, len(base))).quantize(CENT, ROUND_HALF_UP)


@transaction.atomic
def open_topic(given: Proposed, *, actor: User, at: datetime) -> Topic:
    """Take up a topic, numbered; its baseline is counted, its units are told, a spot belongs to it."""
    check_decides(actor)
    title, text = title_of(given.title), text_of(given.text)
    category, area = _where(given)
    check_begun(given.begun_on, at)
    check_review(given.begun_on, given.review_on)
    goal = goal_of(given.goal)
    units = units_of(given.owner, given.assists)
    spot = _spot(given, category, area)
    year = timezone.localtime(at).year
    (seq,) = take_numbers([("proactive", year)])
    topic = Topic.objects.create(
        number=f"专题〔{year}〕{seq}号",
        title=title,
        text=text,
        category=category,
        area=area,
        owner=units[0],
        baseline=baseline_of(category.code, area.code if area else "", given.begun_on),
        goal=goal,
        begun_on=given.begun_on,
        review_on=given.review_on,
        opened_by=actor,
        opened_at=at,
    )
    topic.assists.set(units[1:])
    if spot is not None:
        spot.topic, spot.dismissed, spot.dismissed_by = topic, "", None
        spot.save(update_fields=["topic", "dismissed", "dismissed_by"])
    tell_topic(topic, "topic_opened", units, at)
    return topic


def title_of(text: str) -> str:
    """Return a title as it is kept; raise `BadInput` where it is none."""
    return said("title", text, LONGEST_TITLE, _("Give the title."))


def text_of(text: str) -> str:
    """Return the problem and what is to be done as they are kept; raise `BadInput` where nothing is said."""
    return said("text", text, LONGEST_TEXT, _("Write what is to be done."))


def goal_of(goal: Decimal) -> Decimal:
    """Return a goal to two decimals, half up; raise `BadInput` where it can be none."""
    if not 0 <= goal <= LARGEST_GOAL:
        raise BadInput({"goal": _("Give cases a week, 0 or more.")})
    return goal.quantize(CENT, ROUND_HALF_UP)


def check_begun(begun_on: date, at: datetime) -> None:
    """Raise `BadInput` where the beginning is too far away."""
    today = timezone.localdate(at)
    if not today - LONGEST <= begun_on <= today + LONGEST:
        raise BadInput({"begun_on": _("Choose a day at most a year away.")})


def check_review(begun_on: date, review_on: date) -> None:
    """Raise `BadInput` where one would look again before there is something to see, or too late."""
    if not begun_on < review_on <= begun_on + LONGEST:
        raise BadInput({"review_on": _("Look at it again after the beginning, within a year.")})


def units_of(owner: str, assists: Sequence[str]) -> list[Unit]:
    """Return the owner and the assisting units by code; raise `BadInput` where one is not in service."""
    try:
        return lead_and_assists(owner, assists, None)
    except BadInput as refusal:
        names = {"lead": "owner"}
        raise BadInput({names.get(k, k): v for k, v in refusal.fields.items()}) from refusal


def _where(given: Proposed) -> tuple[Category, Area | None]:
    category = Category.objects.filter(pk=given.category).first()
    if category is None:
        text = _("There is no category %(code)s.") % {"code": given.category}
        raise BadInput({"category": text})
    area = Area.objects.filter(pk=given.area).first() if given.area else None
    if given.area and area is None:
        raise BadInput({"area": _("There is no area %(code)s.") % {"code": given.area}})
    return category, area


def _spot(given: Proposed, category: Category, area: Area | None) -> HotSpot | None:
    if given.spot is None:
        return None
    spot = HotSpot.objects.select_for_update().filter(pk=given.spot).first()
    if spot is None or (spot.category_id, spot.area_id) != (category.pk, area and area.pk):
        raise BadInput({"spot": _("The hot spot is of another place or category.")})
    if spot.topic_id:
        raise StepRefused(_("A topic was made of it already."))
    return spot


def may_enter(topic: Topic, user: User) -> bool:
    """Tell whether the user writes for the owner or an assisting unit, and there is still something to do."""
    units = {topic.owner_id, *(unit.pk for unit in topic.assists.all())}
    works = any(user.holds_in(unit, *OWNING) for unit in units)
    return topic.state != Topic.State.CLOSED and works


def may_close(topic: Topic, user: User) -> bool:
    return topic.state != Topic.State.CLOSED and user.holds(Role.SUPERVISOR)


@transaction.atomic
def enter(pk: int, *, actor: User, at: datetime, text: str) -> TopicEntry:
    """Write what was done about a topic; with the first entry it is under way."""
    topic = Topic.objects.select_for_update().get(pk=pk)
    refuse_closed(topic)
    if not may_enter(topic, actor):
        raise PermissionDenied(_("Only the owner and the assisting units write here."))
    text = said("text", text, LONGEST_TEXT, pgettext("topic", "Write what was done."))
    entry = TopicEntry.objects.create(topic=topic, step="progress", text=text, by=actor, at=at)
    if topic.state == Topic.State.OPEN:
        topic.state = Topic.State.ACTING
        topic.save(update_fields=["state"])
    tell_topic(topic, "topic_progress", [_centre()], at, f":{entry.pk}")
    return entry


@transaction.atomic
def close_topic(pk: int, *, actor: User, at: datetime, outcome: str) -> Topic:
    """Close a topic with its outcome; what was measured by then is kept with it."""
    if not actor.holds(Role.SUPERVISOR):
        raise PermissionDenied(_("Only the command centre closes a topic."))
    topic = Topic.objects.select_for_update().get(pk=pk)
    refuse_closed(topic)
    topic.outcome = said("outcome", outcome, LONGEST_TEXT, _("Write what came of it."))
    topic.measured = measured(topic, at).as_json()
    topic.state, topic.closed_at = Topic.State.CLOSED, at
    topic.save(update_fields=["outcome", "measured", "state", "closed_at"])
    TopicEntry.objects.create(topic=topic, step="close", text=topic.outcome, by=actor, at=at)
    tell_topic(topic, "topic_closed", [topic.owner, *topic.assists.all()], at)
    return topic


def refuse_closed(topic: Topic) -> None:
    """Raise `StepRefused` where the topic is closed."""
    if topic.state == Topic.State.CLOSED:
        raise StepRefused(_("The topic is closed; a new one may be taken up."))


def measured(topic: Topic, at: datetime, weeks: Weeks | None = None) -> Measure:
    """Measure a topic up to the moment, or return what was measured when it was closed. `weeks` are those of
    `weeks_of`, where they have been read already."""
    if topic.measured:
        return Measure.from_json(topic.measured)
    before, since = weeks or weeks_of(topic, at)
    return measure(
        [(week.people, week.all_people - week.people) for week in before],
        [(week.people, week.all_people - week.people) for week in since],
        whole=not topic.area_id,
    )


def weeks_of(topic: Topic, at: datetime) -> Weeks:
    """Return the weeks before a topic that are its base, and the whole ones since, up to its end or the moment."""
    area, begun_on = topic.area_id or "", topic.begun_on
    end = max(begun_on, timezone.localdate(topic.closed_at or at))
    before = queries.weeks_before(area, topic.category_id, begun_on, BASE_WEEKS)
    return before, queries.weeks(area, topic.category_id, begun_on, end)


def account_of(topic: Topic, at: datetime) -> dict[str, Any]:
    """Return what a report tells of a topic: the measure, the entries, the cases since it began."""
    read = weeks_of(topic, at)
    found, (_before, weeks) = measured(topic, at, read), read
    return {
        "number": topic.number,
        "title": topic.title,
        "state": topic.state,
        "baseline": topic.baseline,
        "goal": topic.goal,
        "measured": found.after,
        "interval": found.between,
        "verdict": found.verdict,
        "chance": found.chance,
        "district": found.district,
        "reached_goal": found.after is not None and found.after <= topic.goal,
        "weeks": [(week.starts_on, week.people) for week in weeks],
        "cases": sum(week.cases for week in weeks),
        "entries": _entries_of(topic),
        "outcome": topic.outcome,
    }


def _entries_of(topic: Topic) -> list[dict[str, Any]]:
    """Return the course of a topic, a correction with what it changed; units by their names."""
    entries = list(topic.entries.select_related("by").order_by("at", "pk"))
    names: dict[str, str] = {}
    if any({"owner", "assists"} & set(entry.changes) for entry in entries):
        names = dict(Unit.objects.values_list("code", "name"))
    return [
        {
            "at": entry.at,
            "by": str(entry.by),
            "step": entry.step,
            "text": entry.text,
            "changes": entry.changes | _by_name(entry.changes, names),
        }
        for entry in entries
    ]


def _by_name(changes: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Return the changes of units with their names for their codes."""
    found: dict[str, Any] = {}
    if "owner" in changes:
        found["owner"] = [names.get(code, code) for code in changes["owner"]]
    if "assists" in changes:
        found["assists"] = [[names.get(c, c) for c in codes] for codes in changes["assists"]]
    return found


def to_review(at: datetime) -> QuerySet[Topic]:
    """Return the topics not closed that are to be looked at again by now."""
    due = Topic.objects.filter(review_on__lte=timezone.localdate(at))
    return due.exclude(state=Topic.State.CLOSED)


def remind_of_topics(at: datetime) -> int:
    """Remind owner and centre of the topics to be looked at again; once for each such day. Return how many."""
    due = list(to_review(at).select_related("owner").order_by("review_on", "pk"))
    centre = _centre() if due else None
    for topic in due:
        tell_topic(topic, "topic_review", [topic.owner, centre], at, f":{topic.review_on}")
    return len(due)


def tell_topic(
    topic: Topic, kind: str, units: Sequence[Unit | None], at: datetime, key: str = ""
) -> None:
    """Tell the units; `key` tells apart what of the same kind happens to a topic more than once."""
    params = {
        "document": topic.number,
        "title": topic.title,
        "unit": str(topic.owner),
        "id": topic.pk,
    }
    name = f"{kind}:{topic.pk}{key}"
    tell_units([Draft(kind, unit.pk, name, "", params) for unit in units if unit], at)


def _centre() -> Unit:
    return Unit.objects.get(code=CENTRE_CODE)
