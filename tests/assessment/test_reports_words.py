"""The words of reports: every number comes from the figures, and the sentences are true when there is nothing."""

import re
from copy import deepcopy
from typing import Any

import pytest
from django.utils import translation

from assessment.papers.bulletin import bulletin_words, ranking_words
from assessment.papers.saying import Told, period_words, points, share
from assessment.papers.sheets import Lost, town_words, unit_words
from dispatch.sheets import Outline, Sheet, Table
from dispatch.sheets.papers import Words, sheet_of
from tests.assessment.figures import report_like

KEPT = {"rank", "places", "min_cases", "decimals", "policy", "period", "list_reason", "tied_with"}
"""Leaves of the figures that mean something by their size."""

NOT_FIGURES = re.compile(
    r"\d{4}年\d+月\d+日\d\d:\d\d|\d{4}年(\d+月(\d+日)?)?|第\d+[—\d]*[位名]|[表图]\d+ |“\d+/\d+/\d+”|SHA-256|按[\d.]+计"
)


class Tracer:
    """Gives every figure a number of its own, so that a number in a paper can come from one place only."""

    def __init__(self) -> None:
        self.count, self.rate = 20_000, 1_000
        self.known: set[str] = set()

    def trace(self, found: Any, name: str = "") -> Any:
        if name in KEPT:
            return found
        if isinstance(found, dict):
            return {key: self.trace(value, key) for key, value in found.items()}
        if isinstance(found, list):
            return [self.trace(value, name) for value in found]
        if isinstance(found, bool) or found is None or isinstance(found, str):
            return found
        if isinstance(found, int):
            self.count += 7
            self.known.add(str(self.count))
            return self.count
        self.rate += 3
        value = self.rate / 100
        self.known |= {f"{value:.2f}", f"{value:.2f}%"}
        return value


def texts(words: Words) -> list[str]:
    """Return everything that a paper says: title, paragraphs, tables, charts."""
    cells = [cell for table in words.tables for row in table.rows for cell in row]
    heads = [head for table in words.tables for head in (table.caption, *table.columns)]
    drawn = [
        text
        for chart in words.charts
        for text in (
            chart.caption,
            *chart.labels,
            *(chart.said(v) for s in chart.series for v in s.values),
        )
    ]
    return [words.title, *words.paragraphs, *heads, *cells, *drawn]


def numbers(words: Words) -> set[str]:
    """Return the numbers that a paper says, without dates, ranks and the numbers of tables."""
    found: set[str] = set()
    for text in texts(words):
        if not re.fullmatch(r"\d+-\d+", text):  # a day on an axis
            found |= set(re.findall(r"\d+(?:\.\d+)?%?", NOT_FIGURES.sub("·", text)))
    return found


def traced() -> tuple[Told, set[str]]:
    """Return figures with a number for each, and what may be said of them: those, shares, differences, how many."""
    tracer = Tracer()
    report = tracer.trace(report_like())
    before = tracer.trace(report_like(period="2026-02"))
    received, then = report["totals"]["received"], before["totals"]["received"]
    counts = [int(text) for text in tracer.known if text.isdigit()]
    derived = {share(count, received) for count in counts}
    derived |= {str(abs(received - then)), share(abs(received - then), then)}
    weights = {"10%", "50%", "40%", "25%", "20%", "5%"}
    small = {str(number) for number in range(60)}
    return Told(report, before), tracer.known | derived | weights | small


def test_every_number_of_the_bulletin_and_the_ranking_is_one_of_the_figures() -> None:
    told, known = traced()
    with translation.override("zh-hans"):
        for words in (bulletin_words(told), ranking_words(told)):
            assert len(numbers(words)) > 60
            assert numbers(words) <= known, sorted(numbers(words) - known)


def test_every_number_of_a_sheet_is_one_of_the_figures() -> None:
    told, known = traced()
    weights = {"60%"}
    department, town = told.report["by_department"][0], told.report["by_town"][0]
    lost = [Lost("时限", "20260304-000001号诉求", "0.00", "办结超时")]
    for words in (unit_words(told, department, ()), town_words(told, town, ())):
        assert len(numbers(words)) > 20
        assert numbers(words) <= known | weights, sorted(numbers(words) - known)
    assert "办结超时" in texts(unit_words(told, department, lost))


def test_a_paper_says_whether_its_figures_are_final() -> None:
    report = report_like()
    assert bulletin_words(Told(report)).title == "2026年3月接诉即办工作专报（暂）"
    running = report | {"computed_at": "2026-03-21T09:30:00+08:00"}
    assert (
        bulletin_words(Told(running)).title == "2026年3月接诉即办工作专报（截至2026年3月21日09:30）"
    )
    hashes = {"inputs_hash": "a" * 64, "figures_hash": "b" * 64}
    frozen = report | {"frozen": {"at": "2026-04-16T02:00:00+08:00", **hashes}}
    words = bulletin_words(Told(frozen))
    assert words.title == "2026年3月接诉即办工作专报"
    assert any("b" * 64 in text and "封存" in text for text in words.paragraphs)


def test_pooled_and_averaged_bounds_and_ties_are_said_apart() -> None:
    text = "".join(bulletin_words(Told(report_like())).paragraphs)
    assert "合计口径（全部回访合并计算）" in text
    assert "街镇平均口径" in text
    assert "无人接听" in text
    assert "之间" in text
    assert "不分先后" in text
    assert "不足5件，不排名" in text


def empty() -> dict[str, Any]:
    """Return the figures of a period in which nothing happened."""

    def nothing(found: Any, name: str = "") -> Any:
        if name in KEPT - {"rank", "places"}:
            return found
        if isinstance(found, dict):
            return {key: nothing(value, key) for key, value in found.items()}
        if name in {"by_category", "by_day", "by_community", "tied_with", "town_weights"}:
            return []
        if isinstance(found, list):
            return [nothing(value, name) for value in found]
        if isinstance(found, float) or name in {"rank", "places", "interval"}:
            return None
        return 0 if isinstance(found, int) else found

    blank = nothing(report_like())
    for row in (blank, *blank["by_town"], *blank["by_department"]):
        row |= {"score": None, "bounds": None, "interval": None, "places": None, "rank": None}
        row |= {"tied_with": [], "previous": None, "adjusted": None}
    return blank


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"no_answer": 4, "refused": 2}, "诉求人（无人接听4件、拒绝回访2件），"),
        ({"no_answer": 4}, "诉求人（无人接听4件，其余原因未记录），"),
        ({}, "诉求人（原因未记录），"),
    ],
)
def test_why_nobody_was_reached_is_said_as_far_as_it_is_known(
    missing: dict[str, int], said: str
) -> None:
    """What an older system gave up has no reason: no empty brackets on a paper that is signed."""
    report = report_like()
    kinds = dict.fromkeys(("no_answer", "refused", "wrong_number", "not_possible"), 0)
    report["totals"]["unreached"] = kinds | missing | {"total": 6}
    assert said in "".join(bulletin_words(Told(report)).paragraphs)


def test_a_period_without_a_case_has_a_paper_that_says_so() -> None:
    with translation.override("zh-hans"):
        words = bulletin_words(Told(empty()))
        assert "没有受理诉求" in words.paragraphs[1]
        assert not words.tables
        assert not words.charts
        ranking = "".join(ranking_words(Told(empty())).paragraphs)
    assert "没有可以排名的单位" in ranking
    assert "没有部门收到报到单" in ranking
    row = empty()["by_department"][0]
    assert "不评分" in "".join(unit_words(Told(empty()), row, ()).paragraphs)


@pytest.mark.parametrize("keep", [0, 1])
def test_one_town_and_none_ranked_are_said_as_they_are(keep: int) -> None:
    report = report_like()
    report["by_town"] = deepcopy(report["by_town"][:1])
    report["by_town"][0] |= {"tied_with": []}
    if not keep:
        report["by_town"][0] |= {"rank": None, "valid_callbacks": 3}
    text = "".join(ranking_words(Told(report)).paragraphs)
    assert ("没有可比的单位" if keep else "（3件）有效回访不足5件") in text


def test_equal_scores_share_a_place() -> None:
    report = report_like()
    for row in report["by_town"][:2]:
        row |= {"rank": 1, "score": 90.3, "tied_with": []}
    text = "".join(ranking_words(Told(report)).paragraphs)
    assert re.search(r"、.*街道得90\.30分，并列居第1位", text)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("2026-10", "2026年10月"),
        ("2026", "2026年"),
        ("2026-W07", "2026年第7周"),
        ("2026-Q4", "2026年第四季度"),
        ("2026-11-03", "2026年11月3日"),
        ("年终考核", "年终考核"),
    ],
)
def test_a_period_is_named_as_papers_name_it(name: str, words: str) -> None:
    assert period_words(name) == words


def test_shares_are_rounded_half_up_and_scores_to_their_decimals() -> None:
    assert [share(1, 8), share(1, 2000), share(0, 3), share(3, 0)] == [
        "12.5%",
        "0.1%",
        "0.0%",
        "无数据",
    ]
    assert [points(92.2, 2), points(None), points(90, 1)] == ["92.20", "无数据", "90.0"]


def test_a_kept_paper_comes_back_as_it_was_and_an_old_one_without_charts_still_opens() -> None:
    from datetime import UTC, datetime

    at = datetime(2026, 4, 3, tzinfo=UTC)
    with translation.override("zh-hans"):
        words = bulletin_words(Told(report_like()))
    sheet = sheet_of("month", words, number="区专报〔2026〕1号", issuer="中心", at=at)
    assert Sheet.from_json(sheet.as_json()) == sheet
    kinds = [type(part) for part in sheet.parts()]
    assert (
        kinds.index(Table) < len(kinds) - kinds[::-1].index(str) - 1
    )  # among the text, not after it
    old = {k: v for k, v in sheet.as_json().items() if k not in {"charts", "area_map"}}
    old["tables"] = [{k: v for k, v in t.items() if k != "after"} for t in old["tables"]]
    opened = Sheet.from_json(old)
    assert (opened.charts, opened.area_map) == ((), None)
    assert [type(part) for part in opened.parts()][-1] is Table


def test_units_of_two_groups_are_ranked_and_shown_apart_and_small_ones_stand_in_no_chart() -> None:
    report = report_like()
    report["groups"] = [
        {"code": "jd", "name": "街道", "sort": "town", "members": 2},
        {"code": "xz", "name": "乡镇", "sort": "town", "members": 2},
    ]
    for row, code in zip(report["by_town"], ("jd", "jd", "xz", "xz"), strict=True):
        row |= {"group": code, "group_name": {"jd": "街道", "xz": "乡镇"}[code]}
    report["by_town"][2] |= {"rank": 1}
    report["by_town"][3] |= {"score": 100.0}
    ground = (Outline("110112013", "潞邑街道", ((0, 0, 9, 0, 9, 9, 0, 0),)),)
    words = ranking_words(Told(report, ground=ground))
    captions = [table.caption for table in words.tables]
    assert captions[:2] == ["表1 街道三率和得分", "表2 乡镇三率和得分"]
    assert [row[1] for row in words.tables[1].rows] == ["漷县镇", "于家务回族乡"]
    text = "".join(words.paragraphs)
    assert "街道：" in text
    assert "乡镇：" in text
    assert words.charts[0].labels == ("潞邑街道", "杨庄街道", "漷县镇")
    assert words.area_map is not None
    assert "110112015" not in dict(words.area_map.values)
    captions = [words.area_map.caption, *(chart.caption for chart in words.charts)]
    assert [caption.split()[0] for caption in captions] == ["图1", "图2", "图3"]


def test_where_no_ground_is_known_there_is_no_map_and_no_number_for_one() -> None:
    words = ranking_words(Told(report_like()))
    assert words.area_map is None
    assert words.charts[0].caption.startswith("图1 ")


def test_of_many_that_are_not_told_apart_not_all_are_named() -> None:
    report = report_like()
    row = report["by_town"][0]
    names = [f"甲{n}镇" for n in range(9)]
    more = [deepcopy(row) | {"code": f"9{n}", "name": name} for n, name in enumerate(names)]
    report["by_town"] = [row, *more]
    row["tied_with"] = [one["code"] for one in more]
    said = "潞邑街道与其余9个参加排名的单位的差别在偶然范围之内，不分先后。"
    assert said in "".join(ranking_words(Told(report)).paragraphs)
    assert said[4:] in "".join(town_words(Told(report), row, ()).paragraphs)
    row["tied_with"] = row["tied_with"][:7]
    said = "与甲0镇、甲1镇、甲2镇、甲3镇、甲4镇等7个单位的差别在偶然范围之内"
    assert said in "".join(ranking_words(Told(report)).paragraphs)


def test_what_is_counted_is_accounted_for_to_the_last_case() -> None:
    report = report_like()
    totals = report["totals"]
    totals |= {"counted": 100, "valid_callbacks": 60, "awaiting": 3}
    totals["unreached"] = {"no_answer": 4, "refused": 2, "wrong_number": 1, "not_possible": 0}
    totals["unreached"]["total"] = 7
    text = "".join(bulletin_words(Told(report)).paragraphs)
    assert "其余30件不需回访、无法回访或者尚未办结，也不在分母之内。" in text
    totals["counted"] = 70
    assert "其余" not in "".join(bulletin_words(Told(report)).paragraphs[:6])
