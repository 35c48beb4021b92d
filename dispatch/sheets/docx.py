"""Write a document as a Word file in the form of official documents (GB/T 9704)."""

from io import BytesIO
from typing import Any

import docx
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from dispatch.sheets import AreaMap, Chart, Part, Sheet, Table, is_heading
from dispatch.sheets.picture import png_of

BODY_FONT, TITLE_FONT, BOLD_FONT = "仿宋_GB2312", "方正小标宋简体", "黑体"
OTHERWISE = {BODY_FONT: "仿宋", TITLE_FONT: "宋体"}
"""What a machine without the usual fonts shows instead."""

BODY, TITLE, FOOT, CELL, SMALL = Pt(16), Pt(22), Pt(14), Pt(12), Pt(10.5)
PAD = 60
"""Twentieths of a point between a table's lines and its words."""

WIDTH = Mm(156)
PITCH = Pt(28.95)
RED = RGBColor(0xCC, 0x00, 0x00)
RIGHT, CENTRE = WD_ALIGN_PARAGRAPH.RIGHT, WD_ALIGN_PARAGRAPH.CENTER


def docx_of(sheet: Sheet) -> bytes:
    """Return the document as a .docx file."""
    file = docx.Document()
    _page(file, sheet)
    if sheet.level:
        _line(file, sheet.level, font=BOLD_FONT)
    size = Pt(min(44, 400 / max(len(sheet.head), 1)))
    head = _line(file, sheet.head, font=TITLE_FONT, size=size, align=CENTRE, colour=RED)
    head.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    head.paragraph_format.space_before = head.paragraph_format.space_after = PITCH
    _rule(_line(file, sheet.number, align=CENTRE), "bottom", 16, "CC0000", gap=8)
    title = _line(file, "\n".join(sheet.title_parts), font=TITLE_FONT, size=TITLE, align=CENTRE)
    title.paragraph_format.space_before = title.paragraph_format.space_after = PITCH
    if sheet.to:
        _line(file, sheet.to + "：")
    part: Part | None = None
    for part in sheet.parts():
        if isinstance(part, str):
            _paragraph(file, part)
        elif isinstance(part, Table):
            _table(file, part)
        elif isinstance(part, Chart) or part.areas:
            _picture(file, part)
    if isinstance(part, str):  # a signature never stands alone on its page
        file.paragraphs[-1].paragraph_format.keep_with_next = True
    _signature(file, sheet)
    _copies(file, sheet)
    kept = BytesIO()
    file.save(kept)
    return kept.getvalue()


def _page(file: Any, sheet: Sheet) -> None:
    section = file.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    section.footer_distance = Mm(25)
    normal = file.styles["Normal"]
    normal.font.size = BODY
    _set_font(normal.element.get_or_add_rPr(), BODY_FONT)
    form = normal.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, PITCH
    form.space_before = form.space_after = Pt(0)
    _number_pages(section.footer.paragraphs[0])
    _name_other_fonts(file)
    file.core_properties.title = f"{sheet.title} {sheet.number}"
    file.core_properties.author = sheet.signed
    file.core_properties.comments = ""
    file.core_properties.language = "zh-CN"


def _line(
    file: Any,
    text: str,
    *,
    font: str = BODY_FONT,
    size: Pt = BODY,
    align: Any = None,
    colour: RGBColor | None = None,
) -> Any:
    """Add a paragraph of one run."""
    paragraph = file.add_paragraph()
    paragraph.alignment = align
    run = paragraph.add_run(text)
    run.font.size = size
    if colour is not None:
        run.font.color.rgb = colour
    _set_font(run._element.get_or_add_rPr(), font)  # noqa: SLF001 - python-docx has no name for East Asian fonts
    return paragraph


def _paragraph(file: Any, text: str) -> None:
    """Add a paragraph of the body; the heading of a section stands out and stays with what follows."""
    heading = is_heading(text)
    form = _line(file, text, font=BOLD_FONT if heading else BODY_FONT).paragraph_format
    form.first_line_indent = 2 * BODY
    form.keep_with_next = heading


def _picture(file: Any, part: Chart | AreaMap) -> None:
    """Add a chart or map as a picture under its caption; a reader's program is told its figures."""
    caption = _line(file, part.caption, font=BOLD_FONT, size=FOOT, align=CENTRE)
    caption.paragraph_format.space_before = Pt(14)
    caption.paragraph_format.keep_with_next = True
    paragraph = file.add_paragraph()
    paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
    shown = paragraph.add_run().add_picture(BytesIO(png_of(part, WIDTH.pt)), width=WIDTH)
    shown._inline.docPr.set("descr", part.told())  # noqa: SLF001 - no name for it there


def _set_font(properties: Any, font: str) -> None:
    fonts = properties.get_or_add_rFonts()
    for script in ("ascii", "hAnsi", "eastAsia", "cs"):
        fonts.set(qn(f"w:{script}"), font)


def _table(file: Any, table: Table) -> None:
    """Draw a table with a grid; its head is repeated on every page."""
    caption = _line(file, table.caption, font=BOLD_FONT, size=FOOT, align=CENTRE)
    caption.paragraph_format.space_before = Pt(14)
    caption.paragraph_format.keep_with_next = True
    drawn = file.add_table(rows=1, cols=len(table.columns), style="Table Grid")
    drawn.autofit = False
    _pad(drawn)
    head = OxmlElement("w:tblHeader")
    drawn.rows[0]._tr.get_or_add_trPr().append(head)  # noqa: SLF001 - no name for it in python-docx
    for texts, font in ((table.columns, BOLD_FONT), *((row, BODY_FONT) for row in table.rows)):
        row = drawn.rows[0] if font == BOLD_FONT else drawn.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))  # noqa: SLF001 - as above
        _fill(row.cells, texts, font, table)
    for column, share in zip(drawn.columns, table.shares, strict=True):
        width = round(WIDTH * share / sum(table.shares))
        column.width = width
        for cell in column.cells:
            cell.width = width


def _pad(drawn: Any) -> None:
    """Set the words of a table close to its lines, so that no figure is broken."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(PAD))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties = drawn._tbl.tblPr  # noqa: SLF001 - margins have no name in python-docx
    look = properties.find(qn("w:tblLook"))
    look.addprevious(margins) if look is not None else properties.append(margins)


def _fill(cells: Any, texts: tuple[str, ...], font: str, table: Table) -> None:
    for cell, text, figure in zip(cells, texts, table.figures(), strict=True):
        paragraph = cell.paragraphs[0]
        paragraph.alignment = RIGHT if figure else None
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        run = paragraph.add_run(text)
        run.font.size = SMALL if table.wide else CELL
        _set_font(run._element.get_or_add_rPr(), font)  # noqa: SLF001 - as above


def _signature(file: Any, sheet: Sheet) -> None:
    signed = _line(file, sheet.signed, align=RIGHT)
    signed.paragraph_format.space_before = PITCH
    signed.paragraph_format.right_indent = 2 * BODY
    signed.paragraph_format.keep_with_next = True
    _line(file, sheet.date, align=RIGHT).paragraph_format.right_indent = 4 * BODY


def _copies(file: Any, sheet: Sheet) -> None:
    """Write 抄送 and who printed it, between rules."""
    file.add_paragraph()
    printed = f"{sheet.signed}\t{sheet.date}印发"
    if sheet.copies:
        copied = _line(file, f"抄送：{'，'.join(sheet.copies)}。", size=FOOT)
        _rule(copied, "top", 8, "000000")
        copied.paragraph_format.keep_with_next = True
    last = _line(file, printed, size=FOOT)
    last.paragraph_format.tab_stops.add_tab_stop(WIDTH, WD_ALIGN_PARAGRAPH.RIGHT)
    _rule(last, "top", 4 if sheet.copies else 8, "000000")
    _rule(last, "bottom", 8, "000000")


def _rule(paragraph: Any, side: str, eighths: int, colour: str, gap: int = 1) -> None:
    """Draw a rule above or below the paragraph, so many eighths of a point thick."""
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001 - borders have no name in python-docx
    borders = properties.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        properties.insert_element_before(
            borders, "w:shd", "w:tabs", "w:spacing", "w:ind", "w:jc", "w:rPr"
        )
    line = OxmlElement(f"w:{side}")
    said = {"val": "single", "sz": str(eighths), "space": str(gap), "color": colour}
    for name, value in said.items():
        line.set(qn(f"w:{name}"), value)
    borders.append(line)


def _number_pages(paragraph: Any) -> None:
    """Write the page number between dashes at the foot."""
    paragraph.alignment = RIGHT
    paragraph.add_run("— ").font.size = FOOT
    shown = paragraph.add_run("1")
    shown.font.size = FOOT
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    paragraph._p.append(field)  # noqa: SLF001 - fields have no name in python-docx
    field.append(shown._element)  # noqa: SLF001
    paragraph.add_run(" —").font.size = FOOT


def _name_other_fonts(file: Any) -> None:
    """Tell Word by which other name each font may be found."""
    for part in file.part.package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            said = "".join(
                f'<w:font w:name="{name}"><w:altName w:val="{other}"/></w:font>'
                for name, other in OTHERWISE.items()
            )
            part._blob = part.blob.replace(b"</w:fonts>", f"{said}</w:fonts>".encode())  # noqa: SLF001
