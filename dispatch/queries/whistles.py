"""The whistles of a case as its page shows them."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from cases.models import Case
from cases.privacy import shown_text
from dispatch.models import Order, OrderState, Whistle, WhistleItem
from dispatch.queries.cards import Card, cards_of
from dispatch.rules import may_mark


@dataclass(slots=True)
class Problem:
    """One line of a whistle's list before one viewer."""

    item: WhistleItem
    text: str
    may_mark: bool


@dataclass(slots=True)
class Panel:
    """One whistle before one viewer: its problems and its orders."""

    whistle: Whistle
    reason: str
    problems: list[Problem]
    cards: list[Card] = field(default_factory=list)

    @property
    def done(self) -> int:
        return sum(1 for problem in self.problems if problem.item.done_at)


def panels_of(case: Case, user: User, at: datetime) -> list[Panel]:
    """Return the case's whistles, the latest first; seven queries, however many orders.

    The case must come with its category, area and town.
    """
    whistles = list(_whole(Whistle.objects.filter(case=case)).order_by("-blown_at", "-pk"))
    for whistle in whistles:
        whistle.case = case
    orders = [order for whistle in whistles for order in _parts(whistle)]
    cards = cards_of(orders, user, at) if orders else []
    panels = [panel_of(whistle, user) for whistle in whistles]
    for panel in panels:
        panel.cards = [card for card in cards if card.order.whistle_id == panel.whistle.pk]
    return panels


def panel_of(whistle: Whistle, user: User) -> Panel:
    """Return a whistle with its problems; its case, blower, items and orders must be loaded."""
    summoned = {
        order.unit_id for order in whistle.orders.all() if order.state != OrderState.WITHDRAWN
    }
    problems = []
    for item in whistle.items.all():
        item.whistle = whistle
        text = shown_text(whistle.case, user, item.text)
        problems.append(Problem(item, text, may_mark(item, summoned, user)))
    return Panel(whistle, shown_text(whistle.case, user, whistle.reason), problems)


def whistle_of(pk: int) -> Whistle:
    """Return a whistle with all that `panel_of` needs."""
    return _whole(Whistle.objects.select_related("case")).get(pk=pk)


def _whole(whistles: "QuerySet[Whistle]") -> "QuerySet[Whistle]":
    items = WhistleItem.objects.select_related("unit").order_by("position")
    orders = Order.objects.select_related("unit").order_by("-role", "pk")
    return whistles.select_related("blower", "blown_by").prefetch_related(
        Prefetch("items", queryset=items), Prefetch("orders", queryset=orders)
    )


def _parts(whistle: Whistle) -> list[Order]:
    """Return the whistle's orders with the objects above them, the lead first, the withdrawn last."""
    orders = sorted(whistle.orders.all(), key=lambda order: order.state == OrderState.WITHDRAWN)
    for order in orders:
        order.whistle, order.case = whistle, whistle.case
    return orders
