"""From a position to its grid, and from typed words to an area.

Pure module: the indexes are built from rows and kept in memory.
"""

import math
from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from shapely import Point, STRtree
from shapely.affinity import scale
from shapely.geometry import shape

from grids.gazetteer import Gazetteer, Match

__all__ = ["Gazetteer", "Locator", "Match", "metres"]

EARTH_RADIUS = 6_371_008.8  # metres, the mean radius (IUGG)
METRES_PER_DEGREE = EARTH_RADIUS * math.pi / 180
GRID_DIGITS = 15
MICROGRID_DIGITS = 17


class Locator:
    """An index of grids and microgrids by their ground, in WGS 84 degrees."""

    def __init__(self, areas: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
        """Take (code, GeoJSON geometry) rows in any order; a broken ring is mended, not refused."""
        rows = list(areas)
        self._codes = [code for code, _ in rows]
        self._tree = STRtree([shapely.make_valid(shape(geometry)) for _, geometry in rows])

    def at(self, lon: float, lat: float) -> tuple[str | None, str | None]:
        """Return the grid and the microgrid that hold the point, None for what there is not.

        A point on a border belongs to the lowest code. A microgrid always lies in the grid returned
        with it; where only microgrids have ground, the grid is known from the microgrid's code.
        """
        if not (math.isfinite(lon) and math.isfinite(lat)):
            return None, None
        hits = self._tree.query(Point(lon, lat), predicate="intersects")
        codes = sorted(self._codes[i] for i in hits)
        grid = min(
            (code[:GRID_DIGITS] for code in codes if len(code) >= GRID_DIGITS),
            default=None,
        )
        if grid is None:
            return None, None
        inside = (code for code in codes if len(code) == MICROGRID_DIGITS and code.startswith(grid))
        return grid, next(inside, None)

    def grid_at(self, lon: float, lat: float) -> str | None:
        """Return the code of the grid that holds the point, None outside every grid."""
        return self.at(lon, lat)[0]

    def nearest(self, lon: float, lat: float, within_metres: float) -> str | None:
        """Return the grid that holds the point, else the nearest one within the distance.

        For positions just outside the map, as phones give them near the border. Equal distances go
        to the lowest code.
        """
        inside = self.grid_at(lon, lat)
        if inside or not (math.isfinite(lon) and math.isfinite(lat)):
            return inside
        near = (
            (self._metres_to(i, lon, lat), self._codes[i])
            for i in self._around(lon, lat, within_metres)
        )
        reached = [(away, code[:GRID_DIGITS]) for away, code in near if away <= within_metres]
        return min(reached)[1] if reached else None

    def _around(self, lon: float, lat: float, reach: float) -> Iterable[int]:
        north = reach / METRES_PER_DEGREE
        east = north / max(_shrink(lat), 1e-6)
        window = shapely.box(lon - east, lat - north, lon + east, lat + north)
        found = self._tree.query(window)
        return (int(i) for i in found if len(self._codes[i]) >= GRID_DIGITS)

    def _metres_to(self, index: int, lon: float, lat: float) -> float:
        """Return the distance to a cell, on a plane that is true near the point."""
        flat = scale(
            self._tree.geometries[index],
            xfact=_shrink(lat),
            yfact=1.0,
            origin=(lon, lat),
        )
        return float(flat.distance(Point(lon, lat))) * METRES_PER_DEGREE


def metres(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Return the great-circle distance between two WGS 84 points (haversine)."""
    up, across = math.radians(lat2 - lat1), math.radians(lon2 - lon1)
    bend = math.sin(up / 2) ** 2 + _shrink(lat1) * _shrink(lat2) * math.sin(across / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(min(1.0, math.sqrt(bend)))


def _shrink(lat: float) -> float:
    return math.cos(math.radians(lat))
