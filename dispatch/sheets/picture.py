"""Draw a chart as a picture, for Word."""

from functools import cache
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from dispatch.sheets import Chart
from dispatch.sheets.drawing import Fill, Label, Stroke, drawn
from dispatch.sheets.pdf import font_path

DOTS = 3
"""Pixels to a point: 216 to the inch, sharp in print."""

ANCHORS = {"L": "lm", "C": "mm", "R": "rm"}


def png_of(chart: Chart, width: float) -> bytes:
    """Return the chart as PNG, so many points wide on paper."""
    drawing = drawn(chart, width, _measure)
    picture = Image.new("RGB", (round(width * DOTS), round(drawing.height * DOTS)), "white")
    pen = ImageDraw.Draw(picture)
    for shape in drawing.shapes:
        if isinstance(shape, Label):
            spot = (shape.x * DOTS, shape.y * DOTS)
            font, anchor = _font(shape.size), ANCHORS[shape.align]
            pen.text(spot, shape.text, fill=shape.colour, font=font, anchor=anchor)
            continue
        points = [(x * DOTS, y * DOTS) for x, y in shape.points]
        if isinstance(shape, Fill):
            pen.polygon(points, fill=shape.colour)
        elif isinstance(shape, Stroke):
            pen.line(points, fill=shape.colour, width=max(round(shape.width * DOTS), 1))
    kept = BytesIO()
    picture.quantize(64).save(kept, "PNG", optimize=True, dpi=(DOTS * 72, DOTS * 72))
    return kept.getvalue()


@cache
def _font(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_path()), round(size * DOTS))


def _measure(text: str, size: float) -> float:
    return _font(size).getlength(text) / DOTS
