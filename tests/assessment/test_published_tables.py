"""Tables that districts published come out of generated cases as they were published (domain.md 1.2, 1.7, 1.8)."""

from decimal import Decimal

import pytest
from django.db import connection, models

from accounts.models import Unit
from assessment import periods, scoring
from assessment.models import AssessmentPolicy
from assessment.services.policies import READY
from assessment.services.reports import report
from cases.models import Callback, Case
from dispatch.models import Order, Whistle
from grids.models import Area
from tests.assessment.histories import APRIL, MARCH
from tests.cast import TOWN, Stage

YONGMAO = {"新城街道": 629, "河西街道": 311, "滨河街道": 243, "辽河镇": 27, "电厂街道": 26}
KINDS = {"complaint": 662, "help": 502, "enquiry": 47, "suggestion": 25}


def copies(row: models.Model, count: int, **columns: str) -> None:
    """Write so many copies of a row by one statement; `columns` are SQL in which `n` counts from 1."""
    names = [f.column for f in row._meta.concrete_fields if not f.primary_key]
    values = ", ".join(columns.get(name, f'r."{name}"') for name in names)
    listed = ", ".join(f'"{name}"' for name in names)
    table = row._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({listed}) SELECT {values} FROM {table} r, "
            f"generate_series(1, {count}) n WHERE r.id = %s",
            [row.pk],
        )
        # else the planner believes whatever autovacuum saw of other tests
        cursor.execute(f"ANALYZE {table}")


def template(**given: object) -> Case:
    """Write a case in February, out of every count of March."""
    case = Case(
        number="T0",
        kind="complaint",
        channel="hotline",
        category_id="0101",
        area_id=TOWN,
        town_id=TOWN,
        received_at=MARCH.replace(month=2),
        state="closed",
        closed_at=APRIL,
        handled_at=MARCH,
    )
    for name, value in given.items():
        setattr(case, name, value)
    case.save(force_insert=True)
    return case


def answered(count: int, contacted: int, resolved: int, satisfied: int, basic: int) -> None:
    """Write so many closed cases of March, each with its valid callback."""
    case = template()
    copies(case, count, number="'T' || n", received_at="'2026-03-10 10:00+08'")
    call = Callback.objects.create(
        case=case, round=1, attempt=1, outcome="reached", contacted=True, resolved="yes",
        satisfied="satisfied", at=MARCH,
    )  # fmt: skip
    copies(
        call,
        count,
        case_id="(SELECT id FROM cases_case WHERE number = 'T' || n)",
        contacted=f"n <= {contacted}",
        resolved=f"CASE WHEN n <= {resolved} THEN 'yes' ELSE 'no' END",
        satisfied=f"CASE WHEN n <= {satisfied} THEN 'satisfied' "
        f"WHEN n <= {satisfied + basic} THEN 'basic' ELSE 'dissatisfied' END",
    )


def march() -> dict:
    return report(periods.find("2026-03"), APRIL)


@pytest.mark.parametrize(
    ("rule", "score"), [("10/50/40", 90.30), ("10/45/45", 90.23), ("30/35/35", 92.18)]
)
def test_the_vectors_of_the_three_rule_sets(stage: Stage, rule: str, score: float) -> None:
    AssessmentPolicy.objects.update(**READY[rule])
    answered(200, 198, 180, 150, 30)
    found = march()
    assert found["rates"] == {"response": 99.0, "resolution": 90.0, "satisfaction": 88.5}
    assert found["score"] == score
    assert found["by_town"][0]["score"] == score


def test_partly_solved_counts_by_its_factor_and_scores_have_the_policy_s_decimals(
    stage: Stage,
) -> None:
    answered(3, 3, 0, 3, 0)
    Callback.objects.filter(case__number="T1").update(resolved="partly")
    assert march()["rates"]["resolution"] == 0.0
    AssessmentPolicy.objects.update(partly_factor="0.5", decimals=4)
    found = march()
    assert (found["rates"]["resolution"], found["score"]) == (16.67, 58.3333)


def test_tongzhou_2023(stage: Stage) -> None:
    answered(10_000, 9_993, 9_381, 9_493, 0)
    found = march()
    assert found["rates"] == {"response": 99.93, "resolution": 93.81, "satisfaction": 94.93}
    assert found["totals"]["valid_callbacks"] == 10_000


def test_the_table_of_yongmao(stage: Stage) -> None:
    case = template()
    kinds = [kind for kind, count in KINDS.items() for _ in range(count)]
    towns = [town for town, count in YONGMAO.items() for _ in range(count)]
    codes = {name: f"1101129{n:02d}" for n, name in enumerate(YONGMAO)}
    Area.objects.bulk_create(
        Area(code=code, name=name, level="town", parent_id="110112") for name, code in codes.items()
    )
    kind = f"({_array(kinds)}::text[])[n]"
    town = f"({_array([codes[name] for name in towns])}::text[])[n]"
    copies(
        case,
        1236,
        number="'T' || n",
        received_at="'2026-03-10 10:00+08'",
        kind=kind,
        town_id=town,
        area_id=town,
        state="CASE WHEN n <= 1173 THEN 'closed' ELSE 'handling' END",
        closed_at="CASE WHEN n <= 1173 THEN r.closed_at END",
    )
    found = march()
    totals = found["totals"]
    assert (totals["received"], totals["closed"], totals["open"]) == (1236, 1173, 63)
    assert {k: row["received"] for k, row in found["by_kind"].items()} == KINDS | {"report": 0}
    said = {row["name"]: row["received"] for row in found["by_town"]}
    assert {name: said[name] for name in YONGMAO} == YONGMAO
    assert found["score"] is None
    assert {row["rank"] for row in found["by_town"]} == {None}


def _array(values: list[str]) -> str:
    return "'{" + ",".join(values) + "}'"


def test_nanchang_s_whistles(stage: Stage) -> None:
    case = template()
    people, units = stage.people, {unit.code: unit for unit in Unit.objects.all()}
    copies(case, 2998, number="'T' || n", received_at="'2026-03-10 10:00+08'")
    whistle = Whistle.objects.create(
        case=case, level="town", kind="daily", blower=units[TOWN], blown_by=people["town"],
        blown_at=MARCH, settled_at=MARCH,
    )  # fmt: skip
    copies(
        whistle,
        2998,
        case_id="(SELECT id FROM cases_case WHERE number = 'T' || n)",
        settled_at="CASE WHEN n <= 2985 THEN r.settled_at END",
    )
    order = Order(
        whistle=whistle, case=case, unit=units["CGW"], role="lead", state="accepted",
        issued_at=MARCH, acknowledged_at=MARCH, reported_at=MARCH, settled_at=MARCH,
    )  # fmt: skip
    order.save(force_insert=True)
    first = Whistle.objects.exclude(pk=whistle.pk).order_by("pk")[0].pk
    case_id = "(SELECT id FROM cases_case WHERE number = 'T' || n)"
    copies(order, 2998, whistle_id=f"{first - 1} + n", case_id=case_id)
    totals = march()["totals"]
    assert (totals["whistles"], totals["whistles_solved"]) == (2998, 2985)
    solved = scoring.share(totals["whistles_solved"], totals["whistles"])
    assert scoring.half_up(solved) == Decimal("99.57")


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [
        (25_783, 29_186, "88.34"),  # 连云港 2020: cases closed of those to be closed
        (24_165, 29_186, "82.80"),  # … and closed in time
        (616_000, 642_000, "95.95"),  # 通州 2023 published 95.90 of unrounded counts
        (2_985, 2_998, "99.57"),
    ],
)
def test_shares_of_published_counts(part: int, whole: int, share: str) -> None:
    assert str(scoring.half_up(scoring.share(part, whole))) == share


def test_the_unreached_are_bounds_and_no_data_is_not_zero(stage: Stage) -> None:
    """71 of 100 answered for the unit, 23 were never reached: between 71 % and 94 % … whatever they would say."""
    answered(77, 71, 71, 71, 0)
    case = template(number="U0", callback_given_up=True)
    copies(case, 23, number="'U' || n", received_at="'2026-03-10 10:00+08'")
    call = Callback.objects.create(case=case, round=1, attempt=1, outcome="no_answer", at=MARCH)
    copies(call, 23, case_id="(SELECT id FROM cases_case WHERE number = 'U' || n)")
    found = march()
    assert found["totals"]["unreached"] == {
        "no_answer": 23, "refused": 0, "wrong_number": 0, "not_possible": 0, "total": 23
    }  # fmt: skip
    assert found["totals"]["attempts"]["no_answer"] == 23
    assert found["totals"]["attempts"]["reached"] == 77
    assert found["bounds"]["resolution"] == [71.0, 94.0]
    assert found["bounds"]["score"] == [71.0, 94.0]
    assert found["by_town"][1]["bounds"] is None
    assert found["by_town"][1]["score"] is None
