"""Outlines small enough to be kept with a paper: fewer corners, neighbours still neighbours.

Pure module. A ring is longitude and latitude in turn, in whole hundred-thousandths of a degree, about a
metre: the same ground gives the same numbers wherever and whenever it is drawn.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

Ring: TypeAlias = tuple[int, ...]

UNITS = 100_000
MOST_POINTS = 3_000
"""Corners of all outlines together: some 50 kilobytes."""

FINEST = 1_000
"""The first tolerance is this part of the whole, a sixth of a millimetre on paper."""

SMALLEST = 2_000
"""Islands below this part of the whole are left out, but never an area's largest piece."""

ROUNDS = 10


def simplified(
    geometries: Sequence[Mapping[str, Any]], most: int = MOST_POINTS
) -> list[tuple[Ring, ...]]:
    """Return the outer rings of each GeoJSON geometry, simplified together so that borders still meet.

    An area without ground has no rings. Holes are left out: what lies in one is drawn over it.
    """
    grounds = [_ground(geometry) for geometry in geometries]
    known = [ground for ground in grounds if ground is not None]
    if not known:
        return [() for _ in grounds]
    least = sum(ground.area for ground in known) / SMALLEST
    west, south, east, north = shapely.total_bounds(known)
    tolerance = max(east - west, north - south) / FINEST
    rings: list[tuple[Ring, ...]] = []
    for _ in range(ROUNDS):
        rings = [_rings(found, least) for found in shapely.coverage_simplify(known, tolerance)]
        if sum(len(ring) for own in rings for ring in own) <= 2 * most:
            break
        tolerance *= 2
    drawn = iter(rings)
    return [() if ground is None else next(drawn) for ground in grounds]


def _ground(geometry: Mapping[str, Any]) -> BaseGeometry | None:
    """Return what the geometry covers; a broken ring is mended, lines and points are no ground."""
    whole = shapely.make_valid(shape(geometry))
    pieces = [part for part in _pieces([whole]) if part.area]
    if not pieces:
        return None
    return pieces[0] if len(pieces) == 1 else MultiPolygon(pieces)


def _pieces(shapes: Iterable[BaseGeometry]) -> list[Polygon]:
    found: list[Polygon] = []
    for one in shapes:
        found += [one] if isinstance(one, Polygon) else _pieces(getattr(one, "geoms", ()))
    return found


def _rings(ground: BaseGeometry, least: float) -> tuple[Ring, ...]:
    pieces = sorted(_pieces([ground]), key=lambda piece: -piece.area)
    kept = [piece for n, piece in enumerate(pieces) if n == 0 or piece.area >= least]
    return tuple(_units(piece.exterior.coords) for piece in kept)


def _units(points: Iterable[tuple[float, ...]]) -> Ring:
    return tuple(round(value * UNITS) for point in points for value in point[:2])
