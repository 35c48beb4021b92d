"""Calls on directives, matters, meetings, dockets and papers."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from dispatch.models import Directive, Responsibility, UnclaimedMatter
from dispatch.weeks import Week
from tests.api.calls import V1, caller
from tests.cast import PEOPLE, Stage
from tests.dispatch.papers import directive, matter, meeting


@pytest.fixture
def live(stage: Stage) -> Stage:
    stage.at = timezone.now() - timedelta(minutes=10)
    return stage


def call(client: APIClient, path: str, body: Any, wanted: int, key: str = "") -> Any:
    extra = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    answer = client.post(f"{V1}{path}", body, format="json", **extra)
    assert answer.status_code == wanted, answer.content.decode()
    return answer.json()


ORDER = {"title": "整治", "text": "排查", "path": "一\n二", "lead": "XFZD", "assists": ["ZJW"]}


def test_a_directive_lives_by_the_api_from_issue_to_verification(live: Stage) -> None:
    centre, lead = caller(live, "supervisor"), caller(live, "department3")
    issued = call(centre, "/directives/", ORDER | {"workdays": 3}, 201, key="d1")
    assert call(centre, "/directives/", ORDER | {"workdays": 3}, 201, key="d1") == issued
    assert Directive.objects.count() == 1
    assert (issued["number"][:3], issued["path"], issued["steps"]) == ("区指令", ["一", "二"], [])
    entries = f"/directives/{issued['id']}/entries/"
    call(lead, entries, {"kind": "progress", "text": "过半", "percent": 60}, 201)
    shown = lead.get(f"{V1}/directives/{issued['id']}/").json()
    assert (shown["percent"], shown["steps"]) == (60, ["progress", "done"])
    call(caller(live, "department2"), entries, {"kind": "done", "text": "完"}, 403)
    call(caller(live, "department"), entries, {"kind": "done", "text": "完"}, 404)
    call(centre, entries, {"kind": "verified", "text": "看过"}, 409)
    call(lead, entries, {"kind": "progress", "text": "过半"}, 400)
    call(lead, entries, {"kind": "done", "text": "完成"}, 201)
    verified = {"kind": "verified", "text": "看过", "lon": 116.68, "lat": 39.92}
    done = call(centre, entries, verified, 201)
    assert (done["state"], done["entries"][0]["lon"]) == ("verified", 116.68)
    assert [e["kind"] for e in done["entries"]] == ["verified", "done", "progress"]


@pytest.mark.parametrize("who", [name for name in PEOPLE if name != "supervisor"])
def test_only_the_centre_writes_by_the_api(live: Stage, who: str) -> None:
    one = matter(live)
    meeting(live, one)
    client = caller(live, who)
    call(client, "/directives/", ORDER | {"workdays": 3}, 403)
    call(client, f"/matters/{one.pk}/rule/", {"lead": "CGW", "ruling": "归城管委"}, 403)
    call(client, "/papers/", {"title": "a", "text": "b"}, 403)
    call(client, f"/dockets/{Week.of(live.at).code}/", {}, 403)


def test_a_matter_is_raised_and_ruled_once_and_changes_the_list(live: Stage) -> None:
    town, centre = caller(live, "town"), caller(live, "supervisor")
    case = live.case()
    raised = call(
        town,
        "/matters/",
        {"title": "无主杆", "text": "无人认领", "category": "0101", "case": case.number},
        201,
        key="m1",
    )
    assert raised["case"] == case.number
    held = {"kind": "ownership", "held_at": timezone.now().isoformat(), "place": "会议室"}
    met = call(centre, "/meetings/", held | {"matters": [raised["id"]]}, 201)
    assert met["treated"] == 1
    body = {"lead": "CGW", "assists": ["ZJW"], "ruling": "归城管委", "lasting": True}
    rule = f"/matters/{raised['id']}/rule/"
    ruled = call(centre, rule, body, 200)
    assert call(centre, rule, body, 409)["code"] == "step_refused"
    assert Responsibility.objects.get(ruling__number=ruled["number"]).lead.code == "CGW"
    listed = town.get(f"{V1}/responsibilities/?q=无主杆").json()["results"]
    assert [row["ruling"] for row in listed] == [ruled["number"]]
    closed = call(centre, f"/meetings/{met['id']}/close/", {"minutes": "议定"}, 200)
    papers = caller(live, "gridworker").get(f"{V1}/papers/").json()["results"]
    assert {row["number"] for row in papers} == {closed["paper"], ruled["number"]}
    other = caller(live, "department3").get(f"{V1}/matters/{raised['id']}/").json()
    assert (other["number"], other["case"]) == (ruled["number"], None)
    call(
        caller(live, "gridworker"), "/matters/", {"title": "a", "text": "b", "category": "01"}, 403
    )


def test_the_docket_by_the_api_and_frozen(live: Stage) -> None:
    directive(live, due_at=live.at + timedelta(minutes=1))
    code = Week.of(live.at).code
    shown = caller(live, "town").get(f"{V1}/dockets/{code}/").json()
    assert shown["paper"] is None
    (unit,) = shown["units"]
    assert (unit["unit"], unit["late"], unit["days_late"]) == ("XFZD", 1, 1)
    frozen = call(caller(live, "supervisor"), f"/dockets/{code}/", {}, 201)
    assert frozen["tables"][0]["rows"][0][0] == "区消防救援支队"
    call(caller(live, "supervisor"), f"/dockets/{code}/", {}, 409)
    assert caller(live, "town").get(f"{V1}/dockets/{code}/").json()["paper"] == frozen["number"]
    for wrong in ("2031-W01", "x"):
        assert caller(live, "town").get(f"{V1}/dockets/{wrong}/").status_code == 404


def test_lists_of_the_api_cost_the_same_with_one_row_and_with_many(live: Stage) -> None:
    def cost(path: str) -> int:
        client = caller(live, "department3")
        with CaptureQueriesContext(connection) as caught:
            assert client.get(f"{V1}{path}").status_code == 200
        return len(caught)

    def fill(count: int) -> None:
        for _each in range(count):
            directive(live)
            meeting(live, matter(live))

    paths = ["/directives/", "/matters/", "/meetings/", "/papers/"]
    fill(1)
    few = [cost(path) for path in paths]
    fill(4)
    assert [cost(path) for path in paths] == few
    assert max(few) <= 6
    assert UnclaimedMatter.objects.count() == 5
