"""What a paper says of who stands where: ranks, intervals, ties, those without a rank, lists."""

from collections.abc import Callable, Sequence
from decimal import Decimal
from itertools import groupby

from assessment.papers.saying import (
    MOST_BARS,
    Body,
    Row,
    Told,
    decimals_of,
    factor,
    listed,
    name_of,
    points,
    rate,
)
from dispatch.sheets import AreaMap

PARTS = {
    "marks": "街镇评分",
    "timeliness": "时限",
    "results": "回访结果",
    "objections": "异议",
    "documents": "督办文书",
    "leaders": "领导评分",
}
PERFORMANCE = {
    "rates": "三率",
    "use": "吹哨使用",
    "quality": "吹哨质量",
    "redo": "重办",
    "self": "自办",
}
NAMED = 5
"""Units without a rank that a sentence names."""

LISTS = {"advanced": "先进", "progress": "进步", "rectify": "整改", "govern": "治理"}


def say_towns(body: Body, told: Told) -> None:
    """Write the section of the towns."""
    report = told.report
    rows = report["by_town"]
    body.head("街镇排名")
    _say_ranks(body, report, rows, "valid_callbacks", "有效回访", "件")
    for name, found in _groups(report, rows):
        body.table(
            f"{name or '街道（镇）'}三率和得分",
            "名次|街道（镇）|受理|有效回访|响应率|解决率|满意率|得分",
            (2, 4, 2, 2, 3, 3, 3, 3),
            (_town(row, report) for row in found if row["received"]),
        )
    _fairness(body, report, rows, "街道（镇）")
    _map(body, told, rows)
    _bars(body, report, rows, "参加排名的街道（镇）得分")


def say_units(body: Body, told: Told) -> None:
    """Write the section of the departments, those that had orders."""
    report = told.report
    rows = [row for row in report["by_department"] if row["orders"]]
    idle = len(report["by_department"]) - len(rows)
    body.head("部门得分")
    if not rows:
        body.say("本期没有部门收到报到单，部门不评分。")
        return
    parts = _weighed(report)
    body.say(_unit_rules(report, parts))
    _say_ranks(body, report, rows, "orders", "报到单", "张")
    body.say(f"另有{idle}个部门本期没有报到单，不评分。" if idle else "")
    for name, found in _groups(report, rows):
        body.table(
            f"{name or '部门'}得分构成",
            "名次|部门|报到单|" + "|".join(PARTS[key] for key in parts) + "|得分",
            (3, 10, 4, *[4] * len(parts), 4),
            (_unit(row, parts, report) for row in found),
        )
    _fairness(body, report, rows, "部门")
    _bars(body, report, rows, "参加排名的部门得分")


def say_lists(body: Body, report: Row) -> None:
    """Write who is on which list; nothing where nobody is on any."""
    rows = [*report["by_town"], *report["by_department"]]
    found = {key: [name_of(r) for r in rows if r.get("list") == key] for key in LISTS}
    if not any(found.values()):
        return
    body.head("名单")
    for key, label in LISTS.items():
        body.say(f"{label}名单：{listed(found[key])}。" if found[key] else "")


def _weighed(report: Row) -> list[str]:
    """Return the parts of a department's score that have a weight."""
    weights = report["policy"]["department_weights"]
    return [key for key in PARTS if Decimal(weights.get(key, "0"))]


def _unit_rules(report: Row, parts: Sequence[str]) -> str:
    weights = report["policy"]["department_weights"]
    said = listed(f"{PARTS[key]}占{factor(weights[key])}" for key in parts)
    return f"部门得分由各项加权合成（{said}），无数据的项不占权重。"


def _say_ranks(body: Body, report: Row, rows: list[Row], volume: str, what: str, unit: str) -> None:
    """Say for each group who leads, who is not told apart, and who has no rank and why."""
    for group, found in _groups(report, rows):
        name = f"{group}：" if group else ""
        body.say(
            name,
            *_leaders(found, report),
            *_tied(found),
            *_unranked(found, report, volume, what, unit),
        )


def _groups(report: Row, rows: list[Row]) -> list[tuple[str, list[Row]]]:
    """Return the rows by the group they are ranked in, with its name; one group needs none."""
    order = {group["code"]: n for n, group in enumerate(report.get("groups", []))}

    def place(row: Row) -> int:
        return order.get(row.get("group") or "", len(order))

    found = [list(group) for _place, group in groupby(sorted(rows, key=place), place)]
    if len(found) < 2:
        return [("", rows)]
    return [(str(group[0].get("group_name") or "其他"), group) for group in found]


def _leaders(rows: list[Row], report: Row) -> list[str]:
    ranked = sorted(
        (r for r in rows if r["rank"] is not None), key=lambda r: (r["rank"], r["code"])
    )
    if not ranked:
        return ["没有可以排名的单位。"]
    decimals = decimals_of(report)
    best, worst = ranked[0]["rank"], ranked[-1]["rank"]

    def at(rank: int) -> str:
        there = [row for row in ranked if row["rank"] == rank]
        names = listed(name_of(row) for row in there)
        together = "并列" if len(there) > 1 else ""
        return f"{names}得{points(there[0]['score'], decimals)}分，{together}居第{rank}位"

    if len(ranked) == 1:
        return [f"{name_of(ranked[0])}得{points(ranked[0]['score'], decimals)}分，没有可比的单位。"]
    return [
        f"参加排名的共{len(ranked)}个，{at(best)}" + (f"；{at(worst)}。" if worst != best else "。")
    ]


def _tied(rows: list[Row]) -> list[str]:
    """Say who is not told apart from the first, so that nobody reads more into the order than there is."""
    first = next((row for row in rows if row["rank"] == 1 and row.get("tied_with")), None)
    if first is None:
        return []
    names = {row["code"]: name_of(row) for row in rows}
    others = [names[code] for code in first["tied_with"] if code in names]
    if not others:
        return []
    ranked = sum(row["rank"] is not None for row in rows)
    return [f"{name_of(first)}与{not_apart(others, ranked)}的差别在偶然范围之内，不分先后。"]


def _unranked(rows: list[Row], report: Row, volume: str, what: str, unit: str) -> list[str]:
    least = int(report["policy"].get("min_cases", 1))
    without = [row for row in rows if row["rank"] is None]
    none = [name_of(row) for row in without if not row[volume]]
    few = [f"{name_of(row)}（{row[volume]}{unit}）" for row in without if 0 < row[volume] < least]
    other = [name_of(row) for row in without if row[volume] >= least]
    said = [f"{_some(none)}本期没有{what}，不排名。"] if none else []
    said += [f"{_some(few)}{what}不足{least}{unit}，不排名。"] if few else []
    return said + ([f"{_some(other)}没有可以计算得分的数据，不排名。"] if other else [])


def not_apart(names: list[str], ranked: int) -> str:
    """Return the units that chance does not tell apart from one of so many; all of many are not named."""
    if len(names) > NAMED and len(names) == ranked - 1:
        return f"其余{len(names)}个参加排名的单位"
    return _some(names)


def _some(names: list[str]) -> str:
    """Return the names, or the first of them and how many they are: the table has them all."""
    if len(names) <= NAMED:
        return listed(names)
    return f"{listed(names[:NAMED])}等{len(names)}个单位"


def _town(row: Row, report: Row) -> list[str]:
    rates = [rate(row["rates"][key]) for key in ("response", "resolution", "satisfaction")]
    counts = [str(row["received"]), str(row["valid_callbacks"])]
    return [_rank(row), name_of(row), *counts, *rates, points(row["score"], decimals_of(report))]


def _unit(row: Row, shown: Sequence[str], report: Row) -> list[str]:
    parts = [_part(row["parts"].get(key)) for key in shown]
    return [
        _rank(row),
        name_of(row),
        str(row["orders"]),
        *parts,
        points(row["score"], decimals_of(report)),
    ]


def _part(value: float | None) -> str:
    return "—" if value is None else points(value)


def _rank(row: Row) -> str:
    return "—" if row["rank"] is None else str(row["rank"])


def _fairness(body: Body, report: Row, rows: list[Row], head: str) -> None:
    """Add the table that says how sure the ranks are, where the figures have it."""
    known = [row for row in rows if row["rank"] is not None and row.get("interval")]
    if not known:
        return
    body.say(
        "得分带有偶然性：下表的区间是得分的可能范围，名次范围是与数据相容的最好和最差名次；"
        "难度调整后的得分按诉求类别和性质折算，看不到的差别不在其内。"
    )
    write = _writer(decimals_of(report))
    names = {row["code"]: name_of(row) for row in rows}
    body.table(
        f"{head}得分的区间",
        f"{head}|得分|区间|名次范围|不分先后|调整后|上期得分",
        (12, 6, 12, 10, 8, 6, 8),
        (
            [
                name_of(row),
                write(row["score"]),
                "—".join(map(write, row["interval"])),
                places(row),
                f"{sum(code in names for code in row.get('tied_with', []))}个",
                write(row.get("adjusted")),
                write((row.get("previous") or {}).get("score")),
            ]
            for row in known
        ),
    )


def _writer(decimals: int) -> Callable[[float | None], str]:
    return lambda value: "—" if value is None else points(value, decimals)


def places(row: Row) -> str:
    """Write the best and the worst place that the data allow: 第2—5名."""
    found = row.get("places")
    if not found:
        return "—"
    best, worst = found
    return f"第{best}名" if best == worst else f"第{best}—{worst}名"


def _bars(body: Body, report: Row, rows: list[Row], caption: str) -> None:
    """Draw the scores of those that are ranked: a hundred points of two answers would stand above all."""
    scored = sorted(
        (row for row in rows if row["rank"] is not None),
        key=lambda row: (-row["score"], row["code"]),
    )
    shown = scored[:MOST_BARS]
    more = f"（前{MOST_BARS}个）" if len(scored) > MOST_BARS else ""
    body.chart(
        "bar",
        caption + more,
        [name_of(row) for row in shown],
        {"得分": [row["score"] for row in shown]},
        decimals=decimals_of(report),
    )


def _map(body: Body, told: Told, rows: list[Row]) -> None:
    """Shade the towns that are ranked by their scores, where the towns' ground is known."""
    ranked = tuple((row["code"], row["score"]) for row in rows if row["rank"] is not None)
    if ranked and told.ground:
        caption, decimals = "参加排名的街道（镇）得分分布", decimals_of(told.report)
        body.map(AreaMap(caption, "分", ranked, areas=told.ground, decimals=decimals))
