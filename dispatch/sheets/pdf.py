"""Draw a document as PDF in the form of official documents (GB/T 9704), its font embedded."""

from collections.abc import Sequence
from pathlib import Path

import pylopdf_fonts_zh_cn
from django.conf import settings
from fpdf import FPDF

from dispatch.sheets import AreaMap, Chart, Part, Sheet, Table, is_heading
from dispatch.sheets.breaking import broken
from dispatch.sheets.drawing import Drawing, Fill, Label, Shape, Stroke
from dispatch.sheets.maps import laid_out

MM = 72 / 25.4
TOP, BOTTOM, LEFT, RIGHT = 37 * MM, 35 * MM, 28 * MM, 26 * MM
PITCH = 28.95
"""Points from line to line: twenty-two lines a page."""

BODY, TITLE, FOOT, CELL, SMALL = 16, 22, 14, 12, 10.5
PAD = 3
"""Points between a table's lines and its words."""

SIGNED = 4
"""Lines that the signature and the date take with the blank above them."""

RED = (204, 0, 0)
FAMILY = "document"


def pdf_of(sheet: Sheet) -> bytes:
    """Return the document as a PDF that shows Chinese on any machine."""
    page = _Page()
    page.add_page()
    _head(page, sheet)
    _title(page, sheet)
    _body(page, sheet)
    _signature(page, sheet)
    _copies(page, sheet)
    return bytes(page.output())


def font_path() -> Path:
    """Return the font drawn with: the district's own (`DOCUMENT_FONT`), else Noto Serif SC."""
    return Path(settings.DOCUMENT_FONT or pylopdf_fonts_zh_cn.serif_path())


class _Page(FPDF):
    """An A4 page with the margins of official documents and its number at the foot."""

    def __init__(self) -> None:
        super().__init__(format="A4", unit="pt")
        self.set_margins(LEFT, TOP, RIGHT)
        self.set_auto_page_break(auto=True, margin=BOTTOM)
        self.c_margin = 0
        self.add_font(FAMILY, "", font_path())
        self.set_font(FAMILY, size=BODY)
        self.set_lang("zh-CN")

    def footer(self) -> None:
        """Write the page number between dashes, outside at the foot."""
        self.set_y(-BOTTOM + 7 * MM)
        self.set_font(FAMILY, size=FOOT)
        self.cell(0, FOOT, f"— {self.page_no()} —", align="R")
        self.set_font(FAMILY, size=BODY)

    def line_of(
        self, text: str, size: float = BODY, align: str = "L", pitch: float = PITCH
    ) -> None:
        """Write one line and go to the next."""
        self.set_font(FAMILY, size=size)
        self.cell(0, pitch, text, align=align, new_x="LMARGIN", new_y="NEXT")

    def lines_of(self, texts: Sequence[str], size: float = BODY, align: str = "L") -> None:
        for text in texts:
            self.line_of(text, size, align, PITCH if size == BODY else size * 1.5)

    def rule(self, width: float) -> None:
        """Draw a rule from margin to margin."""
        self.set_line_width(width)
        self.line(LEFT, self.get_y(), self.w - RIGHT, self.get_y())

    def fitting(self, text: str, size: float, indent: float = 0) -> list[str]:
        """Return the text as lines between the margins."""
        self.set_font(FAMILY, size=size)
        return broken(text, self.epw - 1, self.get_string_width, indent)


def _head(page: _Page, sheet: Sheet) -> None:
    if sheet.level:
        page.line_of(sheet.level)
    page.ln(PITCH)
    size = min(44, 0.92 * page.epw / max(len(sheet.head), 1))
    page.set_text_color(*RED)
    page.line_of(sheet.head, size, "C", size * 1.2)
    page.set_text_color(0)
    page.ln(PITCH)
    page.line_of(sheet.number, align="C")
    page.ln(4 * MM)
    page.set_draw_color(*RED)
    page.rule(2)
    page.set_draw_color(0)
    page.ln(PITCH)


def _title(page: _Page, sheet: Sheet) -> None:
    for part in sheet.title_parts:
        lines = page.fitting(part, TITLE)
        if len(lines) > 1:  # of even length, so that no single character stands alone
            even = page.get_string_width(part) / len(lines) + TITLE
            lines = broken(part, even, page.get_string_width, 0)
        page.lines_of(lines, TITLE, "C")
    page.ln(PITCH)


def _body(page: _Page, sheet: Sheet) -> None:
    if sheet.to:
        page.lines_of(page.fitting(sheet.to + "：", BODY))
    # A map without outlines is not drawn, and leaves no gap.
    parts = [part for part in sheet.parts() if not isinstance(part, AreaMap) or part.areas]
    for before, part, after in zip(["", *parts], parts, [*parts[1:], None], strict=False):
        if isinstance(part, str):
            if not isinstance(before, str):
                page.ln(PITCH / 2)
            _paragraph(page, part, after)
        elif isinstance(part, Table):
            _table(page, part)
        else:
            _picture(page, part)


def _paragraph(page: _Page, text: str, after: Part | None) -> None:
    """Write a paragraph; the heading of a section stands out and never ends a page."""
    lines = page.fitting(text, BODY, indent=2 * BODY)
    heading = is_heading(text)
    if heading and page.will_page_break(PITCH + _opening(page, after)):
        page.add_page()
    if after is None and not page.will_page_break(len(lines) * PITCH):
        # The signature never stands alone on its page: the last lines go there with it.
        taken = 2 if page.will_page_break((len(lines) + SIGNED) * PITCH) else 0
    else:
        taken = 0
    page.set_x(LEFT + 2 * BODY)
    for number, line in enumerate(lines):
        if taken and number == max(len(lines) - taken, 0):
            page.add_page()
            page.set_x(LEFT + (0 if number else 2 * BODY))
        with page.local_context(text_mode="FILL_STROKE" if heading else "FILL", line_width=0.35):
            page.line_of(line)


def _opening(page: _Page, part: Part | None) -> float:
    """Return the least room that a part takes on the page on which it begins."""
    if isinstance(part, Table):
        widths = _widths(page, part)
        head = _cells(page, part.columns, widths, part)
        return PITCH / 2 + FOOT * 1.6 + 2 * _height(head, part)
    if isinstance(part, Chart | AreaMap):
        return PITCH / 2 + FOOT * 1.6 + _drawing(page, part).height
    return 2 * PITCH


def _picture(page: _Page, part: Chart | AreaMap) -> None:
    """Draw a chart or map under its caption, both on one page."""
    drawing = _drawing(page, part)
    page.ln(PITCH / 2)
    if page.will_page_break(drawing.height + FOOT * 1.6):
        page.add_page()
    page.line_of(part.caption, FOOT, "C", FOOT * 1.6)
    top = page.get_y()
    for shape in drawing.shapes:
        _shape(page, shape, top)
    page.set_text_color(0)
    page.set_draw_color(0)
    page.set_font(FAMILY, size=BODY)
    page.set_xy(LEFT, top + drawing.height)


def _drawing(page: _Page, part: Chart | AreaMap) -> Drawing:
    def measure(text: str, size: float) -> float:
        page.set_font(FAMILY, size=size)
        return page.get_string_width(text)

    return laid_out(part, page.epw, measure)


def _shape(page: _Page, shape: Shape, top: float) -> None:
    if isinstance(shape, Label):
        page.set_font(FAMILY, size=shape.size)
        page.set_text_color(*shape.colour)
        shift = {"L": 0.0, "C": 0.5, "R": 1.0}[shape.align] * page.get_string_width(shape.text)
        page.text(LEFT + shape.x - shift, top + shape.y + shape.size * 0.36, shape.text)
        return
    points = [(LEFT + x, top + y) for x, y in shape.points]
    if isinstance(shape, Fill):
        page.set_fill_color(*shape.colour)
        page.polygon(points, style="F")
    elif isinstance(shape, Stroke):
        page.set_draw_color(*shape.colour)
        page.set_line_width(shape.width)
        page.polyline(points)


def _table(page: _Page, table: Table) -> None:
    """Draw a table with a grid; its head is repeated on every page."""
    widths = _widths(page, table)
    head = _cells(page, table.columns, widths, table)
    page.ln(PITCH / 2)
    if page.will_page_break(FOOT * 1.6 + 2 * _height(head, table)):
        page.add_page()
    page.line_of(table.caption, FOOT, "C", FOOT * 1.6)
    _row(page, head, widths, table)
    for texts in table.rows:
        row = _cells(page, texts, widths, table)
        if page.will_page_break(_height(row, table)):
            page.add_page()
            _row(page, head, widths, table)
        _row(page, row, widths, table)


def _widths(page: _Page, table: Table) -> list[float]:
    return [page.epw * share / sum(table.shares) for share in table.shares]


def _size(table: Table) -> float:
    return SMALL if table.wide else CELL


def _cells(
    page: _Page, texts: Sequence[str], widths: Sequence[float], table: Table
) -> list[list[str]]:
    """Return each cell's text as the lines that fit it."""
    page.set_font(FAMILY, size=_size(table))
    return [
        broken(text, width - 2 * PAD, page.get_string_width, 0)
        for text, width in zip(texts, widths, strict=True)
    ]


def _height(row: Sequence[Sequence[str]], table: Table) -> float:
    return max(len(lines) for lines in row) * _size(table) * 1.4 + 2 * PAD


def _row(page: _Page, row: Sequence[Sequence[str]], widths: Sequence[float], table: Table) -> None:
    height, top, left, size = _height(row, table), page.get_y(), LEFT, _size(table)
    page.set_font(FAMILY, size=size)
    page.set_line_width(0.5)
    for lines, width, figure in zip(row, widths, table.figures(), strict=True):
        page.rect(left, top, width, height)
        for number, line in enumerate(lines):
            page.set_xy(left + PAD, top + PAD + number * size * 1.4)
            page.cell(width - 2 * PAD, size * 1.4, line, align="R" if figure else "L")
        left += width
    page.set_xy(LEFT, top + height)


def _signature(page: _Page, sheet: Sheet) -> None:
    page.ln(PITCH)
    if page.will_page_break(3 * PITCH):
        page.add_page()
    for text, end in ((sheet.signed, "  "), (sheet.date, "    ")):
        page.line_of(text + end, align="R")


def _copies(page: _Page, sheet: Sheet) -> None:
    """Write 抄送 and who printed it at the foot of the last page, between rules."""
    page.set_font(FAMILY, size=FOOT)
    pitch = FOOT * 1.6
    copied = f"抄送：{'，'.join(sheet.copies)}。" if sheet.copies else ""
    lines = [f" {line}" for line in page.fitting(copied, FOOT)] if copied else []
    height = pitch * (len(lines) + 1) + 10
    if page.will_page_break(height):
        page.add_page()
    page.set_y(page.h - BOTTOM - height)
    page.rule(1)
    for line in lines:
        page.line_of(line, FOOT, pitch=pitch)
    if lines:
        page.rule(0.5)
    page.set_font(FAMILY, size=FOOT)
    page.cell(page.epw / 2, pitch, f" {sheet.signed}")
    page.cell(page.epw / 2, pitch, f"{sheet.date}印发 ", align="R", new_x="LMARGIN", new_y="NEXT")
    page.rule(1)
