"""Outlines for papers: fewer corners, bounded, borders that still meet, the same every time."""

import math
from typing import Any

from shapely import Polygon

from grids.simplified import UNITS, Ring, simplified


def wavy(left: float, right: float, south: float = 0, north: float = 1) -> dict[str, Any]:
    """Return a strip whose sides are sine waves of many corners."""
    steps = [n / 400 for n in range(round(400 * south), round(400 * north) + 1)]
    up = [(right + 0.002 * math.sin(40 * y), 39 + y) for y in steps]
    down = [(left + 0.002 * math.sin(40 * y), 39 + y) for y in reversed(steps)]
    return {"type": "Polygon", "coordinates": [[*up, *down, up[0]]]}


def points(ring: Ring) -> list[tuple[int, int]]:
    return list(zip(ring[::2], ring[1::2], strict=True))


def size(rings: tuple[Ring, ...]) -> float:
    return sum(Polygon(points(ring)).area for ring in rings) / UNITS**2


def test_neighbours_share_every_corner_of_their_border() -> None:
    left, lower, upper = simplified(
        [wavy(116.0, 116.2), wavy(116.2, 116.5, 0, 0.47), wavy(116.2, 116.5, 0.47, 1)]
    )
    corners = [
        {p for p in points(ring) if 11_619_000 < p[0] < 11_621_000}
        for (ring,) in (left, lower, upper)
    ]
    assert corners[0] == corners[1] | corners[2]
    assert 4 < len(corners[0]) < 150
    assert abs(size(left) - 0.2) < 0.001


def test_there_are_never_more_corners_than_asked_for() -> None:
    strips = [wavy(116 + n / 10, 116 + (n + 1) / 10) for n in range(10)]
    rings = simplified(strips, most=300)
    assert sum(len(ring) // 2 for own in rings for ring in own) <= 300
    assert all(own for own in rings)
    assert rings == simplified(strips, most=300)


def test_slivers_are_left_out_but_never_an_area() -> None:
    island = [[[116.9, 39.9], [116.901, 39.9], [116.901, 39.901], [116.9, 39.901], [116.9, 39.9]]]
    land = {"type": "MultiPolygon", "coordinates": [wavy(116, 116.2)["coordinates"], island]}
    alone = {"type": "Polygon", "coordinates": island}
    found = simplified([land, alone | {"coordinates": [[[x + 1, y] for x, y in island[0]]]}])
    assert [len(own) for own in found] == [1, 1]


def test_what_has_no_ground_has_no_rings_and_a_broken_ring_is_mended() -> None:
    line = {"type": "LineString", "coordinates": [[116, 39], [117, 40]]}
    bow = {"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]}
    assert simplified([]) == []
    assert simplified([line]) == [()]
    none, tie = simplified([line, bow])
    assert none == ()
    assert 0.4 < size(tie) < 0.6
