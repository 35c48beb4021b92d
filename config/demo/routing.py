"""Matters that nobody wants: drafts of rules, rulings that cite, a problem case, a city matter, a report."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from cases.models import Case
from cases.services.intake import receive
from config.demo.people import COMMUNITY, TOWN, People
from dispatch.models import Objection, Order, Whistle
from dispatch.services.city_matters import answer_matter, take_up
from dispatch.services.ownership import RuleText, move_rule, write_draft
from dispatch.services.rulings import rule
from dispatch.services.steps import advance_order
from dispatch.services.whistles import Summons, blow_whistle
from grids.models import Area
from grids.places import Place

REGISTER = "不动产登记载明该设施产权人为供电公司，附登记查询结果"


class Routing:
    """The people of 潞邑 and the hours before the present in which they act."""

    def __init__(self, people: People, until: datetime) -> None:
        self.people, self.until = people, until
        grid = Area.objects.within(COMMUNITY).filter(level=Area.Level.GRID).order_by("code").first()
        assert grid is not None
        self.place = Place(grid.code, grid.lon, grid.lat, "潞邑社区东门")

    def at(self, hours: float) -> datetime:
        """Return the moment so many hours before the present."""
        return self.until - timedelta(hours=hours)

    def case(self, hours: float, category: str, text: str, **given: Any) -> Case:
        fields: dict[str, Any] = {"kind": "complaint", "caller_phone": "13800002046"} | given
        return receive(
            actor=self.people.named("operator"),
            at=self.at(hours),
            channel="hotline",
            category=category,
            text=text,
            place=self.place,
            caller_name="赵女士",
            **fields,
        )

    def blow(self, case: Case, hours: float, units: Sequence[str]) -> Whistle:
        lead, *others = units
        reason = "超出街道职权，需部门到场解决"
        summons = Summons("town", "daily", lead, departments=others, reason=reason)
        town = self.people.named("town")
        return blow_whistle(case.pk, summons, actor=town, at=self.at(hours))

    def objection(self, whistle: Whistle, unit: str, hours: float, **said: Any) -> Order:
        order = Order.objects.get(whistle=whistle, unit__code=unit)
        person = self.people.of_unit[unit]
        details = {"reason": "经现场核实，不属于本单位职责范围"} | said
        return advance_order(order.pk, "object", actor=person, at=self.at(hours), **details)

    def uphold(self, order: Order, hours: float, reason: str, **more: Any) -> Objection:
        centre = self.people.named("supervisor")
        rule(order.pk, actor=centre, at=self.at(hours), upheld=True, reason=reason, **more)
        return Objection.objects.get(order=order)


def route_matters(people: People, until: datetime) -> int:
    """Draft rules, pass a case on to the limit, take one up with the city, report a town's people;
    return the count of cases."""
    d = Routing(people, until)
    _draft_rules(d)
    _passed_on_three_times(d)
    _taken_up_with_the_city(d)
    text = "反映街道窗口工作人员收受商户礼品，办理证明时故意拖延，希望调查处理"
    d.case(20, "2004", text, kind="report", accused=TOWN)
    d.case(6, "0801", "反映城管委夜间市政施工噪声大，凌晨仍在切割路面", accused="CGW")
    return 5


def _draft_rules(d: Routing) -> None:
    centre = d.people.named("supervisor")
    market = RuleText(
        name="夜间流动摊贩聚集",
        ownership="department",
        source="城管执法局三定方案；夜间错时联合执法机制",
        category="0103",
        words=["夜间", "夜市", "聚集", "烧烤"],
        lead="CGJ",
        assists=["GAFJ", "JTZD", "SCJ"],
    )
    draft = write_draft(market, actor=centre)
    for _ in range(3):  # before the rule that leaves street trading to the towns
        move_rule(draft.pk, up=True, actor=centre, at=d.at(30))
    small = RuleText(
        name="小广告清理",
        ownership="department",
        source="市容环境卫生责任区制度",
        category="0101",
        words=["小广告"],
        lead="HW",
    )
    write_draft(small, actor=centre)


def _passed_on_three_times(d: Routing) -> None:
    case = d.case(
        52, "0106", "社区东门外灯杆倾斜，箱体漏电，孩子放学经过非常危险，多次反映没人认领"
    )
    whistle = d.blow(case, 50, ["CGW", "ZJW", "YLJ"])
    order = d.objection(whistle, "CGW", 46, evidence=REGISTER)
    first = d.uphold(order, 44, "产权登记属供电公司，依权责清单改派", new_unit="GD")
    order = d.objection(whistle, "ZJW", 43, cites=[first.number])
    d.uphold(order, 40, "小区红线以外，不属物业区域，同意退出", cites=[first.number])
    order = d.objection(whistle, "YLJ", 39, reason="灯杆不在绿地范围内", cites=[first.number])
    d.uphold(order, 36, "不在绿地管护范围，同意退出", cites=[first.number])


def _taken_up_with_the_city(d: Routing) -> None:
    asked = {"counterpart": "JTJ", "outside_unit": "市交通委员会"}
    counterpart = d.people.of_unit["JTJ"]
    waiting = d.case(30, "1007", "地铁站早高峰限流时间太长，希望增加安检通道和发车班次")
    d.blow(waiting, 28, ["JTJ"])
    reference = "市交委转办〔2026〕1187号"
    take_up(waiting.pk, actor=counterpart, at=d.at(24), reference=reference, **asked)
    answered = d.case(70, "1006", "社区东门公交班次少，末班车太早，希望增设站点、调整线路")
    d.blow(answered, 68, ["JTJ", "GJ"])
    matter = take_up(
        answered.pk, actor=counterpart, at=d.at(60), reference="市交委转办〔2026〕1142号", **asked
    )
    answer = "已纳入下一轮线网优化，末班车自下月起延长至22时30分"
    answer_matter(matter.pk, actor=counterpart, at=d.at(10), answer=answer)
