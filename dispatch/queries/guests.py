"""One order as an outsider may see it by a guest link; and the links of an order as its people see them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django_fsm import can_proceed

from accounts.masks import mask_phone
from cases.lifecycle import State
from cases.models import Attachment, Clock
from cases.privacy import redact
from dispatch.guest_rules import GUEST_ITEM_STEPS, GUEST_STEPS
from dispatch.lifecycle import SETTLED
from dispatch.models import GuestLink, GuestVisit, Order, OrderState, WhistleItem
from dispatch.problems import STEPS as ITEM_STEPS
from dispatch.problems import is_running
from dispatch.wording import STEPS, StepWords
from grids.queries import path_names

MOST_SHOWN = 50
"""Links of an order on its page; the call lists them all."""

VISITS = 20
"""Of each link, the latest visits that are shown."""

DID: dict[str, str | Promise] = {
    "open": _("Opened"),
    "item.start": _("Problem begun"),
    "item.done": _("Problem done"),
}


@dataclass(frozen=True, slots=True)
class GuestProblem:
    """A problem of the guest's own unit, with what can be done about it now."""

    item: WhistleItem
    text: str
    evidence: str
    steps: list[str]


@dataclass(frozen=True, slots=True)
class GuestPage:
    """All that a guest sees of the order: nothing of the caller, nothing of other cases or units."""

    order: Order
    text: str
    address: str
    path: list[str]
    reason: str
    place: str
    note: str
    result: str
    clocks: list[Clock]
    photos: int
    problems: list[GuestProblem]
    steps: list[StepWords]
    held: bool
    settled: bool


def guest_page(link: GuestLink) -> GuestPage:
    """Return the order of the link as its holder may see it; texts without the caller and any number."""
    order = link.order
    case, whistle = order.case, order.whistle
    whistle.case = case
    held = case.state == State.ON_HOLD
    settled = order.state in SETTLED
    return GuestPage(
        order=order,
        text=redact(case.text, case),
        address=redact(case.address, case),
        path=path_names(case.area_id),
        reason=redact(whistle.reason, case),
        place=redact(whistle.assembly_place, case),
        note=redact(order.report_note, case),
        result=redact(order.result, case),
        clocks=_clocks(order),
        photos=Attachment.objects.filter(order_ref=order.pk).count(),
        problems=[] if settled else _problems(order, held=held),
        steps=[] if held or settled else _steps(order),
        held=held,
        settled=settled,
    )


def _clocks(order: Order) -> list[Clock]:
    running = Clock.objects.running().filter(case=order.case_id, order_ref=order.pk)
    own = order.state in (OrderState.ISSUED, OrderState.ACKNOWLEDGED, OrderState.REPORTED)
    return list(running.order_by("due_at", "pk")) if own else []


def _steps(order: Order) -> list[StepWords]:
    return [STEPS[name] for name in GUEST_STEPS if can_proceed(getattr(order, name))]


def _problems(order: Order, *, held: bool) -> list[GuestProblem]:
    rows = WhistleItem.objects.filter(whistle=order.whistle_id, unit=order.unit_id)
    moves = is_running(order.whistle) and not held
    return [
        GuestProblem(
            row,
            redact(row.text, order.case),
            redact(row.evidence, order.case),
            [name for name in GUEST_ITEM_STEPS if moves and row.state in ITEM_STEPS[name].sources],
        )
        for row in rows.order_by("position")
    ]


@dataclass(frozen=True, slots=True)
class LinkRow:
    """A link as the people of the order see it; never its secret, its phone masked."""

    link: GuestLink
    phone: str
    good: bool
    visits: list["VisitRow"]


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One opening of a link, or one step tried by it."""

    visit: GuestVisit
    label: str


def with_visits(links: QuerySet[GuestLink]) -> QuerySet[GuestLink]:
    """Load who made and revoked the links, and as `latest` their latest visits; one query more."""
    visits = GuestVisit.objects.order_by("-at", "-pk")[:VISITS]
    rows = links.select_related("made_by", "revoked_by")
    return rows.prefetch_related(Prefetch("visits", visits, to_attr="latest"))


def link_rows(order_pk: int, at: datetime) -> list[LinkRow]:
    """Return the links of an order for its page, the latest first; two queries."""
    links: Any = with_visits(GuestLink.objects.filter(order=order_pk))
    return [
        LinkRow(
            link,
            mask_phone(link.phone),
            link.is_good(at),
            [VisitRow(visit, did_label(visit.did)) for visit in link.latest],
        )
        for link in links.order_by("-made_at", "-pk")[:MOST_SHOWN]
    ]


def did_label(did: str) -> str:
    """Say what was done by a link, or tried."""
    if did in STEPS:
        return str(STEPS[did].label)
    return str(DID.get(did, did))
