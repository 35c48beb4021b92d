"""What can be asked about areas: names along a path, matches of a typed word, outlines as GeoJSON."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from grids import places
from grids.models import Area, Atlas
from grids.models.areas import CODE_LENGTH
from grids.naming import short_name
from grids.simplified import Ring, simplified

LEVELS_SHOWN = ("town", "community", "grid", "microgrid")


@dataclass(frozen=True, slots=True)
class Option:
    """One area offered while somebody types a place."""

    code: str
    name: str
    path: str
    level: str
    lon: float | None
    lat: float | None


def path_codes(code: str) -> list[str]:
    """Return the codes of the town, community, grid and microgrid that lead to an area, its own last."""
    lengths = (CODE_LENGTH[level] for level in LEVELS_SHOWN)
    return [code[:digits] for digits in lengths if digits <= len(code)]


def path_names(code: str) -> list[str]:
    """Return the names from the town down to the area itself, as people say them; one query."""
    names = dict(Area.objects.filter(code__in=path_codes(code)).values_list("code", "name"))
    return _said(names, path_codes(code))


def _said(names: dict[str, str], codes: list[str]) -> list[str]:
    """Return the names along a path; one that repeats the name above it is cut: 第3网格 of a community."""
    shorts = [short_name(names[step]) for step in codes if step in names]
    above = ["", *shorts]
    return [name.removeprefix(over) or name for name, over in zip(shorts, above, strict=False)]


def options(text: str, limit: int = 8) -> list[Option]:
    """Return the areas that fit what was typed, best first, each with the path that leads to it."""
    codes = [match.code for match in places.search(text, limit)]
    areas = Area.objects.in_bulk(codes)
    above = {step for code in codes for step in path_codes(code)[:-1]}
    names = dict(Area.objects.filter(code__in=above).values_list("code", "name"))
    return [_option(areas[code], names) for code in codes if code in areas]


def _option(area: Area, names: dict[str, str]) -> Option:
    steps = _said(names, path_codes(area.code)[:-1])
    level = str(area.get_level_display())
    return Option(area.code, short_name(area.name), " · ".join(steps), level, area.lon, area.lat)


def atlas_version() -> int:
    """Return the number that grows with every import of areas."""
    return Atlas.objects.filter(pk=1).values_list("version", flat=True).first() or 0


def outlines(level: str, within: str) -> dict[str, Any]:
    """Return the areas of a level inside an area (all of them where it is empty) as GeoJSON.

    Areas without a boundary are left out.
    """
    areas = Area.objects.filter(level=level, boundary__isnull=False).within(within)
    rows: Iterable[tuple[str, str, str, Any]] = areas.order_by("code").values_list(
        "code", "name", "head", "boundary"
    )
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": boundary,
                "properties": {"code": code, "name": short_name(name), "head": head},
            }
            for code, name, head, boundary in rows
        ],
    }


def simple_outlines(areas: QuerySet[Area]) -> list[tuple[str, str, tuple[Ring, ...]]]:
    """Return code, name and simplified rings of the areas that have ground, by code; one query."""
    known = areas.filter(boundary__isnull=False).order_by("code")
    rows: list[tuple[str, str, Any]] = list(known.values_list("code", "name", "boundary"))
    rings = simplified([boundary for _code, _name, boundary in rows])
    found = zip(rows, rings, strict=True)
    return [(code, short_name(name), own) for (code, name, _boundary), own in found if own]
