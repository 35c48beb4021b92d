"""A document as Word file and as PDF: the text as issued, in the form of official documents."""

import json
import re
from datetime import UTC, datetime
from io import BytesIO
from itertools import pairwise
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader

from dispatch.sheets import NAMES, Sheet, number_of
from dispatch.sheets.breaking import broken
from dispatch.sheets.docx import docx_of
from dispatch.sheets.pdf import pdf_of
from dispatch.sheets.text import Facts, write

ASKED = datetime(2026, 3, 6, 2, 5, tzinfo=UTC)
FACTS = {
    "form": "supervision",
    "colour": "yellow",
    "number": "通吹督〔2026〕12号",
    "issuer": "区城市管理指挥中心",
    "to": "区消防救援支队",
    "owner": "区消防救援支队",
    "copies": ("潞邑街道", "区领导"),
    "case_number": "20260304-000001",
    "category": "消防通道",
    "place": "潞邑社区3号楼",
    "text": "消防通道被私家车堵住了 & <b>",
    "clock": "report_in",
    "due_was": datetime(2026, 3, 4, 10, tzinfo=UTC),
    "why": "3 个工作日，自 2026-03-04 10:00 起。",
    "source": "区级办理规程",
    "issued_at": datetime(2026, 3, 5, 1, tzinfo=UTC),
    "answer_due_at": ASKED,
}


def sheet(**given: object) -> Sheet:
    return write(Facts(**(FACTS | given)))  # type: ignore[arg-type]


def words(text: str) -> str:
    """Return the text without the blanks and zeros that pypdf reads between characters of two bytes."""
    return re.sub(r"[\s\x00]+", "", text)


def text_of_pdf(file: bytes) -> str:
    pages = [words(page.extract_text()) for page in PdfReader(BytesIO(file)).pages]
    return "".join(re.sub(r"—\d+—$", "", page) for page in pages)


def test_the_word_file_opens_and_holds_everything() -> None:
    file = docx.Document(BytesIO(docx_of(sheet())))
    text = "\n".join(paragraph.text for paragraph in file.paragraphs)
    for part in (
        "通吹督〔2026〕12号",
        "区城市管理指挥中心文件",
        "报到逾期的督办单",
        "区消防救援支队：",
        "2026年3月4日18:00",
        "2026年3月6日10:05",
        "消防通道被私家车堵住了 & <b>",
        "抄送：潞邑街道，区领导。",
        "2026年3月5日印发",
        "黄色督办",
    ):
        assert part in text, part


def test_the_word_file_has_the_form_of_official_documents() -> None:
    file = docx.Document(BytesIO(docx_of(sheet())))
    page = file.sections[0]
    sizes = [page.page_width, page.page_height, page.top_margin, page.bottom_margin]
    assert [round(size.mm) for size in [*sizes, page.left_margin, page.right_margin]] == [
        210,
        297,
        37,
        35,
        28,
        26,
    ]
    body = next(p for p in file.paragraphs if p.text.startswith("一、"))
    run = body.runs[0]
    assert (run.font.size.pt, run._element.rPr.rFonts.get(qn("w:eastAsia"))) == (16, "仿宋_GB2312")
    head = next(p for p in file.paragraphs if p.text.endswith("文件"))
    assert str(head.runs[0].font.color.rgb) == "CC0000"
    assert round(file.styles["Normal"].paragraph_format.line_spacing.pt, 1) == 28.9


def test_the_pdf_holds_the_same_words_as_the_sheet() -> None:
    one = sheet()
    text = text_of_pdf(pdf_of(one))
    for part in (one.number, one.title, one.to, *one.paragraphs, one.signed, *one.copies):
        assert words(part) in text, part


def test_the_font_is_embedded_so_that_any_viewer_shows_chinese() -> None:
    page: Any = PdfReader(BytesIO(pdf_of(sheet()))).pages[0]
    fonts = page["/Resources"]["/Font"].values()
    for font in fonts:
        descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert {"/FontFile2", "/FontFile3"} & set(descriptor.get_object())


def test_a_long_document_runs_over_several_pages_and_ends_with_its_foot() -> None:
    reader = PdfReader(BytesIO(pdf_of(sheet(text="消防通道被堵，" * 40, why="因为。" * 200))))
    assert len(reader.pages) >= 2
    last = words(reader.pages[-1].extract_text())
    assert "抄送：潞邑街道，区领导。" in last
    assert "2026年3月5日印发" in last


@pytest.mark.parametrize("form", NAMES)
def test_every_form_has_its_text(form: str) -> None:
    one = sheet(form=form, number=number_of("通吹", form, 2026, 1))
    assert one.title.endswith(NAMES[form])
    assert one.number.endswith("〔2026〕1号")
    assert len(one.paragraphs) == 6
    assert not any("{" in text or text.endswith(("。。", "，")) for text in one.paragraphs)


def test_a_document_before_the_deadline_speaks_of_no_lateness() -> None:
    early = sheet(form="urge", due_was=datetime(2026, 3, 8, tzinfo=UTC))
    assert "逾期" not in "".join([early.title, *early.paragraphs])


def test_a_document_to_another_names_the_unit_that_owes() -> None:
    told = sheet(to="区领导")
    assert "区消防救援支队承办的" in told.paragraphs[0]
    assert "你单位" not in "".join(told.paragraphs)


def test_without_an_answer_none_is_asked_for() -> None:
    assert "答复" not in "".join(sheet(answer_due_at=None).paragraphs)


def test_a_sheet_is_kept_and_read_back_unchanged() -> None:
    one = sheet()
    assert Sheet.from_json(json.loads(json.dumps(one.as_json()))) == one


def test_no_line_begins_with_a_closing_mark_and_no_number_is_cut() -> None:
    text = (
        "应于2026年3月4日18:00前完成，截至2026年3月5日09:00尚未完成。依据：《南京市鼓楼区办法》。"
        * 3
    )
    for width in range(4, 30):
        lines = broken(text, width, len, 2)
        assert "".join(lines) == text
        for line in lines[1:]:
            assert line[0] not in "，。；：）〕》”"
        if width > 12:
            assert all(len(line) <= width for line in lines)
            assert not any(a[-1].isdigit() and b[0].isdigit() for a, b in pairwise(lines))


@pytest.mark.parametrize(
    ("typed", "ends"), [("堵住了", "堵住了。"), ("堵住了！", "堵住了！"), ("堵" * 400, "堵……")]
)
def test_the_resident_s_words_end_as_a_sentence(typed: str, ends: str) -> None:
    (said,) = [text for text in sheet(text=typed).paragraphs if text.startswith("一、")]
    assert said.endswith(ends)
