"""The roll call of a whistle: who is expected, on the way, here, or has left; since when, how late, how far."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from dispatch.arrival import lateness_of
from dispatch.lifecycle import OrderState
from dispatch.models import Order
from dispatch.queries.cards import Card


class Presence(StrEnum):
    """Where a unit stands in the roll call."""

    EXPECTED = "expected"
    ON_THE_WAY = "on_the_way"
    HERE = "here"
    LEFT = "left"


WORDS: dict[str, tuple[str | Promise, str, str]] = {
    Presence.EXPECTED: (pgettext_lazy("roll call", "Expected"), "blue", "hourglass-empty"),
    Presence.ON_THE_WAY: (pgettext_lazy("roll call", "On the way"), "violet", "walk"),
    Presence.HERE: (pgettext_lazy("roll call", "Here"), "green", "map-pin-check"),
    Presence.LEFT: (pgettext_lazy("roll call", "Left"), "grey", "door-exit"),
}


def presence_of(order: Order) -> Presence:
    """Return where the order's unit stands."""
    if order.left_at is not None:
        return Presence.LEFT
    if order.reported_at is not None:
        return Presence.HERE
    if order.state == OrderState.ACKNOWLEDGED:
        return Presence.ON_THE_WAY
    return Presence.EXPECTED


@dataclass(frozen=True, slots=True)
class Row:
    """One unit of the roll call."""

    card: Card
    presence: Presence

    @property
    def label(self) -> str | Promise:
        return WORDS[self.presence][0]

    @property
    def tone(self) -> str:
        return WORDS[self.presence][1]

    @property
    def icon(self) -> str:
        return WORDS[self.presence][2]

    @property
    def early_minutes(self) -> int | None:
        """Return how many minutes before the time to assemble the unit came; None where it came later."""
        late = lateness_of(self.card.order)
        return None if late is None or late > timedelta(0) else _minutes(-late)

    @property
    def late_minutes(self) -> int | None:
        """Return how many minutes after the time to assemble the unit came; None where it came in time."""
        late = lateness_of(self.card.order)
        return None if late is None or late <= timedelta(0) else _minutes(late)


def _minutes(span: timedelta) -> int:
    return round(span.total_seconds() / 60)


@dataclass(frozen=True, slots=True)
class RollCall:
    """The units of a whistle that were not let off, the lead first."""

    rows: list[Row]

    @property
    def expected(self) -> int:
        return len(self.rows)

    @property
    def came(self) -> int:
        """Return how many have come, those who left since among them."""
        came = (Presence.HERE, Presence.LEFT)
        return sum(row.presence in came for row in self.rows)

    @property
    def here(self) -> int:
        return sum(row.presence == Presence.HERE for row in self.rows)


def roll_call(cards: Iterable[Card]) -> RollCall:
    """Call the roll of one whistle's orders; no query."""
    live = [card for card in cards if card.order.state != OrderState.WITHDRAWN]
    return RollCall([Row(card, presence_of(card.order)) for card in live])
