"""Charts of a paper: the same figures in the PDF, in Word, in the workbook and on the page."""

from dataclasses import replace
from io import BytesIO
from itertools import pairwise
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from openpyxl import load_workbook
from PIL import Image
from pypdf import PdfReader

from dispatch.sheets import AreaMap, Chart, Series, Sheet, Table, is_heading
from dispatch.sheets.docx import RIGHT, SMALL, docx_of
from dispatch.sheets.drawing import Fill, Label, drawn, shares_of, top_of
from dispatch.sheets.pdf import _cells, _Page, _widths, pdf_of
from dispatch.sheets.picture import png_of
from dispatch.sheets.xlsx import xlsx_of
from dispatch.views.charts import parts_of
from tests.dispatch.test_documents_as_files import words

TOWNS = ("潞邑街道", "杨庄街道", "漷县镇")
BAR = Chart("bar", "图1 得分", TOWNS, (Series("得分", (98.21, 90.3, None)),), "分", 2, 1)
LINE = Chart(
    "line", "图2 逐日", ("3-1", "3-2"), (Series("受理", (4, 9)), Series("办结", (1, 2))), "件", 0, 1
)
PIE = Chart("pie", "图3 来源", ("热线", "网格"), (Series("受理", (30, 10)),), "件")
TABLE = Table(
    "表1 街镇",
    ("街镇", "代码", "解决率", "件数"),
    (3, 3, 2, 2),
    (("潞邑街道", "007", "93.81%", "12"),),
    1,
)


def sheet(**given: Any) -> Sheet:
    texts = ("一、综合数据", "全区受理40件。", "二、其他", "无。")
    fields: dict[str, Any] = {
        "head": "区城市管理指挥中心工作专报",
        "level": "",
        "number": "区专报〔2026〕1号",
        "title": "2026年3月工作专报",
        "to": "各街道（镇）、各部门",
        "paragraphs": texts,
        "signed": "区城市管理指挥中心",
        "date": "2026年4月3日",
        "tables": (TABLE,),
        "charts": (BAR, LINE, PIE),
        "area_map": AreaMap("分布", "分", (("110112013", 98.21), ("110112012", None)), 1),
    }
    return Sheet(**(fields | given))


def measured(text: str, size: float) -> float:
    return len(text) * size


def test_parts_stand_after_the_paragraph_they_belong_to() -> None:
    parts = list(sheet().parts())
    assert parts[1:6] == ["全区受理40件。", TABLE, sheet().area_map, BAR, LINE]
    assert parts[-1] == PIE


def test_the_pdf_draws_the_charts_as_lines_and_words_not_as_a_picture() -> None:
    file = PdfReader(BytesIO(pdf_of(sheet())))
    text = words("".join(page.extract_text() for page in file.pages))
    for part in ("图1得分", "98.21分", "无数据", "图2逐日", "3-2", "热线30件（75.0%）", "93.81%"):
        assert part in text, part
    assert not any(page.images for page in file.pages)
    assert text.index("表1街镇") < text.index("二、其他") < text.index("图3来源")


def test_word_has_the_charts_as_pictures_that_say_their_figures() -> None:
    file = docx.Document(BytesIO(docx_of(sheet())))
    shown = file.element.body.findall(f".//{qn('wp:docPr')}")
    assert "潞邑街道 98.21分，杨庄街道 90.30分，漷县镇 无数据" in shown[0].get("descr")
    pictures = [part for part in file.part.package.iter_parts() if part.partname.endswith(".png")]
    assert len(pictures) == len(shown) == 3
    assert Image.open(BytesIO(pictures[0].blob)).width > 1200
    head = next(p for p in file.paragraphs if p.text == "一、综合数据")
    assert head.runs[0]._element.rPr.rFonts.get(qn("w:eastAsia")) == "黑体"
    assert head.paragraph_format.keep_with_next


def test_the_workbook_has_numbers_formats_and_its_own_charts() -> None:
    book = load_workbook(BytesIO(xlsx_of(sheet())))
    assert book.sheetnames == ["正文", "表1 街镇", "图1 得分", "图2 逐日", "图3 来源"]
    town, code, rate, count = book["表1 街镇"][2]
    assert (town.value, code.value) == ("潞邑街道", "007")
    assert (rate.value, rate.number_format) == (0.9381, "0.00%")
    assert (count.value, count.number_format) == (12, "0")
    cells = [[cell.value for cell in row] for row in book["图1 得分"].iter_rows(max_col=2)]
    assert cells == [[None, "得分"], ["潞邑街道", 98.21], ["杨庄街道", 90.3], ["漷县镇", None]]
    assert book["图1 得分"]["B2"].number_format == "0.00"
    assert [len(book[name]._charts) for name in book.sheetnames] == [0, 0, 1, 1, 1]


def test_a_cell_that_looks_like_a_formula_stays_a_text() -> None:
    row = ("=1+1", "+8610", "-", "20260304000001")
    book = load_workbook(
        BytesIO(xlsx_of(sheet(tables=(Table("表1 x", TABLE.columns, TABLE.shares, (row,)),))))
    )
    assert [cell.value for cell in book["表1 x"][2]] == list(row)
    assert {cell.data_type for cell in book["表1 x"][2]} == {"s"}


def test_bars_are_as_long_as_their_values_and_begin_at_nothing() -> None:
    chart = Chart("bar", "x", ("a", "b", "c"), (Series("s", (100, 50, None)),))
    bars = [shape for shape in drawn(chart, 400, measured).shapes if isinstance(shape, Fill)]
    lengths = [bar.points[1][0] - bar.points[0][0] for bar in bars]
    assert len(bars) == 2
    assert lengths[0] == pytest.approx(2 * lengths[1])
    assert bars[0].points[0][0] == bars[1].points[0][0]


def test_a_line_breaks_where_nothing_was_measured() -> None:
    chart = Chart("line", "x", tuple("abcde"), (Series("s", (1, 2, None, 4, 5)),))
    shapes = drawn(chart, 400, measured).shapes
    joined = [s for s in shapes if getattr(s, "width", 0) == 1.4]
    assert len(joined) == 2


def test_labels_under_an_axis_never_touch() -> None:
    chart = Chart("line", "x", tuple(f"3-{n}" for n in range(1, 300)), (Series("s", (1,) * 299),))
    shapes = drawn(chart, 400, measured).shapes
    under = [s for s in shapes if isinstance(s, Label) and s.align == "C"]
    assert 5 < len(under) < 20
    for left, right in pairwise(under):
        assert left.x + measured(left.text, 9) / 2 < right.x - measured(right.text, 9) / 2


def test_axes_end_at_round_numbers_and_shares_are_rounded_half_up() -> None:
    assert [top_of([v]) for v in (0, 1, 9.9, 98.2, 101, 440_000)] == [1, 1, 10, 100, 150, 500_000]
    assert shares_of([1, 7]) == ["12.5%", "87.5%"]
    assert shares_of([1, 1999]) == ["0.1%", "100.0%"]
    assert shares_of([0, 0]) == ["—", "—"]


def test_a_chart_of_nothing_is_drawn_too() -> None:
    charts = tuple(
        Chart(kind, "x", ("a", "b"), (Series("s", values),))
        for kind in ("bar", "line", "pie")
        for values in ((0, 0), (None, None))
    )
    assert all(png_of(chart, 400) for chart in charts)
    assert pdf_of(sheet(charts=charts))


def test_the_page_gets_the_same_figures() -> None:
    parts = parts_of(sheet())
    chart = next(part for part in parts if part["is"] == "chart")
    assert chart["data"]["series"] == [{"name": "得分", "values": [98.21, 90.3, None]}]
    shown = next(part for part in parts if part["is"] == "map")
    assert shown["data"] == {"unit": "分", "values": {"110112013": 98.21}}
    assert [part["heading"] for part in parts if part["is"] == "text"] == [True, False, True, False]
    assert not is_heading("一、工作任务。全面排查。")


def wide_table() -> Table:
    columns = ("名次", "部门", "报到单", "评分", "时限", "回访", "异议", "文书", "领导", "得分")
    rows = tuple(
        (str(n), "区住房和城乡建设委员会", "12", *["100.00"] * 5, "—", "98.51") for n in range(1, 4)
    )
    return Table("表1 构成", columns, (3, 10, 4, *[4] * 7), rows, 1)


def test_figures_stand_at_the_right_and_are_never_broken() -> None:
    table = wide_table()
    assert table.figures() == (True, False, *[True] * 8)
    file = docx.Document(BytesIO(docx_of(sheet(tables=(table,)))))
    cells = file.tables[0].rows[1].cells
    assert [cell.paragraphs[0].alignment for cell in cells[:3]] == [RIGHT, None, RIGHT]
    assert cells[0].paragraphs[0].runs[0].font.size == SMALL
    assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in file.tables[0].rows)
    page = _Page()
    found = _cells(page, table.rows[0], _widths(page, table), table)
    assert [len(lines) for lines in found] == [1, 2, *[1] * 8]


def test_a_heading_never_ends_a_page_whatever_follows_it() -> None:
    after = replace(TABLE, after=None)
    for lines in range(6, 18):
        texts = tuple("内容。" for _ in range(lines))
        filled = sheet(
            paragraphs=(*texts, "二、名次"), tables=(after,), charts=(), area_map=None, to=""
        )
        pages = [words(p.extract_text()) for p in PdfReader(BytesIO(pdf_of(filled))).pages]
        (there,) = [text for text in pages if "二、名次" in text]
        assert "表1街镇" in there, lines


def test_the_signature_stands_on_a_page_with_words() -> None:
    for lines in range(10, 24):
        texts = (*("内容。" for _ in range(lines)), "最后一段的文字。" * 7)
        filled = sheet(paragraphs=texts, tables=(), charts=(), area_map=None)
        pages = [words(p.extract_text()) for p in PdfReader(BytesIO(pdf_of(filled))).pages]
        signed = next(text for text in pages if "2026年4月3日" in text)
        assert "内容。" in signed or "的文字。" in signed, lines


def test_a_long_title_has_its_remark_on_a_line_of_its_own() -> None:
    title = "2026年11月区城市管理委员会考核单（截至2026年11月22日18:16）"
    parts = ("2026年11月区城市管理委员会考核单", "（截至2026年11月22日18:16）")
    assert sheet(title=title).title_parts == parts
    assert sheet(title="2026年3月工作专报（暂）").title_parts == ("2026年3月工作专报（暂）",)
    file = docx.Document(BytesIO(docx_of(sheet(title=title))))
    assert "\n".join(parts) in [paragraph.text for paragraph in file.paragraphs]
