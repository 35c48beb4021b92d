"""What a report from the field says of place and time, beside what we know: shown, never simply believed.

Nothing is refused for it: a phone may be wrong and its owner honest. Whoever judges sees every doubt in words.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from grids.locator import metres

if TYPE_CHECKING:
    from dispatch.models import Order

FAR_M = 500
"""Metres from the place beyond which an arrival is doubted."""
COARSE_M = 200
"""Accuracy in metres beyond which a position says little."""
SKEW = timedelta(minutes=5)
"""How far a device's clock may stand from ours before it is said."""

DOUBTS = ("no_position", "far", "exact", "coarse", "clock_behind", "clock_ahead")
"""The codes of what may not fit."""

Position = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that does not fit: `code` for programs, `words` for people."""

    code: str
    value: int
    words: str


def place_of(order: "Order") -> Position | None:
    """Return where the unit was to come: the place to assemble, else the case's own position."""
    whistle, case = order.whistle, order.case
    if whistle.assembly_lon is not None and whistle.assembly_lat is not None:
        return whistle.assembly_lon, whistle.assembly_lat
    if case.lon is None or case.lat is None:
        return None
    return case.lon, case.lat


def position_of(order: "Order") -> Position | None:
    """Return where the unit said it was."""
    if order.report_lon is None or order.report_lat is None:
        return None
    return order.report_lon, order.report_lat


def distance_of(order: "Order") -> int | None:
    """Return how far from the place the unit said it was, in metres, where both are known."""
    here, there = position_of(order), place_of(order)
    return round(metres(*here, *there)) if here and there else None


def lateness_of(order: "Order") -> timedelta | None:
    """Return how long after the time to assemble the unit came; negative where it was early."""
    meeting = order.whistle.assembly_at
    return order.reported_at - meeting if order.reported_at and meeting else None


def doubts_of(order: "Order") -> list[Doubt]:
    """Return what does not fit in the unit's report; nothing before it has come. No query."""
    if order.reported_at is None:
        return []
    return [*_of_the_place(order), *_of_the_clock(order)]


def _of_the_place(order: "Order") -> list[Doubt]:
    here = position_of(order)
    if here is None:
        return [Doubt("no_position", 0, _("no position given"))]
    found, away = [], order.distance_m
    if away is not None and away > FAR_M:
        words = _("%(distance)s from the place") % {"distance": _span(away)}
        found.append(Doubt("far", away, words))
    if here == place_of(order):
        found.append(Doubt("exact", 0, _("position exactly equal to the place")))
    if order.accuracy_m is not None and order.accuracy_m > COARSE_M:
        words = _("accurate to %(distance)s only") % {"distance": _span(order.accuracy_m)}
        found.append(Doubt("coarse", order.accuracy_m, words))
    return found


def _of_the_clock(order: "Order") -> list[Doubt]:
    if order.device_at is None or order.reported_at is None:
        return []
    skew = order.device_at - order.reported_at
    if abs(skew) <= SKEW:
        return []
    minutes = round(abs(skew).total_seconds() / 60)
    if skew < timedelta(0):
        words = _("the device's clock is %(minutes)s min behind")
        return [Doubt("clock_behind", minutes, words % {"minutes": minutes})]
    words = _("the device's clock is %(minutes)s min ahead")
    return [Doubt("clock_ahead", minutes, words % {"minutes": minutes})]


def _span(distance: int) -> str:
    if distance >= 1000:
        return _("%(n)s km") % {"n": f"{distance / 1000:.1f}"}
    return _("%(n)s m") % {"n": distance}
