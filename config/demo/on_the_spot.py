"""A joint visit to an estate with fifteen problems, and an emergency nobody has answered yet."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from cases.models import Case
from cases.services.intake import receive
from config.demo.people import COMMUNITY, TOWN2, People
from dispatch.models import Order, Whistle
from dispatch.services.items import Item, move_item
from dispatch.services.rings import sweep_rings
from dispatch.services.steps import advance_order
from dispatch.services.whistles import Summons, blow_whistle
from dispatch.services.whistles_back import ask_whistle_back
from grids.models import Area
from grids.places import Place

LEAD, OTHERS = "ZJW", ("XFZD", "CGW", "SCJ", "SWJ", "GAFJ")
PROBLEMS = (
    ("2号楼北侧消防通道被地锁占用", "XFZD"),
    ("5号楼消火栓箱内缺水带", "XFZD"),
    ("地下车库疏散指示灯不亮", "XFZD"),
    ("3号楼2单元电梯超期未检", "SCJ"),
    ("7号楼电梯困人电话打不通", "SCJ"),
    ("小区底商燃气软管老化", "SCJ"),
    ("外墙皮脱落，5号楼西侧", "ZJW"),
    ("物业费收支未公示", "ZJW"),
    ("公共维修资金申请停滞", "ZJW"),
    ("屋顶防水破损，8号楼顶层渗漏", "ZJW"),
    ("垃圾桶站满冒，南门", "CGW"),
    ("违规设置广告牌，东门", "CGW"),
    ("雨水篦子堵塞，1号楼前", "SWJ"),
    ("二次供水水箱未按期清洗", "SWJ"),
    ("电动自行车被盗多发，需装探头", "GAFJ"),
)
UNDER_WAY = "屋顶防水破损，8号楼顶层渗漏"
ARRIVALS: dict[str, tuple[int, float, dict[str, Any]]] = {
    "ZJW": (-8, 0.0002, {"accuracy_m": 12, "arrived": "物业科 2 人"}),
    "XFZD": (-3, 0.0004, {"accuracy_m": 18, "arrived": "防火监督科 3 人"}),
    "CGW": (4, 0.0003, {"accuracy_m": 25, "arrived": "市容科 1 人"}),
    "SCJ": (21, 0.0005, {"accuracy_m": 900, "arrived": "特种设备科 2 人"}),
    "SWJ": (6, 0.0141, {"accuracy_m": 30, "arrived": "排水科 1 人"}),
}
"""Minutes after the time to assemble, how far off in degrees, and what the phone says."""


def gather_on_the_spot(people: People, until: datetime) -> None:
    """Live both stories up to the present."""
    place = _place()
    case = _report(
        people,
        until - timedelta(hours=30),
        place,
        "0306",
        "小区消防、电梯、房屋等问题多，居民多次反映",
    )
    whistle = _assemble(people, until, case)
    _arrive(people, whistle)
    _solve(people, until, whistle)
    lead = Order.objects.get(whistle=whistle, unit__code=LEAD)
    ask_whistle_back(
        lead.pk,
        unit=TOWN2,
        reason="施工单位驻地在杨庄街道，需该街道协助约谈",
        actor=people.of_unit[LEAD],
        at=until - timedelta(hours=2),
    )
    _ring(people, until, place)


def _place() -> Place:
    grids = Area.objects.within(COMMUNITY).filter(level=Area.Level.GRID).order_by("code")
    grid = grids[1] if len(grids) > 1 else grids[0]
    return Place(grid.code, grid.lon, grid.lat, "潞邑嘉园小区")


def _report(
    people: People, at: datetime, place: Place, category: str, text: str, **more: Any
) -> Case:
    return receive(
        actor=people.named("gridworker"),
        at=at,
        channel="grid",
        kind="complaint",
        category=category,
        text=text,
        place=place,
        **more,
    )


def _assemble(people: People, until: datetime, case: Case) -> Whistle:
    limit, unit = Decimal(3), "workday"
    summons = Summons(
        level="town",
        kind="hard",
        lead=LEAD,
        departments=OTHERS,
        assembly_at=until - timedelta(hours=25),
        assembly_place="潞邑嘉园小区东门",
        items=[Item(text, owner, limit, unit) for text, owner in PROBLEMS],
        reason="一个小区、多个部门的问题，请到场逐项认领",
    )
    at = until - timedelta(hours=29)
    return blow_whistle(case.pk, summons, actor=people.named("town"), at=at)


def _arrive(people: People, whistle: Whistle) -> None:
    meeting = whistle.assembly_at
    assert meeting is not None
    for order in whistle.orders.select_related("unit").order_by("pk"):
        person = people.of_unit[order.unit.code]
        came = meeting - timedelta(hours=3)
        advance_order(order.pk, "acknowledge", actor=person, at=came)
        if order.unit.code not in ARRIVALS:
            continue
        minutes, off, told = ARRIVALS[order.unit.code]
        came = meeting + timedelta(minutes=minutes)
        skew = timedelta(minutes=-14 if order.unit.code == "SWJ" else 0)
        lon, lat = whistle.assembly_lon, whistle.assembly_lat
        if lon is not None:
            told = told | {"lon": round(lon + off, 6), "lat": lat}
        details = told | {"device_at": came + skew, "note": "已到场，现场认领问题"}
        advance_order(order.pk, "report_in", actor=person, at=came, **details)


def _solve(people: People, until: datetime, whistle: Whistle) -> None:
    """Fourteen done, one under way; the fire brigade has another call and asks for leave."""
    began = until - timedelta(hours=23)
    for item in whistle.items.select_related("unit").order_by("position"):
        assert item.unit is not None
        person, at = people.of_unit[item.unit.code], began + timedelta(minutes=50 * item.position)
        move_item(item.pk, "start", actor=person, at=at)
        if item.text != UNDER_WAY:
            proof = "已整改到位，现场复查正常"
            later = at + timedelta(minutes=40)
            move_item(item.pk, "done", actor=person, at=later, evidence=proof)
    talks: tuple[tuple[str, str, dict[str, Any]], ...] = (
        ("CGW", "finish", {"result": "桶站已清运，违规广告牌已拆除"}),
        ("XFZD", "ask_leave", {"reason": "另有火警出动，问题均已整改，留一人对接"}),
    )
    for code, step, details in talks:
        order = Order.objects.get(whistle=whistle, unit__code=code)
        at = until - timedelta(hours=3)
        advance_order(order.pk, step, actor=people.of_unit[code], at=at, **details)


def _ring(people: People, until: datetime, place: Place) -> None:
    """An emergency of twelve minutes ago that has rung twice."""
    text = "7号楼地下室有浓烟，居民正在疏散"
    case = _report(people, until - timedelta(minutes=13), place, "0306", text, urgency="critical")
    summons = Summons(level="town", kind="emergency", lead="XFZD", reason="地下室冒烟")
    at = until - timedelta(minutes=12)
    blow_whistle(case.pk, summons, actor=people.named("town"), at=at)
    sweep_rings(until - timedelta(minutes=6))
    sweep_rings(until)
