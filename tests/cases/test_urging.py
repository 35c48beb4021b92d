"""A resident asks again: it stays with the case, whoever is due next is told, and a storm rings once."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import Notice
from accounts.refusals import StepRefused
from cases.models import Case, Urge
from cases.services.steps import advance
from cases.services.urging import urge
from dispatch.services.steps import advance_order
from tests.api.calls import Api, get, post
from tests.cases.conftest import Enter
from tests.cast import Stage


def told(stage: Stage) -> list[str]:
    rows = Notice.objects.filter(kind="case_urged").order_by("pk")
    return [row.recipient.username for row in rows.select_related("recipient")]


def test_whoever_holds_the_next_time_limit_is_told(stage: Stage) -> None:
    case = stage.case()
    urge(case.pk, actor=stage.who("operator"), at=stage.at, words="还没有人来")
    assert told(stage) == ["town"]
    order = stage.order(stage.whistle(case, departments=[]))
    stage.at += timedelta(hours=1)
    urge(case.pk, actor=stage.who("operator"), at=stage.at)
    assert told(stage)[1:] == ["department3"]
    for step in ("acknowledge", "report_in", "finish"):
        result = {"result": "已清理"} if step == "finish" else {}
        advance_order(order.pk, step, actor=stage.who("department3"), at=stage.at, **result)
    advance_order(order.pk, "accept", actor=stage.who("town"), at=stage.at)
    stage.at += timedelta(hours=1)
    urge(case.pk, actor=stage.who("callback"), at=stage.at)
    assert Urge.objects.order_by("-pk")[0].told.code == "HOTLINE"
    assert Case.objects.count() == 1


def test_a_storm_is_kept_whole_and_rings_once_in_half_an_hour(stage: Stage) -> None:
    case = stage.case()
    for minute in (0, 1, 15, 29, 30, 45, 61):
        at = stage.at + timedelta(minutes=minute)
        urge(case.pk, actor=stage.who("operator"), at=at)
    case.refresh_from_db()
    assert (case.urged, Urge.objects.count()) == (7, 7)
    rang = Urge.objects.filter(notified=True).order_by("at").values_list("at", flat=True)
    assert [(at - stage.at).seconds // 60 for at in rang] == [0, 30, 61]
    assert len(told(stage)) == 3
    assert case.events.filter(step="urge").count() == 7


def test_a_merged_case_is_urged_where_its_matter_is_followed(stage: Stage) -> None:
    case, stays = stage.case(), stage.case()
    advance(case.pk, "merge", actor=stage.who("town"), at=stage.at, into=stays.number)
    row = urge(case.pk, actor=stage.who("operator"), at=stage.at)
    assert row.case == stays


def test_an_ended_case_is_not_urged_and_not_by_everybody(stage: Stage) -> None:
    case = stage.case()
    for name in ("town", "gridworker", "leader"):
        with pytest.raises(PermissionDenied):
            urge(case.pk, actor=stage.who(name), at=stage.at)
    advance(case.pk, "reject", actor=stage.who("operator"), at=stage.at, reason="撤回")
    with pytest.raises(StepRefused):
        urge(case.pk, actor=stage.who("operator"), at=stage.at)
    assert not Urge.objects.exists()


def test_the_operator_urges_with_one_key_while_the_caller_is_on_the_line(
    live: Stage, enter: Enter
) -> None:
    case = live.case()
    done = live.case()
    advance(done.pk, "reject", actor=live.who("operator"), at=live.at, reason="撤回")
    client = enter("operator")
    page = client.post("/cases/earlier/", {"caller_phone": "138 0000 1234"}).content.decode()
    assert page.count("Same matter: urge it") == 1
    assert f"{case.get_absolute_url()}urge/" in page
    answer = client.post(
        f"{case.get_absolute_url()}urge/", {"text": "三天了"}, headers={"HX-Request": "true"}
    )
    assert "No new case is needed" in answer.content.decode()
    assert Urge.objects.get().words == "三天了"
    assert "Urged ×1" in enter("town").get("/desk/town/").content.decode()
    assert "Urged ×1" in client.get(case.get_absolute_url()).content.decode()
    assert client.post(f"{case.get_absolute_url()}urge/")["Location"] == case.get_absolute_url()
    assert enter("town").post(f"{case.get_absolute_url()}urge/").status_code == 403


def test_what_was_urged_stands_first_in_its_group_of_the_desk(live: Stage, enter: Enter) -> None:
    calm, urged = live.case(), live.case()
    urge(urged.pk, actor=live.who("operator"), at=live.at)
    groups = enter("town").get("/desk/town/").context["groups"]
    assert [row["line"].number for row in groups[0]["rows"]] == [urged.number, calm.number]


def test_programs_urge_too(stage: Stage, api: Api) -> None:
    case = stage.case()
    row = post(
        api, "operator", f"/cases/{case.number}/urges/", {"words": "请回复 13800001234"}, 201
    )
    assert (row["urged"], row["told"], row["notified"]) == (1, "110112013", True)
    post(api, "town", f"/cases/{case.number}/urges/", {}, 403)
    post(api, "town2", f"/cases/{case.number}/urges/", {}, 404)
    [seen] = get(api, "town", f"/cases/{case.number}/urges/")["results"]
    assert seen["words"] == "请回复 ***"
    assert get(api, "town", "/cases/?urged=true")["results"][0]["urged"] == 1
