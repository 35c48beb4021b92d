"""The report over imported years says exactly what a recount of the file says."""

from collections import Counter
from collections.abc import Iterable, Mapping
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from accounts.models import Unit
from assessment import periods
from assessment.services.reports import report
from assessment.services.workings import working_of_department
from bench.history import Year
from cases.models import Case, CaseEvent, Clock
from grids.models import Area
from tests.cast import NOON, Stage
from tests.imports.history_file import FRESH, GOOD, NOW, PLACE, SELF, take_over, write

pytestmark = pytest.mark.django_db

Row = dict[str, str]
TOWNS = {"新城街道": 629, "河西街道": 311, "滨河街道": 243, "辽河镇": 27, "电厂街道": 26}
KINDS = {"complaint": 662, "help": 502, "enquiry": 47, "suggestion": 25}
CLOSED, OPEN = 1173, 63


def recount(rows: Iterable[Row]) -> dict[str, int]:
    """Count what a file says, in plain Python."""
    found: Counter[str] = Counter()
    for row in rows:
        valid = row["valid_callback"] == "y" and row["counted"] == "y"
        found["received"] += 1
        found["closed" if row["closed_at"] else "open"] += 1
        found["counted"] += row["counted"] == "y"
        found["valid_callbacks"] += valid
        found["contacted"] += valid and row["contacted"] == "y"
        found["resolved"] += valid and row["resolved"] == "yes"
        found["satisfied"] += valid and row["satisfied"] == "satisfied"
        found["basic"] += valid and row["satisfied"] == "basic"
    return dict(found)


def half_up(value: Fraction) -> float:
    return float((int(value * 1000) + 5) // 10) / 100


def rates(found: Mapping[str, int]) -> dict[str, float]:
    """Reckon the three rates of some counts."""
    valid = found["valid_callbacks"]
    pleased = found["satisfied"] + Fraction(9, 10) * found["basic"]
    return {
        "response": half_up(Fraction(100 * found["contacted"], valid)),
        "resolution": half_up(Fraction(100 * found["resolved"], valid)),
        "satisfaction": half_up(100 * pleased / valid),
    }


def test_every_figure_of_every_period_equals_the_recount_of_the_file(
    stage: Stage, tmp_path: Path
) -> None:
    rows = list(Year(PLACE, 1200, 2024, seed=7, open_share=0.05).rows())
    assert take_over(write(tmp_path / "h.csv", rows)).stored == len(rows)
    of_period = {"2024": rows} | {
        f"2024-{month:02d}": [r for r in rows if r["received_at"][5:7] == f"{month:02d}"]
        for month in (1, 6, 12)
    }
    for name, listed in of_period.items():
        span = periods.find(name)
        assert span is not None
        found = report(span, NOON)
        wanted = recount(listed)
        assert {key: found["totals"][key] for key in wanted} == wanted, name
        assert found["rates"] == rates(wanted)
        whistles = [row for row in listed if row["route"] == "whistle"]
        assert found["totals"]["whistles"] == len(whistles)
        assert found["totals"]["whistles_solved"] == sum(bool(r["handled_at"]) for r in whistles)
        for kind, figures in found["by_kind"].items():
            assert figures["received"] == sum(row["kind"] == kind for row in listed)
        for town in found["by_town"]:
            own = recount(row for row in listed if row["area"].startswith(town["code"]))
            assert {key: town[key] for key in own} == own
        names = {unit.code: {unit.code, unit.name} for unit in Unit.objects.all()}
        for unit in found["by_department"]:
            summoned = [row["departments"].split(";") for row in whistles]
            ordered = sum(bool(names[unit["code"]] & set(parts)) for parts in summoned)
            led = sum(parts[0] in names[unit["code"]] for parts in summoned)
            assert (unit["orders"], unit["lead_orders"]) == (ordered, led)


def test_the_older_systems_limits_are_unknown_and_nobody_is_late(
    stage: Stage, tmp_path: Path
) -> None:
    take_over(write(tmp_path / "h.csv", Year(PLACE, 60, 2024).rows()))
    span = periods.find("2024")
    assert span is not None
    found = report(span, NOON)
    assert {town["breached"] for town in found["by_town"]} == {0}
    parts = [unit["parts"] for unit in found["by_department"] if unit["orders"]]
    assert parts
    assert {part["timeliness"] for part in parts} == {None}
    assert not Clock.objects.filter(case__closed_at__isnull=False).exists()


def test_who_only_assisted_has_lost_nothing_and_that_is_no_score(
    stage: Stage, tmp_path: Path
) -> None:
    """Not marked, not timed, not answered for: no 100, no first place, no list."""
    rows = [GOOD | {"number": f"2023-{n}", "departments": "CGW;ZJW"} for n in range(8)]
    take_over(write(tmp_path / "h.csv", rows))
    span = periods.find("2023-05")
    found = {row["code"]: row for row in report(span, NOW)["by_department"]}
    lead, assisting = found["CGW"], found["ZJW"]
    assert (lead["orders"], lead["rank"]) == (8, 1)
    assert (assisting["orders"], assisting["score"], assisting["rank"]) == (8, None, None)
    assert (assisting["unranked"], assisting["list"]) == ("no_data", "")
    assert (assisting["parts"]["objections"], assisting["parts"]["documents"]) == (100, 100)
    working = working_of_department(span, "ZJW")
    assert (working["score"], working["arithmetic"]) == (None, "")


def test_the_table_of_yongmao_comes_out_of_a_file(stage: Stage, tmp_path: Path) -> None:
    """永茂: 1,236 cases of five towns, four kinds, 1,173 closed and 63 open."""
    codes = {name: f"1101129{number:02d}" for number, name in enumerate(TOWNS, 10)}
    Area.objects.bulk_create(
        Area(code=code, name=name, level="town", parent_id="110112") for name, code in codes.items()
    )
    dice = Random(2)
    towns = [codes[name] for name, count in TOWNS.items() for _case in range(count)]
    kinds = [kind for kind, count in KINDS.items() for _case in range(count)]
    dice.shuffle(kinds)
    rows = [
        (SELF if position < CLOSED else FRESH | {"route": "self"})
        | {"number": f"ym-{position:04d}", "area": town, "kind": kind}
        for position, (town, kind) in enumerate(zip(towns, kinds, strict=True))
    ]
    dice.shuffle(rows)
    take_over(write(tmp_path / "h.csv", rows))
    span = periods.find("2023-05")
    assert span is not None
    found = report(span, NOON)
    totals = found["totals"]
    assert (totals["received"], totals["closed"], totals["open"]) == (1236, CLOSED, OPEN)
    assert {r["name"]: r["received"] for r in found["by_town"] if r["received"]} == TOWNS
    shown = {kind: row["received"] for kind, row in found["by_kind"].items() if row["received"]}
    assert shown == KINDS
    assert Case.objects.filter(closed_at=None).count() == OPEN
    assert CaseEvent.objects.filter(step="take_over").count() == OPEN


def test_a_question_that_was_not_asked_leaves_a_valid_callback_without_that_answer(
    stage: Stage, tmp_path: Path
) -> None:
    rows = [
        GOOD,
        SELF | {"resolved": "", "satisfied": "satisfied"},
        SELF | {"number": "2023-0003", "resolved": "yes", "satisfied": ""},
    ]
    summary = take_over(write(tmp_path / "2023.csv", rows))
    assert (summary.stored, summary.refused) == (3, 0)
    found = report(periods.find("2023-05"), NOON)
    totals = found["totals"]
    said = ("valid_callbacks", "resolved", "partly", "satisfied", "basic")
    assert [totals[name] for name in said] == [3, 2, 0, 1, 1]
    assert found["rates"] == {"response": 100.0, "resolution": 66.67, "satisfaction": 63.33}


def test_history_of_a_district_with_five_answers_is_taken_whole(
    stage: Stage, tmp_path: Path
) -> None:
    rows = [
        SELF | {"satisfied": "very_satisfied"},
        SELF | {"number": "2023-0003", "satisfied": "very_dissatisfied"},
    ]
    summary = take_over(write(tmp_path / "2023.csv", rows))
    assert (summary.stored, summary.refused) == (2, 0)
    found = report(periods.find("2023-05"), NOON)
    said = ("valid_callbacks", "very_satisfied", "satisfied", "basic", "very_dissatisfied")
    assert [found["totals"][name] for name in said] == [2, 1, 0, 0, 1]
    assert found["rates"]["satisfaction"] == 50.0
