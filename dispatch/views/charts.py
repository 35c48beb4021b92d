"""A paper's parts as the page shows them: charts and map as data for the browser."""

from typing import Any

from dispatch.sheets import AreaMap, Chart, Sheet, Table, is_heading
from dispatch.sheets.svg import svg_of

KINDS = {"bar": "ranking", "line": "line", "pie": "pie"}
"""By the kind of a chart in a paper: the kind that the page draws."""


def parts_of(sheet: Sheet) -> list[dict[str, Any]]:
    """Return the paragraphs, tables, charts and map of the sheet in their order."""
    parts: list[dict[str, Any]] = []
    for number, part in enumerate(sheet.parts()):
        if isinstance(part, str):
            parts.append({"is": "text", "text": part, "heading": is_heading(part)})
        elif isinstance(part, Table):
            parts.append({"is": "table", "table": part})
        elif isinstance(part, Chart):
            kind = KINDS[part.kind]
            shown = {"id": f"chart-{number}", "kind": kind, "caption": part.caption}
            parts.append({"is": "chart", **shown, "data": _data(part)})
        elif isinstance(part, AreaMap):
            parts.append(_map(part))
    return parts


def _map(shown: AreaMap) -> dict[str, Any]:
    """Return the map drawn as in the files; one without outlines as values for the map of grids."""
    if shown.areas:
        return {"is": "drawing", "caption": shown.caption, "svg": svg_of(shown)}
    values = {code: value for code, value in shown.values if value is not None}
    return {"is": "map", "caption": shown.caption, "data": {"unit": shown.unit, "values": values}}


def _data(chart: Chart) -> dict[str, Any]:
    series = [{"name": line.name, "values": list(line.values)} for line in chart.series]
    return {"labels": list(chart.labels), "series": series, "unit": chart.unit}
