"""Who the parties of a clock are: the unit that owes it, who blew the whistle, the town, the centre, the leaders."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from django.db.models import Q

from accounts.models import CENTRE_CODE, Unit
from accounts.services.notices import LEADERS
from cases.lifecycle import recused_unit
from cases.models import Clock
from dispatch.models import Order, Whistle, WhistleItem

LEADERS_CALLED = "区领导"


@dataclass(frozen=True, slots=True)
class Party:
    """One that is written to. `told` is what a notice is addressed to: the unit, or the leaders."""

    unit: Unit
    told: int
    name: str


@dataclass(frozen=True, slots=True)
class Parties:
    """The parties of a batch of clocks, read at once."""

    orders: Mapping[int, Order]
    units: Mapping[str, Unit]
    items: Mapping[int, WhistleItem] = field(default_factory=dict)

    @property
    def centre(self) -> Unit:
        return self.units[CENTRE_CODE]

    def order_of(self, clock: Clock) -> Order | None:
        return self.orders.get(clock.order_ref or 0)

    def whistle_of(self, clock: Clock) -> Whistle | None:
        """Return the whistle whose order or problem the clock belongs to."""
        order, item = self.order_of(clock), self.items.get(clock.item_ref or 0)
        if order is not None:
            return order.whistle
        return item.whistle if item else None

    def of(self, clock: Clock, names: Iterable[str]) -> list[Party]:
        """Return the parties named, each once; who is missing, or complained of in a report of
        wrongdoing, is represented by the centre."""
        found: dict[int, Party] = {}
        for name in names:
            party = self._party(clock, name)
            found.setdefault(party.told, party)
        return list(found.values())

    def _party(self, clock: Clock, name: str) -> Party:
        if name == "leader":  # they sit in the centre, and are told by their role
            return Party(self.centre, LEADERS, LEADERS_CALLED)
        whistle = self.whistle_of(clock)
        town = self.units.get(clock.case.town_id, self.centre)
        unit = {
            "unit": clock.unit,
            "blower": whistle.blower if whistle else town,
            "town": town,
        }.get(name, self.centre)
        if unit.pk == recused_unit(clock.case):
            unit = self.centre
        return Party(unit, unit.pk, unit.name)


def parties_of(clocks: Collection[Clock]) -> Parties:
    """Return the parties of the clocks; two queries, one more where problems are among them. Each clock
    must come with its case and unit."""
    refs = {clock.order_ref for clock in clocks if clock.order_ref is not None}
    orders = Order.objects.select_related("whistle__blower").in_bulk(refs)
    towns = {clock.case.town_id for clock in clocks}
    units = Unit.objects.filter(Q(code__in=towns) | Q(code=CENTRE_CODE))
    listed = {clock.item_ref for clock in clocks if clock.item_ref is not None}
    found = WhistleItem.objects.select_related("whistle__blower")
    items = found.in_bulk(listed) if listed else {}
    return Parties(orders, {unit.code: unit for unit in units}, items)
