"""Claims and marks both ways by the API: the whole way, who may, once for each key, the same few queries."""

from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessment.models import Claim
from assessment.services.claims import ask
from cases.models import Case
from tests.api.calls import V1, Api, caller, get, post
from tests.assessment.appeals import WORDS, exclusion, items, missed, reviewed, town_claims
from tests.assessment.test_two_way import marked, objected
from tests.cast import PEOPLE, Stage

EVERYBODY = [*PEOPLE, ""]
DISTRICT = {"operator", "callback", "supervisor", "leader", "assessor", "admin"}
CLAIM = {"kind": "exclusion", "item": "T-SUIT"} | WORDS


@pytest.fixture
def api(stage: Stage) -> Api:
    items()
    return lambda name: caller(stage, name)


def test_a_claim_goes_its_way_by_the_api(stage: Stage, api: Api) -> None:
    number = stage.case(text="王小明来电，电话13800001234").number
    claim = post(api, "town", f"/cases/{number}/claims/", CLAIM, 201)
    assert (claim["state"], claim["unit"], claim["steps"]) == ("asked", "110112013", ["withdraw"])
    path = f"/claims/{claim['id']}/"
    assert get(api, "supervisor", path)["steps"] == ["review"]
    words = {"approve": True, "words": "经核查属实，联系13800001234"}
    assert post(api, "supervisor", f"{path}review/", words, 200)["state"] == "passed"
    done = post(api, "assessor", f"{path}review/", words, 200)
    assert (done["state"], done["counted"], done["steps"]) == ("approved", False, [])
    assert "13800001234" not in get(api, "town", path)["first_words"]
    [row] = get(api, "town", "/claims/?state=approved&mine=true")["results"]
    assert row["id"] == claim["id"]
    assert get(api, "town", "/claims/?kind=overdue")["results"] == []
    assert post(api, "assessor", f"{path}review/", words, 409)["code"] == "step_refused"
    assert post(api, "town", f"{path}withdraw/", {}, 409)["code"] == "step_refused"


def test_a_department_appeals_and_takes_its_appeal_back(stage: Stage, api: Api) -> None:
    clock = missed(stage)
    given = {"kind": "overdue", "clock": clock.pk} | WORDS
    claims = f"/cases/{clock.case.number}/claims/"
    claim = post(api, "department3", claims, given, 201)
    assert (claim["clock"], claim["limit"]) == (clock.pk, "acknowledge")
    path = f"/claims/{claim['id']}/withdraw/"
    assert post(api, "department3", path, {}, 200)["state"] == "withdrawn"
    wrong = post(api, "department3", claims, given | {"clock": 0, "basis": ""}, 400)
    assert set(wrong["fields"]) == {"basis"}
    assert "clock" in post(api, "department3", claims, given | {"clock": 0}, 400)["fields"]


def test_the_same_key_claims_once(stage: Stage, api: Api) -> None:
    number = stage.case().number
    claims = f"/cases/{number}/claims/"
    first = post(api, "town", claims, CLAIM, 201, HTTP_IDEMPOTENCY_KEY="k")
    assert post(api, "town", claims, CLAIM, 201, HTTP_IDEMPOTENCY_KEY="k") == first
    assert Claim.objects.count() == 1
    assert post(api, "town", claims, CLAIM, 409)["code"] == "step_refused"


def statuses(stage: Stage, path: str, body: dict[str, Any]) -> dict[str, int]:
    """Return what everybody is answered, nobody acting: the bodies are wrong."""
    return {who: caller(stage, who).post(f"{V1}{path}", body).status_code for who in EVERYBODY}


def by_right(acts: set[str], sees: set[str], acted: int) -> dict[str, int]:
    rights = {who: acted if who in acts else 403 if who in sees else 404 for who in PEOPLE}
    return rights | {"": 401}


def test_who_may_do_what_with_claims(stage: Stage, api: Api) -> None:
    case = stage.whistle().case
    sees_case = DISTRICT | {"town", "community", "gridhead", "gridworker"}
    sees_case |= {"department2", "department3"}
    claims = f"/cases/{case.number}/claims/"
    may = by_right({"town", "department2", "department3"}, sees_case, 400)
    assert statuses(stage, claims, {}) == may
    claim = town_claims(stage, case)
    sees = DISTRICT | {"town"}
    review = f"/claims/{claim.pk}/review/"
    assert statuses(stage, review, {}) == by_right({"supervisor"}, sees, 400)
    reviewed(stage, claim, "yes")
    assert statuses(stage, review, {}) == by_right({"assessor"}, sees, 400)
    for who in EVERYBODY:
        wanted = 200 if who in sees else 404 if who else 401
        assert caller(stage, who).get(f"{V1}/claims/{claim.pk}/").status_code == wanted
    reviewed(stage, claim)  # nothing more: it still waits for the second
    withdraw = f"/claims/{claim.pk}/withdraw/"
    assert statuses(stage, withdraw, {}) == by_right({"town"}, sees, 200)


def test_who_may_do_what_with_marks(stage: Stage, api: Api) -> None:
    order = marked(stage)
    sees = DISTRICT | {"town", "community", "gridhead", "gridworker", "department2", "department3"}
    of_the_unit = by_right({"department3"}, sees, 400)
    assert statuses(stage, f"/orders/{order.pk}/review/answer/", {}) == of_the_unit
    assert statuses(stage, f"/orders/{order.pk}/whistle_mark/", {}) == of_the_unit
    order = objected(stage)
    rulers = by_right({"supervisor", "assessor"}, sees, 400)
    assert statuses(stage, f"/orders/{order.pk}/review/rule/", {}) == rulers


def test_marks_are_answered_ruled_on_and_the_whistle_marked_by_the_api(
    stage: Stage, api: Api
) -> None:
    order = f"/orders/{marked(stage).pk}"
    shown = get(api, "department3", f"{order}/review/")
    assert (shown["answer"], shown["struck"], shown["whistle_mark"]) == (None, False, None)
    assert post(api, "department3", f"{order}/review/answer/", {"kind": "object"}, 400)["fields"]
    words = {"kind": "object", "text": "未迟到"}
    assert (
        post(api, "department3", f"{order}/review/answer/", words, 200)["answer"]["kind"]
        == "object"
    )
    ruled = post(api, "assessor", f"{order}/review/rule/", {"upheld": True, "reason": "属实"}, 200)
    assert (ruled["struck"], ruled["answer"]["ruling"]) == (True, "属实")
    assert get(api, "department3", f"{order}/whistle_mark/", 404)
    improper: dict[str, object] = {"proper": False, "mark": 30}
    wrong = post(api, "department3", f"{order}/whistle_mark/", improper, 400)
    assert list(wrong["fields"]) == ["comment"]
    improper["comment"] = "街道自有职权"
    post(api, "department3", f"{order}/whistle_mark/", improper, 201, HTTP_IDEMPOTENCY_KEY="w")
    post(api, "department3", f"{order}/whistle_mark/", improper, 201, HTTP_IDEMPOTENCY_KEY="w")
    post(api, "department3", f"{order}/whistle_mark/", improper, 409)
    assert get(api, "town", f"{order}/review/")["whistle_mark"]["proper"] is False


def test_the_list_costs_the_same_with_one_claim_and_with_many(stage: Stage, api: Api) -> None:
    def cost(who: str) -> int:
        client = api(who)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(f"{V1}/claims/").status_code == 200
        return len(queries)

    case = stage.case()
    raise_one = partial(ask, actor=stage.who("town"), at=stage.at)
    raise_one(case.pk, exclusion())
    few = {who: cost(who) for who in ("town", "supervisor", "assessor")}
    assert max(few.values()) <= 6
    for _ in range(12):
        raise_one(stage.case().pk, exclusion())
    assert {who: cost(who) for who in few} == few
    assert Case.objects.count() == 13
