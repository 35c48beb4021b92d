"""Leaders' marks count in their period and in the quarter, year and named period around it; by page and by API."""

from datetime import datetime, timedelta
from fractions import Fraction

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Unit
from assessment import periods
from assessment.models import LeaderMark, Period
from assessment.services.freezing import freeze
from assessment.services.reports import reckon
from assessment.services.workings import working_of_department
from tests.api.calls import V1, Api, caller, get, post
from tests.assessment.histories import APRIL, history
from tests.cast import SHANGHAI, Stage

MARKS = "/assessment/periods/2026-03/leader-marks/"
GIVEN = {"2026-03": 70, "2026-02": 85, "2026-Q1": 91, "2026-W11": 0, "2026-03-10": 0, "2026": 60}


@pytest.fixture
def past(stage: Stage) -> Stage:
    cache.clear()
    history(stage.people, 9, 8)
    LeaderMark.objects.all().delete()
    return stage


@pytest.fixture
def api(past: Stage) -> Api:
    return lambda name: caller(past, name)


def give(stage: Stage, marks: dict[str, int]) -> None:
    given = {"unit": Unit.objects.get(code="CGW"), "marked_by": stage.who("leader"), "at": APRIL}
    for name, mark in marks.items():
        LeaderMark.objects.create(period=name, mark=mark, **given)


def leaders(name: str) -> tuple[int, float | None]:
    rows = reckon(periods.find(name), APRIL)["by_department"]
    row = next(row for row in rows if row["code"] == "CGW")
    return row["leader_marks"], row["parts"]["leaders"]


def test_marks_of_the_months_count_in_the_quarter_and_the_year(past: Stage) -> None:
    give(past, GIVEN)
    assert leaders("2026-03") == (1, 70)
    assert leaders("2026-02") == (1, 85)
    assert leaders("2026-Q1") == (3, 82)  # each mark once: (70 + 85 + 91) ÷ 3
    assert leaders("2026") == (4, 76.5)
    assert leaders("2026-Q2") == (0, None)
    assert leaders("2026-W11") == (1, 0)


def test_a_named_period_without_an_end_counts_the_marks_there_are(past: Stage) -> None:
    start, end = datetime(2026, 2, 1, tzinfo=SHANGHAI), datetime(9999, 12, 30, tzinfo=SHANGHAI)
    Period.objects.create(name="攻坚", starts_at=start, ends_at=end)
    give(past, GIVEN | {"攻坚": 94})
    assert leaders("攻坚") == (3, 83)  # (94 + 70 + 85) ÷ 3: the quarter began before


def test_the_working_says_for_which_period_each_mark_was_given(past: Stage) -> None:
    give(past, GIVEN)
    part = working_of_department(periods.find("2026-Q1"), "CGW")["parts"]["leaders"]
    said = {row["period"]: row["points"] for row in part["contributions"]}
    assert said == {"2026-03": "70", "2026-02": "85", "2026-Q1": "91"}
    assert part["exact"] == str(Fraction(82))
    assert part["arithmetic"] == "246 ÷ 3"


@pytest.mark.parametrize(
    ("days", "counted"), [(0, ["2026-02", "2026-03", "三月前后"]), (1, ["三月前后"])]
)
def test_a_named_period_takes_the_marks_of_the_months_that_lie_wholly_in_it(
    past: Stage, days: int, counted: list[str]
) -> None:
    first = datetime(2026, 2, 1, tzinfo=SHANGHAI) + timedelta(days=days)
    Period.objects.create(name="三月前后", starts_at=first, ends_at=APRIL - timedelta(days=days))
    give(past, GIVEN | {"三月前后": 50})
    part = working_of_department(periods.find("三月前后"), "CGW")["parts"]["leaders"]
    assert sorted(row["period"] for row in part["contributions"]) == sorted(counted)


def test_a_named_period_that_is_called_like_a_month_has_its_own_bounds(past: Stage) -> None:
    give(past, GIVEN)
    start = datetime(2026, 3, 20, tzinfo=SHANGHAI)
    row = Period.objects.create(name="2026-03", starts_at=start, ends_at=APRIL)
    assert leaders("2026-Q1") == (3, 82)
    Period.objects.filter(pk=row.pk).update(ends_at=APRIL + timedelta(days=1))
    assert leaders("2026-Q1") == (2, 88)


def test_a_month_asks_for_no_periods_within_it(past: Stage) -> None:
    with CaptureQueriesContext(connection) as month:
        reckon(periods.find("2026-03"), APRIL)
    with CaptureQueriesContext(connection) as year:
        reckon(periods.find("2026"), APRIL)
    assert len(year) == len(month) + 1


def test_a_leader_gives_marks_by_the_api_all_or_nothing(past: Stage, api: Api) -> None:
    empty = get(api, "leader", MARKS)
    assert {row["mark"] for row in empty["results"]} == {None}
    codes = [row["unit"] for row in empty["results"]]
    assert "CGW" in codes
    marks = [{"unit": "CGW", "mark": 88, "comment": "主动"}, {"unit": "ZJW", "mark": 70}]
    wrong = [*marks, {"unit": "GD", "mark": 50}]
    assert list(post(api, "leader", MARKS, {"marks": wrong}, 400)["fields"]) == ["marks.2.unit"]
    twice = [*marks, {"unit": "CGW", "mark": 1}]
    assert list(post(api, "leader", MARKS, {"marks": twice}, 400)["fields"]) == ["marks.2.unit"]
    too_much = post(api, "leader", MARKS, {"marks": [{"unit": "CGW", "mark": 101}]}, 400)
    assert list(too_much["fields"]) == ["marks.0.mark"]
    assert not LeaderMark.objects.exists()
    first = post(api, "leader", MARKS, {"marks": marks}, 200, HTTP_IDEMPOTENCY_KEY="m")
    assert {r["unit"]: r["mark"] for r in first["results"] if r["marked_by"]} == {
        "CGW": 88,
        "ZJW": 70,
    }
    back = post(api, "leader", MARKS, {"marks": [{"unit": "CGW", "mark": None}]}, 200)
    assert [r["unit"] for r in back["results"] if r["mark"] is not None] == ["ZJW"]
    again = post(api, "leader", MARKS, {"marks": marks}, 200, HTTP_IDEMPOTENCY_KEY="m")
    assert again == first
    assert LeaderMark.objects.get().unit.code == "ZJW"


def test_only_leaders_and_only_until_it_is_frozen(past: Stage, api: Api) -> None:
    body = {"marks": [{"unit": "CGW", "mark": 88}]}
    for who in ("assessor", "admin", "supervisor", "town", "department", "operator"):
        assert api(who).get(f"{V1}{MARKS}").status_code == 403
        assert api(who).post(f"{V1}{MARKS}", {}).status_code == 403
    assert get(api, "leader", "/assessment/periods/2026-13/leader-marks/", 400)["fields"]
    freeze(periods.find("2026-03"), None, APRIL)
    assert post(api, "leader", MARKS, body, 409)["code"] == "step_refused"
    assert get(api, "leader", MARKS)["frozen"] is True
    later = "/assessment/periods/2099-01/leader-marks/"
    assert post(api, "leader", later, body, 409)["code"] == "step_refused"


def test_the_list_asks_as_many_questions_for_many_departments(past: Stage, api: Api) -> None:
    leader = api("leader")
    leader.get(f"{V1}{MARKS}")
    with CaptureQueriesContext(connection) as few:
        leader.get(f"{V1}{MARKS}")
    give(past, {"2026-03": 70})
    with CaptureQueriesContext(connection) as many:
        leader.get(f"{V1}{MARKS}")
    assert len(many) == len(few)
