"""The figures by API: the report, the rankings, and a working that adds up to the score."""

from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from assessment.scoring import half_up
from tests.assessment.histories import history
from tests.cast import TOWN, Stage

PERIOD = "/api/v1/assessment/periods/2026-03/"
READERS = ["leader", "assessor", "supervisor", "admin"]
OTHERS = ["operator", "callback", "gridworker", "gridhead", "community"]


def calling(stage: Stage, name: str) -> APIClient:
    client = APIClient()
    client.force_authenticate(stage.who(name))
    return client


def test_the_report_and_its_lists(stage: Stage) -> None:
    history(stage.people, 41, 40)
    leader = calling(stage, "leader")
    found = leader.get(PERIOD).json()
    assert found["period"] == "2026-03"
    assert found["totals"]["received"] > 0
    for name in ("towns", "departments"):
        listed = leader.get(f"{PERIOD}{name}/").json()
        assert listed["results"] == found[f"by_{name[:-1]}"]
        assert listed["next"] is None


@pytest.mark.parametrize("seed", [42, 43, 44])
@pytest.mark.parametrize("unit", ["CGW", "ZJW", "XFZD"])
def test_the_working_of_a_department_adds_up_to_its_score(
    stage: Stage, seed: int, unit: str
) -> None:
    history(stage.people, seed, 30)
    leader = calling(stage, "leader")
    rows = leader.get(f"{PERIOD}departments/").json()["results"]
    row = next(row for row in rows if row["code"] == unit)
    found = leader.get(f"{PERIOD}departments/{unit}/working/").json()
    whole = shares = Fraction(0)
    for name, part in found["parts"].items():
        points = [Fraction(one["points"]) for one in part["contributions"]]
        assert len(points) == part["count"]
        assert sum(points) == Fraction(part["sum"])
        if points:
            assert row["parts"][name] == float(half_up(sum(points) / len(points)))
            whole += Fraction(part["weight"]) * sum(points) / len(points)
            shares += Fraction(part["weight"])
    assert float(half_up(whole / shares)) == found["score"] == row["score"]


def test_the_written_arithmetic_gives_the_score(stage: Stage) -> None:
    history(stage.people, 45, 30)
    found = calling(stage, "leader").get(f"{PERIOD}departments/CGW/working/").json()
    written = found["arithmetic"].replace("×", "*").replace("÷", "/")
    assert round(eval(written), 2) == pytest.approx(found["score"], abs=0.006)
    assert found["arithmetic"].count("×") == sum(
        1 for part in found["parts"].values() if part["count"]
    )


def test_the_working_of_a_town_adds_up_to_its_score(stage: Stage) -> None:
    history(stage.people, 46, 40)
    leader = calling(stage, "leader")
    rows = leader.get(f"{PERIOD}towns/").json()["results"]
    row = next(row for row in rows if row["code"] == TOWN)
    found = leader.get(f"{PERIOD}towns/{TOWN}/working/").json()
    points = [Fraction(one["points"]) for one in found["parts"]["results"]["contributions"]]
    assert len(points) == row["valid_callbacks"]
    assert float(half_up(sum(points) / len(points))) == found["score"] == row["score"]


def test_a_unit_without_orders_has_an_empty_working(stage: Stage) -> None:
    found = calling(stage, "leader").get(f"{PERIOD}departments/GD/working/").json()
    assert found["score"] is None
    assert found["arithmetic"] == ""


@pytest.mark.parametrize("name", READERS)
def test_readers_read_everything(stage: Stage, name: str) -> None:
    client = calling(stage, name)
    for path in (
        "",
        "towns/",
        "departments/",
        "departments/CGW/working/",
        f"towns/{TOWN}/working/",
    ):
        assert client.get(PERIOD + path).status_code == 200, path


@pytest.mark.parametrize("name", OTHERS)
def test_others_are_refused(stage: Stage, name: str) -> None:
    client = calling(stage, name)
    for path in (
        "",
        "towns/",
        "departments/",
        "departments/CGW/working/",
        f"towns/{TOWN}/working/",
    ):
        answer = client.get(PERIOD + path)
        assert (answer.status_code, answer.json()["code"]) == (403, "permission_denied"), path


def test_strangers_are_asked_who_they_are(stage: Stage) -> None:
    for path in ("", "towns/", "departments/", "departments/CGW/working/"):
        assert APIClient().get(PERIOD + path).status_code == 401, path


def test_who_is_ranked_reads_the_ranking_and_their_own_working(stage: Stage) -> None:
    for name, own, other in (
        ("department", "departments/CGW", "departments/ZJW"),
        ("town", f"towns/{TOWN}", "towns/110112012"),
    ):
        client = calling(stage, name)
        assert client.get(PERIOD).status_code == 403
        assert client.get(PERIOD + "departments/").status_code == 200
        assert client.get(f"{PERIOD}{own}/working/").status_code == 200
        assert client.get(f"{PERIOD}{other}/working/").status_code == 403


def test_what_is_not_there(stage: Stage) -> None:
    leader = calling(stage, "leader")
    assert leader.get(f"{PERIOD}departments/NOBODY/working/").status_code == 404
    assert leader.get(f"{PERIOD}departments/{TOWN}/working/").status_code == 404
    answer = leader.get("/api/v1/assessment/periods/2026-13/")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["period"])


@pytest.mark.parametrize("count", [2, 25])
def test_calls_cost_few_queries(stage: Stage, count: int) -> None:
    history(stage.people, 47, count)
    leader = calling(stage, "leader")
    leader.get(PERIOD)
    for path, most in (("", 4), ("towns/", 4), ("departments/CGW/working/", 10)):
        with CaptureQueriesContext(connection) as queries:
            leader.get(PERIOD + path)
        assert len(queries) <= most, (path, [q["sql"] for q in queries])
