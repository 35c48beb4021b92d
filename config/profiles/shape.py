"""A profile as it is read from a file: parts, rights, lists, words and weights."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from config.profiles.parts import Values

FORMAT = 1
SINCE = date(2020, 1, 1)
"""From when rows are in force in a district that had none: the day the shipped ones begin."""

WEIGHTS = (
    "response_weight",
    "resolution_weight",
    "satisfaction_weight",
    "basic_factor",
    "marks_weight",
    "timeliness_weight",
    "results_weight",
)
LATER = ("objections_weight", "documents_weight", "leaders_weight")
"""Parts of a department's score that profiles did not have at first."""

POLICY = (
    *WEIGHTS,
    *LATER,
    "partly_factor",
    "scale",
    "answer_factors",
    "objection_points",
    "document_points",
    "town_weighting",
    "town_cap",
    "min_cases",
    "decimals",
    "lists",
    "override_reason",
    "tie_rule",
    "source",
)
"""What a profile says of the assessment; what it leaves out is as the product had it before it could be said."""

PART_WORDS: dict[str, str | Promise] = {
    "rights": _("Rights of whistles"),
    "assessment": _("Assessment weights"),
    "lists": _("Lists of duties"),
    "terms": _("The district's own words"),
}
"""Parts that are not rows of one table, as the page names them."""


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One power of one role at a level; `kind` empty means every kind of whistle."""

    power: str
    level: str
    kind: str
    role: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile that was read and found whole."""

    code: str
    name: str
    slogan: str
    description: str
    rows: dict[str, list[Values]]
    rights: frozenset[Right]
    assessment: Values
    lists: list[dict[str, str]] = field(default_factory=list)
    terms: dict[str, str] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong where: the part of the file, the row in it (0 for the part as a whole)."""

    part: str
    row: int
    text: str

    def __str__(self) -> str:
        return f"{self.part}[{self.row}]: {self.text}" if self.row else f"{self.part}: {self.text}"


class ProfileRefused(Exception):
    """A profile that was not taken; nothing was written."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = list(problems)
        super().__init__("; ".join(str(problem) for problem in self.problems[:20]))


def decimal_text(value: Decimal) -> str:
    """Return a decimal as it is written by hand: 5, not 5.00."""
    return f"{value.normalize():f}"


def as_json(value: Any) -> Any:
    """Return a column as a file holds it."""
    if isinstance(value, Decimal):
        return decimal_text(value)
    return value.strftime("%H:%M") if hasattr(value, "strftime") else value
