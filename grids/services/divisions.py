"""Take over a district's divisions and grids."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _
from shapely import GEOSException
from shapely.geometry import shape

from accounts.models import Unit
from accounts.services.units import save_units
from accounts.tables import Errors, ImportRefused, read_table
from grids.models import Area, Atlas
from grids.models.areas import CODE_LENGTH

WITH_UNIT = ("district", "town", "community")
DIVISION_LEVELS = tuple(CODE_LENGTH)


@transaction.atomic
def import_divisions(path: Path) -> dict[str, int]:
    """Create or update areas from `code,name,level,parent`, with a unit for each district, town and
    community; grids and microgrids without an outline may come this way, too, with their `head`.

    Any district's file; codes of 6, 9, 12, 15 and 17 digits nest by prefix. All or nothing.
    """
    errors = Errors()
    areas: dict[str, Area] = {}
    known = set(Area.objects.values_list("code", flat=True))
    rows = read_table(path, ["code", "name", "level", "parent"])
    given = {row["code"] for _line, row in rows}
    for line, row in rows:
        problem = _division_problem(row, known | given, areas)
        if problem:
            errors.add(line, problem)
        areas[row["code"]] = Area(
            code=row["code"],
            name=row["name"],
            level=row["level"],
            parent_id=row["parent"] or None,
            head=row.get("head", "")[:40],
        )
    errors.refuse_if_any()
    heads = ["head"] if rows and "head" in rows[0][1] else []
    _save_areas(list(areas.values()), ["name", "level", "parent", *heads])
    save_units([_unit_of(area) for area in areas.values() if area.level in WITH_UNIT])
    return {"areas": len(areas)}


def _division_problem(row: Mapping[str, str], codes: set[str], before: Mapping[str, Area]) -> str:
    """Return what is wrong with the row, or nothing."""
    code, level, parent = row["code"], row["level"], row["parent"]
    if level not in DIVISION_LEVELS:
        return _("The level must be district, town, community, grid or microgrid.")
    if not (code.isdigit() and code.isascii()) or len(code) != CODE_LENGTH[level]:
        digits = CODE_LENGTH[level]
        return _("The code of this level has %(digits)s digits.") % {"digits": digits}
    if not row["name"] or len(row["name"]) > 60:
        return _("The name must have 1 to 60 characters.")
    if code in before:
        return _("The code %(code)s stands twice.") % {"code": code}
    if level == "district":
        return "" if not parent else _("A district has no parent.")
    if parent not in codes:
        return _("The parent %(parent)s is not known.") % {"parent": parent or "—"}
    shorter = DIVISION_LEVELS[DIVISION_LEVELS.index(level) - 1]
    if code[: CODE_LENGTH[shorter]] != parent:
        return _("The code does not begin with its parent's code.")
    return ""


def _unit_of(area: Area) -> Unit:
    return Unit(code=area.code, name=area.name, short_name="", kind=area.level, area=area.code)


def _save_areas(areas: list[Area], fields: list[str]) -> None:
    for level in Area.Level.values:  # parents before children
        Area.objects.bulk_create(
            [area for area in areas if area.level == level],
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=fields,
            batch_size=1000,
        )
    Atlas.objects.get_or_create(pk=1)
    Atlas.objects.filter(pk=1).update(version=F("version") + 1)


def read_collection(path: Path) -> dict[str, Any]:
    """Read a GeoJSON FeatureCollection; raise `ImportRefused` saying what to do where it is none."""
    try:
        collection = json.loads(path.read_text(encoding="utf-8-sig"))
    except FileNotFoundError:
        raise ImportRefused([(0, _("There is no file %(path)s.") % {"path": path})]) from None
    except (OSError, UnicodeDecodeError) as error:
        text = _("The file cannot be read: %(error)s") % {"error": error}
        raise ImportRefused([(0, text)]) from None
    except json.JSONDecodeError as error:
        text = _("The file is not valid JSON: %(error)s") % {"error": error.msg}
        raise ImportRefused([(error.lineno, text)]) from None
    features = collection.get("features") if isinstance(collection, dict) else None
    if not isinstance(features, list) or not features:
        raise ImportRefused([(1, _("The file is no GeoJSON FeatureCollection with features."))])
    return collection


@transaction.atomic
def import_grids(source: Path | Mapping[str, Any]) -> dict[str, int]:
    """Create or update grids and microgrids (and boundaries of divisions) from GeoJSON.

    Each feature: a Polygon or MultiPolygon in WGS 84, properties `code`, `name`, optional `head`.
    `line` in errors is the feature's number. All or nothing; twice gives once.
    """
    collection = read_collection(source) if isinstance(source, Path) else source
    errors = Errors()
    levels = {digits: level for level, digits in CODE_LENGTH.items()}
    codes = set(Area.objects.values_list("code", flat=True))
    codes |= {str(_properties(f).get("code", "")) for f in collection["features"]}
    areas: dict[str, Area] = {}
    for number, feature in enumerate(collection["features"], start=1):
        try:
            area = _area_of(feature, levels, codes)
        except ValueError as problem:
            errors.add(number, str(problem))
            continue
        if area.code in areas:
            errors.add(number, _("The code %(code)s stands twice.") % {"code": area.code})
        areas[area.code] = area
    errors.refuse_if_any()
    _save_areas(list(areas.values()), ["name", "head", "boundary", "lon", "lat"])
    return {"grids": len(areas)}


def _properties(feature: Any) -> dict[str, Any]:
    found = feature.get("properties") if isinstance(feature, dict) else None
    return found if isinstance(found, dict) else {}


def _area_of(feature: Any, levels: Mapping[int, str], codes: set[str]) -> Area:
    """Build one area from a feature; raise `ValueError` saying what is wrong with it."""
    properties = _properties(feature)
    code, name = str(properties.get("code", "")), str(properties.get("name", ""))
    level = levels.get(len(code))
    if level is None or not (code.isdigit() and code.isascii()):
        raise ValueError(_("The code must have 15 (grid) or 17 (microgrid) digits."))
    if not name or len(name) > 60:
        raise ValueError(_("The name must have 1 to 60 characters."))
    parent = _parent_code(code, level)
    if parent and parent not in codes:
        raise ValueError(_("The parent %(parent)s is not known.") % {"parent": parent})
    geometry = feature.get("geometry") or {}
    lon, lat = _centre(geometry)
    return Area(
        code=code,
        name=name,
        level=level,
        parent_id=parent,
        head=str(properties.get("head") or "")[:40],
        boundary=geometry,
        lon=lon,
        lat=lat,
    )


def _parent_code(code: str, level: str) -> str | None:
    levels = list(CODE_LENGTH)
    above = levels.index(level) - 1
    return code[: CODE_LENGTH[levels[above]]] if above >= 0 else None


def _centre(geometry: Mapping[str, Any]) -> tuple[float, float]:
    """Return a point inside the polygon, rounded to centimetres' worth of degrees."""
    if geometry.get("type") not in ("Polygon", "MultiPolygon"):
        raise ValueError(_("The geometry must be a Polygon or MultiPolygon."))
    try:
        polygon = shape(geometry)
        west, south, east, north = polygon.bounds
        point = polygon.representative_point()
    except (GEOSException, ValueError, TypeError, IndexError, KeyError, AttributeError):
        raise ValueError(_("The polygon's coordinates cannot be read.")) from None
    if not polygon.is_valid or polygon.is_empty:
        raise ValueError(_("The polygon is not valid: it crosses itself or is empty."))
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(_("Coordinates must be WGS 84 degrees, longitude before latitude."))
    return round(point.x, 6), round(point.y, 6)
