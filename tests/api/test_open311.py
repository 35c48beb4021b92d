"""Open311 GeoReport v2: what the standard asks for, in XML and JSON, and nothing personal."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.test import Client
from django.utils import timezone

from accounts.services.tokens import token_of
from cases.models import Case
from grids.places import Place
from tests.cast import GRID, TOWN, Stage

BASE = "/open311/v2"
FIELDS = [
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "service_notice",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "address_id",
    "zipcode",
    "lat",
    "long",
    "media_url",
]


@pytest.fixture
def here(stage: Stage) -> Stage:
    """The stage, now: the standard's lists reach back ninety days."""
    stage.at = timezone.now()
    return stage


def get(path: str, **query: Any) -> Any:
    return Client().get(f"{BASE}{path}", query)


def send(stage: Stage, who: str = "operator", form: str = "json", **given: Any) -> Any:
    body = {
        "service_code": "0306",
        "lat": 39.925,
        "long": 116.685,
        "description": "消防通道被占",
        "phone": "13800001234",
        "last_name": "王",
        "first_name": "小明",
    }
    key = {"api_key": token_of(stage.who(who))} if who else {}
    sent = {name: value for name, value in (body | key | given).items() if value is not None}
    return Client(enforce_csrf_checks=True).post(f"{BASE}/requests.{form}", sent)


def test_services_are_the_categories_that_can_be_reported(here: Stage) -> None:
    rows = get("/services.json").json()
    assert {row["service_code"] for row in rows} == {"0101", "0306", "0303"}
    row = next(row for row in rows if row["service_code"] == "0306")
    assert (row["service_name"], row["group"], row["type"]) == ("消防通道", "物业管理", "realtime")
    assert row["metadata"] is False


def test_services_come_as_xml(here: Stage) -> None:
    answer = get("/services.xml")
    assert answer["Content-Type"] == "text/xml; charset=utf-8"
    top = ElementTree.fromstring(answer.content)
    assert (top.tag, top[0].tag) == ("services", "service")
    assert [child.tag for child in top[0]] == [
        "service_code",
        "service_name",
        "description",
        "metadata",
        "type",
        "keywords",
        "group",
    ]
    assert top[0].findtext("metadata") == "false"


def test_a_request_is_sent_by_key_and_becomes_a_case(here: Stage) -> None:
    answer = send(here)
    assert answer.status_code == 200
    number = answer.json()[0]["service_request_id"]
    case = Case.objects.get(number=number)
    assert (case.channel, case.category_id, case.area_id) == ("platform", "0306", GRID)
    assert (case.caller_name, case.caller_phone) == ("王小明", "13800001234")
    assert case.clocks.count() == 3  # decide, finish, first contact


def test_a_request_sent_for_xml_is_answered_in_xml(here: Stage) -> None:
    top = ElementTree.fromstring(send(here, form="xml").content)
    assert (top.tag, top[0].tag) == ("service_requests", "request")
    assert top.findtext("request/service_request_id") == Case.objects.get().number


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"service_code": None}, 400),
        ({"service_code": "99"}, 400),
        ({"lat": None}, 400),
        ({"lat": "north"}, 400),
        ({"lat": None, "long": None}, 400),
        ({"lat": None, "long": None, "address_string": "潞邑社区3号楼"}, 200),
        ({"lat": None, "long": None, "address_id": TOWN}, 200),
        ({"description": ""}, 400),
        ({"description": "x" * 4001}, 400),
        ({"phone": "hello"}, 400),
        ({"attribute[kind]": "help"}, 200),
        ({"attribute[kind]": "praise"}, 400),
        ({"jurisdiction_id": "110112"}, 200),
        ({"jurisdiction_id": "990000"}, 404),
        ({"api_key": None}, 403),
        ({"api_key": "nobody's"}, 403),
    ],
)
def test_what_cannot_be_taken_is_refused_as_the_standard_says(
    here: Stage, given: dict[str, Any], status: int
) -> None:
    answer = send(here, **given)
    assert answer.status_code == status, answer.content.decode()
    if status != 200:
        [error] = answer.json()[:1]
        assert error["code"] == status
        assert error["description"]
        assert not Case.objects.exists()


def test_who_may_not_enter_requests_is_refused(here: Stage) -> None:
    answer = send(here, "leader", form="xml")
    assert answer.status_code == 403
    assert ElementTree.fromstring(answer.content).findtext("error/code") == "403"


def test_with_a_key_one_reads_what_one_may_see(here: Stage) -> None:
    case = here.case()
    other = here.case(by="town2", category="0303")
    key = token_of(here.who("town"))
    rows = get("/requests.json", api_key=key).json()
    assert {row["service_request_id"] for row in rows} == {case.number, other.number}
    assert list(rows[0]) == FIELDS
    assert rows[0]["requested_datetime"].endswith("+08:00")
    assert rows[0]["expected_datetime"]
    seen = get(f"/requests/{case.number}.json", api_key=key).json()[0]
    assert (seen["status"], seen["lat"]) == ("open", 39.925)
    stranger = token_of(here.who("department"))
    assert get("/requests.json", api_key=stranger).json() == []
    assert get(f"/requests/{case.number}.json", api_key=stranger).status_code == 404


def test_without_a_key_only_public_matters_are_shown_and_nothing_personal(here: Stage) -> None:
    words = "我是王小明，电话13800001234，垃圾满溢"
    place = Place(GRID, 116.6812, 39.9234, "潞邑社区3号楼")
    public = here.case(category="0101", text=words, place=place)
    here.case(category="0306")
    here.case(category="0101", confidential=True)
    here.case(category="0101", kind="report")
    answer = get("/requests.json")
    assert [row["service_request_id"] for row in answer.json()] == [public.number]
    for secret in ("王小明", "13800001234", "垃圾满溢", "3号楼", "116.6812", "39.9234"):
        assert secret not in answer.content.decode(), secret
    assert get(f"/requests/{public.number}.xml").status_code == 200


def test_requests_are_narrowed(here: Stage) -> None:
    key = token_of(here.who("supervisor"))
    old = here.case(at=here.at - timedelta(days=30))
    new = here.case(category="0101")
    gone = here.case(at=here.at - timedelta(days=200))

    def numbers(**query: Any) -> list[str]:
        answer = get("/requests.json", api_key=key, **query)
        assert answer.status_code == 200, answer.content.decode()
        return [row["service_request_id"] for row in answer.json()]

    assert numbers() == [new.number, old.number]
    assert numbers(service_code="0101,0303") == [new.number]
    assert numbers(status="open") == [new.number, old.number]
    assert numbers(status="closed") == []
    assert numbers(service_request_id=f"{gone.number},{old.number}") == [old.number, gone.number]
    since = (here.at - timedelta(days=210)).isoformat()
    assert numbers(start_date=since) == [gone.number]
    assert numbers(page_size=1, page=2) == [old.number]


@pytest.mark.parametrize(
    "query",
    [
        {"start_date": "yesterday"},
        {"end_date": "9999-12-31T23:59:59-20:00"},
        {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-06-01T00:00:00Z"},
        {"status": "lost"},
        {"page": "0"},
    ],
)
def test_a_bad_filter_is_400(here: Stage, query: dict[str, str]) -> None:
    answer = get("/requests.xml", **query)
    assert answer.status_code == 400
    assert ElementTree.fromstring(answer.content).tag == "errors"


def test_the_list_costs_the_same_with_one_row_and_with_many(
    here: Stage, django_assert_num_queries: Any
) -> None:
    key = token_of(here.who("supervisor"))
    for count in (1, 6):
        for _ in range(count):
            here.case()
        with django_assert_num_queries(3):
            get("/requests.json", api_key=key)


def test_discovery_names_endpoint_and_forms(here: Stage) -> None:
    found = get("/discovery.json").json()
    assert found["endpoints"][0]["url"].endswith("/open311/v2")
    assert found["endpoints"][0]["formats"] == ["text/xml", "application/json"]
    top = ElementTree.fromstring(get("/discovery.xml").content)
    formats = [each.text for each in top.iterfind("endpoints/endpoint/formats/format")]
    assert formats == ["text/xml", "application/json"]


def test_there_are_neither_definitions_nor_tokens(here: Stage) -> None:
    assert get("/services/0306.json").status_code == 404
    assert get("/tokens/abc.xml").status_code == 404


def test_signs_that_xml_cannot_carry_are_left_out(here: Stage) -> None:
    send(here, description="响\x0b铃\x1f")
    key = token_of(here.who("operator"))
    top = ElementTree.fromstring(get("/requests.xml", api_key=key).content)
    assert top.findtext("request/description") == "响铃"
