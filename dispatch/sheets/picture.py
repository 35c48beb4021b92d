"""Draw a chart or a map as a picture, for Word."""

from functools import cache
from io import BytesIO
from math import ceil

from PIL import Image, ImageDraw, ImageFont

from dispatch.sheets import AreaMap, Chart
from dispatch.sheets.drawing import Drawing, Fill, Label
from dispatch.sheets.maps import laid_out
from dispatch.sheets.pdf import font_path

DOTS = 3
"""Pixels to a point: 216 to the inch, sharp in print."""

FINER = 2
"""Lines are drawn so many times larger and shrunk, so that slanting ones have no teeth."""

ANCHORS = {"L": "lm", "C": "mm", "R": "rm"}


def png_of(part: Chart | AreaMap, width: float) -> bytes:
    """Return the chart or map as PNG, so many points wide on paper; its words lie above all lines."""
    drawing = laid_out(part, width, measured)
    picture = _ground(drawing, width)
    pen = ImageDraw.Draw(picture)
    for shape in drawing.shapes:
        if isinstance(shape, Label):
            spot = (shape.x * DOTS, shape.y * DOTS)
            font, anchor = _font(shape.size), ANCHORS[shape.align]
            pen.text(spot, shape.text, fill=shape.colour, font=font, anchor=anchor)
    kept = BytesIO()
    picture.quantize(64).save(kept, "PNG", optimize=True, dpi=(DOTS * 72, DOTS * 72))
    return kept.getvalue()


def _ground(drawing: Drawing, width: float) -> Image.Image:
    """Return the surfaces and lines of a drawing."""
    fine = DOTS * FINER
    picture = Image.new("RGB", (round(width) * fine, ceil(drawing.height) * fine), "white")
    pen = ImageDraw.Draw(picture)
    for shape in drawing.shapes:
        if isinstance(shape, Label):
            continue
        points = [(x * fine, y * fine) for x, y in shape.points]
        if isinstance(shape, Fill):
            pen.polygon(points, fill=shape.colour)
        else:
            wide = max(round(shape.width * fine), 1)
            pen.line(points, fill=shape.colour, width=wide, joint="curve")
    return picture.reduce(FINER)


@cache
def _font(size: float) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(font_path()), round(size * DOTS))


def measured(text: str, size: float) -> float:
    """Return how many points wide a text is."""
    return _font(size).getlength(text) / DOTS
