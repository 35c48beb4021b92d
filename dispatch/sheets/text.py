"""Write the text of a document. Documents are Chinese in whatever language they are read from."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from django.template.loader import render_to_string
from django.utils import translation

from cases.lifecycle import ClockKind
from dispatch.sheets import LETTERS, LEVELS, NAMES, Sheet

SHANGHAI = ZoneInfo("Asia/Shanghai")
ENDS = ("。", "！", "？", "…", "!", "?")
LONGEST_TEXT = 300
"""Characters of the resident's words that a document repeats."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a document tells of. `text` must name no caller; `why` is the deadline's own sentence."""

    form: str
    colour: str
    number: str
    issuer: str
    to: str
    owner: str
    copies: tuple[str, ...]
    case_number: str
    category: str
    place: str
    text: str
    clock: str
    due_was: datetime
    why: str
    source: str
    issued_at: datetime
    answer_due_at: datetime | None = None

    @property
    def late(self) -> bool:
        return self.due_was <= self.issued_at


def write(facts: Facts) -> Sheet:
    """Return the sheet of a document, from the template of its form."""
    with translation.override("zh-hans"):
        context = {
            "case": facts.case_number,
            "category": facts.category,
            "place": facts.place,
            "text": _shortened(facts.text),
            "owner": _owner(facts),
            "clock": ClockKind(facts.clock).label,
            "late": facts.late,
            "due": minute(facts.due_was),
            "issued": minute(facts.issued_at),
            "why": facts.why,
            "source": facts.source.rstrip("。."),
            "answer_due": minute(facts.answer_due_at) if facts.answer_due_at else "",
        }
        title, *paragraphs = _lines(f"dispatch/documents/{facts.form}.txt", context)
    return Sheet(
        head=facts.issuer + ("" if facts.form in LETTERS else "文件"),
        level=LEVELS.get(facts.colour, ""),
        number=facts.number,
        title=title + NAMES[facts.form],
        to=facts.to,
        paragraphs=tuple(paragraphs),
        signed=facts.issuer,
        date=day(facts.issued_at),
        copies=facts.copies,
    )


def _lines(template: str, context: dict[str, object]) -> list[str]:
    lines = render_to_string(template, context).splitlines()
    return [line.strip() for line in lines if line.strip()]


def _owner(facts: Facts) -> str:
    """Return how the text speaks to or of the unit that owes what is late."""
    if facts.owner != facts.to:
        return facts.owner
    return "贵单位" if facts.form == "reminder" else "你单位"


def _shortened(text: str) -> str:
    """Return the text on one line and not too long, with a mark at its end."""
    one_line = " ".join(text.split())
    if len(one_line) > LONGEST_TEXT:
        return one_line[:LONGEST_TEXT] + "……"
    return one_line if one_line.endswith(ENDS) else f"{one_line}。"


def day(at: datetime) -> str:
    """Write a date as official documents do: 2026年3月4日."""
    local = at.astimezone(SHANGHAI)
    return f"{local.year}年{local.month}月{local.day}日"


def minute(at: datetime) -> str:
    """Write a moment as official documents do: 2026年3月4日10:05."""
    return f"{day(at)}{at.astimezone(SHANGHAI):%H:%M}"
