"""Directives and meetings of the demo: leaders in charge, a meeting with rulings, directives in every state."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from accounts.models import Unit
from config.demo.people import TOWN, TOWN2, People, known_people
from dispatch.models import Directive, TownLeader, UnclaimedMatter
from dispatch.services.directive_course import add_entry
from dispatch.services.directive_notices import sweep_directives
from dispatch.services.directives import Order, issue_directive
from dispatch.services.dockets import freeze_docket
from dispatch.services.matters import raise_matter, rule_matter
from dispatch.services.meetings import call_meeting, close_meeting
from dispatch.services.papers import publish_bulletin
from dispatch.weeks import Week
from grids.models import Area

DAY, HOUR = timedelta(days=1), timedelta(hours=1)

MATTERS: tuple[tuple[Any, ...], ...] = (
    (
        "town",
        40,
        "路口废弃通信杆无人处置",
        "潞邑街道多个路口有废弃通信杆倾斜，通信企业称已移交，城管部门称不是市政设施，产权不明。",
        "CGW",
        ("GD",),
        "由城管委牵头组织产权核查，三十日内无人认领的按无主设施拆除。",
        True,
    ),
    (
        "town2",
        33,
        "商品房小区外围墙开裂归属不明",
        "围墙建在小区红线与市政道路之间，物业、开发企业和养护单位都不认领。",
        "ZJW",
        ("CGW",),
        "由住建委牵头鉴定，险情先由住建委组织围挡，费用按鉴定结论追偿。",
        False,
    ),
    (
        "department",
        12,
        "河道护栏外侧绿地垃圾清运",
        "绿地在水务与园林养护范围之间，两家都没有列入养护台账。",
        "",
        (),
        "",
        False,
    ),
    (
        "community",
        5,
        "地下车库出入口坡道结冰",
        "坡道一半在小区内、一半在公共道路，物业和养护单位互相推让。",
        "",
        (),
        "",
        False,
    ),
)
"""Who raised it how many days ago, what; and who was ruled to lead and assist, where it was."""

DIRECTIVES: tuple[dict[str, Any], ...] = (
    {
        "ago": 30,
        "title": "老旧小区消防通道集中整治",
        "text": "对全区老旧小区消防通道逐一排查，占用、堵塞、锁闭的限期清理，建立长效管护办法。",
        "path": "摸底排查，建立台账\n联合执法，集中清理\n划线立牌，移交管护",
        "lead": "XFZD",
        "assists": ("ZJW", TOWN),
        "days": 10,
        "town": TOWN,
        "course": (("progress", 4, 45), ("progress", 9, 85), ("done", 12, 0), ("verified", 14, 0)),
    },
    {
        "ago": 20,
        "title": "电动自行车飞线充电专项治理",
        "text": "清理飞线充电，按需增设集中充电设施。",
        "path": "排查点位\n拆除飞线\n增设充电桩\n回头看",
        "lead": "ZJW",
        "assists": ("XFZD",),
        "days": 8,
        "town": TOWN2,
        "course": (("progress", 5, 30), ("follow", 6, 0), ("progress", 12, 60)),
    },
    {
        "ago": 9,
        "title": "背街小巷路灯修复",
        "text": "对市民反映集中的四十二条背街小巷路灯逐条修复。",
        "path": "现场核实\n分批修复\n夜间验收",
        "lead": "CGW",
        "assists": (),
        "days": 6,
        "town": TOWN,
        "course": (("progress", 3, 50), ("done", 6, 0)),
    },
    {
        "ago": 3,
        "title": "冬季供暖问题先行排查",
        "text": "供暖季投诉集中小区逐户测温，供热单位限期整改。",
        "path": "测温建账\n限期整改\n入户回访",
        "lead": "CGW",
        "assists": ("ZJW",),
        "days": 10,
        "town": "",
        "course": (("progress", 2, 20),),
    },
)

WORDS = {
    "progress": "按路径推进，已完成阶段任务，下一步继续落实。",
    "done": "任务已经完成，请核验。",
    "follow": "请加快进度，本周内把剩余点位清零。",
    "verified": "现场抽查三处，均已整改到位。",
}


def hold_meetings(until: datetime) -> None:
    """Let the centre direct, meet and rule, up to the present of the demo."""
    people = known_people()
    _leaders(people)
    _meetings(people, until)
    issued = [_direct(people, until, facts) for facts in DIRECTIVES]
    sweep_directives(until)
    centre = people.named("supervisor")
    late = [one.pk for one in issued[:3]]
    publish_bulletin(
        actor=centre,
        at=until - 2 * HOUR,
        title="关于近期工作指令办理情况的督查专报",
        text="近期下发的工作指令总体推进平稳，消防通道整治已核验办结。\n"
        "个别指令超过时限，请牵头单位倒排工期，尽快办结。",
        directives=late,
    )
    freeze_docket(Week.of(until).before, actor=centre, at=max(Week.of(until).begins, until - DAY))


def _leaders(people: People) -> None:
    leader = people.named("leader")
    towns = Area.objects.filter(level=Area.Level.TOWN).values_list("code", flat=True)
    TownLeader.objects.bulk_create([TownLeader(town=code, user=leader) for code in towns])


def _meetings(people: People, until: datetime) -> None:
    centre, held = people.named("supervisor"), until - 7 * DAY
    ruled: list[tuple[UnclaimedMatter, Any]] = []
    waiting: list[int] = []
    for matter in MATTERS:
        who, ago, title, text, lead, *_rest = matter
        at = until - ago * DAY
        raised = raise_matter(
            actor=people.named(who), at=at, title=title, text=text, category="0105"
        )
        if lead:
            ruled.append((raised, matter))
        elif who != "community":
            waiting.append(raised.pk)
    meeting = call_meeting(
        actor=centre,
        at=held - 2 * DAY,
        kind="ownership",
        held_at=held,
        place="潞邑街道办事处二层会议室",
        chair="区领导 老高",
        matters=[matter.pk for matter, _facts in ruled],
    )
    known = set(Unit.objects.values_list("code", flat=True))
    for one, (*_known, lead, assists, ruling, lasting) in ruled:
        rule_matter(
            one.pk,
            actor=centre,
            at=held + HOUR,
            lead=lead,
            assists=[code for code in assists if code in known],
            ruling=ruling,
            lasting=lasting,
        )
    close_meeting(
        meeting.pk,
        actor=centre,
        at=held + 2 * HOUR,
        minutes="会议逐件听取提出单位说明和相关部门意见，现场查看后作出裁定。\n各牵头单位应在三日内接手。",
        present="区城管委、区住建委、潞邑街道、杨庄街道有关负责人",
    )
    call_meeting(
        actor=centre,
        at=until - HOUR,
        kind="ownership",
        held_at=until + 5 * DAY,
        place="杨庄街道办事处",
        chair="区领导 老高",
        matters=waiting,
    )
    call_meeting(
        actor=centre,
        at=until - HOUR,
        kind="accounts",
        held_at=until + DAY,
        place="区指挥中心会议室",
        chair="区领导 老高",
    )


def _direct(people: People, until: datetime, facts: dict[str, Any]) -> Directive:
    centre, at = people.named("supervisor"), until - facts["ago"] * DAY
    order = Order(
        title=facts["title"],
        text=facts["text"],
        path=facts["path"],
        lead=facts["lead"],
        assists=facts["assists"],
        workdays=Decimal(facts["days"]),
        town=facts["town"],
    )
    one = issue_directive(order, actor=centre, at=at)
    actors = {
        "progress": people.of_unit[facts["lead"]],
        "done": people.of_unit[facts["lead"]],
        "follow": people.named("leader"),
        "verified": centre,
    }
    for kind, days, percent in facts["course"]:
        add_entry(
            one.pk,
            kind=kind,
            actor=actors[kind],
            at=at + days * DAY,
            text=WORDS[kind],
            percent=percent if kind == "progress" else None,
        )
    return one
