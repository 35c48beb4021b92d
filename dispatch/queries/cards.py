"""Orders as screens show them: with their clocks, requests, photos, and the viewer's steps."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, Unit, User
from cases.event_texts import by_guest
from cases.lifecycle import ClockKind, State
from cases.models import Attachment, CaseEvent, Clock
from cases.privacy import shown_text
from dispatch.arrival import FAR_M, Doubt, doubts_of
from dispatch.lifecycle import UNSETTLED, OrderState, by_the_blower, of_the_unit
from dispatch.models import Extension, Objection, Order, WhistleBack, WhistleItem
from dispatch.problems import DOING, OPEN
from dispatch.problems import UNSETTLED as OPEN_PROBLEMS
from dispatch.rules import (
    counts_as_transfer,
    may_be_transferred,
    must_stay,
    objection_deadline,
    steps_for,
)
from dispatch.wording import HAPPENED, STEPS, StepWords

Readers = Mapping[int, Callable[[str], str]]
"""By order, how the viewer reads texts about its case."""


@dataclass(frozen=True, slots=True)
class Request:
    """What a department asked of the centre, and the answer; `verdict` is None until it rules."""

    kind: str
    reason: str
    by: str
    at: datetime
    verdict: bool | None
    ruling: str
    ruled_by: str
    ruled_at: datetime | None
    new_unit: Unit | None = None
    workdays: str = ""
    evidence: str = ""
    number: str = ""
    ruling_id: int | None = None
    charged_to: Unit | None = None
    rule_url: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """One line of an order's history, for components/timeline.html."""

    at: datetime
    label: str
    icon: str
    tone: str
    actor: str
    note: str
    photos: list[dict[str, str]]


@dataclass(slots=True)
class Card:
    """One order before one viewer; texts are as the viewer may read them."""

    order: Order
    text: str
    result: str
    note: str
    arrived: str = ""
    leave_reason: str = ""
    clocks: list[Clock] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    photos: list[dict[str, str]] = field(default_factory=list)
    steps: list[StepWords] = field(default_factory=list)
    object_until: datetime | None = None
    begun_problems: int = 0
    open_problems: int = 0

    @property
    def doubts(self) -> list[Doubt]:
        """Return what does not fit in the unit's report of its arrival."""
        return doubts_of(self.order)

    @property
    def far(self) -> bool:
        """Tell whether the unit reported in suspiciously far from the case's place."""
        return self.order.distance_m is not None and self.order.distance_m > FAR_M

    @property
    def unplaced(self) -> bool:
        """Tell whether the unit reported in without saying where it was."""
        return self.order.reported_at is not None and self.order.report_lon is None


def cards_of(orders: Sequence[Order], user: User, at: datetime) -> list[Card]:
    """Return the orders as cards; five queries, however many orders, and one more where some may finish.

    Each order must come with its case (category, area, town), unit and whistle with blower.
    """
    refs = [order.pk for order in orders]
    reads: Readers = {order.pk: partial(shown_text, order.case, user) for order in orders}
    clocks, requests, photos = _clocks(refs), _requests(reads, user), photos_of(refs)
    problems = _open_problems(orders, user)
    cards = []
    for order in orders:
        read = reads[order.pk]
        card = Card(
            order,
            text=read(order.case.text),
            result=read(order.result),
            note=read(order.report_note),
            arrived=read(order.arrived),
            leave_reason=read(order.leave_reason),
            clocks=clocks[order.pk],
            requests=requests[order.pk],
            photos=[_link(photo) for photo in photos[order.pk]],
            begun_problems=problems.get((order.whistle_id, order.unit_id, DOING), 0),
            open_problems=problems.get((order.whistle_id, order.unit_id, OPEN), 0),
        )
        offered = _offered(card, user, at)
        card.steps = [words for name, words in STEPS.items() if name in offered]
        cards.append(card)
    return cards


def _offered(card: Card, user: User, at: datetime) -> set[str]:
    """Return the steps worth a button: what the machine allows and the service would not refuse."""
    order = card.order
    steps = set(steps_for(order, user))
    if "object" in steps:
        card.object_until = objection_deadline(order)
        if at > card.object_until:
            steps.discard("object")
    if card.begun_problems:
        steps.discard("finish")
    steps.discard("leave" if must_stay(order) else "ask_leave")
    ruled = (request for request in card.requests if request.kind != "whistle_back")
    if counts_as_transfer(order) and not may_be_transferred(order.case):
        steps.discard("withdraw")
    waiting = any(request.verdict is None for request in ruled)
    finish = next((clock for clock in card.clocks if clock.kind == ClockKind.FINISH), None)
    if waiting or finish is None or finish.due_at is None or finish.due_at < at:
        steps.discard("extend")
    if _may_whistle_back(order, user):
        steps.add("whistle_back")
    if waiting and user.holds(Role.SUPERVISOR):
        steps.add("rule")
    if order.state == OrderState.ACCEPTED and by_the_blower(order, user):
        steps.add("review")
    return steps


def _may_whistle_back(order: Order, user: User) -> bool:
    running = order.case.state in (State.WHISTLED, State.REPORTED)
    return running and order.state in UNSETTLED and of_the_unit(order, user)


def _open_problems(orders: Sequence[Order], user: User) -> dict[tuple[int, int, str], int]:
    """Return how many problems of its own each unit has open, by whistle, unit and state.

    Those under way keep it from finishing; those not begun are done by its result.
    """
    acting = [
        order for order in orders if order.state == OrderState.REPORTED and of_the_unit(order, user)
    ]
    if not acting:
        return {}
    mine = WhistleItem.objects.filter(
        whistle__in={order.whistle_id for order in acting},
        unit__in={order.unit_id for order in acting},
        state__in=OPEN_PROBLEMS,
    )
    counted = mine.order_by().values_list("whistle", "unit", "state").annotate(count=Count("pk"))
    return {(whistle, unit, state): count for whistle, unit, state, count in counted}


def _clocks(refs: Sequence[int]) -> dict[int, list[Clock]]:
    found: dict[int, list[Clock]] = defaultdict(list)
    running = Clock.objects.running().filter(order_ref__in=refs)
    for clock in running.order_by("due_at", "pk"):
        if clock.order_ref is not None:
            found[clock.order_ref].append(clock)
    return found


def _requests(reads: Readers, user: User) -> dict[int, list[Request]]:
    """Return what was asked about each order, the latest first; three queries."""
    found: dict[int, list[Request]] = defaultdict(list)
    objections = Objection.objects.filter(order__in=reads).order_by("-raised_at")
    for row in objections.select_related("raised_by", "ruled_by", "new_unit", "charged_to"):
        found[row.order_id].append(
            Request(
                "objection",
                reads[row.order_id](row.reason),
                str(row.raised_by),
                row.raised_at,
                row.upheld,
                row.ruling,
                str(row.ruled_by or ""),
                row.ruled_at,
                new_unit=row.new_unit,
                evidence=reads[row.order_id](row.evidence),
                number=row.number,
                ruling_id=row.pk if row.number else None,
                charged_to=row.charged_to,
            )
        )
    extensions = Extension.objects.filter(order__in=reads).order_by("-asked_at")
    for asked in extensions.select_related("asked_by", "ruled_by"):
        found[asked.order_id].append(
            Request(
                "extension",
                reads[asked.order_id](asked.reason),
                str(asked.asked_by),
                asked.asked_at,
                asked.granted,
                asked.ruling,
                str(asked.ruled_by or ""),
                asked.ruled_at,
                workdays=f"{asked.workdays.normalize():f}",
            )
        )
    backs = WhistleBack.objects.filter(order__in=reads).order_by("-asked_at")
    for back in backs.select_related("asked_by", "ruled_by", "unit"):
        found[back.order_id].append(
            Request(
                "whistle_back",
                reads[back.order_id](back.reason),
                str(back.asked_by),
                back.asked_at,
                back.granted,
                reads[back.order_id](back.ruling),
                str(back.ruled_by or ""),
                back.ruled_at,
                new_unit=back.unit,
                rule_url=_rule_url(back, user),
            )
        )
    return found


def _rule_url(back: WhistleBack, user: User) -> str:
    """Return where the user rules on a whistle back; empty where it is ruled on, or not theirs to rule."""
    waits = back.granted is None and user.holds(Role.SUPERVISOR)
    return reverse("dispatch:whistle_back_rule", args=[back.pk]) if waits else ""


def photos_of(refs: Sequence[int]) -> dict[int, list[Attachment]]:
    """Return the photos taken at the orders' steps."""
    found: dict[int, list[Attachment]] = defaultdict(list)
    for photo in Attachment.objects.filter(order_ref__in=refs).order_by("at", "pk"):
        if photo.order_ref is not None:
            found[photo.order_ref].append(photo)
    return found


def _link(photo: Attachment) -> dict[str, str]:
    name = _("Photo of %(time)s") % {"time": f"{timezone.localtime(photo.at):%F %H:%M}"}
    return {"url": reverse("cases:photo", args=[photo.token]), "name": name}


def history_of(order: Order, user: User) -> list[Happening]:
    """Return what happened to one order, the latest first; two queries."""
    photos: dict[tuple[str, datetime], list[dict[str, str]]] = defaultdict(list)
    for photo in photos_of([order.pk])[order.pk]:
        photos[photo.step, photo.at].append(_link(photo))
    events = CaseEvent.objects.filter(case=order.case, order_ref=order.pk)
    happened = []
    for event in events.select_related("actor").order_by("-at", "-pk"):
        label, icon, tone = HAPPENED.get(event.step, (event.step, "circle-dot", "grey"))
        told = [str(event.details.get(name) or "") for name in ("note", "result", "reason")]
        step = event.step.removeprefix("order.")
        happened.append(
            Happening(
                event.at,
                str(label),
                icon,
                tone,
                str(event.actor or by_guest(event.details)),
                shown_text(order.case, user, "\n".join(filter(None, told))),
                photos.get((step, event.at), []),
            )
        )
    return happened
