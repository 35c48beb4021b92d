"""Draw a document as PDF in the form of official documents (GB/T 9704), its font embedded."""

from collections.abc import Sequence
from pathlib import Path

import pylopdf_fonts_zh_cn
from django.conf import settings
from fpdf import FPDF

from dispatch.sheets import Sheet
from dispatch.sheets.breaking import broken

MM = 72 / 25.4
TOP, BOTTOM, LEFT, RIGHT = 37 * MM, 35 * MM, 28 * MM, 26 * MM
PITCH = 28.95
"""Points from line to line: twenty-two lines a page."""

BODY, TITLE, FOOT = 16, 22, 14
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
    lines = page.fitting(sheet.title, TITLE)
    if len(lines) > 1:  # of even length, so that no single character stands alone
        even = page.get_string_width(sheet.title) / len(lines) + TITLE
        lines = broken(sheet.title, even, page.get_string_width, 0)
    page.lines_of(lines, TITLE, "C")
    page.ln(PITCH)


def _body(page: _Page, sheet: Sheet) -> None:
    page.lines_of(page.fitting(sheet.to + "：", BODY))
    for paragraph in sheet.paragraphs:
        first, *rest = page.fitting(paragraph, BODY, indent=2 * BODY)
        page.set_x(LEFT + 2 * BODY)
        page.line_of(first)
        page.lines_of(rest)


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
