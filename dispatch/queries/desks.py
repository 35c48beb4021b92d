"""What waits on the desks of departments and of those who blew whistles."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from accounts.models import Role, Unit, User
from accounts.paging import Page, page_of
from cases.lifecycle import ClockKind
from cases.models import Clock
from dispatch.lifecycle import UNSETTLED, OrderState
from dispatch.models import Order
from dispatch.queries.cards import Card, cards_of
from dispatch.queries.soonest import soonest
from dispatch.rights import CLOSE, current

SETTLED_GROUP = "settled"
GROUPS: dict[str, tuple[str, ...]] = {
    OrderState.ISSUED: (OrderState.ISSUED,),
    OrderState.ACKNOWLEDGED: (OrderState.ACKNOWLEDGED,),
    OrderState.REPORTED: (OrderState.REPORTED,),
    OrderState.FINISHED: (OrderState.FINISHED,),
    OrderState.OBJECTED: (OrderState.OBJECTED,),
    SETTLED_GROUP: (OrderState.ACCEPTED, OrderState.REVIEWED),
}
"""The parts of a department's desk, each with the states of its orders."""


@dataclass(frozen=True, slots=True)
class Cards:
    """One page of cards with the cursors of its neighbours."""

    rows: list[Card]
    next: str = ""
    previous: str = ""


def unsettled_counts(user: User) -> dict[str, int]:
    """Return how many unsettled orders the user's departments have in each state; one query."""
    mine = Order.objects.of(user).unsettled()
    counted = mine.order_by().values_list("state").annotate(count=Count("pk"))
    return {state.value: 0 for state in UNSETTLED} | dict(counted)


def desk_group(user: User, group: str, cursor: str, at: datetime) -> Cards:
    """Return one part of the department's desk: what is due soonest first, what is settled newest
    first."""
    rows = Order.objects.of(user).filter(state__in=GROUPS[group]).for_list()
    if group == SETTLED_GROUP:
        page = page_of(rows, cursor, by="issued_at")
    else:
        running = Clock.objects.running().filter(order_ref=OuterRef("pk"))
        due = Subquery(running.order_by("due_at").values("due_at")[:1])
        page = soonest(rows.annotate(next_due=due), cursor, by="next_due")
    return Cards(cards_of(page.rows, user, at), page.next, page.previous)


def blowing_units(user: User) -> QuerySet[Unit]:
    """Return the units whose whistles the user closes: the own, and a town's communities and grids."""
    roles = current().roles_anywhere(CLOSE)
    mine = Q(pk__in=user.units_of(*roles))
    for area in user.areas_of(Role.TOWN) if Role.TOWN in roles else []:
        mine |= Q(area__startswith=area)
    return Unit.objects.filter(mine)


def owed_by_blower(user: User, kind: str) -> QuerySet[Clock]:
    """Return the running clocks of a kind (accept, review) that the user's whistles owe."""
    units = list(blowing_units(user).values_list("pk", flat=True))
    return Clock.objects.running().filter(unit__in=units, kind=kind, order_ref__isnull=False)


def owed_counts(user: User) -> dict[str, int]:
    """Return how many orders wait for the user's acceptance and review; two queries."""
    units = list(blowing_units(user).values_list("pk", flat=True))
    running = Clock.objects.running().filter(unit__in=units, order_ref__isnull=False)
    kinds = (ClockKind.ACCEPT, ClockKind.REVIEW)
    counted = running.filter(kind__in=kinds).order_by().values_list("kind").annotate(Count("pk"))
    return {kind.value: 0 for kind in kinds} | dict(counted)


def owed_page(user: User, kind: str, cursor: str, at: datetime) -> Cards:
    """Return the orders waiting for the user's acceptance or review, the soonest due first."""
    page: Page[Clock] = soonest(owed_by_blower(user, kind), cursor, by="due_at")
    refs = [clock.order_ref for clock in page.rows if clock.order_ref is not None]
    orders = Order.objects.for_list().in_bulk(refs)
    found = [orders[ref] for ref in refs if ref in orders]
    return Cards(cards_of(found, user, at), page.next)
