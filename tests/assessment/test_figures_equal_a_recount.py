"""Every number of the report equals what one gets by going through the cases one by one."""

import random
from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessment import periods
from assessment.models import AssessmentPolicy
from assessment.services.reports import report
from cases.models import Callback, Case
from dispatch.models import Order
from tests.assessment import brute
from tests.assessment.histories import APRIL, MARCH, history
from tests.cast import Stage

OF_UNIT = [
    "orders",
    "lead_orders",
    "settled",
    "reviews",
    "struck_reviews",
    "objections_lost",
    "documents",
    "leader_marks",
    "parts",
    "score",
]
COUNTS = [
    "received",
    "closed",
    "open",
    "counted",
    "valid_callbacks",
    "contacted",
    "resolved",
    "partly",
    "satisfied",
    "basic",
    "awaiting",
    "unreached",
]


def only(row: dict, names: Iterable[str] = COUNTS) -> dict:
    return {name: row[name] for name in names}


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_report_equals_a_recount(stage: Stage, seed: int) -> None:
    history(stage.people, seed, 50)
    _check_report()


def _check_report() -> None:
    span = periods.find("2026-03")
    found = report(span, APRIL)
    cases = brute.cases_of(span)
    whole = brute.counts(cases)
    assert only(found["totals"], whole) == whole
    assert found["totals"]["breached"] == brute.breached(cases)
    assert (found["totals"]["whistles"], found["totals"]["whistles_solved"]) == brute.whistles(
        cases
    )
    assert found["rates"] == brute.rates(whole)
    assert found["score"] == brute.rounded(brute.exact_score(whole))
    _check_groups(found, cases)
    _check_towns(found, cases)


def _check_groups(found: dict, cases: list[Case]) -> None:
    groups: dict = defaultdict(list)
    for case in cases:
        groups["by_kind", case.kind].append(case)
        groups["by_channel", case.channel].append(case)
        groups["category", case.category_id].append(case)
        groups["first level", case.category_id[:2]].append(case)
        groups["day", brute.local_day(case)].append(case)
        groups["community", case.area_id[:12]].append(case)
    for name in ("by_kind", "by_channel"):
        for value, row in found[name].items():
            counts = brute.counts(groups[name, value])
            assert only(row, counts) == counts
            assert row["rates"] == brute.rates(counts)
    for row in found["by_category"]:
        counts = brute.counts(groups["first level", row["code"]])
        assert only(row, counts) == counts
        for child in row["children"]:
            counts = brute.counts(groups["category", child["code"]])
            assert only(child, counts) == counts
    for name, key, rows in (("day", "date", "by_day"), ("community", "code", "by_community")):
        for row in found[rows]:
            counts = brute.counts(groups[name, row[key]])
            assert only(row, counts) == counts
    assert sum(row["received"] for row in found["by_day"]) == len(cases)
    assert sum(row["received"] for row in found["by_category"]) == len(cases)


def _check_towns(found: dict, cases: list[Case]) -> None:
    exact = []
    for row in found["by_town"]:
        mine = [case for case in cases if case.town_id == row["code"]]
        counts = brute.counts(mine)
        assert only(row, counts) == counts
        assert row["rates"] == brute.rates(counts)
        assert row["breached"] == brute.breached(mine)
        assert (row["whistles"], row["whistles_solved"]) == brute.whistles(mine)
        for kind, of_kind in row["by_kind"].items():
            assert of_kind["received"] == sum(case.kind == kind for case in mine)
        exact.append(brute.exact_score(counts))
    known = [score for score in exact if score is not None]
    assert found["mean_of_towns"]["towns"] == len(known)
    assert found["mean_of_towns"]["score"] == brute.rounded(sum(known) / len(known))


@pytest.mark.parametrize("seed", [4, 5, 6])
def test_departments_equal_a_recount(stage: Stage, seed: int) -> None:
    history(stage.people, seed, 50)
    _check_departments()


def _check_departments() -> None:
    span = periods.find("2026-03")
    found = report(span, APRIL)
    assert {row["code"] for row in found["by_department"]} == {"CGW", "ZJW", "XFZD", "GD"}
    for row in found["by_department"]:
        expected = brute.department(span, row["code"])
        said = only(row, [name for name in OF_UNIT if name in expected])
        said["kept"] = {kind: limit["kept"] for kind, limit in row["limits"].items()}
        said["decided"] = {kind: limit["decided"] for kind, limit in row["limits"].items()}
        said["answers"] = only(row, list(expected["answers"]))
        assert said == expected


SIX_PARTS = {
    "timeliness_weight": "0.25",
    "results_weight": "0.2",
    "objections_weight": "0.05",
    "documents_weight": "0.05",
    "leaders_weight": "0.05",
    "town_cap": "0.6",
    "document_points": {"urge": "2", "reminder": "5", "assignment": 10, "supervision": "12.5"},
}


@pytest.mark.parametrize("seed", [4, 5])
def test_six_parts_equal_a_recount(stage: Stage, seed: int) -> None:
    AssessmentPolicy.objects.update(**SIX_PARTS)
    test_departments_equal_a_recount(stage, seed)


FIVE = {
    "scale": "five",
    "basic_factor": "0.7",
    "partly_factor": "0.5",
    "answer_factors": {
        "satisfied": "0.95",
        "dissatisfied": "0.3",
        "very_dissatisfied": "0.05",
        "no": "0.125",
    },
}


def answered_in_five(seed: int) -> None:
    """Let residents have chosen among five answers."""
    dice = random.Random(seed)
    for callback in Callback.objects.filter(outcome="reached").order_by("pk"):
        callback.satisfied = dice.choice(brute.CONTENT)
        callback.save(update_fields=["satisfied"])


@pytest.mark.parametrize("test", ["report", "departments"])
def test_five_answers_with_their_factors_equal_a_recount(stage: Stage, test: str) -> None:
    AssessmentPolicy.objects.update(**FIVE)
    history(stage.people, 4, 50)
    answered_in_five(4)
    checks = {"report": _check_report, "departments": _check_departments}
    checks[test]()


@pytest.mark.parametrize("seed", [4, 5])
def test_performance_equals_a_recount(stage: Stage, seed: int) -> None:
    history(stage.people, seed, 50)
    span = periods.find("2026-03")
    cases = brute.cases_of(span)
    orders = [o for o in Order.objects.exclude(state="withdrawn") if o.case in cases]
    for row in report(span, APRIL)["by_town"]:
        own = [case for case in cases if case.town_id == row["code"]]
        parts = dict(row["performance"]["parts"])
        assert parts.pop("rates") == row["score"]
        assert parts == brute.town_parts(own, row["code"], orders)


def test_a_case_belongs_to_the_month_it_was_received_in_local_time(stage: Stage) -> None:
    writer = history(stage.people, 7, 0)
    for at in (MARCH, MARCH - timedelta(microseconds=1), APRIL - timedelta(microseconds=1), APRIL):
        writer.case(at)
    months = {name: report(periods.find(name), APRIL) for name in ("2026-02", "2026-03", "2026-04")}
    received = {name: found["totals"]["received"] for name, found in months.items()}
    assert received == {"2026-02": 1, "2026-03": 2, "2026-04": 1}
    days = [row["date"] for row in months["2026-03"]["by_day"]]
    assert days == ["2026-03-01", "2026-03-31"]


def test_an_excluded_case_is_received_but_not_rated(stage: Stage) -> None:
    writer = history(stage.people, 8, 0)
    case = writer.case(MARCH, counted=False, round=1)
    writer.callback(case, 1, 9, "reached", contacted=False, resolved="no", satisfied="dissatisfied")
    totals = report(periods.find("2026-03"), APRIL)["totals"]
    assert (totals["received"], totals["counted"], totals["valid_callbacks"]) == (1, 0, 0)


def test_the_last_answer_counts_even_while_the_redo_is_under_way(stage: Stage) -> None:
    writer = history(stage.people, 9, 0)
    case = stage.case(at=MARCH)
    writer.callback(case, 1, 1, "reached", resolved="no", satisfied="dissatisfied", contacted=True)
    Case.objects.filter(pk=case.pk).update(round=2)
    totals = report(periods.find("2026-03"), APRIL)["totals"]
    assert (totals["valid_callbacks"], totals["resolved"]) == (1, 0)
    writer.callback(case, 2, 1, "no_answer")
    writer.callback(case, 2, 2, "reached", resolved="yes", satisfied="satisfied", contacted=True)
    totals = report(periods.find("2026-03"), APRIL)["totals"]
    assert (totals["valid_callbacks"], totals["resolved"]) == (1, 1)


@pytest.mark.parametrize("count", [3, 30])
def test_a_report_costs_few_queries_however_many_cases(stage: Stage, count: int) -> None:
    history(stage.people, 10, count)
    with CaptureQueriesContext(connection) as queries:
        report(periods.find("2026-03"), APRIL)
    assert len(queries) <= 28, [query["sql"][:90] for query in queries]
