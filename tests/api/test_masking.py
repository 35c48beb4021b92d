"""What the API shows of a caller: nothing of a confidential one to those who handle the case."""

from typing import Any

import pytest

from accounts.models import AccessLog
from tests.api.calls import V1, Api, get, post
from tests.api.test_journey_through_api import ANSWERS, MARKS, REQUEST
from tests.cast import Stage

NAME, PHONE = "欧阳秋水", "13912345678"
TALK = f"{NAME}电话{PHONE}，住3号楼"
HANDLERS = ["town", "community", "gridhead", "gridworker", "department2", "department3"]
OVERSEERS = ["leader", "assessor", "admin"]


def eventful(api: Api, **given: Any) -> tuple[str, int, int]:
    """Let a case go its whole way with the caller's name and phone in every text there is."""
    body = REQUEST | {"caller_name": NAME, "caller_phone": PHONE, "text": TALK, "address": TALK}
    number = post(api, "operator", "/cases/", body | given, 201)["number"]
    path = f"/cases/{number}"
    hold = {"until": "2027-06-01", "reason": TALK}
    post(api, "supervisor", f"{path}/steps/hold/", hold, 200)
    post(api, "supervisor", f"{path}/steps/resume/", {}, 200)
    summons = {
        "level": "town",
        "kind": "daily",
        "lead": "XFZD",
        "departments": ["ZJW"],
        "items": [TALK],
        "reason": TALK,
        "assembly_place": TALK,
    }
    whistle = post(api, "town", f"{path}/whistles/", summons, 201)
    lead, assist = (order["id"] for order in whistle["orders"])
    post(api, "department2", f"/orders/{assist}/steps/object/", {"reason": TALK}, 200)
    ruling = {"upheld": True, "reason": TALK}
    post(api, "supervisor", f"/orders/{assist}/steps/rule/", ruling, 200)
    post(api, "department3", f"/orders/{lead}/steps/acknowledge/", {}, 200)
    more = {"reason": TALK, "limit": 1}
    post(api, "department3", f"/orders/{lead}/steps/extend/", more, 200)
    post(api, "supervisor", f"/orders/{lead}/steps/rule/", ruling, 200)
    came = {"note": TALK, "arrived": TALK[:120]}
    post(api, "department3", f"/orders/{lead}/steps/report_in/", came, 200)
    post(api, "department3", f"/orders/{lead}/steps/ask_leave/", {"reason": TALK}, 200)
    wanted = {"unit": "CGW", "reason": TALK}
    back = post(api, "department3", f"/orders/{lead}/whistle_back/", wanted, 201)["id"]
    ruled = {"granted": False, "reason": TALK}
    post(api, "supervisor", f"/whistles_back/{back}/rule/", ruled, 200)
    item = f"/items/{whistle['items'][0]['id']}/steps"
    post(api, "town", f"{item}/drop/", {"reason": TALK}, 200)
    post(api, "town", f"{item}/reopen/", {"reason": TALK}, 200)
    post(api, "department3", f"{item}/done/", {"evidence": TALK}, 200)
    post(api, "department3", f"/orders/{lead}/steps/progress/", {"note": TALK}, 200)
    post(api, "department3", f"/orders/{lead}/steps/finish/", {"result": TALK}, 200)
    post(api, "town", f"/orders/{lead}/steps/accept/", {"note": TALK}, 200)
    post(api, "town", f"/orders/{lead}/review/", MARKS | {"comment": TALK}, 201)
    again = ANSWERS | {"resolved": "no", "words": TALK, "then": "reopen"}
    post(api, "callback", f"{path}/callbacks/", again, 201)
    return number, whistle["id"], lead


def everything(api: Api, who: str, number: str, whistle: int, order: int) -> dict[str, str]:
    """Return all that the person can read about the case, by call."""
    calls = [
        "/cases/",
        f"/cases/{number}/",
        f"/cases/{number}/events/",
        f"/cases/{number}/clocks/",
        f"/cases/{number}/duplicates/",
        f"/cases/{number}/callbacks/",
        "/whistles/",
        f"/whistles/{whistle}/",
        "/orders/",
        f"/orders/{order}/",
        f"/orders/{order}/review/",
    ]
    answers = {call: api(who).get(f"{V1}{call}") for call in calls}
    assert {answer.status_code for answer in answers.values()} == {200}
    return {call: answer.content.decode() for call, answer in answers.items()}


@pytest.mark.parametrize("given", [{"confidential": True}, {"kind": "report"}, {}])
def test_no_text_of_the_api_tells_a_handler_who_called(
    stage: Stage, api: Api, given: dict[str, Any]
) -> None:
    number, whistle, order = eventful(api, **given)
    alike = REQUEST | {"caller_name": NAME, "caller_phone": PHONE, "text": TALK}
    post(api, "operator", "/cases/", alike | {"confidential": True}, 201)
    for who in [*HANDLERS, *OVERSEERS]:
        for call, text in everything(api, who, number, whistle, order).items():
            assert NAME not in text, (who, call)
            assert PHONE not in text, (who, call)


def test_a_step_of_a_handler_is_answered_without_the_caller(stage: Stage, api: Api) -> None:
    body = REQUEST | {"caller_name": NAME, "caller_phone": PHONE, "text": TALK}
    case = post(api, "operator", "/cases/", body | {"confidential": True}, 201)
    answer = post(api, "town", f"/cases/{case['number']}/steps/handle/", {"note": TALK}, 200)
    assert (answer["caller_name"], answer["caller_phone"], answer["may_reveal"]) == ("", "", False)
    assert NAME not in str(answer)
    assert PHONE not in str(answer)


def test_a_confidential_caller_is_revealed_only_to_its_keepers(stage: Stage, api: Api) -> None:
    case = stage.case(confidential=True, caller_name=NAME, caller_phone=PHONE)
    path = f"/cases/{case.number}/reveal/"
    for who in ("town", "operator", "leader"):
        post(api, who, path, {"purpose": "核实"}, 403)
    shown = post(api, "callback", path, {"purpose": "回访核实"}, 200)
    assert shown == {"caller_name": NAME, "caller_phone": PHONE}


def test_looking_at_a_caller_is_on_purpose_and_leaves_a_line(stage: Stage, api: Api) -> None:
    case = stage.case(caller_name=NAME, caller_phone=PHONE)
    seen = get(api, "town", f"/cases/{case.number}/")
    assert (seen["caller_name"], seen["caller_phone"]) == ("欧**", "139****78")
    assert seen["may_reveal"] is True
    path = f"/cases/{case.number}/reveal/"
    assert "purpose" in post(api, "town", path, {}, 400)["fields"]
    assert not AccessLog.objects.exists()
    assert post(api, "town", path, {"purpose": "上门"}, 200)["caller_phone"] == PHONE
    line = AccessLog.objects.get()
    assert (line.user.username, line.case_number, line.purpose) == ("town", case.number, "上门")


def test_those_who_take_calls_read_what_was_said(stage: Stage, api: Api) -> None:
    case = stage.case(caller_name=NAME, caller_phone=PHONE, text=TALK)
    assert get(api, "operator", f"/cases/{case.number}/")["text"] == TALK
    assert get(api, "callback", f"/cases/{case.number}/")["text"] == TALK
    hidden = get(api, "town", f"/cases/{case.number}/")["text"]
    assert hidden == "***电话***，住3号楼"
