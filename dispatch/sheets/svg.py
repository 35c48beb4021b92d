"""Draw a map as SVG, for the page of a paper: the same shapes as in its files."""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from dispatch.sheets import AreaMap
from dispatch.sheets.drawing import Colour, Fill, Label, Shape
from dispatch.sheets.maps import laid_out
from dispatch.sheets.picture import measured

WIDTH = 442.0
"""Points between the margins of a paper."""

ANCHORS = {"L": "start", "C": "middle", "R": "end"}


def svg_of(shown: AreaMap) -> SafeString:
    """Return the map as an element that says in words what it shows."""
    drawing = laid_out(shown, WIDTH, measured)
    shapes = format_html_join("", "{}", ((_element(shape),) for shape in drawing.shapes))
    return format_html(
        '<svg class="sheet-drawing" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>',
        f"{WIDTH:g}",
        f"{drawing.height:.1f}",
        shown.told(),
        shapes,
    )


def _element(shape: Shape) -> SafeString:
    if isinstance(shape, Label):
        return format_html(
            '<text x="{}" y="{}" font-size="{}" fill="{}" text-anchor="{}">{}</text>',
            f"{shape.x:.1f}",
            f"{shape.y + shape.size * 0.36:.1f}",
            f"{shape.size:g}",
            _hex(shape.colour),
            ANCHORS[shape.align],
            shape.text,
        )
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
    if isinstance(shape, Fill):
        return format_html('<polygon points="{}" fill="{}"/>', points, _hex(shape.colour))
    return format_html(
        '<polyline points="{}" fill="none" stroke="{}" stroke-width="{}"/>',
        points,
        _hex(shape.colour),
        f"{shape.width:g}",
    )


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)
