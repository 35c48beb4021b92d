"""Levels on the screens: the form offers whom a level summons, a matter is passed up, rights are edited."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Unit
from cases.models import Case
from dispatch import rights
from dispatch.models import Whistle, WhistleKind, WhistleLevel, WhistleRight
from dispatch.services.items import Item
from dispatch.services.passing import pass_up
from tests.cast import COMMUNITY, Stage
from tests.dispatch.levels import grid_whistle, make_rights

SignIn = Callable[[str], Client]
RIGHTS = "/rights/"


def rise(stage: Stage, case: Case, by: str, reason: str = "本级协调不了") -> Case:
    stage.at += timedelta(minutes=1)
    return pass_up(case.pk, actor=stage.who(by), at=stage.at, reason=reason)


def as_typed(page: str) -> dict[str, Any]:
    """Return what a browser would send of the page's form as it stands."""
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input [^>]*>", page.split('class="rights-form"')[1]):
        name = re.search(r' name="(\w+)"', tag)
        value = re.search(r' value="([^"]*)"', tag)
        if name and ("checkbox" not in tag or " checked" in tag):
            sent.setdefault(name[1], []).append(value[1] if value else "on")
    sent.pop("csrfmiddlewaretoken", None)
    return sent


# ---- the form of a whistle -------------------------------------------------------------------


def test_the_form_groups_units_and_says_whom_each_level_summons(
    live: Stage, sign_in: SignIn
) -> None:
    page = sign_in("community").get(f"/cases/{live.case().number}/whistle/").content.decode()
    summons = dict(re.findall(r'value="(\w+)" data-summons="([^"]*)"', page))
    assert summons["grid"].split() == ["squad", "alliance", "property"]
    assert set(summons) == {"grid", "community"}
    assert re.findall(r'<div class="units-kind">([^<]+)</div>', page) == [
        "Department",
        "Company",
        "Neighbours&#x27; squad",
        "Alliance member",
        "Property firm",
    ]
    assert 'data-unit="DW" data-kind="squad"' in page


def test_neighbours_of_another_town_are_not_offered(live: Stage, sign_in: SignIn) -> None:
    Unit.objects.create(code="LMX", name="杨庄联盟", kind="alliance", area="110112012001")
    Unit.objects.create(code="LMN", name="全区联盟", kind="alliance", area="")
    page = sign_in("community").get(f"/cases/{live.case().number}/whistle/").content.decode()
    assert 'data-unit="LMX"' not in page
    assert 'data-unit="LMN"' in page
    assert 'data-unit="LM"' in page


def test_a_unit_the_level_does_not_summon_is_named_and_all_typed_stays(
    live: Stage, sign_in: SignIn
) -> None:
    case = live.case()
    given = {"level": "grid", "kind": "daily", "lead": "XFZD", "reason": "楼道堆物"}
    answer = sign_in("community").post(f"/cases/{case.number}/whistle/", given)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "Grid whistle: may not summon 区消防救援支队." in page
    assert 'name="lead" value="XFZD" checked' in page
    assert "楼道堆物" in page


def test_more_units_cost_no_more_queries(live: Stage, sign_in: SignIn) -> None:
    client, address = sign_in("town"), f"/cases/{live.case().number}/whistle/"
    client.get(address)
    with CaptureQueriesContext(connection) as before:
        client.get(address)
    Unit.objects.bulk_create(
        Unit(code=f"LM{n}", name=f"联盟{n}", kind="alliance", area=COMMUNITY) for n in range(40)
    )
    with CaptureQueriesContext(connection) as after:
        page = client.get(address).content.decode()
    assert page.count('data-kind="alliance"') == 41
    assert len(after) == len(before)


def test_names_of_the_district_are_shown_everywhere(live: Stage, sign_in: SignIn) -> None:
    WhistleLevel.objects.filter(code="community").update(name="小事哨")
    WhistleKind.objects.filter(code="daily").update(name="日常集结")
    rights.forget()
    case = live.case()
    page = sign_in("town").get(f"/cases/{case.number}/whistle/").content.decode()
    assert "小事哨" in page
    assert "日常集结" in page
    live.whistle(case, by="community", level="community", lead="LM", departments=[])
    panel = sign_in("town").get(f"/cases/{case.number}/orders/").content.decode()
    assert "小事哨" in panel
    assert "日常集结" in panel
    rights.forget()


# ---- passing up ------------------------------------------------------------------------------


def test_the_button_says_where_it_goes_and_the_page_tells_what_ends(
    live: Stage, sign_in: SignIn
) -> None:
    case = live.case()
    grid_whistle(live, case)
    client = sign_in("gridhead")
    panel = client.get(f"/cases/{case.number}/orders/").content.decode()
    assert "Pass up to the community (小事)" in panel
    page = client.get(f"/cases/{case.number}/pass-up/").content.decode()
    assert "潞邑社区邻里互助队" in page
    assert "<strong>潞邑社区居民委员会</strong>" in page
    answer = client.post(
        f"/cases/{case.number}/pass-up/", {"reason": "网格协调不了，需社区出面"}, follow=True
    )
    assert "Passed up to the community." in str(next(iter(answer.context["messages"])))
    page = answer.content.decode()
    assert "Passed up to the community" in page
    panel = sign_in("community").get(f"/cases/{case.number}/orders/").content.decode()
    assert "网格协调不了，需社区出面" in panel
    assert "潞邑物业服务公司" in panel


def test_without_a_reason_the_page_asks_again(live: Stage, sign_in: SignIn) -> None:
    case = live.case()
    answer = sign_in("town").post(f"/cases/{case.number}/pass-up/", {"reason": " "})
    assert answer.status_code == 400
    case.refresh_from_db()
    assert case.level == ""


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("gridhead", 200),
        ("community", 200),
        ("town", 200),
        ("supervisor", 403),
        ("operator", 403),
        ("gridworker", 403),
        ("town2", 404),
        ("department", 404),
    ],
)
def test_who_may_open_the_page(live: Stage, sign_in: SignIn, name: str, status: int) -> None:
    case = live.case()
    assert sign_in(name).get(f"/cases/{case.number}/pass-up/").status_code == status
    panel = sign_in(name).get(f"/cases/{case.number}/orders/")
    assert ("pass-up/" in panel.content.decode()) == (status == 200)


def test_a_whistle_of_a_higher_level_is_not_passed_up_from_below(
    live: Stage, sign_in: SignIn
) -> None:
    case = live.whistle().case
    assert (
        "pass-up/" not in sign_in("gridhead").get(f"/cases/{case.number}/orders/").content.decode()
    )
    assert sign_in("gridhead").get(f"/cases/{case.number}/pass-up/").status_code == 409


def test_the_next_whistle_takes_over_the_open_problems_and_tells_the_history(
    live: Stage, sign_in: SignIn
) -> None:
    case = live.case()
    live.whistle(
        case,
        by="gridhead",
        level="grid",
        lead="DW",
        departments=["WY"],
        items=[Item("楼道旧家具", "DW"), Item("通道地锁")],
    )
    rise(live, case, "gridhead", "物业不配合")
    page = sign_in("community").get(f"/cases/{case.number}/whistle/").content.decode()
    assert "楼道旧家具" in page
    assert "通道地锁" in page
    assert "物业不配合" in page
    assert 'value="grid"' not in page
    whistle = live.whistle(case, by="town")
    order = live.order(whistle)
    page = sign_in("department3").get(f"/orders/{order.pk}/").content.decode()
    assert "物业不配合" in page


def test_what_was_passed_up_stands_first_on_the_towns_desk(live: Stage, sign_in: SignIn) -> None:
    older, risen = live.case(), live.case(text="道路未移交")
    rise(live, risen, "community")
    page = sign_in("town").get("/desk/town/").content.decode()
    assert "Passed up to us" in page
    assert page.index(risen.number) < page.index(older.number)
    assert "Passed up to the town" in page
    assert "Passed up to us" not in sign_in("community").get("/desk/town/").content.decode()


def test_what_was_passed_up_to_the_centre_stands_first_on_its_desk(
    live: Stage, sign_in: SignIn, django_assert_num_queries: Any
) -> None:
    case = live.case()
    rise(live, case, "town", "权属不清，协调三次未果")
    client = sign_in("supervisor")
    page = client.get("/desk/centre/").content.decode()
    assert case.number in page
    assert "权属不清，协调三次未果" in page
    with CaptureQueriesContext(connection) as one:
        client.get("/desk/centre/?tab=passed_up")
    for _ in range(4):
        rise(live, live.case(), "town")
    with CaptureQueriesContext(connection) as many:
        client.get("/desk/centre/?tab=passed_up")
    assert len(many) == len(one)
    live.whistle(case, by="supervisor", level="district", lead="XFZD", departments=[])
    assert case.number not in client.get("/desk/centre/?tab=passed_up").content.decode()


# ---- the page of rights ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reads", "writes"),
    [("admin", 200, 302), ("supervisor", 200, 403), ("town", 403, 403), ("leader", 403, 403)],
)
def test_the_administrator_edits_and_the_centre_reads(
    live: Stage, sign_in: SignIn, name: str, reads: int, writes: int
) -> None:
    assert sign_in(name).get(RIGHTS).status_code == reads
    given = as_typed(sign_in("admin").get(RIGHTS).content.decode())
    assert sign_in(name).post(RIGHTS, given).status_code == writes


def test_stored_as_shown_nothing_changes(live: Stage, sign_in: SignIn) -> None:
    before = rights.current()
    page = sign_in("admin").get(RIGHTS).content.decode()
    sign_in("admin").post(RIGHTS, as_typed(page))
    assert rights.current() == before


def test_what_is_edited_holds_at_once(live: Stage, sign_in: SignIn) -> None:
    given = as_typed(sign_in("admin").get(RIGHTS).content.decode())
    given["right"] = [
        *(text for text in given["right"] if not text.startswith("blow:community:")),
        "blow:community:emergency:community",
    ]
    given["level_community_name"] = ["社区书记吹哨"]
    given["level_community_summons"] = ["alliance"]
    given["kind_emergency_ring"] = ["3"]
    case = live.case()
    assert sign_in("admin").post(RIGHTS, given).status_code == 302
    community = live.who("community")
    assert not rights.may(community, "blow", "community", "daily", case)
    assert rights.may(community, "blow", "community", "emergency", case)
    assert rights.level_label("community") == "社区书记吹哨"
    assert rights.summonable_by("community") == ("alliance",)
    kind = rights.current().kind("emergency")
    assert kind is not None
    assert kind.ring_minutes == 3
    page = sign_in("community").get(f"/cases/{case.number}/whistle/").content.decode()
    offered = re.findall(r'name="kind" value="(\w+)"', page)
    assert offered == ["daily", "hard", "enforcement", "emergency"]  # a grid's whistle of any kind
    rights.forget()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"level_town_summons": []}, "Town whistle summons nobody."),
        ({"right": ["blow:grid::gridhead"]}, "Community whistle: nobody may blow it."),
        ({"kind_daily_ring": ["x"]}, "It rings again after 1 to 1440 minutes."),
        ({"right": ["fly:grid::gridhead"]}, "A right names what the product does not know."),
        ({"level_grid_summons": ["planet"]}, "Grid whistle: such units are not known."),
        ({"level_grid_name": ["长" * 41]}, "at most 40 characters."),
    ],
)
def test_what_cannot_be_lived_by_is_refused_and_stays_typed(
    live: Stage, sign_in: SignIn, change: dict[str, Any], said: str
) -> None:
    given = as_typed(sign_in("admin").get(RIGHTS).content.decode())
    given["level_district_name"] = ["区级指挥"]
    stored = list(WhistleRight.objects.order_by("pk").values_list("pk", flat=True))
    answer = sign_in("admin").post(RIGHTS, given | change)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert said in page
    assert "区级指挥" in page
    assert list(WhistleRight.objects.order_by("pk").values_list("pk", flat=True)) == stored
    assert not WhistleLevel.objects.filter(name="区级指挥").exists()


def test_rights_changed_in_the_administration_hold_at_once(live: Stage, sign_in: SignIn) -> None:
    row = WhistleRight.objects.get(power="blow", level="town", role="town")
    sign_in("admin").post(f"/admin/dispatch/whistleright/{row.pk}/delete/", {"post": "yes"})
    assert not rights.may(live.who("town"), "blow", "town")
    for name in ("whistlelevel/", "whistlekind/", "whistleright/", "whistlelevel/grid/change/"):
        assert sign_in("admin").get(f"/admin/dispatch/{name}").status_code == 200
    assert sign_in("admin").get("/admin/dispatch/whistlelevel/add/").status_code == 403
    rights.forget()


def test_a_district_where_communities_do_not_blow_shows_them_no_button(
    live: Stage, sign_in: SignIn
) -> None:
    make_rights([("blow", "town", "", "town"), ("close", "town", "", "town")])
    case = live.case()
    for name, seen in (("town", True), ("community", False)):
        page = sign_in(name).get(f"/cases/{case.number}/").content.decode()
        assert (f"/cases/{case.number}/whistle/" in page) == seen
        desk = sign_in(name).get("/desk/town/").content.decode()
        assert (f"/cases/{case.number}/whistle/" in desk) == seen
    rights.forget()
    assert not Whistle.objects.exists()
