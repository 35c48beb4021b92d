"""白山江源区 plays its story: three levels of whistle, four levels of alliance, 一哨一评 (mission.md 2)."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from assessment.models import AssessmentPolicy
from cases.services.deliberations import Said, record_meeting
from dispatch.models import TownLeader
from tests.api.photos import jpeg
from tests.cast import GRID, TOWN
from tests.districts.district import District, Make, key

REQUEST = {
    "channel": "hotline",
    "kind": "complaint",
    "category": "0306",
    "text": "楼道堆满杂物，邻里劝不动",
    "lon": 116.685,
    "lat": 39.925,
    "caller_name": "王小明",
    "caller_phone": "13800001234",
}
WHISTLE = {"kind": "daily", "departments": []}
MARKS = {"arrival": 90, "attitude": 95, "result": 88, "comment": "到场及时"}


def received(place: District) -> str:
    return str(place.post("operator", "/cases/", REQUEST, 201)["number"])


def blow(place: District, who: str, number: str, wanted: int = 201, **given: Any) -> Any:
    return place.post(who, f"/cases/{number}/whistles/", WHISTLE | given, wanted)


def test_each_level_blows_its_own_whistle_and_summons_its_own_people(district: Make) -> None:
    """“网格长 (微事, inside the grid: squads of neighbours and shops), 社区书记 (小事: alliance members, property
    firms), 镇街书记 (大事: departments). … Who may blow which level is a permission.”"""
    place = district("jiangyuan")
    levels = {level["code"]: level for level in place.get("town", "/levels/")["levels"]}
    assert [levels[code]["matter"] for code in ("grid", "community", "town")] == [
        "微事",
        "小事",
        "大事",
    ]
    number = received(place)
    blow(place, "community", number, 403, level="grid", lead="DW")
    blow(place, "gridhead", number, 403, level="community", lead="LM")
    blow(place, "gridhead", number, 400, level="grid", lead="XFZD")  # no department by a grid
    blow(place, "gridhead", number, level="grid", lead="DW")
    assert "网格长吹哨" in place.page("gridhead", f"/cases/{number}/orders/")

    other = received(place)
    blow(place, "community", other, 400, level="community", lead="XFZD")
    blow(place, "community", other, level="community", lead="LM", departments=["WY"])

    third = received(place)
    blow(place, "community", third, 403, level="town", lead="XFZD")
    blow(place, "town", third, level="town", lead="XFZD")


def test_what_a_level_cannot_solve_it_passes_up_with_its_history(district: Make) -> None:
    """“微事不出网格、小事不出社区、大事不出镇街: what a level cannot solve it passes up, with its history.”"""
    place = district("jiangyuan")
    number = received(place)
    blow(place, "gridhead", number, level="grid", lead="DW")
    before = {clock["kind"]: clock for clock in place.get("town", f"/cases/{number}/")["clocks"]}
    place.post("gridhead", f"/cases/{number}/pass_up/", {"reason": "邻里劝不动"})
    blow(place, "community", number, level="community", lead="LM")
    place.post("community", f"/cases/{number}/pass_up/", {"reason": "联盟单位也解决不了"})
    whistle = blow(place, "town", number, level="town", lead="XFZD")
    assert whistle["orders"][0]["state"] == "issued"

    case = place.get("town", f"/cases/{number}/")
    after = {clock["kind"]: clock for clock in case["clocks"]}
    assert after["finish"]["due_at"] == before["finish"]["due_at"]  # passing up is no new start
    rises = [
        event
        for event in place.get("town", f"/cases/{number}/events/")["results"]
        if event["step"] == "pass_up"
    ]
    assert len(rises) == 2
    page = place.page("town", f"/cases/{number}/")
    assert "邻里劝不动" in page
    assert "联盟单位也解决不了" in page
    orders = place.page("town", f"/cases/{number}/orders/")
    assert "网格长吹哨" in orders
    assert "镇街书记吹哨" in orders
    assert "潞邑社区邻里互助队" in orders


def test_alliance_members_report_in_without_being_departments(district: Make) -> None:
    """“Alliance members (568 enterprises and institutions) are summoned and report in without being
    departments”: by a link to that one order, without an account."""
    place = district("jiangyuan")
    number = received(place)
    order = place.orders(blow(place, "community", number, level="community", lead="LM"))["LM"]
    made = {"contact": "店长老孙", "days": 3}
    link = place.post("community", f"/orders/{order}/guest_links/", made, 201, **key())
    path = urlsplit(link["url"]).path
    outsider = Client()
    page = outsider.get(path).content.decode()
    assert "楼道堆满杂物" in page
    assert "13800001234" not in page
    assert "王小明" not in page
    for step, body in (("acknowledge", {}), ("report_in", {"note": "到了"})):
        assert outsider.post(f"{path}steps/{step}/", body).status_code == 302
    assert place.get("community", f"/orders/{order}/")["state"] == "reported"
    place.post("community", f"/guest_links/{link['id']}/revoke/")
    assert outsider.get(path).status_code == 410


def test_a_matter_is_followed_from_end_to_end_and_marked_after_each_whistle(
    district: Make,
) -> None:
    """“Followed from end to end: 哨源形成、分析研判、镇街吹哨、问题受理、部门报到、跟踪督办、评价反馈.” and
    “一哨一评: after each whistle the town marks each department.”"""
    place = district("jiangyuan")
    number = received(place)
    whistle = blow(place, "town", number, level="town", lead="XFZD", departments=["ZJW"])
    for code, who in (("XFZD", "department3"), ("ZJW", "department2")):
        order = place.orders(whistle)[code]
        place.steps(
            who,
            order,
            ("acknowledge", {}),
            ("report_in", {"lon": 116.685, "lat": 39.925}),
            ("progress", {"note": "正在清理"}),
            ("finish", {"result": "已清"}),
        )
        place.post("town", f"/orders/{order}/steps/accept/")
        marked = place.post("town", f"/orders/{order}/review/", MARKS, 201)
        assert marked["order_state"] == "reviewed"
        place.post("town", f"/orders/{order}/review/", MARKS, 409)  # one whistle, one mark
    steps = [event["step"] for event in place.get("town", f"/cases/{number}/events/")["results"]]
    assert [step for step in ("receive", "whistle", "settle") if step in steps] == [
        "receive",
        "whistle",
        "settle",
    ]


def test_the_towns_marks_are_more_than_a_third(district: Make) -> None:
    """“the towns' marks are more than one third of the department's annual assessment (the product refuses a
    policy with less …)”"""
    place = district("jiangyuan")
    policy = AssessmentPolicy.objects.order_by("-valid_from").first()
    assert policy is not None
    assert policy.marks_weight > Decimal(1) / 3
    with pytest.raises(IntegrityError), transaction.atomic():
        AssessmentPolicy.objects.filter(pk=policy.pk).update(
            marks_weight="0.333", timeliness_weight="0.333", results_weight="0.334"
        )
    assert "三分之一" in place.page("admin", "/district/jiangyuan/") + policy.source


def test_the_lists_of_duties_are_there(district: Make) -> None:
    """“《职责清单》《权责清单》: who is responsible for what.”"""
    page = district("jiangyuan").page("admin", "/district/")
    assert "职责清单" in page
    assert "权责清单" in page


def test_matters_nobody_claims_are_decided_at_the_meeting_and_cited(district: Make) -> None:
    """“Monthly on-site meeting decides matters that nobody claims (470 of them): a docket, a ruling that binds
    and can be cited, minutes.”"""
    place = district("jiangyuan")
    words = {"text": "物业撤场，三家部门都说不归自己管", "category": "0306"}
    matters = [
        place.post(who, "/matters/", {"title": title, **words}, 201, **key())["id"]
        for who, title in (("town", "弃管楼化粪池"), ("community", "弃管楼路灯"))
    ]
    called = {"kind": "ownership", "held_at": place.at.isoformat(), "place": "弃管楼前"}
    meeting = place.post("supervisor", "/meetings/", called | {"matters": matters}, 201, **key())
    ruling = {"lead": "ZJW", "assists": ["CGW"], "ruling": "住建牵头，城管委配合", "lasting": True}
    place.post("town", f"/matters/{matters[0]}/rule/", ruling, 403)
    ruled = place.post("supervisor", f"/matters/{matters[0]}/rule/", ruling)
    assert ruled["number"].startswith("确〔")
    place.post("supervisor", f"/matters/{matters[0]}/rule/", ruling, 409)  # it binds
    minutes = {"minutes": "先办化粪池，路灯下次再议", "present": "住建、城管、街道"}
    closed = place.post("supervisor", f"/meetings/{meeting['id']}/close/", minutes)
    assert closed["closed_at"] or closed["minutes"]
    waiting = place.get("supervisor", "/matters/?ruled=false")["results"]
    assert [matter["title"] for matter in waiting] == ["弃管楼路灯"]
    listed = place.page("town", "/responsibilities/?q=弃管楼化粪池")
    assert ruled["number"] in listed  # whoever dispatches finds the ruling and cites it


def test_a_directive_is_led_followed_verified_and_reported(district: Make) -> None:
    """“《工作指令》 numbered directives (131 issues): lead and assisting departments, path, time limit; the lead
    publishes progress; the district leader in charge of that town (包保领导) follows; supervisors verify on
    the spot; 督查专报 published to the whole district.”"""
    place = district("jiangyuan")
    leader = place.stage.who("leader")
    TownLeader.objects.create(town=TOWN, user=leader)
    order = {
        "title": "弃管楼排水改造",
        "text": "限期恢复排水",
        "path": "现场会商\n施工\n验收",
        "lead": "ZJW",
        "assists": ["CGW"],
        "due_at": (timezone.now() + timedelta(days=9)).isoformat(),
        "town": TOWN,
    }
    place.post("town", "/directives/", order, 403, **key())
    directive = place.post("supervisor", "/directives/", order, 201, **key())
    assert "指令〔" in directive["number"]
    assert directive["leader"] == "leader"
    path = f"/directives/{directive['id']}/entries/"
    said: list[tuple[str, dict[str, Any]]] = [
        ("department2", {"kind": "progress", "text": "已进场", "percent": 40}),
        ("leader", {"kind": "follow", "text": "盯住进度"}),
        ("department2", {"kind": "done", "text": "已完工"}),
        ("supervisor", {"kind": "verified", "text": "现场核验", "lon": 116.685, "lat": 39.925}),
    ]
    for who, entry in said:
        place.post(who, path, entry, 201)
    place.post("supervisor", path, said[3][1], 409)
    assert place.get("department", f"/directives/{directive['id']}/")["state"] == "verified"
    report = {"title": "督查专报", "text": "弃管楼排水改造", "directives": [directive["id"]]}
    paper = place.post("supervisor", "/papers/", report, 201, **key())
    for who in ("town2", "department", "community"):
        assert "弃管楼排水改造" in place.page(who, f"/papers/{paper['id']}/")


def test_a_residents_snapshot_is_claimed_by_the_grid_head(district: Make) -> None:
    """“residents' snapshots (全民随手拍: the grid head claims it).”"""
    place = district("jiangyuan")
    photo = SimpleUploadedFile("wall.jpg", jpeg(), "image/jpeg")
    body = {"text": "楼道灯不亮", "photo": photo, "lon": 116.685, "lat": 39.925}
    snapshot = place.post("operator", "/snapshots/", body, 201, format="multipart", **key())
    assert "楼道灯不亮" in place.page("gridhead", "/grid-life/snapshots/")
    path = f"/snapshots/{snapshot['id']}"
    place.post("gridhead", f"{path}/claim/")
    place.post("community", f"{path}/claim/", wanted=409)
    made = place.post("gridhead", f"{path}/case/", {"kind": "help", "category": "0306"}, 201)
    assert place.get("town", f"/cases/{made['case']}/")["channel"] == "snapshot"


def test_opinions_of_a_deliberation_become_cases(district: Make) -> None:
    """“deliberation meetings (议事会: opinions gathered become cases).”"""
    place = district("jiangyuan")
    meeting = record_meeting(
        actor=place.stage.who("community"),
        at=place.at,
        area=GRID,
        topic="楼前停车",
        held_at=place.at,
        people=21,
        opinions=[Said(text="划出消防通道", speaker="居民代表"), Said(text="谢谢社区")],
    )
    page = place.page("community", f"/grid-life/meetings/{meeting.pk}/")
    assert "划出消防通道" in page
    opinion = meeting.opinions.get(position=1)
    form = {"kind": "suggestion", "category": "0306", "text": opinion.text, "area": GRID}
    form |= {"urgency": "normal"}
    answer = place.browser("community").post(f"/grid-life/report/opinion/{opinion.pk}/", form)
    assert answer.status_code == 302
    opinion.refresh_from_db()
    assert opinion.case is not None
    assert "楼前停车" in place.page("town", f"/cases/{opinion.case.number}/")
