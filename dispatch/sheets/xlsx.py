"""Write a paper as a workbook: its text, and a sheet for each table and chart, charts drawn by the program itself."""

import re
from collections.abc import Iterable
from decimal import Decimal
from io import BytesIO
from typing import Any

from openpyxl import Workbook
from openpyxl.chart import BarChart, LineChart, PieChart, Reference
from openpyxl.chart.label import DataLabelList
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from dispatch.sheets import Chart, Sheet, Table

KINDS = {"bar": BarChart, "line": LineChart, "pie": PieChart}
PERCENT, NUMBER = re.compile(r"-?\d+(\.\d+)?%"), re.compile(r"-?\d+(\.\d+)?")
FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
LONGEST_NAME = 31


def xlsx_of(sheet: Sheet) -> bytes:
    """Return the paper as an .xlsx file; numbers in its tables are numbers there."""
    book = Workbook()
    _text(book.active, sheet)
    for table in sheet.tables:
        _table(book.create_sheet(_name(book, table.caption)), table)
    for chart in sheet.charts:
        _chart(book.create_sheet(_name(book, chart.caption)), chart)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()


def _text(page: Any, sheet: Sheet) -> None:
    page.title = "正文"
    page.column_dimensions["A"].width = 100
    to = [f"{sheet.to}："] if sheet.to else []
    copies = [f"抄送：{'，'.join(sheet.copies)}。"] if sheet.copies else []
    head = [sheet.head, sheet.number, sheet.title]
    for line in [*head, *to, *sheet.paragraphs, sheet.signed, sheet.date, *copies]:
        _write(page, [line])
        page.cell(page.max_row, 1).alignment = Alignment(wrap_text=True, vertical="top")
    for row in range(1, len(head) + 1):
        page.cell(row, 1).font = Font(bold=True)


def _table(page: Any, table: Table) -> None:
    _write(page, table.columns)
    for row in table.rows:
        _write(page, row, numbers=True)
    _dress(page, [12 + 2 * share for share in table.shares])


def _chart(page: Any, chart: Chart) -> None:
    _write(page, ["", *(line.name for line in chart.series)])
    form = "0" if not chart.decimals else "0." + "0" * chart.decimals
    columns = zip(*(line.values for line in chart.series), strict=True)
    for label, values in zip(chart.labels, columns, strict=True):
        _write(page, [label])
        for column, value in enumerate(values, 2):
            page.cell(page.max_row, column, value).number_format = form
    _dress(page, [24, *[14] * len(chart.series)])
    shown: Any = KINDS[chart.kind]()
    shown.title = chart.caption
    last = len(chart.labels) + 1
    data = Reference(page, min_col=2, max_col=len(chart.series) + 1, min_row=1, max_row=last)
    shown.add_data(data, titles_from_data=True)
    shown.set_categories(Reference(page, min_col=1, min_row=2, max_row=last))
    shown.height, shown.width = 9, 18
    if chart.kind == "bar":
        shown.type = "bar"
        shown.x_axis.scaling.orientation = "maxMin"  # the first row on top
        shown.y_axis.scaling.min = 0
        shown.height = max(7, 1.5 + 0.7 * len(chart.labels) * len(chart.series))
    if chart.kind == "pie":
        shown.dataLabels = DataLabelList(showPercent=True)
    else:
        shown.x_axis.delete = shown.y_axis.delete = False
    page.add_chart(shown, f"{get_column_letter(len(chart.series) + 3)}2")


def _write(page: Any, texts: Iterable[str], *, numbers: bool = False) -> None:
    """Append a row; a text that looks like a formula stays a text."""
    row = page.max_row + 1 if page.cell(1, 1).value is not None or page.max_row > 1 else 1
    for column, text in enumerate(texts, 1):
        cell = page.cell(row, column)
        if numbers and PERCENT.fullmatch(text):
            cell.value, cell.number_format = Decimal(text[:-1]) / 100, _places(text[:-1]) + "%"
        elif numbers and NUMBER.fullmatch(text) and not _is_code(text):
            cell.value, cell.number_format = Decimal(text), _places(text)
        else:
            cell.value, cell.data_type = text, "s"


def _is_code(text: str) -> bool:
    """Tell whether digits are a code: they would lose their beginning or their end as a number."""
    return len(text) > 12 or (len(text) > 1 and text[0] == "0" and text[1] != ".")


def _places(text: str) -> str:
    _whole, _point, decimals = text.partition(".")
    return "0." + "0" * len(decimals) if decimals else "0"


def _dress(page: Any, widths: Iterable[float]) -> None:
    for cell in page[1]:
        cell.font = Font(bold=True)
    page.freeze_panes = "A2"
    for column, width in enumerate(widths, 1):
        page.column_dimensions[get_column_letter(column)].width = width


def _name(book: Workbook, caption: str) -> str:
    """Return a name for a sheet that Excel takes and no other sheet has."""
    name = FORBIDDEN.sub(" ", caption)[: LONGEST_NAME - 3].strip() or "表"
    taken = {title.casefold() for title in book.sheetnames}
    number, found = 2, name
    while found.casefold() in taken:
        found, number = f"{name} {number}", number + 1
    return found
