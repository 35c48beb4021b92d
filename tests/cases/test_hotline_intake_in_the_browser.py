"""An operator turns a call into a case, keyboard first, and loses nothing that was typed."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import AccessLog
from cases.models import Case
from grids.places import Place
from tests.cases.conftest import Enter
from tests.cast import COMMUNITY, GRID, Stage

CALL: dict[str, Any] = {
    "caller_phone": "138 0000 1234",
    "caller_name": "王小明",
    "text": "三号楼前消防通道被私家车堵住",
    "kind": "complaint",
    "category": "0306",
    "urgency": "normal",
    "channel": "hotline",
    "place": "潞邑街道 · 潞邑社区",
    "area": COMMUNITY,
    "lon": "",
    "lat": "",
    "address": "3号楼2单元门口",
}


def test_a_call_becomes_a_numbered_case_with_place_and_clock(enter: Enter) -> None:
    answer = enter("operator").post("/cases/new/", CALL, follow=True)
    case = Case.objects.get()
    assert answer.redirect_chain == [(case.get_absolute_url(), 302)]
    assert (case.area_id, case.town_id, case.address) == (COMMUNITY, "110112013", "3号楼2单元门口")
    assert (case.caller_phone, case.caller_name) == ("13800001234", "王小明")
    page = answer.content.decode()
    assert case.number in page
    assert "潞邑街道 · 潞邑社区" in page
    due = case.clocks.get(kind="decide").due_at
    assert due is not None
    assert re.search(r"The clock “.+” runs until \d{4}-\d\d-\d\d \d\d:\d\d", page)


def test_a_click_on_the_map_finds_the_grid(enter: Enter) -> None:
    clicked = CALL | {"area": GRID, "lon": "116.685", "lat": "39.925"}
    enter("operator").post("/cases/new/", clicked)
    case = Case.objects.get()
    assert (case.area_id, case.lon, case.lat) == (GRID, 116.685, 39.925)


def test_an_address_typed_without_choosing_finds_the_community(enter: Enter) -> None:
    typed = CALL | {"area": "", "place": "杨庄北里社区", "address": "7号楼"}
    enter("operator").post("/cases/new/", typed)
    case = Case.objects.get()
    assert case.area_id == "110112012001"
    assert case.address == "杨庄北里社区 7号楼"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"area": "", "place": ""}, "No community is known by this address"),
        ({"area": "", "place": "天涯海角"}, "No community is known by this address"),
        ({"area": "", "lon": "100", "lat": "10"}, "outside the district"),
        ({"area": "", "lon": "116.685"}, "Give longitude and latitude together"),
        ({"category": "9999"}, "There is no such category"),
        ({"category": "03"}, "Pick the second-level category"),
        ({"text": "  "}, "This field is required"),
        ({"caller_phone": "not a number"}, "A phone number has 6 to 19 digits"),
        ({"kind": "rumour"}, "Select a valid choice"),
    ],
)
def test_a_refused_form_keeps_everything_typed_and_stores_nothing(
    enter: Enter, given: dict[str, str], said: str
) -> None:
    answer = enter("operator").post("/cases/new/", CALL | given)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert said in page
    assert "王小明" in page
    assert "3号楼2单元门口" in page
    assert not Case.objects.exists()


def test_the_categories_stand_in_groups_and_work_without_scripts(enter: Enter) -> None:
    page = enter("operator").get("/cases/new/").content.decode()
    assert '<optgroup label="物业管理">' in page
    assert '<option value="0306">消防通道</option>' in page


def test_a_report_of_wrongdoing_is_confidential_without_being_asked(enter: Enter) -> None:
    enter("operator").post("/cases/new/", CALL | {"kind": "report"})
    assert Case.objects.get().confidential


def test_a_known_number_shows_its_earlier_cases_but_no_confidential_one(
    live: Stage, enter: Enter
) -> None:
    known, hidden = live.case(), live.case(confidential=True)
    page = _post(enter("operator"), "/cases/earlier/", caller_phone="138 0000 1234")
    assert known.number in page
    assert hidden.number not in page
    assert known.number not in _post(
        enter("operator"), "/cases/earlier/", caller_phone="13900000000"
    )


def test_who_takes_no_hotline_calls_learns_nothing_from_a_number(live: Stage, enter: Enter) -> None:
    known = live.case()
    for name in ("town", "community", "gridworker", "gridhead"):
        page = _post(enter(name), "/cases/earlier/", caller_phone="13800001234")
        assert known.number not in page


def test_looking_for_a_number_is_never_done_by_address(enter: Enter) -> None:
    assert enter("operator").get("/cases/earlier/?caller_phone=13800001234").status_code == 405


def test_open_cases_that_look_alike_show_while_typing(live: Stage, enter: Enter) -> None:
    near = live.case(text="消防通道被堵")
    far = live.case(text="别处", place=Place("110112012001001", 116.655, 39.905))
    page = _post(
        enter("operator"),
        "/cases/look-alikes/",
        area=COMMUNITY,
        category="0306",
        text="消防通道被私家车堵住",
    )
    assert near.number in page
    assert far.number not in page
    unplaced = _post(enter("operator"), "/cases/look-alikes/", category="0306", text="消防")
    assert "once the place is known" in unplaced


def test_a_position_alone_is_enough_for_look_alikes(live: Stage, enter: Enter) -> None:
    near = live.case()
    page = _post(
        enter("operator"), "/cases/look-alikes/", lon="116.686", lat="39.926", category="0306"
    )
    assert near.number in page


@pytest.mark.parametrize("name", ["callback", "department", "leader", "assessor", "admin"])
def test_who_takes_no_requests_gets_no_form(enter: Enter, name: str) -> None:
    client = enter(name)
    assert client.get("/cases/new/").status_code == 403
    assert client.post("/cases/new/", CALL).status_code == 403
    assert client.post("/cases/look-alikes/", CALL).status_code == 403
    assert client.post("/cases/earlier/", CALL).status_code == 403
    assert not Case.objects.exists()
    assert not AccessLog.objects.exists()


def _post(client: Client, path: str, **data: str) -> str:
    answer = client.post(path, data)
    assert answer.status_code == 200
    return answer.content.decode()
