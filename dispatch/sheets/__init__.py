"""A supervision document as text: what stands on it, whether on screen, in Word or in a PDF."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

NAMES = {
    "urge": "催办通知书",
    "reminder": "提醒函",
    "assignment": "交办单",
    "supervision": "督办单",
    "bulletin": "通报",
}
MARKS = {
    "urge": "催",
    "reminder": "提",
    "assignment": "交",
    "supervision": "督",
    "bulletin": "报",
    "objection": "裁",
}
"""The form's character in a document number: 通吹督〔2026〕12号."""

LETTERS = frozenset({"urge", "reminder"})
"""Forms that are letters: their red head names the issuer alone, without 文件."""

PAPER_MARKS = {
    "directive": "区指令",
    "inspection": "区督报",
    "docket": "区交账",
    "minutes": "区纪要",
    "ruling": "确",
    "month": "区专报",
    "ranking": "区通报",
    "unit": "区核部",
    "town": "区核街",
    "topic": "区专题",
}
"""What a paper's number begins with: 区指令〔2026〕3号, 确〔2026〕1号."""

LEVELS = {"blue": "蓝色督办", "yellow": "黄色督办", "red": "红色督办"}


HEADING = re.compile(r"[一二三四五六七八九十]{1,2}、[^。；：]{1,30}")
"""A paragraph of a numeral and a few words is the heading of a section."""


FIGURE = re.compile(r"[-+−]?\d+(\.\d+)?[%件个张次天分]?(—\d+(\.\d+)?)?|—|无数据")
"""A cell that is a figure, or says that there is none."""

WIDE = 9
"""Columns from which on a table is written in smaller words."""

TITLE_LINE = 20
"""Characters of a title that fit one line."""


def is_heading(text: str) -> bool:
    return HEADING.fullmatch(text) is not None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a caption; `shares` says how wide the columns are to each other.

    `after` is the number of the paragraph that it follows; None puts it after the last.
    """

    caption: str
    columns: tuple[str, ...]
    shares: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]
    after: int | None = None

    def figures(self) -> tuple[bool, ...]:
        """Tell of each column whether it holds figures alone, which stand at its right."""
        columns = zip(*self.rows, strict=True) if self.rows else [[""] for _ in self.columns]
        return tuple(all(FIGURE.fullmatch(text) for text in texts) for texts in columns)

    @property
    def head(self) -> list[tuple[str, bool]]:
        """Return the names of the columns, each with whether it holds figures."""
        return list(zip(self.columns, self.figures(), strict=True))

    @property
    def body(self) -> list[list[tuple[str, bool]]]:
        """Return the rows, each cell with whether it stands among figures."""
        figures = self.figures()
        return [list(zip(row, figures, strict=True)) for row in self.rows]

    @property
    def wide(self) -> bool:
        """Tell whether it has so many columns that its words are written smaller."""
        return len(self.columns) >= WIDE

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Table":
        rows = tuple(tuple(row) for row in kept["rows"])
        columns, shares = tuple(kept["columns"]), tuple(kept["shares"])
        return cls(kept["caption"], columns, shares, rows, kept.get("after"))


Value = int | float | None


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart; what was not measured is None, not 0."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart as data: `kind` is bar, line or pie; values are written with so many decimals."""

    kind: str
    caption: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""
    decimals: int = 0
    after: int | None = None

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Chart":
        series = tuple(Series(line["name"], tuple(line["values"])) for line in kept["series"])
        return cls(**{**kept, "labels": tuple(kept["labels"]), "series": series})

    def said(self, value: Value) -> str:
        """Write a value as it stands in the chart."""
        return _said(value, self.unit, self.decimals)

    def told(self) -> str:
        """Return the figures as a sentence, for those who cannot see the chart."""
        lines = (
            f"{line.name}：" + self._listed(zip(self.labels, line.values, strict=True))
            for line in self.series
        )
        return f"{self.caption}。" + "；".join(lines)

    def _listed(self, pairs: Iterable[tuple[str, Value]]) -> str:
        return "，".join(f"{label} {self.said(value)}" for label, value in pairs)


def _said(value: Value, unit: str, decimals: int) -> str:
    if value is None:
        return "无数据"
    places = Decimal(1).scaleb(-decimals)
    return f"{Decimal(str(value)).quantize(places, ROUND_HALF_UP):f}{unit}"


@dataclass(frozen=True, slots=True)
class Outline:
    """The ground of an area, simplified (`grids.simplified`): rings of longitude and latitude in turn."""

    code: str
    name: str
    rings: tuple[tuple[int, ...], ...]

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Outline":
        return cls(kept["code"], kept["name"], tuple(tuple(ring) for ring in kept["rings"]))


@dataclass(frozen=True, slots=True)
class AreaMap:
    """Areas shaded by a value, by their codes, and `places` marked on them.

    The outlines are kept with the paper, so that it is drawn alike for ever. Papers kept before there
    were outlines have none: their map is drawn on screen only, from the areas as they are now.
    """

    caption: str
    unit: str
    values: tuple[tuple[str, Value], ...]
    after: int | None = None
    areas: tuple[Outline, ...] = ()
    places: tuple[Outline, ...] = ()
    decimals: int = 2

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "AreaMap":
        outlines = {
            name: tuple(Outline.from_json(one) for one in kept.get(name, ()))
            for name in ("areas", "places")
        }
        values = tuple((code, value) for code, value in kept["values"])
        return cls(**{**kept, **outlines, "values": values})

    def said(self, value: Value) -> str:
        """Write a value as it stands on the map."""
        return _said(value, self.unit, self.decimals)

    def told(self) -> str:
        """Return what the map shows as a sentence, for those who cannot see it."""
        names = {one.code: one.name for one in self.areas}
        valued = [f"{names[code]} {self.said(v)}" for code, v in self.values if code in names]
        shown = valued or [one.name for one in self.places]
        return f"{self.caption}。" + "，".join(shown)


Part = str | Table | Chart | AreaMap


@dataclass(frozen=True, slots=True)
class Sheet:
    """The text of one document, as issued. `head` is the red line, `level` the colour in words.

    `to` is empty where it is addressed to nobody in particular; tables, charts and map stand after the
    paragraph they name, or follow all.
    """

    head: str
    level: str
    number: str
    title: str
    to: str
    paragraphs: tuple[str, ...]
    signed: str
    date: str
    copies: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    charts: tuple[Chart, ...] = ()
    area_map: AreaMap | None = None

    @property
    def title_parts(self) -> tuple[str, ...]:
        """Return the title, its remark in brackets apart where both do not fit one line."""
        title, bracket, remark = self.title.rpartition("（")
        if title and self.title.endswith("）") and len(self.title) > TITLE_LINE:
            return (title, bracket + remark)
        return (self.title,)

    def as_json(self) -> dict[str, Any]:
        """Return the sheet as it is kept with its document."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Sheet":
        """Return the sheet; papers kept before there were charts have none."""
        lists: dict[str, Any] = {name: tuple(kept[name]) for name in ("paragraphs", "copies")}
        lists["tables"] = tuple(Table.from_json(table) for table in kept.get("tables", ()))
        lists["charts"] = tuple(Chart.from_json(chart) for chart in kept.get("charts", ()))
        shown = kept.get("area_map")
        lists["area_map"] = AreaMap.from_json(shown) if shown else None
        return cls(**{**kept, **lists})

    def parts(self) -> Iterator[Part]:
        """Yield paragraphs, tables, charts and map in the order in which they are read."""
        shown = [self.area_map] if self.area_map else []
        things: list[Table | Chart | AreaMap] = [*self.tables, *shown, *self.charts]
        last = len(self.paragraphs) - 1
        for number, text in enumerate(self.paragraphs):
            yield text
            yield from (thing for thing in things if thing.after == number)
        yield from (thing for thing in things if thing.after is None or thing.after > last)


def number_of(prefix: str, form: str, year: int, seq: int) -> str:
    """Return a document number in official style."""
    return f"{prefix}{MARKS[form]}〔{year}〕{seq}号"


def paper_number(form: str, year: int, seq: int) -> str:
    """Return the number of a paper of the district."""
    return f"{PAPER_MARKS[form]}〔{year}〕{seq}号"
