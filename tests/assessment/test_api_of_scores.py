"""The figures by API: the report, the rankings, and a working that adds up to the score."""

import re
from fractions import Fraction

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from assessment import periods
from assessment.models import Period
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
    assert added_up(found["parts"]) == found["score"] == row["score"]
    for name, part in found["parts"].items():
        assert part["value"] == row["parts"][name]


def added_up(parts: dict) -> float | None:
    """Add the contributions of every part up again, as anybody may."""
    whole = shares = Fraction(0)
    for name, part in parts.items():
        value = VALUES.get(name, mean)(part)
        assert value is None or float(half_up(value)) == part["value"], name
        if value is not None:
            whole += Fraction(part["weight"]) * value
            shares += Fraction(part["weight"])
    return float(half_up(whole / shares)) if shares else None


def mean(part: dict) -> Fraction | None:
    points = [Fraction(one["points"]) for one in part["contributions"] if one["points"] != "—"]
    points += [Fraction(part["rest"]["points"])] * part["rest"]["count"]
    assert len(points) == part["count"]
    assert sum(points) == Fraction(part["sum"])
    return sum(points, Fraction(0)) / len(points) if points else None


def by_towns(part: dict) -> Fraction | None:
    value = Fraction(0)
    for town in part["towns"]:
        own = [
            Fraction(one["points"])
            for one in part["contributions"]
            if one["town"] == town["code"] and one["points"] != "—"
        ]
        assert (len(own), sum(own)) == (town["reviews"], Fraction(town["sum"]))
        value += Fraction(town["share"]) * sum(own) / len(own)
    return value if part["towns"] else None


def off_a_hundred(part: dict) -> Fraction | None:
    off = sum((Fraction(one["points"]) for one in part["contributions"]), Fraction(0))
    return None if part["exact"] is None else max(Fraction(100) + off, Fraction(0))


def as_stated(part: dict) -> Fraction | None:
    """Return what the arithmetic comes to; used where a share, not a mean, is turned into points."""
    return evaluated(part["arithmetic"]) if part["arithmetic"] else None


def evaluated(text: str) -> Fraction:
    exact = re.sub(r"\d+(\.\d+)?", lambda number: f"Fraction('{number[0]}')", text)
    return eval(exact.replace("×", "*").replace("÷", "/").replace("−", "-"))


VALUES = {
    "marks": by_towns,
    "objections": off_a_hundred,
    "documents": off_a_hundred,
    "rates": as_stated,
    "use": as_stated,
    "quality": as_stated,
}


@pytest.mark.parametrize("seed", [45, 49])
def test_the_written_arithmetic_gives_the_score(stage: Stage, seed: int) -> None:
    history(stage.people, seed, 30)
    leader = calling(stage, "leader")
    for path in ("departments/CGW", f"towns/{TOWN}"):
        found = leader.get(f"{PERIOD}{path}/working/").json()
        for one in (found, found.get("performance", found)):
            assert float(half_up(evaluated(one["arithmetic"]))) == one["score"]


@pytest.mark.parametrize("seed", [46, 48])
def test_the_working_of_a_town_adds_up_to_its_score(stage: Stage, seed: int) -> None:
    history(stage.people, seed, 40)
    leader = calling(stage, "leader")
    rows = leader.get(f"{PERIOD}towns/").json()["results"]
    row = next(row for row in rows if row["code"] == TOWN)
    found = leader.get(f"{PERIOD}towns/{TOWN}/working/").json()
    part = found["parts"]["results"]
    assert part["count"] == row["valid_callbacks"]
    assert float(half_up(mean(part))) == found["score"] == row["score"]
    performance = found["performance"]
    assert added_up(performance["parts"]) == performance["score"] == row["performance"]["score"]
    for name, one in performance["parts"].items():
        assert one["value"] == row["performance"]["parts"][name]


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


@pytest.mark.parametrize("name", ["2026 上半年", "一季度·试行"])
def test_a_named_period_is_read_by_its_name(stage: Stage, name: str) -> None:
    march = periods.find("2026-03")
    Period.objects.create(name=name, starts_at=march.starts_at, ends_at=march.ends_at)
    answer = calling(stage, "leader").get(f"/api/v1/assessment/periods/{name}/")
    assert (answer.status_code, answer.json()["period"]) == (200, name)


@pytest.mark.parametrize("count", [2, 25])
def test_calls_cost_few_queries(stage: Stage, count: int) -> None:
    history(stage.people, 47, count)
    leader = calling(stage, "leader")
    leader.get(PERIOD)
    for path, most in (("", 4), ("towns/", 4), ("departments/CGW/working/", 22)):
        with CaptureQueriesContext(connection) as queries:
            leader.get(PERIOD + path)
        assert len(queries) <= most, (path, [q["sql"] for q in queries])
