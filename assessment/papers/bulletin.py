"""The monthly bulletin (工作专报) and the ranking (通报)."""

from assessment.papers.ranks import say_lists, say_towns, say_units
from assessment.papers.saying import Body, Row, Told, listed, name_of, rate
from assessment.papers.whole import say_sources, say_whole
from dispatch.sheets.papers import EVERYBODY, Words

NAMED = 3
"""Units and categories that a sentence about trouble names."""


def bulletin_words(told: Told) -> Words:
    """Return the monthly bulletin: the district, its sources, towns, departments, what stands out."""
    body = Body()
    say_whole(body, told)
    say_sources(body, told)
    if told.report["totals"]["received"]:
        say_towns(body, told)
        say_units(body, told)
        _say_trouble(body, told)
    return body.words(told.title("接诉即办工作专报"), EVERYBODY)


def ranking_words(told: Told) -> Words:
    """Return the ranking of towns and departments with how it came about."""
    body = Body()
    body.say(f"{told.span()}各街道（镇）、各部门考核排名通报如下。")
    say_towns(body, told)
    say_units(body, told)
    say_lists(body, told.report)
    body.head("说明")
    body.say(told.rules(), told.footing())
    body.say("对得分有异议的，可在平台上打开本单位的计分明细，逐件核对并按规定提出申诉。")
    return body.words(told.title("街镇和部门考核排名通报"), EVERYBODY)


def _say_trouble(body: Body, told: Told) -> None:
    """Write what stands out in the figures and what follows from the rules; no causes."""
    report = told.report
    body.head("突出问题与下一步")
    found = [*_late(report), *_unsolved(report), *_lists(report)]
    body.say(*(found or ["本期数字中没有需要单列的突出问题。"]))
    body.say(*_next(report))


def _late(report: Row) -> list[str]:
    late = report["totals"]["breached"]
    if not late:
        return []
    towns = sorted(
        (r for r in report["by_town"] if r["breached"]), key=lambda r: (-r["breached"], r["code"])
    )
    named = listed(f"{name_of(row)}{row['breached']}件" for row in towns[:NAMED])
    which = "其中最多的是" if len(towns) > NAMED else "涉及"
    return [f"超过办理时限的诉求{late}件" + (f"，{which}{named}。" if named else "。")]


def _unsolved(report: Row) -> list[str]:
    """Name the categories solved least, among those with enough callbacks and below the district."""
    whole, least = report["rates"]["resolution"], int(report["policy"].get("min_cases", 1))
    if whole is None:
        return []
    rows = [
        row
        for row in report["by_category"]
        if row["valid_callbacks"] >= least and row["rates"]["resolution"] < whole
    ]
    rows.sort(key=lambda row: (row["rates"]["resolution"], row["code"]))
    if not rows:
        return []
    named = listed(
        f"{row['name']}{rate(row['rates']['resolution'])}（有效回访{row['valid_callbacks']}件）"
        for row in rows[:NAMED]
    )
    return [f"解决率低于全区合计且最低的类别为：{named}。"]


def _lists(report: Row) -> list[str]:
    rows = [*report["by_town"], *report["by_department"]]
    said = []
    for key, label in (("rectify", "整改"), ("govern", "治理")):
        names = [name_of(row) for row in rows if row.get("list") == key]
        said += [f"按名单规则列入{label}名单的为{listed(names)}。"] if names else []
    return said


def _next(report: Row) -> list[str]:
    """Say what the rules ask for now, of what the figures show to be open."""
    totals = report["totals"]
    said = []
    if totals["open"]:
        said.append(f"未办结的{totals['open']}件，请承办单位在时限内办结并答复诉求人。")
    if totals.get("awaiting"):
        said.append(f"已办理尚未回访的{totals['awaiting']}件，由热线完成回访。")
    if any(row.get("list") in ("rectify", "govern") for row in report["by_town"]):
        said.append(
            "列入整改、治理名单的街道（镇），请按规定提出整改措施，办理情况在下一期专报中列出。"
        )
    return said or ["各单位请继续按时限办理新的诉求。"]
