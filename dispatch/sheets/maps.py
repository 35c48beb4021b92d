"""Lay out a map of areas as plain shapes: shaded by a value in five steps, with names and a legend. Pure.

The steps differ in lightness alone, so they are told apart by every eye and in grey print.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from itertools import pairwise
from math import cos, radians

from shapely import Polygon, box, maximum_inscribed_circle

from dispatch.sheets import AreaMap, Chart, Outline
from dispatch.sheets.drawing import (
    GAP,
    GREY,
    INK,
    ROW,
    Colour,
    Drawing,
    Fill,
    Label,
    Measure,
    Shape,
    Stroke,
    drawn,
)
from grids.simplified import UNITS

SHADES: tuple[Colour, ...] = (
    (217, 232, 245),
    (180, 208, 232),
    (140, 184, 220),
    (102, 160, 207),
    (63, 135, 191),
)
"""From the least to the most; black words can be read on the darkest."""

UNSHADED: Colour = (255, 255, 255)
MARKED: Colour = (230, 159, 0)
BORDER: Colour = (80, 80, 80)
WITHOUT = "无数据或不排名"

HIGHEST = 370.0
"""Points of height that a map may take on its page."""

NAME = 8.5
LINE = 10.5
INSIDE = 0.85
"""Share of a name that must lie on its own area, else the area is numbered."""

ROUND = (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(4), Decimal(5))
"""Widths of a step, times a power of ten: a hundred is a bound of each, so no legend goes beyond it."""

Point = tuple[float, float]


def laid_out(part: Chart | AreaMap, width: float, measure: Measure) -> Drawing:
    """Return a chart or map laid out in so many points of width."""
    return _map(part, width, measure) if isinstance(part, AreaMap) else drawn(part, width, measure)


@dataclass(frozen=True, slots=True)
class Steps:
    """Five steps of equal width that begin at a round number: the bounds of each."""

    bounds: tuple[tuple[Decimal, Decimal], ...]

    @classmethod
    def of(cls, values: Sequence[Decimal], decimals: int) -> "Steps":
        """Return the narrowest steps of a round width that hold all the values."""
        least, most = min(values), max(values)
        if least == most:
            return cls(((least, most),))
        unit = Decimal(1).scaleb(-decimals)
        while True:
            for times in ROUND:
                width = unit * times
                if width == round(width, decimals):
                    end = (most / width).to_integral_value(ROUND_CEILING) * width
                    start = end - 5 * width if least < 0 else max(end - 5 * width, Decimal(0))
                    if start <= least:
                        ends = [start + n * width for n in range(6)]
                        return cls(tuple(pairwise(ends)))
            unit *= 10

    def shade(self, value: Decimal) -> Colour:
        """Return the colour of a value; on a bound it belongs to the step above, at the top to the last."""
        if len(self.bounds) == 1:
            return SHADES[2]
        below = sum(value >= end for _start, end in self.bounds)
        return SHADES[min(below, len(SHADES) - 1)]

    def legend(self, unit: str) -> list[tuple[Colour, str]]:
        """Return each step's colour and its bounds in words."""
        if len(self.bounds) == 1:
            return [(SHADES[2], f"{_plain(self.bounds[0][0])}{unit}")]
        return [
            (colour, f"{_plain(start)}—{_plain(end)}{unit}")
            for colour, (start, end) in zip(SHADES, self.bounds, strict=True)
        ]


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"


@dataclass(frozen=True, slots=True)
class Plane:
    """From longitude and latitude to points of the paper, the same scale both ways."""

    west: float
    north: float
    scale: float
    narrow: float
    left: float
    height: float

    @classmethod
    def around(cls, outlines: Sequence[Outline], width: float) -> "Plane":
        """Return the plane that shows all the outlines as large as there is room."""
        east_west = [value for one in outlines for ring in one.rings for value in ring[::2]]
        south_north = [value for one in outlines for ring in one.rings for value in ring[1::2]]
        west, north = min(east_west), max(south_north)
        high = north - min(south_north)
        narrow = cos(radians((north - high / 2) / UNITS))
        wide = (max(east_west) - west) * narrow
        scale = min((width - 2) / max(wide, 1), HIGHEST / max(high, 1))
        return cls(west, north, scale, narrow, (width - wide * scale) / 2, high * scale)

    def points(self, ring: Sequence[int]) -> tuple[Point, ...]:
        return tuple(
            (
                self.left + (lon - self.west) * self.narrow * self.scale,
                (self.north - lat) * self.scale,
            )
            for lon, lat in zip(ring[::2], ring[1::2], strict=True)
        )


def _map(shown: AreaMap, width: float, measure: Measure) -> Drawing:
    plane = Plane.around([*shown.areas, *shown.places], width)
    values = {code: Decimal(str(v)) for code, v in shown.values if v is not None}
    steps = Steps.of(list(values.values()), shown.decimals) if values else None
    shapes: list[Shape] = []
    grounds = {one.code: [plane.points(ring) for ring in one.rings] for one in shown.areas}
    # A small area may lie in a hole of a large one, so the large ones are drawn first.
    for code in sorted(grounds, key=lambda code: (-_size(grounds[code]), code)):
        known = steps and code in values
        colour = steps.shade(values[code]) if steps and known else UNSHADED
        shapes += [Fill(ring, colour) for ring in grounds[code]]
        shapes += [Stroke(ring, BORDER, 0.6) for ring in grounds[code]]
    for place in shown.places:
        rings = [plane.points(ring) for ring in place.rings]
        shapes += [Fill(ring, MARKED) for ring in rings]
        shapes += [Stroke(ring, INK, 1.4) for ring in rings]
    names, numbered = _names(shown, grounds, measure)
    y = plane.height + GAP
    keys = _keys(shown, steps, lacking=any(code not in values for code in grounds))
    below, bottom = _rows(keys, width, y, measure)
    listed, bottom = _columns(numbered, width, bottom, measure)
    return Drawing(bottom + GAP, (*shapes, *names, *below, *listed))


def _size(rings: Sequence[Sequence[Point]]) -> float:
    return max((round(Polygon(ring).area, 1) for ring in rings), default=0.0)


def _names(
    shown: AreaMap, grounds: dict[str, list[tuple[Point, ...]]], measure: Measure
) -> tuple[list[Shape], list[str]]:
    """Return the words on the map; areas too small for theirs get a number, and a line in the list."""
    values = dict(shown.values)
    labels: list[Shape] = []
    numbered: list[str] = []
    for (y, x), area, ground in sorted(_middles(shown, grounds), key=lambda found: found[0]):
        said = [shown.said(values[area.code])] if area.code in values else []
        texts = [area.name, *said]
        wide, high = max(measure(text, NAME) for text in texts) / 2, LINE * len(texts) / 2
        words = box(x - wide, y - high, x + wide, y + high)
        if ground.intersection(words).area < INSIDE * words.area:
            numbered.append(f"{len(numbered) + 1} {' '.join(texts)}")
            texts = [str(len(numbered))]
        top = y - LINE * (len(texts) - 1) / 2
        labels += [Label(x, top + n * LINE, text, "C", INK, NAME) for n, text in enumerate(texts)]
    return labels, numbered


def _middles(
    shown: AreaMap, grounds: dict[str, list[tuple[Point, ...]]]
) -> Iterator[tuple[Point, Outline, Polygon]]:
    """Yield for each area where its words stand, downwards first, and its largest piece of ground."""
    for area in shown.areas:
        ground = max((Polygon(ring) for ring in grounds[area.code]), key=lambda piece: piece.area)
        x, y = maximum_inscribed_circle(ground).coords[0]
        yield (y, x), area, ground


def _keys(shown: AreaMap, steps: Steps | None, *, lacking: bool) -> list[tuple[Colour, str]]:
    """Return the legend: each step, what is not shaded, and the places marked."""
    keys = steps.legend(shown.unit) if steps else []
    if steps and lacking:
        keys.append((UNSHADED, WITHOUT))
    return [*keys, *((MARKED, place.name) for place in shown.places)]


def _rows(
    entries: Sequence[tuple[Colour, str]], width: float, top: float, measure: Measure
) -> tuple[list[Shape], float]:
    """Lay out words one after another, each behind its colour, and return where the next thing begins."""
    shapes: list[Shape] = []
    x, y = 0.0, top + ROW / 2
    for colour, text in entries:
        wide = 30 + measure(text, NAME)
        if x and x + wide > width:
            x, y = 0.0, y + ROW - 2
        corners = ((x, y - 4.5), (x + 12, y - 4.5), (x + 12, y + 4.5), (x, y + 4.5))
        shapes += [Fill(corners, colour), Stroke((*corners, corners[0]), GREY, 0.5)]
        shapes.append(Label(x + 16, y, text, size=NAME))
        x += wide
    return shapes, y + ROW / 2 if entries else top


def _columns(
    texts: Sequence[str], width: float, top: float, measure: Measure
) -> tuple[list[Shape], float]:
    """Lay out short lines in columns, read row by row, and return where the next thing begins."""
    if not texts:
        return [], top
    wide = max(measure(text, NAME) for text in texts) + 12
    across = max(int(width / wide), 1)
    spots = [
        (n % across * width / across, top + (n // across) * (ROW - 3)) for n in range(len(texts))
    ]
    shapes: list[Shape] = [
        Label(x, y + ROW / 2, text, size=NAME) for (x, y), text in zip(spots, texts, strict=True)
    ]
    return shapes, spots[-1][1] + ROW
