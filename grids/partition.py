"""Cut a polygon into one plain polygon for each site. Pure geometry on a plane in metres.

Every public function is deterministic: chance comes from the `Random` it is given, never from
hashes or sets.
"""

from collections.abc import Sequence
from random import Random
from typing import TypeAlias

import shapely
from shapely import MultiPoint, Point, Polygon, STRtree
from shapely.geometry.base import BaseGeometry

XY: TypeAlias = tuple[float, float]

NODING = 0.05  # metres; lines closer than this are one line
FITTING_ROUNDS = 40
CLOSE = 0.02  # of the wanted area: near enough
FAR = 1000  # times the polygon's area: no weight is larger
LLOYD_ROUNDS = 5
CORNERS = 3  # of the smallest polygon
WIGGLE = 0.09  # sideways shift of a border's midpoint, as a share of its length
STRAIGHT_BELOW = 220.0  # metres; shorter pieces of border stay straight


class CellLostError(ValueError):
    """A cell has no ground: too many for the polygon, or two sites in one place."""


def scatter(polygon: Polygon, count: int, rng: Random) -> list[XY]:
    """Return `count` sites spread evenly over the polygon: random, then relaxed (Lloyd)."""
    if count == 1:
        return [_xy(polygon.representative_point())]
    sites = [_random_point(polygon, rng) for _ in range(count)]
    for _ in range(LLOYD_ROUNDS):
        sites = [_inner_centre(cell) for cell in voronoi(polygon, sites)]
    return sites


def voronoi(polygon: Polygon, sites: Sequence[XY]) -> list[Polygon]:
    """Return for each site the part of the polygon nearest to it; plain polygons, no gaps."""
    if len(sites) == 1:
        return [polygon]
    diagram = shapely.voronoi_polygons(MultiPoint(sites), extend_to=polygon, ordered=True)
    return joined([cell.intersection(polygon) for cell in diagram.geoms])


def sized_cells(polygon: Polygon, sites: Sequence[XY], sizes: Sequence[float]) -> list[Polygon]:
    """Return a cell near each site whose area is its share of `sizes` (a fitted power diagram).

    Weights that fit every size exist for any distinct sites (Aurenhammer 1998). Fitting one after
    another climbs a concave function, so it cannot go astray; areas end true to some percent.
    """
    wanted = [size / sum(sizes) * polygon.area for size in sizes]
    weights = [0.0] * len(sites)
    for _ in range(FITTING_ROUNDS):
        before = [*weights]
        for i, goal in enumerate(wanted):
            weights[i] = _fitting_weight(polygon, sites, weights, i, goal)
        moves = (abs(new - old) for new, old in zip(weights, before, strict=True))
        if all(move < CLOSE * goal for move, goal in zip(moves, wanted, strict=True)):
            break
    return joined([_power_cell(polygon, sites, weights, i) for i in range(len(sites))])


def _fitting_weight(
    polygon: Polygon, sites: Sequence[XY], weights: Sequence[float], i: int, goal: float
) -> float:
    """Return the weight that gives one cell its area while the others keep theirs (bisection)."""

    def missing(weight: float) -> float:
        tried = [*weights[:i], weight, *weights[i + 1 :]]
        return goal - float(_power_cell(polygon, sites, tried, i).area)

    low = high = weights[i]
    stride = goal * CLOSE
    while missing(high) > 0 and stride < polygon.area * FAR:
        low, high, stride = high, high + stride, 2 * stride
    while missing(low) < 0 and stride < polygon.area * FAR:
        low, high, stride = low - stride, low, 2 * stride
    while high - low > CLOSE * goal / 2:
        middle = (low + high) / 2
        low, high = (middle, high) if missing(middle) > 0 else (low, middle)
    return high


def joined(cells: Sequence[BaseGeometry]) -> list[Polygon]:
    """Return plain polygons: each cell keeps its largest part, a neighbour takes the rest."""
    parts = [sorted(_polygons(cell), key=lambda part: -part.area) for cell in cells]
    if not all(parts):
        raise CellLostError("too many cells: one has no area left")
    whole = [own[0] for own in parts]
    orphans = [orphan for own in parts for orphan in own[1:]]
    for orphan in sorted(orphans, key=lambda part: -part.area):
        shared = [orphan.boundary.intersection(cell.boundary).length for cell in whole]
        taker = max(range(len(whole)), key=shared.__getitem__)
        merged = shapely.union(whole[taker], orphan)
        whole[taker] = max(_polygons(merged), key=lambda part: part.area)
    return whole


def roughened(cells: Sequence[Polygon], rng: Random) -> list[Polygon]:
    """Return the cells with natural, winding borders between them; the outer border stays."""
    if len(cells) == 1:
        return list(cells)
    outer = shapely.union_all(list(cells), grid_size=NODING).boundary
    borders = shapely.union_all([cell.boundary for cell in cells], grid_size=NODING)
    inner = shapely.line_merge(borders.difference(outer, grid_size=NODING))
    lines = sorted(shapely.get_parts(inner), key=lambda line: line.wkt)
    wound = [shapely.LineString(wind(line.coords, rng)) for line in lines]
    try:
        return faces_of([outer, *wound], cells, NODING)
    except CellLostError:  # a cell thinner than its borders wind: straight ones leave it its ground
        return list(cells)


def faces_of(lines: Sequence[BaseGeometry], cells: Sequence[Polygon], grid: float) -> list[Polygon]:
    """Return the cells redrawn on the lines, snapped, neighbours sharing every vertex."""
    noded = shapely.union_all(list(lines), grid_size=grid)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    tree = STRtree(cells)
    owned: list[list[Polygon]] = [[] for _ in cells]
    for face in faces:
        shares = _shares(face, cells, tree)
        if (
            sum(shares.values()) > face.area / 2
        ):  # else it lies outside, behind a border wound too far
            owned[max(shares, key=shares.__getitem__)].append(face)
    return joined([shapely.coverage_union_all(own) for own in owned])


def _shares(face: Polygon, cells: Sequence[Polygon], tree: STRtree) -> dict[int, float]:
    """Return how much of the face lies in which cell; nearly always the whole in one."""
    inside = tree.query(face.representative_point(), predicate="within")
    if len(inside) == 1:
        return {int(inside[0]): face.area}
    near = sorted(int(i) for i in tree.query(face, predicate="intersects"))
    return {i: cells[i].intersection(face).area for i in near}


def wind(coords: Sequence[XY], rng: Random) -> list[XY]:
    """Return the line with its long pieces bent by midpoint displacement; both ends stay."""
    line = [coords[0]]
    for end in coords[1:]:
        line.extend(_bent(line[-1], end, rng))
    return line


def _bent(a: XY, b: XY, rng: Random) -> list[XY]:
    dx, dy = b[0] - a[0], b[1] - a[1]
    if dx * dx + dy * dy < STRAIGHT_BELOW**2:
        return [b]
    shift = WIGGLE * rng.uniform(-1, 1)
    middle = ((a[0] + b[0]) / 2 - dy * shift, (a[1] + b[1]) / 2 + dx * shift)
    return [*_bent(a, middle, rng), *_bent(middle, b, rng)]


def _power_cell(
    polygon: Polygon, sites: Sequence[XY], weights: Sequence[float], i: int
) -> BaseGeometry:
    west, south, east, north = polygon.bounds
    ring: list[XY] = [(west, south), (east, south), (east, north), (west, north)]
    x, y = sites[i]
    for j, (u, v) in enumerate(sites):
        if i != j and ring:
            limit = (u * u + v * v - weights[j]) - (x * x + y * y - weights[i])
            ring = _half_plane(ring, 2 * (u - x), 2 * (v - y), limit)
    return Polygon(ring).intersection(polygon) if ring else Polygon()


def _half_plane(ring: Sequence[XY], a: float, b: float, limit: float) -> list[XY]:
    """Keep the part of a convex ring where ax + by ≤ limit."""
    kept: list[XY] = []
    for (x0, y0), (x1, y1) in zip(ring, [*ring[1:], ring[0]], strict=True):
        over0, over1 = a * x0 + b * y0 - limit, a * x1 + b * y1 - limit
        if over0 <= 0:
            kept.append((x0, y0))
        if (over0 < 0 < over1) or (over1 < 0 < over0):
            t = over0 / (over0 - over1)
            kept.append((x0 + t * (x1 - x0), y0 + t * (y1 - y0)))
    return kept if len(kept) >= CORNERS else []


def _polygons(geometry: BaseGeometry) -> list[Polygon]:
    return [
        part for part in shapely.get_parts(geometry) if isinstance(part, Polygon) and part.area > 0
    ]


def _random_point(polygon: Polygon, rng: Random) -> XY:
    west, south, east, north = polygon.bounds
    while True:
        point = Point(rng.uniform(west, east), rng.uniform(south, north))
        if polygon.contains(point):
            return _xy(point)


def _inner_centre(cell: Polygon) -> XY:
    """Return the centroid, or a point inside where the cell is so bent that the centroid is not."""
    centre = cell.centroid
    return _xy(centre if cell.contains(centre) else cell.representative_point())


def _xy(point: Point) -> XY:
    return (point.x, point.y)
