"""The report on a topic (专题报告): the problem, who owns it, what was done, whether it helped."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from assessment.papers.saying import Body, listed
from dispatch.sheets import AreaMap
from dispatch.sheets.papers import Words
from dispatch.sheets.text import day, minute

STEPS = {"progress": "进展", "correct": "更正", "close": "办结"}
MOST_ENTRIES = 60
CORRECTED = {
    "title": "题目",
    "owner": "责任单位",
    "assists": "配合单位",
    "goal": "目标",
    "begun_on": "统计起始日",
    "baseline": "办理前每周人数",
    "review_on": "回看日",
}
"""What a correction changed is said from what to what; of the long text only that it was."""


@dataclass(frozen=True, slots=True)
class TopicFacts:
    """A topic and its account (`assessment.services.topics.account_of`)."""

    title: str
    text: str
    category: str
    place: str
    owner: str
    assists: tuple[str, ...]
    begun_on: date
    review_on: date
    account: Mapping[str, Any]
    at: datetime
    place_map: AreaMap | None = None


def topic_words(facts: TopicFacts) -> Words:
    """Return the words of a topic's report."""
    body, account = Body(), facts.account
    body.head("问题")
    body.say(_ended(facts.text))
    body.say(f"类别为{facts.category}，范围为{facts.place}，专题编号{account['number']}。")
    body.map(facts.place_map)
    body.head("责任单位")
    assists = f"，{listed(facts.assists)}配合" if facts.assists else ""
    body.say(f"由{facts.owner}牵头{assists}。")
    _say_measure(body, facts)
    _say_course(body, facts)
    title = f"关于{facts.title.strip().rstrip('。').removesuffix('专题')}的专题报告"
    closed = account["state"] == "closed"
    to = listed(list(dict.fromkeys([facts.owner, *facts.assists])))
    return body.words(title if closed else f"{title}（截至{minute(facts.at)}）", to)


def _say_measure(body: Body, facts: TopicFacts) -> None:
    account = facts.account
    body.head("目标与成效")
    body.say(
        f"办理前平均每周有{_number(account['baseline'])}人反映，目标为自{_day(facts.begun_on)}起每周"
        f"不超过{_number(account['goal'])}人，{_day(facts.review_on)}回看。"
    )
    now = account["measured"]
    if now is None:
        body.say("开始办理后尚不满一周，暂无可比数据。")
    else:
        low, high = account["interval"]
        reached = "已达到目标" if account["reached_goal"] else "未达到目标"
        body.say(
            f"开始办理以来平均每周{_number(now)}人（可能范围{_number(low)}至{_number(high)}人），{reached}。",
            _verdict(account["verdict"]),
            _district(account["district"]),
        )
    weeks = account["weeks"]
    if weeks:
        labels = [f"{start.month}-{start.day}" for start, _people in weeks]
        values = {"每周人数": [people for _start, people in weeks]}
        body.chart("line", "开始办理以来每周反映的人数", labels, values, unit="人")


def _verdict(verdict: str) -> str:
    return {
        "early": "时间尚短，不下结论。",
        "few": "数量太少，不足以判断有无变化。",
        "fell": "与办理前相比确有下降，超出偶然的范围。",
        "rose": "与办理前相比确有上升，超出偶然的范围。",
        "unclear": "与办理前的差别在偶然范围之内，不能说有变化。",
    }.get(verdict, "")


def _district(found: tuple[Decimal, Decimal] | None) -> str:
    if found is None:
        return ""
    then, now = found
    return f"同期全区其他地方同类诉求由平均每周{_number(then)}人变为{_number(now)}人。"


def _say_course(body: Body, facts: TopicFacts) -> None:
    entries = facts.account["entries"]
    body.head("办理过程")
    if not entries:
        body.say("尚无办理记录。")
    shown = entries[-MOST_ENTRIES:]
    body.table(
        "办理记录" if len(shown) == len(entries) else f"办理记录（最近{MOST_ENTRIES}条）",
        "时间|环节|内容|填报人",
        (4, 2, 8, 3),
        (
            [minute(one["at"]), STEPS.get(one["step"], one["step"]), _told(one), one["by"]]
            for one in shown
        ),
    )
    if facts.account["outcome"]:
        body.say(f"结论：{_ended(facts.account['outcome'])}")


def _told(entry: Mapping[str, Any]) -> str:
    """Return what was written and, of a correction, what it changed."""
    changes = entry.get("changes") or {}
    said = [
        f"{label}由{_plain(changes[name][0])}改为{_plain(changes[name][1])}"
        for name, label in CORRECTED.items()
        if name in changes
    ]
    said += ["问题和措施的表述有修改"] if "text" in changes else []
    return (
        "；".join([" ".join(entry["text"].split()).rstrip("。；"), *said])
        if said
        else entry["text"]
    )


def _plain(value: Any) -> str:
    return (listed(value) or "无") if isinstance(value, list) else str(value)


def _number(value: Decimal | float) -> str:
    return f"{Decimal(str(value)).normalize():f}"


def _day(value: date) -> str:
    return day(datetime.fromisoformat(f"{value:%F}T12:00+08:00"))


def _ended(text: str) -> str:
    one = " ".join(text.split())
    return one if one.endswith(("。", "！", "？")) else f"{one}。"
