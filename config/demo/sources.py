"""What comes in beside calls, lived in the demo: clues, commendations, urging, split and merged matters."""

from datetime import datetime, timedelta
from decimal import Decimal

from accounts.models import User
from cases.lifecycle import State
from cases.models import Case, Clue
from cases.services.clues import Sighting, collect, receive_clue
from cases.services.commendations import commend
from cases.services.intake import receive
from cases.services.splitting import Matter, add_matter
from cases.services.steps import advance
from cases.services.urging import urge
from config.demo.people import COMMUNITY, TOWN, People
from grids.models import Area
from grids.places import Place

CLUES = [
    # source, reference, kind, text, category, days ago, confidence, how it ended
    ("规自卫片图斑", "2026-TB-0415", "疑似新增建设", "图斑显示楼顶新增彩钢板房约60平方米", "0105", 9, "0.93", "closed"),
    ("规自卫片图斑", "2026-TB-0416", "疑似新增建设", "图斑显示围墙内新增硬化地面", "0105", 9, "0.71", "lawful"),
    ("规自卫片图斑", "2026-TB-0431", "裸露土地", "图斑显示裸露土地未苫盖约900平方米", "0105", 2, "0.88", ""),
    ("物联感知平台", "JG-20871", "井盖倾斜", "智能井盖倾斜报警，连续3次", "0101", 4, "0.97", "collected"),
    ("物联感知平台", "JG-20902", "井盖倾斜", "智能井盖倾斜报警", "0101", 1, "0.64", "not_found"),
    ("消防物联平台", "YG-5518", "消防水压低", "室外消火栓水压低于0.10兆帕", "0306", 0, "0.99", ""),
]  # fmt: skip

PRAISE = [
    # unit, person, text, days ago
    (TOWN, "老林", "下水道堵了一个多月，街道当天就带人来疏通，特地来电表扬", 1),
    (TOWN, "", "楼道堆物清走了，老人出行方便多了，谢谢街道", 3),
    ("CGW", "小郭", "井盖松动反映后两小时就换好了，工作人员态度很好", 2),
    ("ZJW", "", "电梯困人事件后，住建部门盯着物业完成了大修", 5),
    ("XFZD", "小罗", "消防通道的车都劝走了，还给居民讲了消防常识", 0),
    (COMMUNITY, "老周", "社区书记下雪天挨户看望独居老人", 4),
]


def live_sources(people: People, until: datetime) -> dict[str, int]:
    """Live a little of everything that comes in beside calls, before `until`; return how much."""
    operator, town = people.named("operator"), people.named("town")
    for row in CLUES:
        _clue(row, people, until)
    for unit, person, text, days in PRAISE:
        at = until - timedelta(days=days, hours=1)
        commend(actor=operator, at=at, unit=unit, person=person, text=text, caller_name="王女士")
    _urgings(operator, town, until)
    _two_matters(people, until)
    _the_same_again(people, until)
    return {"clues": len(CLUES), "commendations": len(PRAISE)}


def _place() -> Place:
    grid = Area.objects.within(COMMUNITY).filter(level=Area.Level.GRID).order_by("code").first()
    assert grid is not None
    return Place(grid.code, grid.lon, grid.lat, "潞邑社区3号楼附近")


def _clue(
    row: tuple[str, str, str, str, str, int, str, str], people: People, until: datetime
) -> None:
    source, reference, kind, text, category, days, confidence, end = row
    at = until - timedelta(days=days, hours=3)
    sighting = Sighting(
        source=source,
        external_id=reference,
        kind=kind,
        text=text,
        observed_at=at - timedelta(hours=20),
        confidence=Decimal(confidence),
        category=category,
    )
    operator, town = people.named("operator"), people.named("town")
    clue, _new = receive_clue(sighting, place=_place(), actor=operator, at=at)
    later = at + timedelta(hours=1)
    if end in ("lawful", "not_found"):
        reason = "已有规划许可" if end == "lawful" else "现场核查井盖完好"
        advance(clue.case.pk, "reject", actor=operator, at=later, reason=reason, outcome=end)
    elif end:
        advance(clue.case.pk, "handle", actor=town, at=later)
        done = later + timedelta(hours=5)
        advance(clue.case.pk, "finish", actor=town, at=done, result="已现场处置并恢复")
        advance(clue.case.pk, "close", actor=town, at=done + timedelta(hours=1))
        if end == "collected":
            collect(Clue.objects.get(pk=clue.pk).pk, actor=operator, at=done + timedelta(hours=2))


def _urgings(operator: User, town: User, until: datetime) -> None:
    """Residents of the town ask again about what is open."""
    waiting = Case.objects.visible_to(town).filter(
        state__in=[State.RECEIVED, State.HANDLING, State.WHISTLED], callable=True
    )
    at = until - timedelta(minutes=9)
    for number, case in enumerate(waiting.filter(received_at__lt=at).order_by("-pk")[:3]):
        for again in range(number + 1):
            words = "已经反映过，请尽快答复" if again else "来电询问办理进展"
            urge(case.pk, actor=operator, at=at + timedelta(minutes=2 * again), words=words)


def _receive(people: People, at: datetime, text: str, category: str, phone: str) -> Case:
    return receive(
        actor=people.named("operator"),
        at=at,
        channel=Case.Channel.HOTLINE,
        kind=Case.Kind.COMPLAINT,
        category=category,
        text=text,
        place=_place(),
        caller_name="李女士",
        caller_phone=phone,
    )


def _finish(case: Case, people: People, at: datetime, result: str) -> None:
    town = people.named("town")
    advance(case.pk, "handle", actor=town, at=at)
    advance(case.pk, "contact", actor=town, at=at + timedelta(minutes=20), how="phone")
    advance(case.pk, "finish", actor=town, at=at + timedelta(hours=2), result=result)


def _two_matters(people: People, until: datetime) -> None:
    """One call, two matters: both handled, to be called back once; and a third still under way."""
    at = until - timedelta(hours=6)
    first = _receive(people, at, "消防通道被私家车长期占用", "0306", "19900009901")
    operator = people.named("operator")
    later = at + timedelta(minutes=2)
    lift = add_matter(first.number, Matter("0303", "电梯经常停运"), actor=operator, at=later)
    add_matter(first.number, Matter("0101", "门口垃圾清运不及时"), actor=operator, at=later)
    _finish(first, people, at + timedelta(hours=1), "已劝离车辆并施划禁停标线")
    _finish(lift, people, at + timedelta(hours=1), "维保单位已更换门机，试运行正常")


def _the_same_again(people: People, until: datetime) -> None:
    """Two more residents report what is handled already: merged, and owed a word."""
    at = until - timedelta(hours=5)
    stays = _receive(people, at, "路灯不亮，晚上看不清路", "0101", "19900009902")
    for minutes, phone in ((10, "19900009903"), (25, "19900009904")):
        again = at + timedelta(minutes=minutes)
        twin = _receive(people, again, "小区北侧路灯坏了好几天", "0101", phone)
        advance(twin.pk, "merge", actor=people.named("operator"), at=again, into=stays.number)
    _finish(stays, people, at + timedelta(hours=1), "已更换灯头，当晚恢复照明")
