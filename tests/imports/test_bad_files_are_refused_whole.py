"""Every importer: a bad file is refused with the line and what is wrong, and nothing is written."""

import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from accounts.models import Unit
from cases.models import AdjustmentPolicy, Category, FilingCondition, TimeLimit
from dispatch.models import Responsibility
from grids.models import Area
from tests.cast import GRID, Stage, square

DIVISIONS = "code,name,level,parent\n110113,顺义区,district,\n"
UNITS = "code,name,kind,area\nNEW,新单位,department,\n"
CATEGORIES = "code,name,parent\n09,生态环境,\n"
ITEMS = "code,class,title,category,lead,assist,person,basis,note\n"
ITEM = ITEMS + "9-1,城市管理,垃圾清运,0101,CGW,ZJW,科长,条例,\n"
LIMITS = (
    "clock,whistle_kind,urgency,case_kind,category,redo,amount,unit,source,valid_from\n"
    "decide,,,,01,,2,work_hour,试行,2026-01-01\n"
)
CONDITIONS = (
    "code,kind,group,small_class,name,category,condition,closes_when,amount,unit,source,valid_from\n"
    "E01-1,event,市容环境,0101,乱堆物,0101,路边堆物,清走,1,natural_day,试行,2026-01-01\n"
)
OTHER = CONDITIONS + "E01-2,event,市容环境,0101,乱堆物,0101,楼道堆物,清走,"
ADJUSTMENTS = "kind,whistle_kind,urgency,most_times,most_amount,unit,source,valid_from\n"

BAD = [
    ("import_divisions", "", "empty", 1),
    ("import_divisions", "code,name\n1,2\n", "level, parent", 1),
    ("import_divisions", DIVISIONS + "110113001,胜利街道,town,110114\n", "110114", 3),
    ("import_divisions", DIVISIONS + "110113001,胜利街道,city,110113\n", "level", 3),
    ("import_divisions", DIVISIONS + "11011,胜利街道,town,110113\n", "9 digits", 3),
    ("import_divisions", DIVISIONS + "110113001,,town,110113\n", "name", 3),
    ("import_divisions", DIVISIONS + "110112099,外来街道,town,110113\n", "begin", 3),
    ("import_divisions", DIVISIONS + "110113,顺义区,district,\n", "twice", 3),
    ("import_divisions", DIVISIONS + "110113001,胜利街道,town,110113,多\n", "cells", 3),
    ("import_divisions", DIVISIONS + '110113001,"胜利\n', "table", 0),
    ("import_units", UNITS + "X,新,bureau,\n", "kind", 3),
    ("import_units", UNITS + ",新,department,\n", "code", 3),
    ("import_units", UNITS + "NEW,新,department,\n", "twice", 3),
    ("import_units", UNITS + "T,某街道,town,\n", "area", 3),
    ("import_categories", CATEGORIES + "0901,扬尘,10\n", "10", 3),
    ("import_categories", CATEGORIES + "9x,扬尘,\n", "digits", 3),
    ("import_categories", CATEGORIES + "0901,,09\n", "name", 3),
    ("import_categories", CATEGORIES + "0901,扬尘,\n", "parent", 3),
    ("import_responsibilities", ITEM + "9-2,城管,占道,0101,NONE,,,,\n", "NONE", 3),
    ("import_responsibilities", ITEM + "9-2,城管,占道,9999,CGW,,,,\n", "9999", 3),
    ("import_responsibilities", ITEM + "9-1,城管,占道,0101,CGW,,,,\n", "twice", 3),
    ("import_responsibilities", ITEM + "9-2,城管,占道,0101,CGW,CGW,,,\n", "at once", 3),
    ("import_responsibilities", ITEM + "9-2,城管,,0101,CGW,,,,\n", "matter", 3),
    ("import_limits", LIMITS + "decide,,,,,,x,work_hour,试行,2026-01-01\n", "number", 3),
    ("import_limits", LIMITS + "decide,,,,,,1,fortnight,试行,2026-01-01\n", "time unit", 3),
    ("import_limits", LIMITS + "decide,,,,,,0,work_hour,试行,2026-01-01\n", "more than", 3),
    ("import_limits", LIMITS + "decide,,,,,,1,work_hour,试行,2026-13-01\n", "date", 3),
    ("import_conditions", OTHER + "x,natural_day,试行,2026-01-01\n", "number", 3),
    ("import_conditions", OTHER + "1,fortnight,试行,2026-01-01\n", "time unit", 3),
    ("import_conditions", OTHER + "1,natural_day,,2026-01-01\n", "source", 3),
    ("import_conditions", OTHER + "1,natural_day,试行,2026-13-01\n", "date", 3),
    ("import_conditions", CONDITIONS + CONDITIONS.splitlines()[1] + "\n", "twice", 3),
    (
        "import_conditions",
        CONDITIONS + "E9,event,其他,0999,其他,9999,其他,清走,1,natural_day,试行,2026-01-01\n",
        "9999",
        3,
    ),
    (
        "import_conditions",
        CONDITIONS + "E9,thing,其他,0999,其他,0101,,清走,1,natural_day,试行,2026-01-01\n",
        "condition",
        3,
    ),
    ("import_adjustments", ADJUSTMENTS + "delay,,,1,1,workday,试行,2026-01-01\n", "extend", 2),
    ("import_adjustments", ADJUSTMENTS + "hold,,,1,1,workday,试行,2026-01-01\n", "measured", 2),
    ("import_adjustments", ADJUSTMENTS + "extend,,,x,1,workday,试行,2026-01-01\n", "number", 2),
    ("import_adjustments", ADJUSTMENTS + "extend,,,1,1,workday,试行,today\n", "date", 2),
]


def counts() -> tuple[int, ...]:
    models = (Area, Unit, Category, Responsibility, TimeLimit, FilingCondition, AdjustmentPolicy)
    return tuple(model.objects.count() for model in models)


def refuse(command: str, path: Path) -> str:
    """Run the command, which must fail; return what it said to the person."""
    said = io.StringIO()
    before = counts()
    with pytest.raises(CommandError, match="Nothing was imported"):
        call_command(command, str(path), stderr=said)
    assert counts() == before
    return said.getvalue()


@pytest.fixture(autouse=True)
def in_english() -> object:
    from django.utils import translation

    with translation.override("en"):
        yield


@pytest.mark.parametrize(("command", "text", "says", "line"), BAD)
def test_a_bad_table_is_refused_by_line(
    stage: Stage, tmp_path: Path, command: str, text: str, says: str, line: int
) -> None:
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    said = refuse(command, path)
    assert says in said
    assert f"line {line}:" in said


@pytest.mark.parametrize(
    "command", ["import_divisions", "import_units", "import_categories", "import_responsibilities"]
)
def test_what_is_no_utf8_or_is_not_there_is_refused(
    stage: Stage, tmp_path: Path, command: str
) -> None:
    path = tmp_path / "gbk.csv"
    path.write_bytes("code,name,level,parent\n110113,顺义区,district,\n".encode("gbk"))
    assert "UTF-8" in refuse(command, path)
    assert "no file" in refuse(command, tmp_path / "missing.csv")


def feature(code: object, name: str = "第1网格", geometry: object = None) -> dict[str, object]:
    shape = square(116.7, 39.9) if geometry is None else geometry
    return {
        "type": "Feature",
        "properties": {"code": code, "name": name},
        "geometry": shape,
    }


def crossing() -> dict[str, object]:
    ring = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
    return {"type": "Polygon", "coordinates": [ring]}


BAD_FEATURES: list[tuple[object, str]] = [
    (feature("12"), "digits"),
    (feature(None), "digits"),
    (feature("110112013001009", name=""), "name"),
    (feature("999999999999001"), "999999999999"),
    (feature(GRID, geometry={"type": "Point", "coordinates": [1, 2]}), "Polygon"),
    (feature(GRID, geometry={"type": "Polygon", "coordinates": "x"}), "coordinates"),
    (feature(GRID, geometry={"type": "Polygon", "coordinates": []}), "valid"),
    (feature(GRID, geometry=crossing()), "crosses"),
    (feature(GRID, geometry=square(4_000_000, 100)), "WGS 84"),
    ("no feature", "digits"),
]


@pytest.mark.parametrize(("bad", "says"), BAD_FEATURES)
def test_a_bad_grid_is_refused_by_number(
    stage: Stage, tmp_path: Path, bad: object, says: str
) -> None:
    good = feature("110112013001003", "第3网格")
    path = tmp_path / "grids.geojson"
    collection = {"type": "FeatureCollection", "features": [good, bad]}
    path.write_text(json.dumps(collection), encoding="utf-8")
    said = refuse("import_grids", path)
    assert says in said
    assert "line 2:" in said


@pytest.mark.parametrize("text", ["", "{", "[]", '{"features": []}', '{"features": 3}'])
def test_what_is_no_collection_is_refused(stage: Stage, tmp_path: Path, text: str) -> None:
    path = tmp_path / "grids.geojson"
    path.write_text(text, encoding="utf-8")
    refuse("import_grids", path)


def test_the_responsibility_list_is_read_from_a_workbook_too(stage: Stage, tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in ITEM.strip().splitlines():
        sheet.append(line.split(","))
    path = tmp_path / "list.xlsx"
    book.save(path)
    call_command("import_responsibilities", str(path), stdout=io.StringIO())
    assert Responsibility.objects.get(code="9-1").lead == Unit.objects.get(code="CGW")
    (tmp_path / "broken.xlsx").write_bytes(b"no workbook")
    assert "read as a table" in refuse("import_responsibilities", tmp_path / "broken.xlsx")
