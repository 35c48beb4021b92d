"""The report of a period as a workbook: one sheet for each table, headed in the active language."""

from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils.translation import gettext as _
from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, Reference
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from cases.models import Case

Row = dict[str, Any]
Sheet = list[list[Any]]


def workbook_of(report: Row) -> bytes:
    """Return the report as XLSX."""
    book = Workbook()
    book.remove(book.active)
    decimals = report["policy"].get("decimals", 2)
    sheets = {
        _("Summary"): _summary(report),
        _("Towns"): _towns(report),
        _("Departments"): _departments(report),
        _("Kinds"): _choices(report, "by_kind", dict(Case.Kind.choices), _("Kind")),
        _("Categories"): _categories(report),
        _("Channels"): _choices(report, "by_channel", dict(Case.Channel.choices), _("Channel")),
        _("Days"): _days(report),
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cell in sheet[1]:
            cell.font = Font(bold=True)
        sheet.freeze_panes = "A2"
        _dress(sheet, len(rows[0]), decimals)
    _rank(book[_("Towns")])
    _rank(book[_("Departments")])
    _draw_days(book[_("Days")])
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def _dress(sheet: Any, columns: int, decimals: int) -> None:
    """Give columns their width and numbers their form: counts whole, rates with two decimals, scores, which are
    decimal numbers, with as many as the policy says."""
    of_score = f"0.{'0' * decimals}" if decimals else "0"
    for column in range(1, columns + 1):
        sheet.column_dimensions[get_column_letter(column)].width = 14
    for row in sheet.iter_rows(min_row=2):
        for cell in row:
            if isinstance(cell.value, Decimal):
                cell.number_format = of_score
            elif isinstance(cell.value, float):
                cell.number_format = "0.00"
            elif isinstance(cell.value, int):
                cell.number_format = "#,##0"


def _rank(sheet: Any) -> None:
    """Draw the scores, which stand in the last column, beside the names in the third."""
    if sheet.max_row < 2:
        return
    chart = BarChart(barDir="bar", gapWidth=50)
    chart.title, chart.legend = _("Score"), None
    chart.add_data(Reference(sheet, min_col=sheet.max_column, min_row=2, max_row=sheet.max_row))
    chart.set_categories(Reference(sheet, min_col=3, min_row=2, max_row=sheet.max_row))
    chart.x_axis.scaling.orientation = "maxMin"  # the best on top
    chart.y_axis.scaling.min = 0
    chart.x_axis.delete = chart.y_axis.delete = False
    chart.height = max(7, 1.5 + 0.6 * sheet.max_row)
    sheet.add_chart(chart, f"B{sheet.max_row + 3}")


def _draw_days(sheet: Any) -> None:
    """Draw what was received and closed day by day."""
    if sheet.max_row < 3:
        return
    chart = LineChart()
    chart.title, chart.width = _("Days"), 24
    data = Reference(sheet, min_col=2, max_col=3, min_row=1, max_row=sheet.max_row)
    chart.add_data(data, titles_from_data=True)
    chart.set_categories(Reference(sheet, min_col=1, min_row=2, max_row=sheet.max_row))
    chart.x_axis.delete = chart.y_axis.delete = False
    sheet.add_chart(chart, f"{get_column_letter(sheet.max_column + 2)}2")


def _counted(report: Row) -> dict[str, str]:
    """Return the counts that the report has, each with its head; five answers where five were offered."""
    heads = {
        "received": _("Received"),
        "closed": _("Closed"),
        "open": _("Open"),
        "counted": _("Counted"),
        "valid_callbacks": _("Valid callbacks"),
        "contacted": _("Contacted"),
        "resolved": _("Solved"),
        "very_satisfied": _("Very satisfied"),
        "satisfied": _("Satisfied"),
        "basic": _("Basically satisfied"),
        "dissatisfied": _("Dissatisfied"),
        "very_dissatisfied": _("Very dissatisfied"),
    }
    return {name: head for name, head in heads.items() if name in report["totals"]}


def _rate_heads() -> list[str]:
    return [_("Response rate (%)"), _("Resolution rate (%)"), _("Satisfaction rate (%)")]


def _counts(row: Row, counted: Iterable[str]) -> list[Any]:
    return [row.get(name) for name in counted]


def _rates(row: Row) -> list[Any]:
    """Return the rates; “no data” stands where there is none, so that nobody averages a 0."""
    rates = row["rates"]
    found = [rates[name] for name in ("response", "resolution", "satisfaction")]
    return [_("No data") if rate is None else rate for rate in found]


def _score(row: Row) -> Any:
    return _("No data") if row["score"] is None else Decimal(str(row["score"]))


def _summary(report: Row) -> Sheet:
    totals, counted = report["totals"], _counted(report)
    heads = [*counted.values(), _("Whistles blown"), _("Whistles settled")]
    values = [*_counts(totals, counted), totals["whistles"], totals["whistles_solved"]]
    pairs = zip(
        [*heads, *_rate_heads(), _("Score")],
        [*values, *_rates(report), _score(report)],
        strict=True,
    )
    policy = report["policy"]
    return [
        [_("Period"), report["period"]],
        [_("From"), report["from"]],
        [_("To"), report["to"]],
        [_("Reckoned at"), report["computed_at"]],
        [_("Policy"), policy["name"]],
        *[list(pair) for pair in pairs],
    ]


def _towns(report: Row) -> Sheet:
    counted = _counted(report)
    rows = [
        [row["rank"], row["code"], row["name"], *_counts(row, counted), *_rates(row), _score(row)]
        for row in report["by_town"]
    ]
    heads = [_("Rank"), _("Code"), _("Town"), *counted.values(), *_rate_heads(), _("Score")]
    return [heads, *rows]


def _departments(report: Row) -> Sheet:
    heads = [
        _("Rank"),
        _("Code"),
        _("Department"),
        _("Orders"),
        _("Orders withdrawn"),
        _("Acknowledged in time (%)"),
        _("Reported in in time (%)"),
        _("Finished in time (%)"),
        _("Blower's marks"),
        _("Objections that failed"),
        *_rate_heads(),
        _("Score"),
    ]
    rows = [
        [
            row["rank"],
            row["code"],
            row["name"],
            row["orders"],
            row.get("orders_withdrawn"),  # the first layout did not say
            *[limit["rate"] for limit in row["limits"].values()],
            row["parts"]["marks"],
            row["objections_lost"],
            *_rates(row),
            _score(row),
        ]
        for row in report["by_department"]
        if row["orders"]
    ]
    return [heads, *rows]


def _choices(report: Row, key: str, labels: dict[str, Any], head: str) -> Sheet:
    found, counted = report[key], _counted(report)
    rows = [
        [str(labels[name]), *_counts(row, counted), *_rates(row), _score(row)]
        for name, row in found.items()
    ]
    return [[head, *counted.values(), *_rate_heads(), _("Score")], *rows]


def _categories(report: Row) -> Sheet:
    counted = _counted(report)
    lines = [line for row in report["by_category"] for line in (row, *row["children"])]
    rows = [
        [line["code"], line["name"], *_counts(line, counted), *_rates(line), _score(line)]
        for line in lines
    ]
    return [[_("Code"), _("Category"), *counted.values(), *_rate_heads(), _("Score")], *rows]


def _days(report: Row) -> Sheet:
    counted = _counted(report)
    rows = [[row["date"], *_counts(row, counted)] for row in report["by_day"]]
    return [[_("Date"), *counted.values()], *rows]
