"""Where a district's outline and towns lie, as far as we know: shipped estimates, or spread evenly.

No official boundaries are published as open data. `data/town_centres.csv` (middle of each town,
size about its area in km²) and `data/district_outlines.csv` are this project's own estimates, made
by eye: good enough to show and to try the product, never to decide whose land it is. Replace them
by importing the district's surveyed grids.
"""

import csv
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from shapely import MultiPoint, Point, Polygon

from grids.partition import CORNERS, XY, scatter, wind

DATA = Path(__file__).parent / "data"
METRES_PER_DEGREE = 6_371_008.8 * math.pi / 180
COMMUNITY_AREA = 1.4e6  # m², the mean in 通州区; sizes a district whose towns are not placed
ELSEWHERE = (116.4, 39.9)  # where a district with no known place is drawn
CANDIDATES = 40


@dataclass(frozen=True, slots=True)
class Centre:
    """A town's middle in WGS 84 degrees, and its size beside the other towns' (any unit)."""

    lon: float
    lat: float
    size: float = 1.0


@dataclass(frozen=True, slots=True)
class Setting:
    """What is known of a district's place: its towns' centres by code, its outline as a ring."""

    centres: Mapping[str, Centre]
    outline: Sequence[XY]


@dataclass(frozen=True, slots=True)
class Plane:
    """A plane in metres around a place; true to about 0.1 % within a district."""

    lon: float
    lat: float

    def to_metres(self, lon: float, lat: float) -> XY:
        """Return metres east and north of the place."""
        return ((lon - self.lon) * self._east, (lat - self.lat) * METRES_PER_DEGREE)

    def to_degrees(self, x: float, y: float) -> XY:
        """Return longitude and latitude of a point on the plane."""
        return (self.lon + x / self._east, self.lat + y / METRES_PER_DEGREE)

    @property
    def _east(self) -> float:
        return METRES_PER_DEGREE * math.cos(math.radians(self.lat))


def shipped(district: str) -> Setting | None:
    """Return the shipped estimate of a district's place, None where there is none for its code."""
    ring = [
        (float(row["lon"]), float(row["lat"])) for row in _rows("district_outlines.csv", district)
    ]
    centres = {
        row["code"]: Centre(float(row["lon"]), float(row["lat"]), float(row["size"]))
        for row in _rows("town_centres.csv", district)
    }
    return Setting(centres, ring) if len(ring) >= CORNERS and centres else None


def _rows(file: str, district: str) -> list[dict[str, str]]:
    with (DATA / file).open(encoding="utf-8", newline="") as source:
        return [row for row in csv.DictReader(source) if row["code"].startswith(district)]


def plane_of(centres: Mapping[str, Centre], outline: Sequence[XY] | None) -> Plane:
    """Return the plane around the outline, the centres, or, when neither is known, elsewhere."""
    known = list(outline or []) or [(c.lon, c.lat) for c in centres.values()] or [ELSEWHERE]
    return Plane(sum(p[0] for p in known) / len(known), sum(p[1] for p in known) / len(known))


def drawn_outline(plane: Plane, ring: Sequence[XY], rng: Random) -> Polygon:
    """Return a rough ring of WGS 84 points as a district with a natural, winding border."""
    points = [plane.to_metres(*point) for point in ring]
    return Polygon(wind([*points, points[0]], rng)).buffer(0)


def invented_outline(sites: Sequence[XY], communities: int, rng: Random) -> Polygon:
    """Return a plausible district around the sites, with room for its communities."""
    radius = math.sqrt(max(communities, 1) * COMMUNITY_AREA / math.pi)
    lobes = [(n, rng.uniform(-0.12, 0.12), rng.uniform(0, 2 * math.pi)) for n in (2, 3, 5)]
    ring = []
    for step in range(48):
        angle = step * math.pi / 24
        reach = radius * (1 + sum(size * math.cos(n * angle + turn) for n, size, turn in lobes))
        ring.append((reach * math.cos(angle), reach * math.sin(angle)))
    blob = Polygon(ring)
    if sites and not all(blob.contains(Point(site)) for site in sites):
        blob = MultiPoint(list(sites)).convex_hull.buffer(radius / 2)
    return Polygon(wind(blob.exterior.coords, rng)).buffer(0)


def placed_sites(
    outline: Polygon, known: Mapping[str, XY], codes: Sequence[str], rng: Random
) -> list[XY]:
    """Return a site for each code: the known ones, the others spread far from all before them."""
    if not known:
        return scatter(outline, len(codes), rng)
    placed = dict(known)
    for code in codes:
        if code not in placed:
            tries = scatter(outline, CANDIDATES, rng)
            placed[code] = max(
                tries, key=lambda site: min(math.dist(site, p) for p in placed.values())
            )
    return [placed[code] for code in codes]
