"""The words of the district's papers: directives, rulings, minutes, bulletins and dockets.

Papers are Chinese in whatever language they are read from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from dispatch.sheets import AreaMap, Chart, Sheet, Table
from dispatch.sheets.text import day, minute
from dispatch.weeks import Week

EVERYBODY = "各街道（镇）、各部门"
NUMERALS = "一二三四五六七八九十"
HEADS = {
    "directive": "工作指令",
    "inspection": "督查专报",
    "docket": "交账清单",
    "minutes": "会议纪要",
    "ruling": "文件",
    "month": "工作专报",
    "ranking": "通报",
    "unit": "部门考核单",
    "town": "街镇考核单",
    "topic": "专题报告",
}
"""What follows the issuer's name in the red head."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a paper says; its number, its issuer and its date are put to it when it is issued."""

    title: str
    to: str
    paragraphs: tuple[str, ...]
    copies: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    area_map: AreaMap | None = None


def sheet_of(form: str, words: Words, *, number: str, issuer: str, at: datetime) -> Sheet:
    """Return the sheet of a paper."""
    return Sheet(
        head=issuer + HEADS[form],
        level="",
        number=number,
        title=words.title,
        to=words.to,
        paragraphs=words.paragraphs,
        signed=issuer,
        date=day(at),
        copies=words.copies,
        tables=words.tables,
        charts=words.charts,
        area_map=words.area_map,
    )


def listed(names: Sequence[str]) -> str:
    """Return names as a Chinese list."""
    return "、".join(names)


def about(title: str, ending: str) -> str:
    """Return an official title: 关于……的工作指令."""
    subject = title.strip().rstrip("。")
    subject = subject if subject.startswith("关于") else f"关于{subject}"
    return subject if subject.endswith(ending) else f"{subject}的{ending}"


def counted(parts: Sequence[str]) -> tuple[str, ...]:
    """Return the parts that are said, each with its numeral: 一、……"""
    said = [part for part in parts if part]
    return tuple(f"{NUMERALS[n]}、{part}" for n, part in enumerate(said))


@dataclass(frozen=True, slots=True)
class DirectiveFacts:
    """What a directive tells of; its texts name no caller."""

    title: str
    text: str
    path: tuple[str, ...]
    lead: str
    assists: tuple[str, ...]
    due_at: datetime
    leader: str
    basis: str


def directive_words(facts: DirectiveFacts) -> Words:
    """Return the words of a work directive: task, units, path, limit, who follows."""
    units = f"责任单位。牵头单位：{facts.lead}"
    units += f"；配合单位：{listed(facts.assists)}。" if facts.assists else "。"
    steps = "".join(
        f"（{number}）{step.rstrip('。；;')}；" for number, step in enumerate(facts.path, 1)
    )
    parts = [
        f"工作任务。{_ended(facts.text)}",
        f"依据。{_ended(facts.basis)}" if facts.basis else "",
        units,
        f"办理路径。{steps.rstrip('；')}。",
        f"完成时限。请于{minute(facts.due_at)}前办结，并通过本平台报告办理结果。",
        f"包保领导。由{facts.leader}包保跟踪。" if facts.leader else "",
        "工作要求。牵头单位应当及时公布办理进度，配合单位应当主动配合；办结后由指挥中心现场核验。",
    ]
    copies = (*facts.assists, *([facts.leader] if facts.leader else []))
    return Words(about(facts.title, "工作指令"), facts.lead, counted(parts), copies)


@dataclass(frozen=True, slots=True)
class RulingFacts:
    """What a ruling on an unclaimed matter tells of."""

    title: str
    text: str
    ruling: str
    lead: str
    assists: tuple[str, ...]
    raised_by: str
    met_at: datetime
    place: str
    item: str | None
    """The item of the responsibility list that it changes; empty where it adds one, None for neither."""


def ruling_words(facts: RulingFacts) -> Words:
    """Return the words of a ruling: the matter, who leads, what binds."""
    units = f"由{facts.lead}牵头"
    units += f"，{listed(facts.assists)}配合。" if facts.assists else "。"
    parts = [
        f"事项。{facts.raised_by}提出：{_ended(facts.text)}",
        f"裁定。经{day(facts.met_at)}在{facts.place}召开的现场确权会研究，{units}{_ended(facts.ruling)}",
        _listed_as(facts.item),
        "效力。本裁定自作出之日起生效，可以作为派单依据；被裁定的单位不得就同一事项再提异议。",
    ]
    to = listed(list(dict.fromkeys([facts.lead, *facts.assists])))
    copies = () if facts.raised_by in (facts.lead, *facts.assists) else (facts.raised_by,)
    return Words(about(facts.title, "确权裁定"), to, counted(parts), copies)


def _listed_as(item: str | None) -> str:
    if item is None:
        return ""
    how = f"据此修改第{item}项" if item else "列为新增事项"
    return f"权责清单。本裁定记入权责清单，{how}，今后同类事项照此办理。"


@dataclass(frozen=True, slots=True)
class MinutesFacts:
    """What the minutes of a meeting tell of; `rulings` are number, matter, lead, assists, days."""

    kind: str
    held_at: datetime
    place: str
    chair: str
    present: str
    minutes: str
    rulings: tuple[tuple[str, str, str, str, str], ...]
    left: int
    waited: str


def minutes_words(facts: MinutesFacts) -> Words:
    """Return the minutes of a meeting, with the table of what it ruled."""
    opening = f"{minute(facts.held_at)}，在{facts.place}召开{facts.kind}"
    opening += f"，{facts.chair}主持会议。" if facts.chair else "。"
    texts = [opening, f"参加：{_ended(facts.present)}" if facts.present else ""]
    texts += [line.strip() for line in facts.minutes.splitlines()]
    if facts.rulings:
        ruled = f"会议裁定无人认领事项{len(facts.rulings)}件，{facts.waited}。"
        texts.append(ruled + (f"另有{facts.left}件继续研究。" if facts.left else ""))
    tables = (
        (
            Table(
                "裁定事项",
                ("文号", "事项", "牵头单位", "配合单位", "等待天数"),
                (4, 6, 4, 5, 2),
                facts.rulings,
            ),
        )
        if facts.rulings
        else ()
    )
    title = f"{day(facts.held_at)}{facts.kind}纪要"
    return Words(title, "", tuple(filter(None, texts)), (), tables)


def bulletin_words(
    title: str, text: str, rows: tuple[tuple[str, str, str, str, str], ...]
) -> Words:
    """Return an inspection bulletin: the supervisor's own words and the directives it speaks of."""
    paragraphs = tuple(line.strip() for line in text.splitlines() if line.strip())
    columns = ("文号", "任务", "牵头单位", "时限", "办理情况")
    tables = (Table("工作指令办理情况", columns, (5, 6, 4, 4, 5), rows),) if rows else ()
    return Words(title.strip(), EVERYBODY, paragraphs, (), tables)


@dataclass(frozen=True, slots=True)
class DocketFacts:
    """A week's account as it stood: a row a unit, and what is late one by one."""

    week: Week
    at: datetime
    units: tuple[tuple[str, str, str, str, str], ...]
    late: tuple[tuple[str, str, str, str], ...]
    late_more: int


def week_words(week: Week) -> str:
    """Return a week as papers name it: 2026年第10周（3月2日至3月8日）."""
    first, last = week.monday, week.sunday
    span = f"{first.month}月{first.day}日至{last.month}月{last.day}日"
    return f"{week.year}年第{week.number}周（{span}）"


def docket_words(facts: DocketFacts) -> Words:
    """Return a frozen weekly docket."""
    opening = (
        f"{week_words(facts.week)}各部门、各街道（镇）应办、逾期和办结情况如下，"
        f"数据截至{minute(facts.at)}。"
    )
    more = f"（另有{facts.late_more}件未列出）" if facts.late_more else ""
    columns = ("单位", "本周到期", "办结", "其中逾期办结", "至今逾期（最长天数）")
    tables = [Table("各单位交账情况", columns, (6, 3, 3, 3, 4), facts.units)]
    if facts.late:
        rows = ("单位", "事项", "时限", "逾期天数")
        tables.append(Table(f"逾期事项{more}", rows, (4, 7, 4, 2), facts.late))
    title = f"{facts.week.year}年第{facts.week.number}周交账清单"
    return Words(title, EVERYBODY, (opening,), (), tuple(tables))


def _ended(text: str) -> str:
    """Return the text on one line with one mark at its end."""
    one = " ".join(text.split())
    return one if one.endswith(("。", "！", "？")) else f"{one}。"
