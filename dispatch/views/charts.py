"""A paper's parts as the page shows them: charts and map as data for the browser."""

from typing import Any

from dispatch.sheets import AreaMap, Chart, Sheet, Table, is_heading

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
            values = {code: value for code, value in part.values if value is not None}
            known = {"unit": part.unit, "values": values}
            parts.append({"is": "map", "caption": part.caption, "data": known})
    return parts


def _data(chart: Chart) -> dict[str, Any]:
    series = [{"name": line.name, "values": list(line.values)} for line in chart.series]
    return {"labels": list(chart.labels), "series": series, "unit": chart.unit}
