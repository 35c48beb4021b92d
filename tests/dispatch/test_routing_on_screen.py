"""Rules, trials, rulings, precedents and matters of the city in the browser and by the API."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import Case
from cases.services.steps import advance
from dispatch.models import CityMatter, Objection, Order, OwnershipRule
from dispatch.queries.precedents import LATEST, MOST, alike, precedents_of
from dispatch.services.ownership import RuleText, switch_on, write_draft
from dispatch.services.rulings import rule
from dispatch.services.steps import advance_order
from tests.cast import Stage
from tests.plans import plan

SignIn = Callable[[str], Client]
RULE = {
    "name": "消防通道",
    "ownership": "department",
    "lead": "CGW",
    "assists": ["ZJW"],
    "category": "0306",
    "words": "通道、堵",
    "source": "权责清单 2-01",
}


def in_force(stage: Stage, name: str = "通道", **given: Any) -> OwnershipRule:
    fields = {"ownership": "department", "lead": "CGW", "category": "0306"} | given
    draft = write_draft(RuleText(name=name, source="依据", **fields), actor=stage.who("admin"))
    return switch_on(draft.pk, actor=stage.who("admin"), at=stage.at - timedelta(days=1))


def ruling(stage: Stage, *, upheld: bool = True, **case: Any) -> Objection:
    order = stage.order(stage.whistle(stage.case(**case)))
    given = {"reason": "不属本单位，联系人王小明13800001234"}
    advance_order(order.pk, "object", actor=stage.who("department3"), at=stage.at, **given)
    rule(
        order.pk, actor=stage.who("supervisor"), at=stage.at, upheld=upheld, reason="产权属供电公司"
    )
    return Objection.objects.get(order=order)


def test_a_rule_is_drafted_tried_switched_on_moved_edited_and_ended(
    live: Stage, sign_in: SignIn
) -> None:
    client, case = sign_in("supervisor"), live.case()
    live.whistle(case)
    in_force(live, "甲")
    assert client.post(reverse("dispatch:rule_new"), RULE).status_code == 302
    draft = OwnershipRule.objects.get(name="消防通道")
    assert (draft.words, draft.valid_from) == (["通道", "堵"], None)
    page = client.get(reverse("dispatch:routing")).content.decode()
    assert "Shadowed" in page, "the rule in force takes all of it"
    act(client, draft, "up")
    tried = client.get(reverse("dispatch:rule_trial"), {"try": "1", "drafts": draft.pk})
    assert case.number in tried.content.decode()
    act(client, draft, "on")
    draft.refresh_from_db()
    assert draft.valid_from is not None
    edited = client.post(reverse("dispatch:rule_edit", args=[draft.pk]), RULE | {"name": "乙"})
    assert edited.status_code == 302
    after = OwnershipRule.objects.get(name="乙")
    act(client, after, "end")
    after.refresh_from_db()
    assert after.valid_to is not None
    assert client.get(reverse("dispatch:rule_edit", args=[after.pk])).status_code == 404


def act(client: Client, row: OwnershipRule, action: str) -> None:
    assert client.post(reverse("dispatch:rule_act", args=[row.pk, action])).status_code == 302


def test_what_was_typed_comes_back_with_a_refusal(live: Stage, sign_in: SignIn) -> None:
    typed = RULE | {"lead": "", "words": "夜市 烧烤"}
    answer = sign_in("admin").post(reverse("dispatch:rule_new"), typed)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert "Name the lead department." in page
    assert "夜市 烧烤" in page


@pytest.mark.parametrize("name", ["operator", "town", "department", "leader", "gridworker"])
def test_others_read_rules_and_rulings_and_write_nothing(
    live: Stage, sign_in: SignIn, name: str
) -> None:
    row, client = in_force(live), sign_in(name)
    page = client.get(reverse("dispatch:routing"))
    assert page.status_code == 200
    assert reverse("dispatch:rule_edit", args=[row.pk]) not in page.content.decode()
    assert client.get(reverse("dispatch:rulings")).status_code == 200
    assert client.get(reverse("dispatch:rule_new")).status_code == 403
    assert client.get(reverse("dispatch:rule_trial")).status_code == 403
    assert client.post(reverse("dispatch:rule_act", args=[row.pk, "end"])).status_code == 403
    assert client.get("/api/v1/routing/rules/").json()["results"][0]["id"] == row.pk
    assert post(client, "/api/v1/routing/try/", {}).status_code == 403


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    return client.post(path, json.dumps(body), content_type="application/json")


def test_the_panel_says_which_rule_fired_why_and_what_to_do(live: Stage, sign_in: SignIn) -> None:
    in_force(live, "求助", kind="help")
    in_force(live, "通道", assists=["ZJW"], words=["私家车"])
    case = live.case()
    page = sign_in("town").get(reverse("dispatch:ownership", args=[case.number])).content.decode()
    for said in (
        "通道",
        "私家车",
        "区城市管理委员会",
        "求助",
        reverse("dispatch:blow", args=[case.number]),
    ):
        assert said in page, said
    blow = sign_in("town").get(reverse("dispatch:blow", args=[case.number]))
    form = blow.context["form"]
    assert (form["lead"].value(), form["departments"].value()) == ("CGW", ["ZJW"])
    answer = sign_in("town").get(f"/api/v1/cases/{case.number}/ownership/").json()
    assert (answer["rule_name"], answer["lead"], answer["assists"]) == ("通道", "CGW", ["ZJW"])
    assert answer["because"][1] == {"condition": "words", "asked": "私家车", "found": "私家车"}
    assert (
        sign_in("town2").get(reverse("dispatch:ownership", args=[case.number])).status_code == 404
    )


def test_the_towns_own_is_handled_first_and_a_complaint_warns(live: Stage, sign_in: SignIn) -> None:
    case = live.case(category="0101", accused="XFZD")
    page = sign_in("town").get(reverse("dispatch:ownership", args=[case.number])).content.decode()
    handle = reverse("cases:step", args=[case.number, "handle"])
    assert f'class="btn btn-primary" href="{handle}"' in page
    assert "Think twice" in page


def test_an_objection_cites_and_the_ruling_cites_too(live: Stage, sign_in: SignIn) -> None:
    earlier = ruling(live)
    order = live.order(live.whistle())
    url = reverse("dispatch:order_step", args=[order.pk, "object"])
    asked = sign_in("department3").get(url).content.decode()
    assert f"{reverse('dispatch:precedents', args=[order.case.number])}?cite=1" in asked
    wrong = {"reason": "不是我们的", "cites": "裁〔1999〕1号"}
    refused = sign_in("department3").post(url, wrong)
    assert refused.status_code == 400
    assert "裁〔1999〕1号" in refused.content.decode()
    typed = wrong | {"cites": earlier.number, "evidence": "红线图"}
    assert sign_in("department3").post(url, typed).status_code == 302
    objection = Objection.objects.get(order=order)
    assert (objection.evidence, list(objection.cites.all())) == ("红线图", [earlier])
    given = {"upheld": "no", "reason": "清单列为牵头", "cites": [earlier.number]}
    sign_in("supervisor").post(reverse("dispatch:rule", args=[order.pk]), given)
    objection.refresh_from_db()
    assert (objection.upheld, objection.charged_to and objection.charged_to.code) == (False, "XFZD")
    panel = sign_in("town").get(reverse("dispatch:orders", args=[order.case.number]))
    assert objection.number in panel.content.decode()


def test_a_ruling_is_read_without_the_caller_and_with_its_case_only_where_that_is_seen(
    live: Stage, sign_in: SignIn
) -> None:
    found = ruling(live)
    url, api = reverse("dispatch:ruling", args=[found.pk]), f"/api/v1/rulings/{found.pk}/"
    number = found.order.case.number
    for name, sees in (("town", True), ("town2", False), ("department", False)):
        page = sign_in(name).get(url).content.decode()
        assert found.number in page
        assert "王小明" not in page
        assert "13800001234" not in page
        assert (number in page) is sees
        answer = sign_in(name).get(api).json()
        assert answer["case"] == (number if sees else None)
        assert "13800001234" not in answer["reason"]
        assert answer["charged_to"] == "110112013"
    assert number not in sign_in("supervisor").get(reverse("dispatch:rulings")).content.decode()
    secret = ruling(live, confidential=True)
    assert sign_in("town2").get(reverse("dispatch:ruling", args=[secret.pk])).status_code == 404
    assert len(sign_in("town2").get("/api/v1/rulings/").json()["results"]) == 1
    narrow = sign_in("town").get("/api/v1/rulings/?upheld=false").json()["results"]
    assert narrow == []


def done(stage: Stage, text: str, **given: Any) -> Case:
    case = stage.case(text=text, **given)
    advance(case.pk, "handle", actor=stage.who("town"), at=stage.at)
    return advance(case.pk, "finish", actor=stage.who("town"), at=stage.at, result="已清理")


def test_precedents_are_the_last_done_cases_of_the_category_the_likest_first(live: Stage) -> None:
    like = done(live, "消防通道被私家车堵住了，救护车进不去")
    unlike = done(live, "三号楼前堆放杂物")
    done(live, "消防通道被私家车堵住了", category="0303")
    done(live, "消防通道被私家车堵住了", confidential=True)
    case = live.case()
    live.case()
    found = precedents_of(case, live.who("town"))
    assert [row.case for row in found.rows] == [like, unlike]
    assert found.rows[0].likeness > found.rows[1].likeness
    assert found.leads == [(None, 2)]
    assert [row.seen for row in precedents_of(case, live.who("town2")).rows] == [False, False]


def test_precedents_tell_who_led_and_which_objections_were_upheld(
    live: Stage, sign_in: SignIn
) -> None:
    found = ruling(live, upheld=False)
    order = found.order
    at = live.at
    for step, given in (("report_in", {}), ("finish", {"result": "已清理通道"})):
        advance_order(order.pk, step, actor=live.who("department3"), at=at, **given)
    advance_order(live.order(order.whistle, "ZJW").pk, "withdraw", actor=live.who("town"), at=at)
    advance_order(order.pk, "accept", actor=live.who("town"), at=at)
    case = live.case()
    [row] = precedents_of(case, live.who("town")).rows
    assert (str(row.lead), [o.number for o in row.objections]) == ("区消防救援支队", [found.number])
    fragment = reverse("dispatch:precedents", args=[case.number])
    assert found.number in sign_in("town").get(fragment).content.decode()
    cite = sign_in("supervisor").get(fragment, {"cite": "1"}).content.decode()
    assert f'name="cites" value="{found.number}"' in cite
    [answer] = sign_in("town").get(f"/api/v1/cases/{case.number}/precedents/").json()["results"]
    assert (answer["lead"], answer["rulings"][0]["upheld"]) == ("XFZD", False)


def test_precedents_cost_the_same_for_many_and_use_the_index(live: Stage) -> None:
    case, user = live.case(), live.who("leader")
    done(live, "一")
    with CaptureQueriesContext(
        connection,
    ) as few:
        precedents_of(case, live.who("leader"))
    for number in range(8):
        done(live, f"消防通道{number}")
    with CaptureQueriesContext(connection) as many:
        precedents_of(case, live.who("leader"))
    assert len(many) == len(few) <= 7
    assert "case_of_category" in plan(*alike(case, user).query.sql_with_params())
    assert MOST == 20 < LATEST


def test_a_city_matter_is_taken_up_and_answered_on_screen_and_by_the_api(
    live: Stage, sign_in: SignIn
) -> None:
    in_force(live, "地铁", ownership="city", lead="XFZD", outside_unit="市交通委员会")
    case = live.case()
    url = reverse("dispatch:city", args=[case.number])
    assert sign_in("town").get(url).status_code == 403
    live.whistle(case)
    form = sign_in("department3").get(url)
    assert "市交通委员会" in form.content.decode()
    typed = {"counterpart": "XFZD", "outside_unit": "市交通委员会", "reference": "88号"}
    assert sign_in("department3").post(url, typed).status_code == 302
    matter = CityMatter.objects.get(case=case)
    panel = reverse("dispatch:ownership", args=[case.number])
    assert "88号" in sign_in("town").get(panel).content.decode()
    api = f"/api/v1/cases/{case.number}/city/"
    assert sign_in("town").get(api).json()[0]["reference"] == "88号"
    assert post(sign_in("department3"), api, typed).status_code == 409
    answered = post(sign_in("department3"), f"{api}{matter.pk}/answer/", {"answer": "已列入计划"})
    assert answered.json()["answer"] == "已列入计划"
    assert "已列入计划" in sign_in("town").get(panel).content.decode()
    again = reverse("dispatch:city_answer", args=[case.number, matter.pk])
    assert sign_in("town").post(again, {"answer": "x"}).status_code == 403


def test_a_trial_by_the_api(live: Stage, sign_in: SignIn) -> None:
    live.whistle(live.case())
    in_force(live)
    body = {"since": (timezone.now() - timedelta(days=2)).isoformat()}
    answer = post(sign_in("admin"), "/api/v1/routing/try/", body).json()
    assert (answer["total"], answer["decided"], answer["differed"]) == (1, 1, 1)
    assert answer["disputed"][0]["source"] == "XFZD"


def test_pages_cost_the_same_with_one_row_and_with_many(live: Stage, sign_in: SignIn) -> None:
    client = sign_in("supervisor")
    for view, make in (
        ("dispatch:routing", lambda n: in_force(live, f"规则{n}", assists=["ZJW"], words=[str(n)])),
        ("dispatch:rulings", lambda n: ruling(live)),
    ):
        make(0)
        client.get(reverse(view))
        with CaptureQueriesContext(connection) as one:
            client.get(reverse(view))
        for number in range(1, 5):
            make(number)
        with CaptureQueriesContext(connection) as many:
            client.get(reverse(view))
        assert len(many) == len(one), view


def test_problem_cases_stand_on_the_centres_desk_and_in_the_list(
    live: Stage, sign_in: SignIn
) -> None:
    case = live.case()
    Case.objects.filter(pk=case.pk).update(problem_at=live.at, transfers=3)
    desk = sign_in("supervisor").get(reverse("dispatch:centre"), {"tab": "problems"})
    assert case.number in desk.content.decode()
    listed = sign_in("leader").get(reverse("cases:list"), {"problem": "1"}).content.decode()
    assert case.number in listed
    assert "Problem case" in listed
    answer = sign_in("leader").get("/api/v1/cases/?problem=true").json()["results"]
    assert [(row["number"], row["transfers"]) for row in answer] == [(case.number, 3)]
    assert Order.objects.count() == 0
