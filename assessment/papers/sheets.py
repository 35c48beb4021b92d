"""The sheets of single units: a department's and a town's own account of a period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from assessment.papers.ranks import PARTS, PERFORMANCE, not_apart, places
from assessment.papers.saying import (
    Body,
    Row,
    Told,
    between,
    decimals_of,
    factor,
    listed,
    name_of,
    points,
    rate,
)
from assessment.papers.whole import RATES, why_unreached
from dispatch.sheets import NAMES
from dispatch.sheets.papers import Words

MOST_LOST = 10
"""Lines of a working that a sheet names."""

LIMITS = {"acknowledge": "签收", "report_in": "报到", "finish": "办结"}


@dataclass(frozen=True, slots=True)
class Lost:
    """A line of a unit's working on which it lost points: which part, which case or paper, what it got."""

    part: str
    what: str
    got: str
    note: str = ""


def unit_words(told: Told, row: Row, lost: Sequence[Lost]) -> Words:
    """Return a department's sheet."""
    body, report = Body(), told.report
    _say_standing(body, told, row, report["by_department"], "部门")
    weights = report["policy"].get("department_weights", {})
    body.head("得分构成")
    _say_parts(body, row, row["parts"], PARTS, weights, "合成得分", decimals_of(report))
    body.head("时限、结果和评价")
    limits = row["limits"]
    body.say(
        f"本期收到报到单{row['orders']}张，其中牵头{row['lead_orders']}张；",
        f"已了结{row['settled']}张；收到街道（镇）等评价{row['reviews']}次",
        f"，其中经异议撤销{row['struck_reviews']}次。" if row.get("struck_reviews") else "。",
        f"退单异议被驳回{row['objections_lost']}次。" if row["objections_lost"] else "",
    )
    body.table(
        "各环节时限",
        "环节|应计|按时|超时|准予不计|按时率",
        (3, 2, 2, 2, 3, 3),
        (
            [
                LIMITS[key],
                *(str(limits[key].get(n, 0)) for n in ("decided", "kept", "missed", "exempt")),
                rate(limits[key]["rate"]),
            ]
            for key in LIMITS
            if key in limits
        ),
    )
    _say_rates(body, row, "牵头诉求的")
    _say_documents(body, row)
    _say_town_weights(body, row, report)
    _say_lost(body, lost)
    _say_footing(body, told)
    name = name_of(row)
    return body.words(told.title(f"{name}考核单"), row["name"])


def town_words(told: Told, row: Row, lost: Sequence[Lost]) -> Words:
    """Return a town's sheet."""
    body, report = Body(), told.report
    _say_standing(body, told, row, report["by_town"], "街道（镇）")
    body.head("受理、办理和回访")
    body.say(
        f"本期受理诉求{row['received']}件，已办结{row['closed']}件，未办结{row['open']}件，",
        f"超过办理时限{row['breached']}件；吹哨{row['whistles']}次，已解决{row['whistles_solved']}次。",
        *_town_counts(row),
    )
    _say_rates(body, row, "")
    _say_unreached(body, row, decimals_of(report))
    if found := row.get("performance"):
        weights = report["policy"].get("performance_weights", {})
        body.head("综合评价")
        _say_parts(
            body, found, found["parts"], PERFORMANCE, weights, "综合评价得分", decimals_of(report)
        )
    _say_lost(body, lost)
    _say_footing(body, told)
    return body.words(told.title(f"{name_of(row)}考核单"), row["name"])


def _say_standing(body: Body, told: Told, row: Row, rows: Sequence[Row], what: str) -> None:
    """Write score and place, how sure they are, and how it was the period before."""
    decimals = decimals_of(told.report)
    body.head("得分与名次")
    if row["score"] is None:
        body.say(f"{told.span()}，{name_of(row)}没有可以计算得分的数据，不评分、不排名。")
        return
    ranked = [r for r in rows if r["rank"] is not None and r.get("group") == row.get("group")]
    said = f"{told.span()}，{name_of(row)}得分{points(row['score'], decimals)}分，"
    if row["rank"] is None:
        least = int(told.report["policy"].get("min_cases", 1))
        said += f"计入的数量不足{least}，不排名。"
    else:
        said += f"在{len(ranked)}个参加排名的{what}中居第{row['rank']}位。"
    extra = []
    if row.get("interval"):
        inside = between(row["interval"], lambda value: points(value, decimals))
        extra.append(f"得分的可能范围为{inside}分，名次的可能范围为{places(row)}。")
    names = {other["code"]: name_of(other) for other in rows}
    if tied := [names[code] for code in row.get("tied_with", []) if code in names]:
        extra.append(f"与{not_apart(tied, len(ranked))}的差别在偶然范围之内，不分先后。")
    if row.get("adjusted") is not None:
        extra.append(
            f"按诉求类别和性质调整难度后为{points(row['adjusted'], decimals)}分，供参考，不用于排名。"
        )
    if (before := row.get("previous") or {}).get("score") is not None:
        rank = f"，居第{before['rank']}位" if before.get("rank") else ""
        extra.append(f"上期得分{points(before['score'], decimals)}分{rank}。")
    body.say(said, *extra)


def _say_parts(
    body: Body,
    whole: Row,
    parts: Row,
    labels: Mapping[str, str],
    weights: Row,
    name: str,
    decimals: int,
) -> None:
    """Write the parts of a score with their weights, those that count; `name` is what they make together."""
    rows = [
        [
            label,
            factor(weights[key]) if key in weights else "—",
            "无数据" if parts.get(key) is None else points(parts[key]),
        ]
        for key, label in labels.items()
        if key in parts and (key not in weights or factor(weights[key]) != "0%")
    ]
    rows.append([name, "—", points(whole.get("score"), decimals)])
    body.say("各项得分按权重合成，无数据的项不占权重；每一项均可在平台的计分明细中逐件打开。")
    body.table("各项得分和权重", "项目|权重|得分", (5, 3, 3), rows)
    known = [(label, parts[key]) for key, label in labels.items() if parts.get(key) is not None]
    if len(known) > 1:
        names, values = [name for name, _ in known], [value for _, value in known]
        body.chart("bar", "各项得分", names, {"得分": values}, decimals=2)


def _say_rates(body: Body, row: Row, whose: str) -> None:
    if not row["valid_callbacks"]:
        body.say(f"{whose}诉求本期没有有效回访。" if not whose else f"{whose}有效回访为0件。")
        return
    said = listed(f"{label}{rate(row['rates'][key])}" for key, label in RATES.items())
    body.say(f"{whose}有效回访{row['valid_callbacks']}件：{said}。")


def _say_unreached(body: Body, row: Row, decimals: int) -> None:
    missing = row.get("unreached") or {}
    if not missing.get("total"):
        return
    why = why_unreached(missing)
    said = f"另有{missing['total']}件多次回访未能联系到诉求人{why}，不在分母之内"
    if bounds := row.get("bounds"):
        said += f"；若计入，得分在{between(bounds['score'], lambda value: points(value, decimals))}分之间"
    body.say(said + "。")


def _town_counts(row: Row) -> list[str]:
    words = {
        "self_handled": "自行办理{}件；",
        "redone": "重办{}件；",
        "improper": "被部门评为不当吹哨{}次；",
        "upheld_against": "对本街道（镇）评价的异议成立{}次；",
    }
    said = "".join(text.format(row[key]) for key, text in words.items() if row.get(key))
    return [said.rstrip("；") + "。"] if said else []


def _say_documents(body: Body, row: Row) -> None:
    found = row.get("documents") or {}
    said = listed(f"{NAMES[form]}{count}份" for form, count in found.items() if count)
    body.say(f"本期收到督办文书：{said}。" if said else "本期没有收到督办文书。")


def _say_town_weights(body: Body, row: Row, report: Row) -> None:
    rows = row.get("town_weights") or []
    body.table(
        "各街道（镇）评分和权重",
        "街道（镇）|评价次数|平均分|权重",
        (4, 2, 3, 3),
        ([name_of(t), str(t["reviews"]), points(t["mean"]), rate(t["share"])] for t in rows),
    )


def _say_lost(body: Body, lost: Sequence[Lost]) -> None:
    body.head("失分事项")
    if not lost:
        body.say("本期没有失分事项。")
        return
    more = f"失分最多的{len(lost)}项如下，其余可在平台的计分明细中查看。"
    body.say(more if len(lost) == MOST_LOST else f"失分事项共{len(lost)}项。")
    body.table(
        "失分事项",
        "项目|诉求或文书|得分|说明",
        (3, 6, 2, 5),
        ([one.part, one.what, one.got, one.note] for one in lost),
    )


def _say_footing(body: Body, told: Told) -> None:
    body.head("说明")
    body.say(told.rules(), told.footing())
    body.say(
        "对计分有异议的，请在平台的计分明细中逐件核对，并按规定申诉；申诉不改变事实，只改变是否计入。"
    )
