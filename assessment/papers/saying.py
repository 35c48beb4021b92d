"""Write figures as papers do, and put a paper together section by section."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from dispatch.sheets import AreaMap, Chart, Outline, Series, Table, Value
from dispatch.sheets.papers import NUMERALS, Words
from dispatch.sheets.text import day, minute
from grids.naming import short_name

Row = dict[str, Any]
NO_DATA = "无数据"
ANSWERS = {
    "very_satisfied": "非常满意",
    "satisfied": "满意",
    "basic": "基本满意",
    "dissatisfied": "不满意",
    "very_dissatisfied": "非常不满意",
    "no": "未解决",
}
"""Answers that have a factor, the best first."""
MOST_BARS = 30
"""Bars of one chart: more would not fit a page."""


def rate(value: float | None) -> str:
    """Write a rate given in percent."""
    return NO_DATA if value is None else f"{Decimal(str(value)):.2f}%"


def points(value: float | None, decimals: int = 2) -> str:
    """Write a score without its unit."""
    return NO_DATA if value is None else f"{Decimal(str(value)):.{decimals}f}"


def share(part: int, whole: int) -> str:
    """Write the share of a count in another in percent, one decimal, half up."""
    if not whole:
        return NO_DATA
    tenths = (2000 * part + whole) // (2 * whole)
    return f"{tenths // 10}.{tenths % 10}%"


def factor(text: str) -> str:
    """Write a weight that is kept as a part of one in percent: 0.1 → 10%."""
    return f"{(Decimal(text) * 100).normalize():f}%"


def between(bounds: Sequence[float], write: Any = rate) -> str:
    return f"{write(bounds[0])}至{write(bounds[1])}"


def decimals_of(report: Row) -> int:
    return int(report["policy"].get("decimals", 2))


def name_of(row: Row) -> str:
    return short_name(row["name"])


def listed(names: Iterable[str]) -> str:
    return "、".join(names)


def period_words(name: str) -> str:
    """Return a period as papers name it: 2026年10月, 2026年第47周; a named one by its name."""
    year, _dash, rest = name.partition("-")
    if not (len(year) == 4 and year.isdigit()):
        return name
    if not rest:
        return f"{year}年"
    if rest[0] == "W" and rest[1:].isdigit():
        return f"{year}年第{int(rest[1:])}周"
    if rest[0] == "Q" and rest[1:].isdigit():
        return f"{year}年第{NUMERALS[int(rest[1:]) - 1]}季度"
    numbers = rest.split("-")
    if len(numbers) == 1 and rest.isdigit():
        return f"{year}年{int(rest)}月"
    if len(numbers) == 2 and all(part.isdigit() for part in numbers):
        with suppress(ValueError):  # no day of the calendar: a named period
            return day(datetime.fromisoformat(f"{date.fromisoformat(name)}T12:00+08:00"))
    return name


@dataclass(frozen=True, slots=True)
class Told:
    """The figures that a paper is written from, those of the period before where they are known, and
    the ground of the towns where a map is drawn."""

    report: Row
    before: Row | None = None
    ground: tuple[Outline, ...] = ()

    @property
    def period(self) -> str:
        return period_words(self.report["period"])

    @property
    def running(self) -> bool:
        """Tell whether the period was still going on when its figures were reckoned."""
        return self._moment("computed_at") < self._moment("to")

    def title(self, ending: str) -> str:
        """Return a title that says whether the figures are final."""
        if self.running:
            return f"{self.period}{ending}（截至{self._minute('computed_at')}）"
        return f"{self.period}{ending}" + ("" if self.report.get("frozen") else "（暂）")

    def span(self) -> str:
        until = "computed_at" if self.running else "to"
        return f"{self._minute('from')}至{self._minute(until)}"

    def footing(self) -> str:
        """Return by which rules the figures were reckoned and whether they can still change."""
        frozen = self.report.get("frozen")
        if frozen:
            at = minute(datetime.fromisoformat(frozen["at"]))
            hashes = f"输入摘要{frozen['inputs_hash']}，结果摘要{frozen['figures_hash']}"
            return f"本期数据已于{at}封存（SHA-256：{hashes}），此后的更正记入以后各期的更正台账。"
        still = "本期尚未结束" if self.running else "本期尚未封存"
        return f"{still}，数字为暂定，以封存后的为准；计算时间为{self._minute('computed_at')}。"

    def rules(self) -> str:
        """Return the policy in words: its name, source, weights and factors."""
        policy = self.report["policy"]
        weights = {name: factor(text) for name, text in policy["weights"].items()}
        source = str(policy.get("source", "")).rstrip("。")
        partly = str(policy.get("partly_factor", "0"))
        said = f"考核规则为“{policy['name']}”"
        said += f"（来源：{source}）" if source else ""
        said += (
            f"：响应率占{weights['response']}，解决率占{weights['resolution']}，"
            f"满意率占{weights['satisfaction']}；{_factors(policy)}"
        )
        return said + (
            f"，“部分解决”按{partly}计。" if Decimal(partly) else "，“部分解决”不计为解决。"
        )

    def _moment(self, key: str) -> datetime:
        return datetime.fromisoformat(self.report[key])

    def _minute(self, key: str) -> str:
        return minute(self._moment(key))


def _factors(policy: Row) -> str:
    """Say what each answer counts; where three answers count as usual, only 基本满意 needs saying."""
    own = policy.get("answer_factors", {}) | {"basic": policy["basic_factor"]}
    known = [key for key in ANSWERS if key in own and (key != "no" or Decimal(own[key]))]
    return "，".join(f"“{ANSWERS[key]}”按{own[key]}计" for key in known)


@dataclass
class Body:
    """A paper as it grows: headings are numbered, tables and charts stand where they were put."""

    paragraphs: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    charts: list[Chart] = field(default_factory=list)
    area_map: AreaMap | None = None
    heads: int = 0

    def head(self, text: str) -> None:
        self.paragraphs.append(f"{NUMERALS[self.heads]}、{text}")
        self.heads += 1

    def say(self, *sentences: str) -> None:
        """Add a paragraph of the sentences that are said; none where none is."""
        if text := "".join(sentences):
            self.paragraphs.append(text)

    def table(
        self, caption: str, columns: str, shares: Sequence[int], rows: Iterable[Sequence[str]]
    ) -> None:
        """Add a table; `columns` are its heads divided by bars. One without rows is left out."""
        found = tuple(tuple(row) for row in rows)
        if found:
            title = f"表{len(self.tables) + 1} {caption}"
            heads = tuple(columns.split("|"))
            self.tables.append(Table(title, heads, tuple(shares), found, self._last))

    def chart(
        self,
        kind: str,
        caption: str,
        labels: Sequence[str],
        series: Mapping[str, Sequence[Value]],
        *,
        unit: str = "",
        decimals: int = 0,
    ) -> None:
        """Add a chart; one without labels is left out."""
        if labels:
            title = self._numbered(caption)
            lines = tuple(Series(name, tuple(values)) for name, values in series.items())
            drawn = Chart(kind, title, tuple(labels), lines, unit, decimals, self._last)
            self.charts.append(drawn)

    def map(self, shown: AreaMap | None) -> None:
        """Set the map here, numbered as the charts are."""
        if shown:
            self.area_map = replace(shown, caption=self._numbered(shown.caption), after=self._last)

    def _numbered(self, caption: str) -> str:
        return f"图{len(self.charts) + (self.area_map is not None) + 1} {caption}"

    @property
    def _last(self) -> int:
        return len(self.paragraphs) - 1

    def words(self, title: str, to: str, copies: Sequence[str] = ()) -> Words:
        """Return what the paper says."""
        return Words(
            title,
            to,
            tuple(self.paragraphs),
            tuple(copies),
            tuple(self.tables),
            tuple(self.charts),
            self.area_map,
        )
