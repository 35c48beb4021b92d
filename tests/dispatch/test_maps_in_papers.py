"""The map of a paper: shaded, named, kept with the paper, the same in its files and on its page; old papers open."""

import json
from decimal import Decimal
from io import BytesIO
from itertools import pairwise
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader

from dispatch.sheets import AreaMap, Outline, Sheet
from dispatch.sheets.docx import docx_of
from dispatch.sheets.drawing import Drawing, Fill, Label
from dispatch.sheets.maps import MARKED, SHADES, UNSHADED, Steps, laid_out
from dispatch.sheets.pdf import pdf_of
from dispatch.views.charts import parts_of
from tests.dispatch.test_charts_in_papers import sheet
from tests.dispatch.test_documents_as_files import words


def block(code: str, name: str, west: int, south: int, side: int = 10_000) -> Outline:
    """Return a square area; a degree is 100,000 units."""
    east, north = west + side, south + side
    ring = (west, south, east, south, east, north, west, north, west, south)
    return Outline(code, name, (ring,))


TOWNS = (
    block("110112001", "潞邑街道", 11_660_000, 3_990_000),
    block("110112002", "杨庄街道", 11_670_000, 3_990_000),
    block("110112003", "漷县镇", 11_660_000, 3_980_000),
    block("110112000", "台湖镇", 11_671_000, 3_988_000, 600),
)
SCORES = (("110112001", 98.21), ("110112002", 84.0), ("110112000", 90.3))
SHADED = AreaMap("图1 得分分布", "分", SCORES, 1, areas=TOWNS)
PLACED = AreaMap("图1 位置", "", (), 1, areas=TOWNS[:3], places=TOWNS[2:3])


def measured(text: str, size: float) -> float:
    return len(text) * size


def colour_in_grey(colour: tuple[int, int, int]) -> float:
    """Return the luminance of a colour, as WCAG reckons it."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in _share(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def _share(colour: tuple[int, int, int]) -> list[float]:
    return [part / 255 for part in colour]


def fills(drawing: Drawing) -> list[Fill]:
    """Return the areas, without the swatches of the legend."""
    return [shape for shape in drawing.shapes if isinstance(shape, Fill)]


def texts(drawing: Drawing) -> list[str]:
    return [shape.text for shape in drawing.shapes if isinstance(shape, Label)]


def test_the_pdf_draws_the_map_as_lines_with_names_scores_and_legend() -> None:
    file = PdfReader(BytesIO(pdf_of(sheet(area_map=SHADED, charts=()))))
    text = words("".join(page.extract_text() for page in file.pages))
    for part in (
        "图1得分分布",
        "潞邑街道",
        "98.21分",
        "84—88分",
        "无数据或不排名",
        "1台湖镇90.30分",
    ):
        assert part in text, part
    assert not any(page.images for page in file.pages)
    assert text.index("表1街镇") < text.index("图1得分分布") < text.index("二、其他")


def test_word_has_the_map_as_a_picture_that_says_what_it_shows() -> None:
    file = docx.Document(BytesIO(docx_of(sheet(area_map=SHADED, charts=()))))
    (shown,) = file.element.body.findall(f".//{qn('wp:docPr')}")
    assert shown.get("descr") == "图1 得分分布。潞邑街道 98.21分，杨庄街道 84.00分，台湖镇 90.30分"
    assert "图1 得分分布" in [paragraph.text for paragraph in file.paragraphs]


def test_the_page_draws_the_same_shapes_and_says_them_in_words() -> None:
    part = next(part for part in parts_of(sheet(area_map=SHADED)) if part["is"] == "drawing")
    assert 'aria-label="图1 得分分布。潞邑街道 98.21分' in part["svg"]
    assert part["svg"].count("<polygon") == len(TOWNS) + len(SHADES) + 1
    assert "84—88分</text>" in part["svg"]
    assert "style=" not in part["svg"]
    named = AreaMap("图1 <b>", "分", (), 1, areas=(block("1", "<script>", 0, 0),))
    drawn = next(part for part in parts_of(sheet(area_map=named)) if part["is"] == "drawing")
    assert "<script>" not in drawn["svg"]


def test_a_paper_keeps_what_its_map_is_drawn_from() -> None:
    kept = json.loads(json.dumps(sheet(area_map=SHADED).as_json()))
    opened = Sheet.from_json(kept)
    assert opened.area_map == SHADED
    assert laid_out(opened.area_map, 442, measured) == laid_out(SHADED, 442, measured)


@pytest.mark.parametrize("dropped", [("areas", "places", "decimals"), ("areas",)])
def test_a_paper_kept_before_there_were_outlines_opens_without_map_and_gap(
    dropped: tuple[str, ...],
) -> None:
    kept: dict[str, Any] = sheet(area_map=SHADED, charts=()).as_json()
    old = kept | {"area_map": {k: v for k, v in kept["area_map"].items() if k not in dropped}}
    opened = Sheet.from_json(old)
    without = sheet(area_map=None, charts=())
    assert _read(pdf_of(opened)) == _read(pdf_of(without))
    paragraphs = [
        [p.text for p in docx.Document(BytesIO(docx_of(s))).paragraphs] for s in (opened, without)
    ]
    assert paragraphs[0] == paragraphs[1]
    assert any(part["is"] == "map" for part in parts_of(opened))  # from today's outlines, on screen


def _read(file: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(file)).pages]


def test_areas_are_shaded_by_their_step_and_those_without_a_value_stay_white() -> None:
    colours = [fill.colour for fill in fills(laid_out(SHADED, 442, measured))][: len(TOWNS)]
    assert colours == [SHADES[4], SHADES[1], UNSHADED, SHADES[2]]


def test_steps_begin_at_round_numbers_and_hold_every_value() -> None:
    assert [text for _c, text in Steps.of([Decimal("84.17"), Decimal("96.94")], 2).legend("分")] == [
        "80—84分", "84—88分", "88—92分", "92—96分", "96—100分",
    ]  # fmt: skip
    for least, most in ((0, 100), (98.21, 98.22), (-3, 4), (0.01, 99.99), (89.99, 90)):
        steps = Steps.of([Decimal(str(least)), Decimal(str(most))], 2)
        assert steps.bounds[0][0] <= Decimal(str(least))
        assert steps.bounds[-1][1] >= Decimal(str(most))
        assert len(steps.bounds) == len(SHADES)
    assert Steps.of([Decimal("90.3"), Decimal("90.3")], 2).legend("分") == [(SHADES[2], "90.3分")]
    steps = Steps.of([Decimal(0), Decimal(100)], 2)
    assert [steps.shade(Decimal(n)) for n in (0, 19, 20, 99, 100)] == [
        SHADES[n] for n in (0, 0, 1, 4, 4)
    ]


def test_shades_darken_evenly_in_grey_and_words_can_be_read_on_the_darkest() -> None:
    grey = [colour_in_grey(shade) for shade in (UNSHADED, *SHADES)]
    assert all(light / dark > 1.18 for light, dark in pairwise(grey))
    assert (grey[-1] + 0.05) / 0.05 > 4.5


def test_an_area_too_small_for_its_name_gets_a_number_and_a_line_below() -> None:
    said = texts(laid_out(SHADED, 442, measured))
    assert said.index("1") < said.index("84—88分") < said.index("1 台湖镇 90.30分")
    assert "台湖镇" not in said


def test_a_small_area_inside_a_large_one_is_drawn_over_it() -> None:
    drawn = fills(laid_out(SHADED, 442, measured))
    sizes = [fill.points[1][0] - fill.points[0][0] for fill in drawn[: len(TOWNS)]]
    assert min(sizes) == sizes[-1]


def test_a_place_is_marked_among_its_neighbours() -> None:
    drawing = laid_out(PLACED, 442, measured)
    assert [fill.colour for fill in fills(drawing)] == [UNSHADED] * 3 + [MARKED] * 2
    assert texts(drawing)[-1] == "漷县镇"
    assert PLACED.told() == "图1 位置。漷县镇"


def test_a_map_is_as_wide_as_it_is_high_on_the_ground_and_fits_its_page() -> None:
    drawing = laid_out(SHADED, 442, measured)
    points = [point for fill in fills(drawing)[:1] for point in fill.points]
    wide = max(x for x, _y in points) - min(x for x, _y in points)
    high = max(y for _x, y in points) - min(y for _x, y in points)
    assert wide / high == pytest.approx(0.767, abs=0.002)  # a degree of longitude at 39.9° north
    assert all(0 <= x <= 442 for fill in fills(drawing) for x, _y in fill.points)
    assert drawing.height < 480
