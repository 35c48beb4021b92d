"""One call may bring several matters: each a case with a life of its own, all answered by one callback."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client

from accounts.refusals import BadInput, StepRefused
from cases.models import Callback, Case
from cases.services.callbacks import Said, rating_token, record_call
from cases.services.splitting import Matter, add_matter, split_case
from cases.services.steps import advance
from grids.places import Place
from tests.api.calls import Api, get, post
from tests.cases.conftest import Enter
from tests.cases.test_callback_desk import REACHED
from tests.cast import GRID, Stage

YES = Said(contacted=True, resolved="yes", satisfied="satisfied", then="close")
NO = Said(contacted=True, resolved="no", satisfied="dissatisfied", words="还堵", then="reopen")
LIFT = Matter("0303", "电梯经常停运")


def finish(stage: Stage, *cases: Case) -> None:
    for case in cases:
        town = stage.who("town")
        advance(case.pk, "handle", actor=town, at=stage.at)
        advance(case.pk, "finish", actor=town, at=stage.at, result="已处理")


def twins(stage: Stage) -> tuple[Case, Case]:
    first = stage.case(confidential=True)
    second = add_matter(first.number, LIFT, actor=stage.who("operator"), at=stage.at)
    return Case.objects.get(pk=first.pk), Case.objects.get(pk=second.pk)


def test_a_second_matter_shares_caller_place_and_call_and_lives_for_itself(stage: Stage) -> None:
    first, second = twins(stage)
    assert first.call_id == second.call_id is not None
    shared = ("caller_name", "caller_phone", "area_id", "address", "confidential", "channel")
    assert [getattr(first, n) for n in shared] == [getattr(second, n) for n in shared]
    assert second.category_id == "0303"
    assert second.clocks.running().count() == first.clocks.running().count()
    assert first.events.get(step="call.more").details["other"] == second.number
    assert second.events.get(step="call.more").details["other"] == first.number
    third = add_matter(second.number, LIFT, actor=stage.who("operator"), at=stage.at)
    assert third.call_id == first.call_id


def test_a_matter_is_split_off_only_before_anybody_works_on_the_case(stage: Stage) -> None:
    case = stage.case()
    elsewhere = Matter("0303", "电梯停运", place=Place("110112013001002", 116.695, 39.925))
    new = split_case(case.pk, elsewhere, actor=stage.who("operator"), at=stage.at)
    assert (new.area_id, new.state) == ("110112013001002", "received")
    with pytest.raises(PermissionDenied):
        split_case(case.pk, LIFT, actor=stage.who("town"), at=stage.at)
    finish(stage, case)
    with pytest.raises(StepRefused):
        split_case(case.pk, LIFT, actor=stage.who("operator"), at=stage.at)


def test_nobody_adds_to_a_call_that_is_not_theirs(stage: Stage) -> None:
    case = stage.case()
    with pytest.raises(PermissionDenied):
        add_matter(case.number, LIFT, actor=stage.who("town"), at=stage.at)
    with pytest.raises(BadInput):
        add_matter(case.number, LIFT, actor=stage.who("town2"), at=stage.at)


def test_one_call_answers_all_its_cases_or_none(stage: Stage) -> None:
    first, second = twins(stage)
    finish(stage, first, second)
    agent = stage.who("callback")

    def call(said: dict[int, Said], outcome: str) -> None:
        record_call(said, actor=agent, at=stage.at, outcome=outcome)

    call({first.pk: Said(), second.pk: Said()}, "no_answer")
    with pytest.raises(BadInput) as refusal:
        call({first.pk: YES, second.pk: Said(then="close")}, "reached")
    assert f"{second.number}.resolved" in refusal.value.fields
    assert Callback.objects.count() == 2
    call({first.pk: YES, second.pk: NO}, "reached")
    attempts = Callback.objects.order_by("pk").values_list("case", "attempt")
    assert list(attempts) == [(first.pk, 1), (second.pk, 1), (first.pk, 2), (second.pk, 2)]
    states = Case.objects.order_by("pk").values_list("state", "round")
    assert list(states) == [("closed", 1), ("received", 2)]


def test_cases_of_different_calls_are_not_answered_by_one(stage: Stage) -> None:
    first, second = stage.case(), stage.case()
    finish(stage, first, second)
    with pytest.raises(BadInput) as refusal:
        record_call(
            {first.pk: YES, second.pk: YES},
            actor=stage.who("callback"),
            at=stage.at,
            outcome="reached",
        )
    assert refusal.value.fields.keys() == {"also"}


def test_the_desk_shows_a_call_once_and_asks_about_each_of_its_cases(
    live: Stage, enter: Enter
) -> None:
    first, second = twins(live)
    third = add_matter(first.number, LIFT, actor=live.who("operator"), at=live.at)
    finish(live, first, second)
    client = enter("callback")
    answer = client.get("/desk/callbacks/")
    assert [row["line"].number for row in answer.context["queue"]] == [first.number]
    assert [other["line"].number for other in answer.context["also"]] == [second.number]
    assert [line.number for line in answer.context["not_ready"]] == [third.number]
    n = second.number
    half = REACHED | {f"{n}-spoken": "on", f"{n}-words": "电梯还是停", f"{n}-then": "reopen"}
    refused = client.post(f"{first.get_absolute_url()}callback/", half)
    assert refused.status_code == 400
    assert "电梯还是停" in refused.content.decode()
    assert not Callback.objects.exists()
    answers = {f"{n}-contacted": "no", f"{n}-resolved": "no", f"{n}-satisfied": "dissatisfied"}
    client.post(f"{first.get_absolute_url()}callback/", half | answers)
    states = Case.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["closed", "received", "received"]


def test_a_case_not_spoken_of_stays_in_the_queue(live: Stage, enter: Enter) -> None:
    first, second = twins(live)
    finish(live, first, second)
    given = REACHED | {f"{second.number}-words": ""}
    enter("callback").post(f"{first.get_absolute_url()}callback/", given)
    assert Callback.objects.get().case == first


def test_the_reporter_of_a_merged_case_is_told_at_the_desk(live: Stage, enter: Enter) -> None:
    twin, stays = live.case(), live.case()
    advance(twin.pk, "merge", actor=live.who("operator"), at=live.at, into=stays.number)
    finish(live, stays)
    client = enter("callback")
    answer = client.get("/desk/callbacks/?part=tell")
    assert [row["line"].number for row in answer.context["queue"]] == [twin.number]
    page = answer.content.decode()
    assert "Reported the same as" in page
    assert "已处理" in page
    given = {name: value for name, value in REACHED.items() if name != "then"}
    client.post(f"{twin.get_absolute_url()}callback/", given)
    assert Callback.objects.get().case == twin
    assert len(client.get("/desk/callbacks/").context["tabs"]) == 2


def test_the_residents_link_asks_about_one_matter_after_the_other(stage: Stage) -> None:
    first, second = twins(stage)
    finish(stage, first, second)
    answers = {"contacted": "yes", "resolved": "yes", "satisfied": "satisfied"}
    client = Client()
    client.cookies["django_language"] = "en"
    path = f"/rate/{rating_token(first)}/"
    assert "1 more matter" in client.get(path).content.decode()
    following = client.post(path, answers)["Location"]
    assert following == f"/rate/{rating_token(second)}/"
    assert client.post(following, answers)["Location"] == following
    assert set(Case.objects.values_list("state", flat=True)) == {"rated"}


def test_the_operator_takes_down_two_matters_of_one_call(live: Stage, enter: Enter) -> None:
    client = enter("operator")
    given: dict[str, Any] = {
        "caller_phone": "13800001234",
        "caller_name": "王小明",
        "channel": "hotline",
        "text": "消防通道被堵",
        "category": "0306",
        "kind": "complaint",
        "urgency": "normal",
        "area": GRID,
        "place": "第1网格",
    }
    answer = client.post("/cases/new/", given | {"more": "1"})
    first = Case.objects.get()
    assert answer["Location"] == f"{first.get_absolute_url()}more/"
    page = client.get(answer["Location"]).content.decode()
    assert "王**" in page
    assert "13800001234" not in page
    matter = {name: given[name] for name in ("kind", "urgency", "area", "place")}
    refused = client.post(answer["Location"], matter | {"text": "电梯停运", "category": ""})
    assert refused.status_code == 400
    assert "电梯停运" in refused.content.decode()
    client.post(answer["Location"], matter | {"text": "电梯停运", "category": "0303"})
    second = Case.objects.exclude(pk=first.pk).get()
    assert (second.caller_phone, second.text) == ("13800001234", "电梯停运")
    split = f"{first.get_absolute_url()}split/"
    client.post(split, matter | {"text": "路灯不亮", "category": "0101"})
    assert Case.objects.filter(call=second.call_id).count() == 3
    assert enter("town").get(split).status_code == 403


def test_programs_add_split_and_answer(live: Stage, api: Api) -> None:
    stage = live
    body = {
        "channel": "hotline",
        "kind": "complaint",
        "category": "0306",
        "text": "消防通道被堵",
        "area": GRID,
        "caller_phone": "13800001234",
    }
    first = post(api, "operator", "/cases/", body, 201)["number"]
    more = {k: v for k, v in body.items() if k != "caller_phone"} | {"call": first}
    second = post(api, "operator", "/cases/", more | {"category": "0303"}, 201)["number"]
    path = f"/cases/{first}/split/"
    third = post(api, "operator", path, {"category": "0101", "text": "路灯不亮"}, 201)["number"]
    post(api, "town", path, {"category": "0101", "text": "x"}, 403)
    assert get(api, "operator", f"/cases/{first}/")["same_call"] == [second, third]
    finish(stage, *Case.objects.filter(number__in=[first, second]))
    said = {"contacted": True, "resolved": "yes", "satisfied": "satisfied"}
    call = {"outcome": "reached", **said, "also": [{"case": second, **said, "then": "close"}]}
    post(api, "callback", f"/cases/{first}/callbacks/", call, 201)
    assert list(Case.objects.order_by("pk").values_list("state", flat=True))[:2] == [
        "rated",
        "closed",
    ]
    call["also"] = [{"case": third, **said}]
    post(api, "callback", f"/cases/{second}/callbacks/", call, 409)
