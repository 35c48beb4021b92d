"""The whistles of a case as its page shows them."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from cases.models import Case
from cases.privacy import shown_text
from dispatch.models import Order, OrderState, Whistle, WhistleItem
from dispatch.problems import Tally, is_running, may_direct, tally
from dispatch.queries.cards import Card, cards_of
from dispatch.queries.problems import Problem, attach_item_clocks, problems_of
from dispatch.queries.roll_call import RollCall, roll_call


@dataclass(slots=True)
class Panel:
    """One whistle before one viewer: its problems and its orders."""

    whistle: Whistle
    reason: str
    problems: list[Problem]
    cards: list[Card] = field(default_factory=list)
    directs: bool = False
    running: bool = False

    @property
    def tally(self) -> Tally:
        """Return how the list stands, in numbers and in one sentence."""
        return tally(problem.item.state for problem in self.problems)

    @property
    def roll(self) -> RollCall:
        return roll_call(self.cards)

    @property
    def assembles(self) -> bool:
        """Tell whether a place or a time to assemble was set."""
        return bool(self.whistle.assembly_at or self.whistle.assembly_place)


def panels_of(case: Case, user: User, at: datetime) -> list[Panel]:
    """Return the case's whistles, the latest first; eleven queries at most, however many orders.

    The case must come with its category, area and town.
    """
    whistles = list(_whole(Whistle.objects.filter(case=case)).order_by("-blown_at", "-pk"))
    for whistle in whistles:
        whistle.case = case
    orders = [order for whistle in whistles for order in _parts(whistle)]
    cards = cards_of(orders, user, at) if orders else []
    attach_item_clocks(whistles)
    panels = [_panel(whistle, user) for whistle in whistles]
    for panel in panels:
        panel.cards = [card for card in cards if card.order.whistle_id == panel.whistle.pk]
    return panels


def panel_of(whistle: Whistle, user: User) -> Panel:
    """Return a whistle with its problems; its case, blower, items and orders must be loaded."""
    attach_item_clocks([whistle])
    return _panel(whistle, user)


def _panel(whistle: Whistle, user: User) -> Panel:
    return Panel(
        whistle,
        shown_text(whistle.case, user, whistle.reason),
        problems_of(whistle, user),
        directs=may_direct(whistle, user),
        running=is_running(whistle),
    )


def full_panel(whistle: Whistle, user: User, at: datetime) -> Panel:
    """Return one whistle with its problems and its orders; its case must come with category, area, town."""
    orders = _parts(whistle)
    panel = panel_of(whistle, user)
    panel.cards = cards_of(orders, user, at) if orders else []
    return panel


def whistle_of(pk: int) -> Whistle:
    """Return a whistle with all that `panel_of` needs."""
    cases = ("case__category", "case__area", "case__town")
    shown = Whistle.objects.select_related(*cases)
    return _whole(shown.defer("case__area__boundary", "case__town__boundary")).get(pk=pk)


def _whole(whistles: "QuerySet[Whistle]") -> "QuerySet[Whistle]":
    items = WhistleItem.objects.select_related("unit").order_by("position")
    orders = Order.objects.select_related("unit").order_by("-role", "pk")
    shown = ("blower", "blown_by", "asked_by__order__unit")
    return whistles.select_related(*shown).prefetch_related(
        Prefetch("items", queryset=items), Prefetch("orders", queryset=orders)
    )


def _parts(whistle: Whistle) -> list[Order]:
    """Return the whistle's orders with the objects above them, the lead first, the withdrawn last."""
    orders = sorted(whistle.orders.all(), key=lambda order: order.state == OrderState.WITHDRAWN)
    for order in orders:
        order.whistle, order.case = whistle, whistle.case
    return orders
