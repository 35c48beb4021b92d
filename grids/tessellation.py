"""A plausible map for a district without surveyed boundaries, from towns down to microgrids.

Pure module. The same divisions, centres and seed give the same map, byte for byte. Each level is
cut out of the one above; then the finest cells are snapped to whole microdegrees and the levels above
are put together from them again: so neighbours share every vertex, and nothing overlaps or gapes.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Literal, TypeAlias

import shapely
from shapely import Polygon

from grids import partition
from grids.naming import short_name
from grids.partition import XY
from grids.placement import (
    Centre,
    Plane,
    drawn_outline,
    invented_outline,
    placed_sites,
    plane_of,
)

Level: TypeAlias = Literal["district", "town", "community", "grid", "microgrid"]

MICRO = 1_000_000  # microdegrees in a degree: coordinates have six digits, about a decimetre
VILLAGES = range(
    200, 400
)  # the last three digits of a village's code; residents' committees have others
URBAN_DENSITY = 1.6  # grids of an urban community for each of a village
MOST_GRIDS = 999  # three digits of code
MICROGRIDS = (2, 4)


@dataclass(frozen=True, slots=True)
class Division:
    """One official division; codes nest by prefix, the district's parent is empty."""

    code: str
    name: str
    level: Level
    parent: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A division with its ground. `polygon` is in whole microdegrees of WGS 84."""

    code: str
    name: str
    level: Level
    polygon: Polygon

    def feature(self) -> dict[str, Any]:
        """Return the cell as a GeoJSON Feature in degrees with six digits."""
        rings = [self.polygon.exterior, *self.polygon.interiors]
        return {
            "type": "Feature",
            "properties": {"code": self.code, "name": self.name, "level": self.level},
            "geometry": {
                "type": "Polygon",
                "coordinates": [_degrees(ring.coords) for ring in rings],
            },
        }


@dataclass(frozen=True, slots=True)
class Tessellation:
    """The finished map, its cells ordered by code."""

    cells: Sequence[Cell]

    def feature_collection(self, level: Level) -> dict[str, Any]:
        """Return the level as GeoJSON in WGS 84; properties code, name, level."""
        features = [cell.feature() for cell in self.cells if cell.level == level]
        return {"type": "FeatureCollection", "features": features}


def tessellate(
    divisions: Sequence[Division],
    *,
    centres: Mapping[str, Centre] | None,
    grid_count: int,
    microgrid_towns: Collection[str] = (),
    seed: int,
    outline: Sequence[XY] | None = None,
) -> Tessellation:
    """Draw a map for the divisions with exactly `grid_count` grids, at least one in each community.

    `centres` places and sizes towns by code; towns it leaves out are spread evenly. `outline` is
    the district's ring in WGS 84; one is invented where it is None. Grids of `microgrid_towns` are cut
    into two to four microgrids. Raise ValueError when the divisions are not one district's tree or
    the grids cannot be shared out.
    """
    tree = _Tree(divisions)
    planned = _share_out(tree.level("community"), grid_count, seed)
    _check_towns(tree, microgrid_towns)
    known = {code: at for code, at in sorted((centres or {}).items()) if code in tree.by_code}
    plane = plane_of(known, outline)
    grids = _grids(tree, planned, microgrid_towns, seed)
    whole = _Tree([*divisions, *grids])
    leaves = _cut(whole, _draw_towns(tree, plane, known, outline, seed), seed)
    return _assemble(whole, leaves, plane)


class _Tree:
    """The divisions by code and by parent, checked."""

    def __init__(self, divisions: Iterable[Division]) -> None:
        self.by_code = {division.code: division for division in divisions}
        self.children: dict[str, list[Division]] = {code: [] for code in self.by_code}
        roots = []
        for code, division in sorted(self.by_code.items()):
            if division.level == "district":
                roots.append(division)
            elif division.parent not in self.by_code or not code.startswith(division.parent):
                raise ValueError(f"{code} does not lie in a known parent: {division.parent!r}")
            else:
                self.children[division.parent].append(division)
        if len(roots) != 1:
            raise ValueError(f"one district is needed, {len(roots)} given")
        self.district = roots[0]

    def path(self, code: str) -> Iterator[str]:
        """Yield the code and the codes of all it lies in."""
        while code in self.by_code:
            yield code
            code = self.by_code[code].parent

    def level(self, level: Level) -> list[Division]:
        return [d for _, d in sorted(self.by_code.items()) if d.level == level]


def _check_towns(tree: _Tree, codes: Collection[str]) -> None:
    unknown = sorted(set(codes) - {town.code for town in tree.level("town")})
    if unknown:
        raise ValueError(f"no such town: {', '.join(unknown)}")


def _rng(seed: int, *words: str) -> Random:
    """Return chance of its own for each purpose: a change in one town leaves others alone."""
    return Random(":".join([str(seed), *words]))


def _share_out(communities: Sequence[Division], count: int, seed: int) -> dict[str, int]:
    """Return grids by community: one each, the rest by density and some chance."""
    if count < len(communities) or (count and not communities):
        raise ValueError(f"{count} grids cannot be shared out over {len(communities)} communities")
    if not communities:
        return {}
    rng = _rng(seed, "share")
    weights = {c.code: _density(c.code) * rng.uniform(0.75, 1.25) for c in communities}
    spare = count - len(communities)
    due = {code: spare * weight / sum(weights.values()) for code, weight in weights.items()}
    shares = {code: 1 + int(part) for code, part in due.items()}
    late = sorted(due, key=lambda code: (int(due[code]) - due[code], code))
    for code in late[: count - sum(shares.values())]:
        shares[code] += 1
    if max(shares.values()) > MOST_GRIDS:
        raise ValueError(f"a community would have more than {MOST_GRIDS} grids")
    return shares


def _density(community: str) -> float:
    last = community[-3:]
    return 1.0 if last.isdigit() and int(last) in VILLAGES else URBAN_DENSITY


def _grids(
    tree: _Tree, planned: Mapping[str, int], microgrid_towns: Collection[str], seed: int
) -> Iterable[Division]:
    """Name the grids 「潞邑社区第1网格」 and the microgrids 「潞邑社区第1网格第2微网格」."""
    for community, count in planned.items():
        said = short_name(tree.by_code[community].name)
        town = tree.by_code[community].parent
        for n in range(1, count + 1):
            grid = Division(f"{community}{n:03d}", f"{said}第{n}网格", "grid", community)
            yield grid
            if town in microgrid_towns:
                yield from _microgrids(grid, _rng(seed, "micro", grid.code).randint(*MICROGRIDS))


def _microgrids(grid: Division, count: int) -> Iterable[Division]:
    for n in range(1, count + 1):
        yield Division(f"{grid.code}{n:02d}", f"{grid.name}第{n}微网格", "microgrid", grid.code)


def _draw_towns(
    tree: _Tree,
    plane: Plane,
    centres: Mapping[str, Centre],
    outline: Sequence[XY] | None,
    seed: int,
) -> dict[str, Polygon]:
    """Return each town's ground (the district's, where it has none), in metres."""
    rng = _rng(seed, "towns")
    towns = [town.code for town in tree.children[tree.district.code]]
    known = {code: plane.to_metres(centres[code].lon, centres[code].lat) for code in centres}
    if outline:
        ground = drawn_outline(plane, outline, rng)
    else:
        ground = invented_outline(list(known.values()), len(tree.level("community")), rng)
    if not towns:
        return {tree.district.code: ground}
    sizes = _town_sizes(tree, centres, towns)
    sites = placed_sites(ground, known, towns, rng)
    cells = partition.roughened(partition.sized_cells(ground, sites, sizes), rng)
    return dict(zip(towns, cells, strict=True))


def _town_sizes(tree: _Tree, centres: Mapping[str, Centre], towns: Sequence[str]) -> list[float]:
    """Return the sizes given; a town without one is as large as its communities are many."""
    given = [centres[code].size for code in towns if code in centres]
    if given:
        mean = sum(given) / len(given)
        return [centres[code].size if code in centres else mean for code in towns]
    return [3.0 + len(tree.children[code]) for code in towns]


def _cut(tree: _Tree, grounds: Mapping[str, Polygon], seed: int) -> dict[str, Polygon]:
    """Return the finest cells: every ground cut among its children until there are none."""
    leaves = {}
    waiting = list(grounds.items())
    while waiting:
        code, ground = waiting.pop()
        children = tree.children[code]
        if not children:
            leaves[code] = ground
            continue
        rng = _rng(seed, "cut", code)
        sites = partition.scatter(ground, len(children), rng)
        cells = partition.voronoi(ground, sites)
        if children[0].level == "community":
            cells = partition.roughened(cells, rng)
        waiting.extend(zip((child.code for child in children), cells, strict=True))
    return dict(sorted(leaves.items()))


def _assemble(tree: _Tree, leaves: Mapping[str, Polygon], plane: Plane) -> Tessellation:
    """Snap the finest cells and put every division together from those inside it."""
    scaled = [
        Polygon([_micro(plane, xy) for xy in leaf.exterior.coords]) for leaf in leaves.values()
    ]
    snapped = partition.faces_of([cell.boundary for cell in scaled], scaled, 1.0)
    inside: dict[str, list[Polygon]] = {code: [] for code in sorted(tree.by_code)}
    for code, polygon in zip(leaves, snapped, strict=True):
        for above in tree.path(code):
            inside[above].append(polygon)
    return Tessellation([_cell(tree.by_code[code], parts) for code, parts in inside.items()])


def _cell(division: Division, parts: Sequence[Polygon]) -> Cell:
    ground = shapely.normalize(shapely.coverage_union_all(parts))
    if ground.geom_type != "Polygon":
        raise ValueError(f"{division.code} {division.name} fell apart: choose another seed")
    return Cell(division.code, division.name, division.level, shapely.orient_polygons(ground))


def _micro(plane: Plane, xy: XY) -> XY:
    lon, lat = plane.to_degrees(*xy)
    return (lon * MICRO, lat * MICRO)


def _degrees(coords: Iterable[tuple[float, ...]]) -> list[list[float]]:
    return [[round(x) / MICRO, round(y) / MICRO] for x, y, *_ in coords]
