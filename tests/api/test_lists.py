"""Lists: narrowed, ordered, and read page by page to the end."""

import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.db.models import Max
from rest_framework.utils.encoders import JSONEncoder

from cases.api.cases import open_clocks
from cases.api.outputs import CaseRowOut
from cases.models import Case, Clock
from grids.places import Place
from tests.api.calls import V1, Api, get
from tests.cast import GRID, NOON, OTHER_TOWN, Stage

PHONE = "13800001234"


def numbers(api: Api, query: str, who: str = "supervisor") -> list[str]:
    return [row["number"] for row in get(api, who, f"/cases/?{query}")["results"]]


@pytest.fixture
def three(stage: Stage) -> list[Case]:
    """Three cases that differ in everything a filter asks for."""
    there = Place("110112012001001", address="杨庄北里1号楼")
    return [
        stage.case(),
        stage.case(
            category="0101",
            kind="help",
            channel="grid",
            urgency="urgent",
            text="垃圾桶满溢",
            place=there,
            at=NOON + timedelta(hours=1),
            caller_phone="13911112222",
            external_id="A-7",
        ),
        stage.case(category="0303", text="电梯停运", at=NOON + timedelta(hours=2)),
    ]


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", [2, 1, 0]),
        ("ordering=received_at", [0, 1, 2]),
        ("state=received", [2, 1, 0]),
        ("state=closed", []),
        ("state=closed&state=received", [2, 1, 0]),
        ("kind=help", [1]),
        ("channel=grid", [1]),
        ("urgency=urgent", [1]),
        ("category=03", [2, 0]),
        ("category=0303", [2]),
        (f"town={OTHER_TOWN}", [1]),
        ("area=110112013", [2, 0]),
        (f"area={GRID}", [2, 0]),
        ("external_id=A-7", [1]),
        ("received_after=2026-03-04T11:00:00%2B08:00", [2, 1]),
        ("received_before=2026-03-04T11:00:00%2B08:00", [0]),
        ("received_after=2026-03-05", []),
        ("q=电梯", [2]),
        ("q=车堵", [0]),
        ("q=不存在", []),
        ("kind=help&q=电梯", []),
    ],
)
def test_cases_are_narrowed(three: list[Case], api: Api, query: str, wanted: list[int]) -> None:
    assert numbers(api, query) == [three[place].number for place in wanted]


def test_a_case_is_found_by_its_number(three: list[Case], api: Api) -> None:
    assert numbers(api, f"number={three[1].number}") == [three[1].number]


def test_overdue_cases_are_found(three: list[Case], api: Api) -> None:
    latest = Clock.objects.aggregate(latest=Max("due_at"))["latest"]
    Clock.objects.exclude(case=three[0]).update(due_at=latest + timedelta(days=9000))
    assert numbers(api, "overdue=true") == [three[0].number]
    assert numbers(api, "overdue=false") == [three[2].number, three[1].number]


def test_a_phone_number_is_searched_only_by_those_who_take_calls(
    three: list[Case], api: Api
) -> None:
    for who in ("operator", "callback", "supervisor"):
        assert numbers(api, "q=138 0000 1234", who) == [three[2].number, three[0].number]
    for who in ("town", "leader", "admin"):
        assert numbers(api, f"q={PHONE}", who) == []


def test_search_does_not_betray_what_is_not_shown(stage: Stage, api: Api) -> None:
    words = f"我是王小明，电话{PHONE}，楼道灯坏了"
    case = stage.case(text=words, caller_name="王小明", confidential=True)
    for who in ("town", "leader", "operator"):
        assert numbers(api, "q=楼道灯", who) == [case.number]
        for secret in ("王小明", PHONE, "1380000", "明，电话1"):
            assert numbers(api, f"q={secret}", who) == [], (who, secret)
    assert numbers(api, "q=王小明", "callback") == [case.number]


@pytest.mark.parametrize("ordering", ["-received_at", "received_at"])
def test_pages_lead_to_the_end_without_loss_or_repeat(
    stage: Stage, api: Api, ordering: str
) -> None:
    for hour in (0, 0, 0, 1, 1, 2, 0):  # several at one moment
        stage.case(at=NOON + timedelta(hours=hour))
    link: Any = f"{V1}/cases/?page_size=2&ordering={ordering}"
    found: list[str] = []
    client = api("operator")
    pages = 0
    while link:
        page = client.get(link).json()
        assert set(page) == {"next", "results"}
        found += [row["number"] for row in page["results"]]
        link, pages = page["next"], pages + 1
    sign = "-" if ordering.startswith("-") else ""
    rows = Case.objects.order_by(ordering, f"{sign}pk").values_list("number", flat=True)
    assert (pages, found) == (4, list(rows))


def test_reference_lists_are_paged_by_code(stage: Stage, api: Api) -> None:
    link: Any = f"{V1}/areas/?page_size=3"
    codes: list[str] = []
    while link:
        page = api("operator").get(link).json()
        codes += [row["code"] for row in page["results"]]
        link = page["next"]
    assert codes == sorted(codes)
    assert len(codes) == 8


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/areas/?level=town", {"110112012", "110112013"}),
        ("/areas/?within=110112012&level=grid", {"110112012001001"}),
        ("/areas/?q=北里&level=community", {"110112012001"}),
        ("/units/?kind=company", {"GD"}),
        ("/units/?q=消防", {"XFZD"}),
        ("/units/?area=110112012", {"110112012", "110112012001"}),
        ("/categories/?parent=03", {"0306", "0303"}),
        ("/categories/?q=电梯", {"0303"}),
        ("/responsibilities/?category=03", {"2-01"}),
        ("/responsibilities/?category=01", set()),
        ("/responsibilities/?lead=XFZD", {"2-01"}),
    ],
)
def test_reference_is_narrowed(stage: Stage, api: Api, path: str, wanted: set[str]) -> None:
    assert {row["code"] for row in get(api, "town", path)["results"]} == wanted


def test_one_area_has_its_boundary(stage: Stage, api: Api) -> None:
    area = get(api, "town", f"/areas/{GRID}/")
    assert (area["level"], area["boundary"]["type"]) == ("grid", "Polygon")


def test_the_calendar_knows_holidays_and_what_is_provisional(stage: Stage, api: Api) -> None:
    days = get(api, "town", "/calendar/?from=2026-10-01&to=2026-10-10")["results"]
    assert len(days) == 10
    assert days[0]["works"] is False
    assert days[0]["name"]
    assert days[0]["provisional"] is False
    assert len(get(api, "town", "/calendar/?year=2028")["results"]) == 366
    assert all(day["provisional"] for day in get(api, "town", "/calendar/?year=2028")["results"])


def test_orders_are_narrowed(stage: Stage, api: Api) -> None:
    whistle = stage.whistle()
    other = stage.whistle(stage.case(), lead="CGW", departments=[], kind="emergency")
    lead = stage.order(whistle).pk

    def ids(query: str, who: str = "supervisor") -> set[int]:
        return {row["id"] for row in get(api, who, f"/orders/?{query}")["results"]}

    assert ids("unit=XFZD") == {lead}
    assert ids(f"whistle={whistle.pk}&role=lead") == {lead}
    assert ids("kind=emergency") == {stage.order(other, "CGW").pk}
    assert ids(f"case={whistle.case.number}&state=issued") >= {lead}
    assert ids("mine=true", "department3") == {lead}
    assert ids("town=110112012") == set()
    assert len(ids("overdue=true")) == 3


def test_whistles_are_narrowed(stage: Stage, api: Api) -> None:
    whistle = stage.whistle()
    for query in (f"case={whistle.case.number}", "level=town", "kind=daily", "settled=false"):
        found = get(api, "leader", f"/whistles/?{query}")["results"]
        assert [row["id"] for row in found] == [whistle.pk], query
    assert get(api, "leader", "/whistles/?settled=true")["results"] == []


def test_duplicates_are_open_cases_nearby(stage: Stage, api: Api) -> None:
    first, second = stage.case(), stage.case(text="消防通道又被堵住了")
    found = get(api, "operator", f"/cases/{first.number}/duplicates/")["results"]
    assert [row["number"] for row in found] == [second.number]
    assert found[0]["same_category"] is True
    assert 0 < found[0]["likeness"] <= 1


def test_a_clock_explains_itself(stage: Stage, api: Api) -> None:
    case = stage.case()
    clocks = get(api, "town", f"/cases/{case.number}/clocks/")["results"]
    for clock in clocks:
        assert clock["due_at"].endswith("+08:00")
        assert clock["reckoning"]["due_at"] == clock["due_at"]
        assert clock["sentence"]
        assert clock["reasons"]
        assert clock["policy"]["source"]


def test_a_moment_may_be_given_with_any_offset(three: list[Case], api: Api) -> None:
    assert numbers(api, "received_after=2026-03-04T23:00:00%2B20:00") == [
        three[2].number,
        three[1].number,
    ]


@pytest.mark.parametrize("who", ["callback", "operator", "town"])
def test_a_row_of_the_list_is_what_the_document_says_of_it(
    three: list[Case], stage: Stage, api: Api, who: str
) -> None:
    stage.whistle(three[0])
    place = Place(GRID, 116.68, 39.92, "王小明家")
    stage.case(
        confidential=True, text="我是王小明，13800001234", place=place, external_id="王小明-1"
    )
    rows = get(api, who, "/cases/")["results"]
    request = SimpleNamespace(user=stage.who(who))
    cases = Case.objects.visible_to(request.user).for_list().prefetch_related(open_clocks())
    said = CaseRowOut(cases, many=True, context={"request": request}).data
    assert rows == json.loads(json.dumps(said, cls=JSONEncoder))
    assert rows
