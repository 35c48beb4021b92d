"""From a place to its areas: by position, by code, or by typed address."""

from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from accounts.refusals import BadInput
from grids.locator import Gazetteer, Locator, Match
from grids.models import Area, Atlas

BORDER_METRES = 60.0
"""How far outside every grid a phone's position may lie and still belong to the nearest one."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something is: the most precise area known, and a position where there is one."""

    area: str
    lon: float | None = None
    lat: float | None = None
    address: str = ""

    @property
    def town(self) -> str:
        return self.area[:9]


def locator() -> Locator:
    """Return the index of grids, rebuilt in this process when areas were imported."""
    return _locator(_version())


def gazetteer() -> Gazetteer:
    """Return the index of names, rebuilt in this process when areas were imported."""
    return _gazetteer(_version())


def _version() -> int:
    return Atlas.objects.filter(pk=1).values_list("version", flat=True).first() or 0


@lru_cache(maxsize=1)
def _locator(version: int) -> Locator:
    cells = Area.objects.filter(level__in=["grid", "microgrid"]).order_by("code")
    rows = cells.values_list("code", "boundary").iterator()
    return Locator((code, boundary) for code, boundary in rows if boundary)


@lru_cache(maxsize=1)
def _gazetteer(version: int) -> Gazetteer:
    named = Area.objects.filter(level__in=["town", "community", "grid"])
    return Gazetteer(named.order_by("code").values_list("code", "name", "level").iterator())


def search(text: str, limit: int = 8) -> list[Match]:
    """Return the areas whose names fit what was typed, best first."""
    return gazetteer().search(text, limit)


def find_place(
    *,
    area: str = "",
    lon: float | None = None,
    lat: float | None = None,
    address: str = "",
) -> Place:
    """Find the most precise area: by position, else by area code, else by address.

    A chosen area wins over a position outside it. Raise `BadInput` naming the field and what to
    do where nothing, or no town, is found.
    """
    if (lon is None) != (lat is None):
        raise BadInput({"lon": _("Give longitude and latitude together.")})
    if lon is not None and lat is not None:
        return _by_position(lon, lat, area, address)
    if area:
        return _by_code(area, address)
    if address.strip():
        return _by_address(address)
    raise BadInput(
        {"area": _("Say where it is: pick a community, click the map or type an address.")}
    )


def _by_position(lon: float, lat: float, area: str, address: str) -> Place:
    grid, microgrid = locator().at(lon, lat)
    found = microgrid or grid or locator().nearest(lon, lat, BORDER_METRES)
    if found is None and not area:
        text = _("This position lies outside the district; pick a community instead.")
        raise BadInput({"lon": text})
    if area and not (found or "").startswith(area):
        place = _by_code(area, address)
        return Place(place.area, lon, lat, address)
    return Place(found or area, lon, lat, address)


def _by_code(code: str, address: str) -> Place:
    found = Area.objects.defer("boundary").filter(code=code).first()
    if found is None:
        raise BadInput({"area": _("There is no area with the code %(code)s.") % {"code": code}})
    if found.level == Area.Level.DISTRICT:
        raise BadInput({"area": _("Name at least the town.")})
    return Place(found.code, found.lon, found.lat, address)


def _by_address(address: str) -> Place:
    match = gazetteer().resolve(address)
    if match is None:
        text = _("No community is known by this address; pick one from the list or the map.")
        raise BadInput({"address": text})
    return Place(match.code, address=address)
