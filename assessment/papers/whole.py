"""What a paper says of the district as a whole: how many, how well, where from."""

from datetime import date, timedelta

from assessment.papers.saying import (
    NO_DATA,
    Body,
    Row,
    Told,
    between,
    decimals_of,
    listed,
    name_of,
    points,
    rate,
    share,
)
from cases.models import Case

RATES = {"response": "响应率", "resolution": "解决率", "satisfaction": "满意率"}
UNREACHED = {
    "no_answer": "无人接听",
    "refused": "拒绝回访",
    "wrong_number": "号码有误",
    "not_possible": "无法回访",
}
MOST_CATEGORIES = 10
SHORT = 5
"""Categories and channels that a sentence names."""


def say_whole(body: Body, told: Told) -> None:
    """Write the section of the district's figures."""
    report = told.report
    totals = report["totals"]
    body.head("综合数据")
    body.say(*_volume(told), *_against_before(told))
    if not totals["received"]:
        return
    body.say(*_rates(report))
    body.say(*_unreached(report))
    body.table("综合数据", "指标|合计|街镇平均", (5, 3, 3), _summary(report))
    body.say(told.rules(), told.footing())


def _volume(told: Told) -> list[str]:
    totals = told.report["totals"]
    if not totals["received"]:
        return [f"{told.span()}，全区没有受理诉求。"]
    received, closed = totals["received"], totals["closed"]
    said = [
        (
            f"{told.span()}，全区共受理诉求{received}件，已办结{closed}件（{share(closed, received)}），"
            f"未办结{totals['open']}件；超过办理时限{totals['breached']}件。"
        ),
        f"街道（镇）等共吹哨{totals['whistles']}次，已解决{totals['whistles_solved']}次。",
    ]
    if totals["commendations"]:
        said.append(f"另有表扬{totals['commendations']}件，不计为诉求。")
    return said


def _against_before(told: Told) -> list[str]:
    """Say how the volume and the score compare with the period before."""
    before = told.before
    if before is None or told.running or not before["totals"]["received"]:
        return []
    name = Told(before).period
    now, then = told.report["totals"]["received"], before["totals"]["received"]
    said = [f"与{name}（{then}件）相比，{_moved('受理量', now - then, '件', then)}。"]
    if told.report["score"] is not None and before["score"] is not None:
        decimals = decimals_of(told.report)
        said.append(f"{name}综合得分为{points(before['score'], decimals)}分。")
    return said


def _moved(what: str, change: int, unit: str, base: int) -> str:
    if not change:
        return f"{what}持平"
    return (
        f"{what}{'增加' if change > 0 else '减少'}{abs(change)}{unit}（{share(abs(change), base)}）"
    )


def _rates(report: Row) -> list[str]:
    totals, mean = report["totals"], report["mean_of_towns"]
    if not totals["valid_callbacks"]:
        return [f"计入考核{totals['counted']}件，本期没有有效回访，三率和得分{NO_DATA}。"]
    decimals = decimals_of(report)
    pooled = listed(f"{label}{rate(report['rates'][key])}" for key, label in RATES.items())
    averaged = listed(f"{label}{rate(mean['rates'][key])}" for key, label in RATES.items())
    return [
        (
            f"计入考核{totals['counted']}件，有效回访{totals['valid_callbacks']}件，"
            f"三率均以有效回访为分母。"
        ),
        f"合计口径（全部回访合并计算）：{pooled}，综合得分{points(report['score'], decimals)}分。",
        (
            f"街镇平均口径（{mean['towns']}个有有效回访的街道（镇）的算术平均）：{averaged}，"
            f"得分{points(mean['score'], decimals)}分。"
        ),
    ]


def why_unreached(missing: Row) -> str:
    """Say in brackets why nobody was reached; of those given up in an older system nobody knows."""
    known = [f"{label}{missing[key]}件" for key, label in UNREACHED.items() if missing[key]]
    if missing["total"] == sum(missing[key] for key in UNREACHED):
        return f"（{listed(known)}）"
    return f"（{listed(known)}，其余原因未记录）" if known else "（原因未记录）"


def _unreached(report: Row) -> list[str]:
    """Say who could not be reached, and between what the figures would lie with them."""
    totals = report["totals"]
    missing = totals.get("unreached") or {}
    said = []
    if missing.get("total"):
        why = why_unreached(missing)
        said.append(
            f"计入考核的诉求中有{missing['total']}件多次回访未能联系到诉求人{why}，"
            f"不在三率的分母之内。"
        )
        if bounds := report.get("bounds"):
            decimals = decimals_of(report)
            inside = listed(f"{label}在{between(bounds[key])}之间" for key, label in RATES.items())
            whole = between(bounds["score"], lambda value: points(value, decimals))
            said.append(f"若这些诉求全部为否或全部为是，{inside}，综合得分在{whole}分之间。")
    elif totals["valid_callbacks"]:
        said.append("计入考核的诉求中没有回访不到诉求人而放弃的。")
    if totals.get("awaiting"):
        said.append(f"另有{totals['awaiting']}件已办理、尚未回访。")
    asked = totals["valid_callbacks"] + missing.get("total", 0) + totals.get("awaiting", 0)
    if totals["valid_callbacks"] and totals["counted"] > asked:
        rest = totals["counted"] - asked
        said.append(f"其余{rest}件不需回访、无法回访或者尚未办结，也不在分母之内。")
    return said


def _summary(report: Row) -> list[tuple[str, str, str]]:
    totals, mean = report["totals"], report["mean_of_towns"]
    counts = {
        "受理": "received",
        "办结": "closed",
        "未办结": "open",
        "计入考核": "counted",
        "有效回访": "valid_callbacks",
        "联系到": "contacted",
        "解决": "resolved",
        "非常满意": "very_satisfied",
        "满意": "satisfied",
        "基本满意": "basic",
        "不满意": "dissatisfied",
        "非常不满意": "very_dissatisfied",
    }
    rows = [
        (f"{label}（件）", str(totals[key]), "—") for label, key in counts.items() if key in totals
    ]
    rows += [
        (label, rate(report["rates"][key]), rate(mean["rates"][key]))
        for key, label in RATES.items()
    ]
    decimals = decimals_of(report)
    return [
        *rows,
        ("综合得分", points(report["score"], decimals), points(mean["score"], decimals)),
    ]


def say_sources(body: Body, told: Told) -> None:
    """Write the section of channels, kinds, categories and days; nothing where there was no case."""
    report = told.report
    received = report["totals"]["received"]
    if not received:
        return
    body.head("来源与类别")
    channels = _used(report["by_channel"], {c.value: str(c.label) for c in Case.Channel})
    kinds = _used(report["by_kind"], {k.value: str(k.label) for k in Case.Kind})
    body.say(
        f"按来源：{_counted(channels, received)}。",
        f"按诉求性质：{_counted(kinds, received)}。",
    )
    body.chart(
        "pie", "诉求来源", [n for n, _ in channels], {"受理": [c for _, c in channels]}, unit="件"
    )
    _days(body, report)
    body.table(
        "各街道（镇）诉求性质",
        "|".join(["街道（镇）", *(name for name, _ in kinds), "合计", "办结", "未办结"]),
        [4, *[2] * (len(kinds) + 3)],
        _by_kind(report),
    )
    most = report["by_category"][:MOST_CATEGORIES]
    body.say(_categories(report))
    body.chart(
        "bar",
        "诉求最多的类别",
        [row["name"] for row in most],
        {"受理": [row["received"] for row in most]},
        unit="件",
    )


def _categories(report: Row) -> str:
    rows, received = report["by_category"], report["totals"]["received"]
    named = [(row["name"], row["received"]) for row in rows[:SHORT]]
    if len(rows) <= SHORT:
        return f"按类别：{_counted(named, received)}。"
    return f"按类别共{len(rows)}类，最多的{SHORT}类为：{_counted(named, received)}。"


def _days(body: Body, report: Row) -> None:
    """Draw received and closed by day, days without a case as 0."""
    known = {date.fromisoformat(row["date"]): row for row in report["by_day"]}
    if len(known) > 1:
        first, none = min(known), {"received": 0, "closed": 0}
        every = [first + timedelta(days=n) for n in range((max(known) - first).days + 1)]
        days = [known.get(one, none) for one in every]
        labels = [f"{one.month}-{one.day}" for one in every]
        lines = {
            "受理": [row["received"] for row in days],
            "其中已办结": [row["closed"] for row in days],
        }
        body.chart("line", "逐日受理量", labels, lines, unit="件")


def _used(found: Row, labels: dict[str, str]) -> list[tuple[str, int]]:
    """Return the names in use with their counts, the most first."""
    rows = [
        (labels.get(key, key), row["received"]) for key, row in found.items() if row["received"]
    ]
    return sorted(rows, key=lambda row: -row[1])


def _counted(rows: list[tuple[str, int]], whole: int) -> str:
    return listed(f"{name}{count}件（{share(count, whole)}）" for name, count in rows)


def _by_kind(report: Row) -> list[list[str]]:
    kinds = [k.value for k in Case.Kind if report["by_kind"][k.value]["received"]]
    kinds.sort(key=lambda kind: -report["by_kind"][kind]["received"])
    towns = [row for row in report["by_town"] if row["received"]]
    towns.sort(key=lambda row: (-row["received"], row["code"]))

    def line(name: str, row: Row, of_kind: Row) -> list[str]:
        cells = [str(of_kind[kind]["received"]) for kind in kinds]
        return [name, *cells, *(str(row[key]) for key in ("received", "closed", "open"))]

    whole = line("合计", report["totals"], report["by_kind"])
    return [*(line(name_of(row), row, row["by_kind"]) for row in towns), whole]
