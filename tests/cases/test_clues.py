"""Clues of machines: each becomes a case once, and its source learns what came of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from accounts.refusals import BadInput, StepRefused
from cases.models import Case, Clue
from cases.services.clues import Sighting, collect, receive_clue
from cases.services.steps import advance
from grids.places import Place
from tests.api.calls import Api, get, post
from tests.cases.conftest import Enter
from tests.cast import GRID, Stage

PLACE = Place(GRID, 116.685, 39.925)


def sent(stage: Stage, external_id: str = "2026-TB-0415", **given: Any) -> tuple[Clue, bool]:
    fields: dict[str, Any] = {
        "source": "卫片图斑",
        "external_id": external_id,
        "kind": "疑似新增违建",
        "text": "图斑显示新增彩钢板房约60平方米",
        "observed_at": stage.at - timedelta(days=2),
        "confidence": Decimal("0.870"),
        "category": "0101",
    }
    sighting = Sighting(**(fields | given))
    return receive_clue(sighting, place=PLACE, actor=stage.who("operator"), at=stage.at)


def handled(stage: Stage, case: Case) -> None:
    town = stage.who("town")
    advance(case.pk, "handle", actor=town, at=stage.at)
    advance(case.pk, "finish", actor=town, at=stage.at, result="已拆除并恢复")


def test_a_clue_becomes_a_case_of_the_place_that_nobody_is_called_about(stage: Stage) -> None:
    clue, new = sent(stage)
    assert new
    case = clue.case
    assert (case.channel, case.area_id, case.callable) == ("platform", GRID, False)
    assert case.external_id == "卫片图斑/2026-TB-0415"


def test_the_same_clue_is_one_and_other_content_is_refused(stage: Stage) -> None:
    clue, _new = sent(stage)
    again, new = sent(stage)
    assert (again.pk, new) == (clue.pk, False)
    for other in ({"text": "另一处"}, {"confidence": Decimal("0.5")}, {"kind": "垃圾堆"}):
        with pytest.raises(StepRefused):
            sent(stage, **other)
    sent(stage, source="物联感知")  # a reference is unique within its source
    assert Case.objects.count() == Clue.objects.count() == 2


@pytest.mark.slow
def test_the_same_clue_from_many_senders_at_once_is_one(committed_stage: Stage) -> None:
    stage = committed_stage

    def send(_n: int) -> bool:
        try:
            return sent(stage)[1]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        news = list(pool.map(send, range(8)))
    assert news.count(True) == 1
    assert Case.objects.count() == Clue.objects.count() == 1


def test_a_clue_without_a_category_is_filed_as_the_last_of_its_kind_now_is(stage: Stage) -> None:
    with pytest.raises(BadInput) as refusal:
        sent(stage, category="")
    assert refusal.value.fields.keys() == {"category"}
    first, _new = sent(stage)
    who = stage.who("operator")
    advance(first.case.pk, "correct", actor=who, at=stage.at, category="0306", reason="消防通道")
    second, _new = sent(stage, "2026-TB-0416", category="")
    assert second.case.category_id == "0306"


def test_what_lies_in_the_future_or_says_nothing_is_no_clue(stage: Stage) -> None:
    before_all = {"observed_at": datetime(1, 1, 2, tzinfo=UTC)}
    tomorrow = {"observed_at": stage.at + timedelta(days=1)}
    for wrong in (before_all, tomorrow, {"source": "a/b"}, {"text": " "}):
        with pytest.raises(BadInput):
            sent(stage, **wrong)
    assert not Case.objects.exists()


def test_the_end_of_the_case_answers_its_source(stage: Stage) -> None:
    closed, rejected, lawful = (sent(stage, name)[0] for name in ("a", "b", "c"))
    who = stage.who("operator")
    advance(rejected.case.pk, "reject", actor=who, at=stage.at, reason="现场未见")
    given = {"reason": "已有规划许可", "outcome": "lawful"}
    advance(lawful.case.pk, "reject", actor=who, at=stage.at, **given)
    handled(stage, closed.case)
    with pytest.raises(StepRefused):
        collect(closed.pk, actor=who, at=stage.at)
    advance(closed.case.pk, "close", actor=stage.who("gridworker"), at=stage.at)
    outcomes = Clue.objects.order_by("external_id").values_list("outcome", "answered_at")
    assert list(outcomes) == [(o, stage.at) for o in ("confirmed", "not_found", "lawful")]


def test_a_clue_merged_into_a_case_is_answered_when_that_one_ends_and_unanswered_when_redone(
    stage: Stage,
) -> None:
    clue, _new = sent(stage)
    stays = stage.case(caller_phone="")
    town = stage.who("town")
    advance(clue.case.pk, "merge", actor=town, at=stage.at, into=stays.number)
    clue.refresh_from_db()
    assert clue.answered_at is None
    handled(stage, stays)
    advance(stays.pk, "close", actor=town, at=stage.at)
    clue.refresh_from_db()
    assert clue.outcome == "confirmed"
    collect(clue.pk, actor=stage.who("operator"), at=stage.at)
    advance(stays.pk, "reopen", actor=stage.who("callback"), at=stage.at, reason="又搭起来了")
    clue.refresh_from_db()
    assert (clue.outcome, clue.answered_at, clue.collected_at) == ("", None, None)


def test_a_platform_sends_waits_and_takes_the_outcome_back(live: Stage, api: Api) -> None:
    stage = live
    body = {
        "source": "物联感知",
        "external_id": "YG-88",
        "kind": "井盖移位",
        "text": "井盖倾斜报警",
        "lon": 116.685,
        "lat": 39.925,
        "observed_at": stage.at.isoformat(),
        "category": "0101",
        "confidence": "0.9",
    }
    first = post(api, "operator", "/clues/", body, 201, headers={"Idempotency-Key": "k1"})
    assert post(api, "operator", "/clues/", body, 201, headers={"Idempotency-Key": "k1"}) == first
    assert post(api, "operator", "/clues/", body, 200)["id"] == first["id"]
    assert post(api, "operator", "/clues/", body | {"text": "x"}, 409)["code"] == "step_refused"
    post(api, "town", "/clues/", body, 403)
    post(api, "operator", f"/clues/{first['id']}/collect/", {}, 409)
    given = {"reason": "现场完好", "outcome": "not_found"}
    post(api, "operator", f"/cases/{first['case']}/steps/reject/", given, 200)
    since = (stage.at - timedelta(hours=1)).isoformat().replace("+", "%2B")
    listed = f"/clues/?source=物联感知&state=answered&since={since}"
    assert [row["outcome"] for row in get(api, "operator", listed)["results"]] == ["not_found"]
    taken = post(api, "operator", f"/clues/{first['id']}/collect/", {}, 200)
    assert taken["state"] == "collected"
    assert get(api, "operator", listed)["results"] == []


def test_the_page_lists_clues_by_how_they_stand(live: Stage, enter: Enter) -> None:
    clue, _new = sent(live)
    sent(live, "b", source="物联感知")
    client = enter("supervisor")
    advance(clue.case.pk, "reject", actor=live.who("operator"), at=live.at, reason="未见")
    answer = client.get("/clues/?state=answered")
    assert [row["row"].pk for row in answer.context["clues"]] == [clue.pk]
    assert "2026-TB-0415" in answer.content.decode()
    assert len(client.get("/clues/?source=物联感知").context["clues"]) == 1
    assert not enter("town2").get("/clues/").context["clues"]
    page = client.get(clue.case.get_absolute_url()).content.decode()
    assert "卫片图斑" in page
