"""Whistles of grids and communities in 潞邑, and matters that rose from one level to the next."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from assessment.services.reviews import review_order
from cases.models import Case
from cases.services.intake import receive
from cases.services.steps import advance
from config.demo.people import COMMUNITY, People
from dispatch.models import Order, Whistle
from dispatch.services.items import Item, mark_item_done
from dispatch.services.passing import pass_up
from dispatch.services.steps import advance_order
from dispatch.services.whistles import Summons, blow_whistle
from grids.models import Area
from grids.places import Place

SQUAD, SHOPS, MARKET, CLINIC, FIRM = "DW01301", "DW01302", "LM01301", "LM01302", "WY01301"
"""Neighbours of 潞邑社区: two squads, two members of the alliance, the property firm."""

WAY = ("acknowledge", "report_in", "finish", "accept")
DETAILS: dict[str, dict[str, Any]] = {
    "report_in": {"note": "已到场"},
    "finish": {"result": "已现场处置完毕，居民在场确认"},
}


class Levels:
    """The people of 潞邑社区 and the hours before the present in which they act."""

    def __init__(self, people: People, until: datetime) -> None:
        self.people, self.until = people, until
        grid = Area.objects.within(COMMUNITY).filter(level=Area.Level.GRID).order_by("code").first()
        assert grid is not None
        self.place = Place(grid.code, grid.lon, grid.lat, "潞邑社区3号楼")

    def at(self, hours: float) -> datetime:
        """Return the moment so many hours before the present."""
        return self.until - timedelta(hours=hours)

    def report(self, hours: float, category: str, text: str) -> Case:
        worker = self.people.named("gridworker")
        return receive(
            actor=worker,
            at=self.at(hours),
            channel="grid",
            kind="complaint",
            category=category,
            text=text,
            place=self.place,
        )

    def blow(
        self, case: Case, hours: float, level: str, units: Sequence[str], **more: Any
    ) -> Whistle:
        by = {"grid": "gridhead"}.get(level, level)
        lead, *others = units
        summons = Summons(level=level, kind="daily", lead=lead, departments=others, **more)
        return blow_whistle(case.pk, summons, actor=self.people.named(by), at=self.at(hours))

    def answer(self, whistle: Whistle, unit: str, hours: float, last: str, by: str = "") -> None:
        """Let a unit take its steps half an hour apart, up to and with the last; `by` accepts."""
        order = Order.objects.get(whistle=whistle, unit__code=unit)
        person = self.people.of_unit[unit]
        for place, step in enumerate(WAY[: WAY.index(last) + 1]):
            moment = self.at(hours - place / 2)
            if step == "finish":
                for item in whistle.items.filter(unit__code=unit).order_by("position"):
                    mark_item_done(
                        item.pk, actor=person, at=moment, evidence="已清理，现场照片留存"
                    )
            actor = self.people.named(by) if step == "accept" else person
            advance_order(order.pk, step, actor=actor, at=moment, **DETAILS.get(step, {}))

    def rise(self, case: Case, hours: float, by: str, reason: str) -> None:
        pass_up(case.pk, actor=self.people.named(by), at=self.at(hours), reason=reason)


def show_levels(people: People, until: datetime) -> int:
    """Let the grid and the community whistle, and three matters rise; return the count of cases."""
    d = Levels(people, until)
    _solved_in_the_grid(d)
    _under_way_in_the_community(d)
    _risen_to_departments(d)
    _waiting_for(d, "town", "潞邑社区东侧无名道路夜间有大货车抄近路，居民多次反映扰民")
    _waiting_for(d, "district", "潞邑社区南侧边角地权属不清，常年堆放渣土，街道多次协调未果")
    return 5


def _solved_in_the_grid(d: Levels) -> None:
    case = d.report(52, "0306", "网格员巡查发现3号楼二单元楼道堆放旧家具，占用消防通道")
    whistle = d.blow(
        case,
        51,
        "grid",
        [SQUAD, FIRM],
        items=[Item("二单元楼道旧家具", SQUAD), Item("通道口地锁", FIRM)],
        assembly_place="3号楼二单元门前",
        reason="微事不出网格，请邻里互助队和物业到场",
    )
    for unit in (SQUAD, FIRM):
        d.answer(whistle, unit, 50, "accept", by="gridhead")
    for order in whistle.orders.order_by("pk"):
        review_order(
            order.pk,
            actor=d.people.named("gridhead"),
            at=d.at(47),
            arrival=100,
            attitude=95,
            result=95,
            comment="随叫随到，清得干净",
        )
    advance(
        case.pk, "close", actor=d.people.named("gridhead"), at=d.at(46), note="现场核实，通道已畅通"
    )


def _under_way_in_the_community(d: Levels) -> None:
    case = d.report(6, "0303", "居民反映5号楼电梯运行异响，物业维修后仍未消除，老人出行不便")
    whistle = d.blow(
        case,
        5,
        "community",
        [FIRM, CLINIC],
        items=[Item("电梯异响检修", FIRM), Item("独居老人上门探访", CLINIC)],
        reason="请物业牵头检修，社区卫生服务站看望出行不便的老人",
    )
    d.answer(whistle, FIRM, 4, "report_in")
    d.answer(whistle, CLINIC, 4, "acknowledge")


def _risen_to_departments(d: Levels) -> None:
    case = d.report(30, "0306", "底商油烟管道占用3号楼消防通道，商户称已有审批，居民担心起火")
    first = d.blow(case, 29, "grid", [SHOPS, FIRM], reason="请商户自治小组劝导拆除")
    d.answer(first, SHOPS, 28, "report_in")
    d.rise(case, 26, "gridhead", "商户出示旧审批，网格劝导无效，需社区召集联盟单位协调")
    second = d.blow(case, 25, "community", [MARKET, FIRM], reason="请联盟单位和物业到场协商")
    d.answer(second, FIRM, 24, "report_in")
    d.rise(case, 22, "community", "审批真伪和通道权属社区无权认定，需消防、城管到场")
    third = d.blow(
        case,
        20,
        "town",
        ["XFZD", "CGW"],
        items=[Item("核实油烟管道审批", "CGW"), Item("消防通道是否达标", "XFZD")],
        assembly_place="3号楼消防通道",
        reason="网格、社区两级协调未果，请部门到场执法认定",
    )
    d.answer(third, "XFZD", 19, "report_in")


def _waiting_for(d: Levels, level: str, text: str) -> None:
    case = d.report(9, "0101", text)
    if level == "town":
        d.rise(case, 7, "community", "道路尚未移交，社区无权设置限行，请街道牵头")
        return
    town = d.people.named("town")
    advance(case.pk, "handle", actor=town, at=d.at(8), note="先行核实权属")
    d.rise(case, 5, "town", "涉及国有土地与铁路两家权属单位，街道协调三次未果，报请区级决定")
