"""Read a ladder's rungs: what is said when, to whom, in which form. Data in `Ladder.rungs`.

A rung is `{"form", "share" or "after", "to", "cc", "answer", "colour", "repeat"}`. A warning comes when `share` of the
time has run; every other rung `after` so much time since the rung before it, the first of them since the deadline.
Amounts are `["4", "work_hour"]`. The last rung may `repeat`, so that the top stays loud.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from fractions import Fraction
from typing import Any

from cases.deadlines import DeadlineError, Limit, TimeUnit


class Form(StrEnum):
    """What a rung says: a notice (warning, urge) or a numbered document of growing weight."""

    WARNING = "warning"
    URGE = "urge"
    REMINDER = "reminder"
    ASSIGNMENT = "assignment"
    SUPERVISION = "supervision"
    BULLETIN = "bulletin"


NOTICES = frozenset({Form.WARNING})
"""Forms that are only told; the others are documents with a number."""

PARTIES = ("unit", "blower", "town", "centre", "leader")
COLOURS = ("", "blue", "yellow", "red")


class BadRung(ValueError):
    """A rung that cannot be read; the text says which and why."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder. `to` and `cc` name parties of the clock: the unit that owes it, the unit that blew the
    whistle, the town of the case, the command centre, the district's leaders."""

    form: Form
    share: Fraction | None = None
    after: Limit | None = None
    to: tuple[str, ...] = ("unit",)
    cc: tuple[str, ...] = ()
    answer: Limit | None = None
    colour: str = ""
    repeat: Limit | None = None


def read_rungs(rows: Sequence[Mapping[str, Any]]) -> tuple[Rung, ...]:
    """Return the rungs of a ladder; raise `BadRung` where one cannot be read or stands in the wrong place."""
    rungs = tuple(_read(number, row) for number, row in enumerate(rows, start=1))
    warnings = [rung.share is not None for rung in rungs]
    if warnings != sorted(warnings, reverse=True):
        raise BadRung("a warning before the deadline stands after a step past it")
    if any(rung.repeat for rung in rungs[:-1]):
        raise BadRung("only the last step may repeat")
    return rungs


def _read(number: int, row: Mapping[str, Any]) -> Rung:
    try:
        rung = Rung(
            form=Form(row["form"]),
            share=Fraction(str(row["share"])) if row.get("share") else None,
            after=_limit(row.get("after")),
            to=tuple(row.get("to") or ("unit",)),
            cc=tuple(row.get("cc") or ()),
            answer=_limit(row.get("answer")),
            colour=row.get("colour") or "",
            repeat=_limit(row.get("repeat")),
        )
    except (KeyError, TypeError, ValueError, InvalidOperation, DeadlineError) as error:
        raise BadRung(f"step {number}: {error}") from None
    if (rung.share is None) == (rung.after is None):
        raise BadRung(f"step {number}: give either share (before the deadline) or after")
    if rung.share is not None and not 0 < rung.share < 1:
        raise BadRung(f"step {number}: share lies between 0 and 1")
    if {*rung.to, *rung.cc} - set(PARTIES) or rung.colour not in COLOURS:
        raise BadRung(f"step {number}: unknown party or colour")
    return rung


def _limit(pair: Sequence[str] | None) -> Limit | None:
    return Limit(Decimal(str(pair[0])), TimeUnit(pair[1])) if pair else None
