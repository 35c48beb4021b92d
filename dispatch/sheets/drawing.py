"""Lay out a chart as plain shapes, so that the PDF and the picture in Word show the same. Pure.

Lengths are points, y grows downwards.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import cos, floor, log10, pi, sin

from dispatch.sheets import Chart, Value

Colour = tuple[int, int, int]
Measure = Callable[[str, float], float]
"""How wide a text is at a size."""

PALETTE: tuple[Colour, ...] = (
    (0, 114, 178),
    (230, 159, 0),
    (0, 158, 115),
    (204, 121, 167),
    (86, 180, 233),
    (213, 94, 0),
    (127, 127, 127),
    (184, 169, 0),
)
"""Okabe and Ito's colours, told apart with every kind of colour blindness, as on screen."""

INK, GREY, PALE = (0, 0, 0), (110, 110, 110), (215, 215, 215)
SIZE, ROW, GAP = 10.0, 17.0, 6.0
PLOT = 170.0
STEPS = 4


@dataclass(frozen=True, slots=True)
class Fill:
    """A filled polygon."""

    points: tuple[tuple[float, float], ...]
    colour: Colour


@dataclass(frozen=True, slots=True)
class Stroke:
    """A line through points."""

    points: tuple[tuple[float, float], ...]
    colour: Colour
    width: float = 0.8


@dataclass(frozen=True, slots=True)
class Label:
    """A text whose middle lies at `y`; `align` says what of it lies at `x`: L, C or R."""

    x: float
    y: float
    text: str
    align: str = "L"
    colour: Colour = INK
    size: float = SIZE


Shape = Fill | Stroke | Label


@dataclass(frozen=True, slots=True)
class Drawing:
    """The shapes of a chart and how high it is."""

    height: float
    shapes: tuple[Shape, ...]


def drawn(chart: Chart, width: float, measure: Measure) -> Drawing:
    """Return the chart laid out in so many points of width."""
    return {"bar": _bars, "line": _lines, "pie": _pie}[chart.kind](chart, width, measure)


def colour_of(number: int) -> Colour:
    return PALETTE[number % len(PALETTE)]


def top_of(values: list[float]) -> float:
    """Return the end of an axis from 0: a round number at or above every value."""
    most = max(values, default=0)
    if most <= 0:
        return 1.0
    unit = 10.0 ** floor(log10(most))
    steps = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
    return next(step * unit for step in steps if step * unit >= most - 1e-9)


def _known(chart: Chart) -> list[float]:
    return [value for line in chart.series for value in line.values if value is not None]


def _box(x: float, y: float, width: float, height: float, colour: Colour) -> Fill:
    return Fill(((x, y), (x + width, y), (x + width, y + height), (x, y + height)), colour)


def _legend(chart: Chart, width: float, measure: Measure) -> tuple[float, list[Shape]]:
    """Return how high the names of several series are, and the names."""
    if len(chart.series) < 2:
        return 0.0, []
    shapes: list[Shape] = []
    x, y = 0.0, ROW / 2
    for number, line in enumerate(chart.series):
        wide = 12 + measure(line.name, SIZE) + 14
        if x and x + wide > width:
            x, y = 0.0, y + ROW
        shapes += [_box(x, y - 4, 8, 8, colour_of(number)), Label(x + 12, y, line.name)]
        x += wide
    return y + ROW / 2 + GAP, shapes


def _bars(chart: Chart, width: float, measure: Measure) -> Drawing:
    """Lay out lying bars from 0, one row for each label and series, each with its value."""
    top, shapes = _legend(chart, width, measure)
    left = min(max((measure(label, SIZE) for label in chart.labels), default=0), width * 0.4) + GAP
    said = [chart.said(value) for line in chart.series for value in line.values]
    right = max((measure(text, SIZE) for text in said), default=0) + GAP
    room, end = width - left - right, top_of(_known(chart))
    thick = ROW if len(chart.series) == 1 else ROW * 0.75
    y = top
    for place, label in enumerate(chart.labels):
        middle = y + thick * len(chart.series) / 2
        shapes.append(Label(left - GAP, middle, _cut(label, left - GAP, measure), "R"))
        for number, line in enumerate(chart.series):
            value = line.values[place]
            long = room * max(value or 0, 0) / end
            if long:
                shapes.append(_box(left, y + 2, long, thick - 4, colour_of(number)))
            text = chart.said(value)
            shapes.append(Label(left + long + 3, y + thick / 2, text, size=SIZE - 1, colour=GREY))
            y += thick
        y += 2 if len(chart.series) > 1 else 0
    shapes.append(Stroke(((left, top), (left, y)), GREY))
    return Drawing(y + GAP, tuple(shapes))


def _cut(text: str, width: float, measure: Measure) -> str:
    while len(text) > 2 and measure(text, SIZE) > width:
        text = text.rstrip("…")[:-1] + "…"
    return text


def _lines(chart: Chart, width: float, measure: Measure) -> Drawing:
    """Lay out lines over labels from left to right; a gap where nothing was measured."""
    top, shapes = _legend(chart, width, measure)
    end = top_of(_known(chart))
    ticks = [end * step / STEPS for step in range(STEPS + 1)]
    names = [chart.said(tick if chart.decimals or tick % 1 else int(tick)) for tick in ticks]
    left = max(measure(name, SIZE) for name in names) + GAP
    top += GAP
    base, room = top + PLOT, width - left - GAP * 2
    for tick, name in zip(ticks, names, strict=True):
        y = base - PLOT * tick / end
        shapes += [
            Stroke(((left, y), (width, y)), PALE, 0.5),
            Label(left - GAP, y, name, "R", GREY),
        ]
    count = len(chart.labels)
    spots = [
        left + GAP + room * (n / max(count - 1, 1) if count > 1 else 0.5) for n in range(count)
    ]
    shapes += _below(chart, spots, base, measure)
    for number, line in enumerate(chart.series):
        spot = [
            None if value is None else (x, base - PLOT * value / end)
            for x, value in zip(spots, line.values, strict=True)
        ]
        colour = colour_of(number)
        shapes += [Stroke((a, b), colour, 1.4) for a, b in pairwise(spot) if a and b]
        shapes += [
            _box(point[0] - 1.8, point[1] - 1.8, 3.6, 3.6, colour) for point in spot if point
        ]
    return Drawing(base + ROW + GAP, tuple(shapes))


def _below(chart: Chart, spots: list[float], base: float, measure: Measure) -> Iterator[Label]:
    """Yield the labels under the axis, as many as there is room for."""
    taken = float("-inf")
    for x, text in zip(spots, chart.labels, strict=True):
        half = measure(text, SIZE - 1) / 2
        if x - half > taken + 4:
            yield Label(x, base + ROW / 2, text, "C", GREY, SIZE - 1)
            taken = x + half


def shares_of(values: list[float]) -> list[str]:
    """Return each value's share of all in percent with one decimal, half up; dashes where all is 0."""
    whole = sum(values)
    if not whole:
        return ["—"] * len(values)
    tenths = [int(value * 1000 * 2 + whole) // int(whole * 2) for value in values]
    return [f"{tenth // 10}.{tenth % 10}%" for tenth in tenths]


def _pie(chart: Chart, width: float, measure: Measure) -> Drawing:
    """Lay out a pie of whole numbers with a list of its parts beside it."""
    values: list[Value] = list(chart.series[0].values)
    known = [value or 0 for value in values]
    rows = len(values) * ROW
    radius = min(70.0, width / 5)
    height = max(rows, 2 * radius) + 2 * GAP
    cx, cy = radius + width * 0.08, height / 2
    shapes: list[Shape] = []
    whole, angle = sum(known), -pi / 2
    for number, value in enumerate(known):
        if not value:
            continue
        turn = 2 * pi * value / whole
        steps = max(int(turn * 24), 2)
        arc = [angle + turn * step / steps for step in range(steps + 1)]
        rim = tuple((cx + radius * cos(a), cy + radius * sin(a)) for a in arc)
        shapes += [Fill(((cx, cy), *rim), colour_of(number))]
        shapes += [Stroke(((cx, cy), rim[0]), (255, 255, 255), 1.2)] if value != whole else []
        angle += turn
    x, y = cx + radius + 36, (height - rows) / 2 + ROW / 2
    for number, (label, share) in enumerate(zip(chart.labels, shares_of(known), strict=True)):
        shapes.append(_box(x, y - 4, 8, 8, colour_of(number)))
        shapes.append(Label(x + 14, y, f"{label}  {chart.said(values[number])}（{share}）"))
        y += ROW
    return Drawing(height, tuple(shapes))
