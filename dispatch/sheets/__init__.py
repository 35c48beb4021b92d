"""A supervision document as text: what stands on it, whether on screen, in Word or in a PDF."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
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
}
"""What a paper's number begins with: 区指令〔2026〕3号, 确〔2026〕1号."""

LEVELS = {"blue": "蓝色督办", "yellow": "黄色督办", "red": "红色督办"}


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under a caption; `shares` says how wide the columns are to each other."""

    caption: str
    columns: tuple[str, ...]
    shares: tuple[int, ...]
    rows: tuple[tuple[str, ...], ...]

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Table":
        rows = tuple(tuple(row) for row in kept["rows"])
        return cls(kept["caption"], tuple(kept["columns"]), tuple(kept["shares"]), rows)


@dataclass(frozen=True, slots=True)
class Sheet:
    """The text of one document, as issued. `head` is the red line, `level` the colour in words.

    `to` is empty where it is addressed to nobody in particular; the tables follow the paragraphs.
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

    def as_json(self) -> dict[str, Any]:
        """Return the sheet as it is kept with its document."""
        return asdict(self)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "Sheet":
        lists = {name: tuple(kept[name]) for name in ("paragraphs", "copies")}
        tables = tuple(Table.from_json(table) for table in kept.get("tables", ()))
        return cls(**{**kept, **lists, "tables": tables})


def number_of(prefix: str, form: str, year: int, seq: int) -> str:
    """Return a document number in official style."""
    return f"{prefix}{MARKS[form]}〔{year}〕{seq}号"


def paper_number(form: str, year: int, seq: int) -> str:
    """Return the number of a paper of the district."""
    return f"{PAPER_MARKS[form]}〔{year}〕{seq}号"
