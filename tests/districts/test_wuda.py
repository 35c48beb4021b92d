"""乌海乌达区 plays its story: 精网微格 (mission.md 4)."""

import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from dispatch.services.responsibilities import COLUMNS, import_responsibilities
from grids.models import Area
from grids.services.divisions import import_grids
from grids.services.duty import add_shift
from grids.services.heads import elect_head
from grids.services.volunteers import record_service, save_team
from tests.cast import COMMUNITY, GRID, TOWN, square
from tests.districts.district import District, Make

ESTATES, MICROGRIDS = 17, 110
REQUEST = {
    "channel": "grid",
    "kind": "help",
    "category": "0306",
    "text": "单元门坏了，夜里关不上",
    "lon": 116.685,
    "lat": 39.925,
}


def microgrids() -> dict[str, Any]:
    """Return 17 estates, each a grid, divided into 110 microgrids, as the GeoJSON a district would import."""
    features = []
    for number in range(ESTATES):
        grid, west = f"{COMMUNITY}{number + 101:03d}", 116.7 + number * 0.01
        features.append(feature(grid, f"小区{number + 1}", (west, 39.8, 0.009)))
        share = MICROGRIDS // ESTATES + (number < MICROGRIDS % ESTATES)
        for part in range(share):
            box = (west + part * 0.001, 39.8, 0.0009)
            features.append(feature(f"{grid}{part + 1:02d}", f"微网格{part + 1}", box))
    return {"type": "FeatureCollection", "features": features}


def feature(code: str, name: str, box: tuple[float, float, float]) -> dict[str, Any]:
    geometry = square(*box)
    properties = {"code": code, "name": name}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def test_estates_are_divided_into_microgrids_with_building_heads_elected(district: Make) -> None:
    """“Grids divided into microgrids (17 estates → 110), building heads (楼栋长) elected from residents.”"""
    place = district("wuda")
    import_grids(microgrids())
    assert Area.objects.filter(level="microgrid").count() == MICROGRIDS
    microgrid = f"{COMMUNITY}10101"
    elect_head(
        actor=place.stage.who("gridhead"),
        area=microgrid,
        building="1号楼",
        name="李淑兰",
        phone="13911112222",
        households=36,
        elected_on=date(2026, 1, 10),
    )
    page = place.page("community", f"/grid-life/heads/?area={COMMUNITY}")
    assert "李淑兰" in page
    assert "微网格" in page
    assert "13911112222" not in place.page("supervisor", f"/grid-life/heads/?area={COMMUNITY}")


def test_the_grid_calls_the_street_handles_the_departments_report_in(district: Make) -> None:
    """“网格呼叫、街镇处置、部门报到” over the “four-level structure: 街道 – 社区 – 网格 – 楼栋.”"""
    place = district("wuda")
    levels = {level["code"]: level["name"] for level in place.get("town", "/levels/")["levels"]}
    assert (levels["grid"], levels["town"]) == ("网格呼叫", "街镇处置")
    number = place.post("gridworker", "/cases/", REQUEST, 201)["number"]
    call = {"level": "grid", "kind": "daily", "lead": "DW", "departments": []}
    place.post("gridhead", f"/cases/{number}/whistles/", call, 201)
    place.post("gridhead", f"/cases/{number}/pass_up/", {"reason": "要换门，邻里办不了"})
    place.post("community", f"/cases/{number}/pass_up/", {"reason": "属部门职责"})
    summons = {"level": "town", "kind": "daily", "lead": "ZJW", "departments": []}
    whistle = place.post("town", f"/cases/{number}/whistles/", summons, 201)
    order = place.orders(whistle)["ZJW"]
    place.steps("department2", order, ("acknowledge", {}), ("report_in", {"note": "到场"}))
    assert place.get("gridhead", f"/cases/{number}/")["state"] == "reported"


def test_one_set_of_grids_and_its_duty_list(district: Make) -> None:
    """“One set of grids for all lines of work (综治、城管、民政、应急). Grid duty list.”"""
    place = district("wuda")
    worker = place.stage.who("gridworker")
    add_shift(
        actor=place.stage.who("community"),
        area=GRID,
        user=worker.pk,
        starts_at=place.at - timedelta(hours=1),
        ends_at=place.at + timedelta(hours=7),
        note="综治、应急",
    )
    shifts = place.get("community", f"/duty/?area={COMMUNITY}")["results"]
    assert [(shift["area"], shift["person"]) for shift in shifts] == [(GRID, "gridworker")]
    assert "gridworker" in place.page("community", "/grid-life/duty/")


def lists(path: Path) -> Path:
    """Write the three town lists as a district would import them; their items are the district's own."""
    rows = [
        ("Z-01", "职责任务清单", "开展网格巡查", "0101", "TOWN"),
        ("F-01", "公共服务清单", "办理老年证", "01", "TOWN"),
        ("S-01", "属地管理清单", "消防通道管理", "0306", "XFZD"),
    ]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for code, group, title, category, lead in rows:
            writer.writerow([code, group, title, category, lead, "", "科长", "本区清单", ""])
    return path


def test_the_three_town_lists(district: Make, tmp_path: Path) -> None:
    """“three town lists (职责任务、公共服务、属地管理).” Their names come with the profile, their items by import."""
    place = district("wuda")
    import_responsibilities(lists(tmp_path / "lists.csv"))
    page = place.page("admin", "/district/")
    for name in ("职责任务清单", "公共服务清单", "属地管理清单", "网格职责清单"):
        assert name in page
    assert page.count("已导入 1 项") == 3
    listed = place.page("town", "/responsibilities/?q=老年证")
    assert "公共服务清单" in listed


def test_what_was_entered_once_goes_out_one_way_by_right(district: Make) -> None:
    """“一张表采集、一个平台录入、一个出口共享: data entered once, shared by one way out (API, exports) with rights.”"""
    place = district("wuda")
    number = place.post("gridworker", "/cases/", REQUEST, 201)["number"]
    for who in ("gridhead", "community", "town", "supervisor"):
        assert number in [row["number"] for row in place.get(who, "/cases/")["results"]]
    for who in ("town2", "department"):
        assert place.get(who, "/cases/")["results"] == []
        place.get(who, f"/cases/{number}/", 404)
    assert place.get("town", f"/cases/{number}/")["town"] == TOWN


def test_volunteers_teams_and_their_hours(district: Make) -> None:
    """“Volunteers' teams (768) and hours.”"""
    place: District = district("wuda")
    team = save_team(
        actor=place.stage.who("community"), area=COMMUNITY, name="红马甲志愿服务队", members=18
    )
    record_service(
        actor=place.stage.who("gridhead"),
        at=place.at,
        team=team.pk,
        title="清理楼道",
        began_at=place.at - timedelta(hours=3),
        hours=Decimal("2.5"),
        people=6,
    )
    page = place.page("community", "/grid-life/volunteers/")
    assert "红马甲志愿服务队" in page
    assert "15" in page  # 6 people × 2.5 hours
    table = (
        place.browser("community").get("/grid-life/volunteers/export/").content.decode("utf-8-sig")
    )
    assert "红马甲志愿服务队" in table
