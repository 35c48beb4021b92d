"""Orders as screens show them: with their clocks, requests, photos, and the viewer's steps."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Role, Unit, User
from cases.lifecycle import ClockKind
from cases.models import Attachment, CaseEvent, Clock
from cases.privacy import shown_text
from dispatch.lifecycle import OrderState, by_the_blower
from dispatch.models import Extension, Objection, Order
from dispatch.rules import objection_deadline, steps_for
from dispatch.wording import HAPPENED, STEPS, StepWords

FAR_M = 500
"""Metres from the case's place beyond which a report is shown with a warning."""


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
    clocks: list[Clock] = field(default_factory=list)
    requests: list[Request] = field(default_factory=list)
    photos: list[dict[str, str]] = field(default_factory=list)
    steps: list[StepWords] = field(default_factory=list)
    object_until: datetime | None = None

    @property
    def far(self) -> bool:
        """Tell whether the unit reported in suspiciously far from the case's place."""
        return self.order.distance_m is not None and self.order.distance_m > FAR_M

    @property
    def unplaced(self) -> bool:
        """Tell whether the unit reported in without saying where it was."""
        return self.order.reported_at is not None and self.order.report_lon is None


def cards_of(orders: Sequence[Order], user: User, at: datetime) -> list[Card]:
    """Return the orders as cards; four queries, however many orders.

    Each order must come with its case (category, area, town), unit and whistle with blower.
    """
    refs = [order.pk for order in orders]
    reads: Readers = {order.pk: partial(shown_text, order.case, user) for order in orders}
    clocks, requests, photos = _clocks(refs), _requests(reads), photos_of(refs)
    cards = []
    for order in orders:
        read = reads[order.pk]
        card = Card(
            order,
            text=read(order.case.text),
            result=read(order.result),
            note=read(order.report_note),
            clocks=clocks[order.pk],
            requests=requests[order.pk],
            photos=[_link(photo) for photo in photos[order.pk]],
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
    waiting = any(request.verdict is None for request in card.requests)
    finish = next((clock for clock in card.clocks if clock.kind == ClockKind.FINISH), None)
    if waiting or finish is None or finish.due_at is None or finish.due_at < at:
        steps.discard("extend")
    if waiting and user.holds(Role.SUPERVISOR):
        steps.add("rule")
    if order.state == OrderState.ACCEPTED and by_the_blower(order, user):
        steps.add("review")
    return steps


def _clocks(refs: Sequence[int]) -> dict[int, list[Clock]]:
    found: dict[int, list[Clock]] = defaultdict(list)
    running = Clock.objects.running().filter(order_ref__in=refs)
    for clock in running.order_by("due_at", "pk"):
        if clock.order_ref is not None:
            found[clock.order_ref].append(clock)
    return found


def _requests(reads: Readers) -> dict[int, list[Request]]:
    """Return what was asked about each order, the latest first; two queries."""
    found: dict[int, list[Request]] = defaultdict(list)
    objections = Objection.objects.filter(order__in=reads).order_by("-raised_at")
    for row in objections.select_related("raised_by", "ruled_by", "new_unit"):
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
    return found


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
                str(event.actor or ""),
                shown_text(order.case, user, "\n".join(filter(None, told))),
                photos.get((step, event.at), []),
            )
        )
    return happened
