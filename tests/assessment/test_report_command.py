"""`./manage.py report`: the contract's JSON, a workbook, and clear refusals."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from openpyxl import load_workbook

from assessment import periods
from assessment.models import AssessmentPolicy, PeriodFigures
from assessment.services import scores
from cases.models import Case
from tests.assessment.histories import APRIL, history
from tests.cast import Stage

TOTALS = {
    "received",
    "closed",
    "open",
    "whistles",
    "whistles_solved",
    "counted",
    "valid_callbacks",
    "contacted",
    "resolved",
    "satisfied",
    "basic",
}


def printed(*args: str) -> dict:
    out = StringIO()
    call_command("report", *args, stdout=out)
    return json.loads(out.getvalue())


def flat(totals: dict) -> dict[str, int]:
    """Return the counts, those kept apart by outcome under names of their own."""
    counts = {name: found for name, found in totals.items() if isinstance(found, int)}
    for name in ("unreached", "attempts"):
        counts |= {f"{name}_{outcome}": count for outcome, count in totals[name].items()}
    return counts


def test_the_json_has_everything_the_contract_names(stage: Stage) -> None:
    history(stage.people, 31, 40)
    found = printed("2026-03")
    assert found["period"] == "2026-03"
    assert (found["from"], found["to"]) == (
        "2026-03-01T00:00:00+08:00",
        "2026-04-01T00:00:00+08:00",
    )
    assert found["policy"]["name"] == "10/50/40"
    assert found["totals"].keys() >= TOTALS
    assert found["rates"].keys() == {"response", "resolution", "satisfaction"}
    assert isinstance(found["score"], float)
    assert {"complaint", "help"} <= found["by_kind"].keys()
    assert "hotline" in found["by_channel"]
    for town in found["by_town"]:
        assert town.keys() >= TOTALS | {"code", "name", "rank", "rates", "score"}
    for rows in ("by_category", "by_department"):
        assert all({"code", "name"} <= row.keys() for row in found[rows])


def test_a_year_is_the_sum_of_its_months(stage: Stage) -> None:
    history(stage.people, 32, 60)
    months = [printed(f"2026-{n:02d}")["totals"] for n in range(1, 13)]
    year = printed("2026")["totals"]
    assert flat(year) == {name: sum(flat(month)[name] for month in months) for name in flat(year)}


def test_an_empty_period_has_no_rates(stage: Stage) -> None:
    found = printed("2019-01")
    assert found["totals"]["received"] == 0
    assert found["rates"] == {"response": None, "resolution": None, "satisfaction": None}
    assert found["score"] is None
    assert {town["rank"] for town in found["by_town"]} == {None}


def test_it_writes_to_a_file(stage: Stage, tmp_path: Path) -> None:
    out = tmp_path / "三月.json"
    call_command("report", "2026-03", "--out", str(out))
    assert json.loads(out.read_text())["period"] == "2026-03"


def test_the_workbook_says_the_same(stage: Stage, tmp_path: Path) -> None:
    history(stage.people, 33, 40)
    out = tmp_path / "report.xlsx"
    call_command("report", "2026-03", "--format", "xlsx", "--out", str(out))
    book = load_workbook(out)
    found = printed("2026-03")
    towns = list(book.worksheets[1].iter_rows(values_only=True))
    assert [row[1] for row in towns[1:]] == [town["code"] for town in found["by_town"]]
    assert [row[3] for row in towns[1:]] == [town["received"] for town in found["by_town"]]
    assert [row[-1] for row in towns[1:]] == [town["score"] for town in found["by_town"]]
    assert len(book.worksheets) == 7


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (["2026-13"], "2026-13"),
        (["2026-03", "--format", "odt"], "json, docx, xlsx, pdf"),
        (["2026-03", "--out", "/nowhere/at/all.json"], "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said(stage: Stage, args: list[str], word: str) -> None:
    with pytest.raises(CommandError, match=word):
        call_command("report", *args, stdout=StringIO())


def test_the_workbook_has_formats_and_charts_of_its_own(stage: Stage, tmp_path: Path) -> None:
    history(stage.people, 34, 40)
    out = tmp_path / "report.xlsx"
    call_command("report", "2026-03", "--format", "xlsx", "--out", str(out))
    book = load_workbook(out)
    assert [len(sheet._charts) for sheet in book.worksheets] == [0, 1, 1, 0, 0, 0, 1]
    received, *_others, score = book.worksheets[1][2][3:]
    assert (received.number_format, score.number_format) == ("#,##0", "0.00")


@pytest.mark.parametrize("decimals", [0, 1, 4])
def test_scores_in_the_workbook_have_the_decimals_of_the_policy(
    stage: Stage, tmp_path: Path, decimals: int
) -> None:
    history(stage.people, 34, 12)
    AssessmentPolicy.objects.update(decimals=decimals)
    out = tmp_path / "report.xlsx"
    call_command("report", "2026-03", "--format", "xlsx", "--out", str(out))
    book = load_workbook(out)
    found = printed("2026-03")
    *_rest, rate, score = book.worksheets[1][2][3:]
    assert score.value == found["by_town"][0]["score"]
    assert score.number_format == ("0" if not decimals else "0." + "0" * decimals)
    assert rate.number_format == "0.00"
    [whole] = [row for row in book.worksheets[0].iter_rows() if row[0].value == "得分"]
    assert whole[1].number_format == score.number_format


@pytest.mark.parametrize("form", ["json", "xlsx", "docx"])
def test_reading_a_report_writes_nothing(stage: Stage, tmp_path: Path, form: str) -> None:
    history(stage.people, 35, 6)
    scores.refresh(periods.find("2026-03"), APRIL)
    before = list(PeriodFigures.objects.order_by("pk").values())
    Case.objects.update(counted=False)
    with CaptureQueriesContext(connection) as asked:
        out = str(tmp_path / "report")
        call_command("report", "2026-03", "--format", form, "--out", out)
    wrote = ("INSERT", "UPDATE", "DELETE")
    assert not [q for q in asked.captured_queries if q["sql"].lstrip().upper().startswith(wrote)]
    assert list(PeriodFigures.objects.order_by("pk").values()) == before
