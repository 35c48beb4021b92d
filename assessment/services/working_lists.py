"""What the parts of a score list: which input lines, and what each of them contributes.

A contribution is reckoned in one place, here: of one line where it is shown, and of all lines that are alike at once
where they are summed.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from assessment import parts, scoring
from assessment.queries.kept import Line
from assessment.queries.working import Which
from assessment.rules import Rules
from assessment.services.working_parts import NOTHING, plain
from assessment.spans import Span

Row = dict[str, Any]
NOT_COUNTED, UNREACHED, STRUCK, EXEMPT = "not_counted", "unreached", "struck", "exempt"
"""Why a line that is listed does not count."""

Weighed = list[tuple[Row, int]]
"""Contributions that are all alike but for the case they name, each with how many there are."""

DECIDE = {
    "case": (
        *("contacted", "resolved", "satisfied", "counted", "merged", "unreached"),
        *("open", "handled", "self_handled", "redone"),
    ),
    "whistle": ("blower", "number"),
    "order": (
        *("lead", "live", "counted", "struck", "town"),
        *("arrival", "attitude", "result"),
    ),
    "limit": ("missed", "exempt"),
    "led": ("contacted", "resolved", "satisfied"),
    "objection": ("upheld",),
    "document": ("form",),
    "leader": ("mark",),
    "mark": ("proper", "mark"),
}
"""By part of the input: the columns that decide what a line is worth."""


@dataclass(frozen=True, slots=True)
class Context:
    """What a contribution is reckoned under, and the cases that are kept from who reads."""

    rules: Rules
    span: Span
    kept_back: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Listed:
    """Some lines, and what each of them contributes; lines with the same value of `once` are one contribution."""

    which: Which
    row: Callable[[Line, Context], Row]
    once: str = ""


def weighed(tallies: Iterable[tuple[Line, int]], listed: Listed, context: Context) -> Weighed:
    """Return what the lines meant contribute, alike ones together."""
    test, row = listed.which.test, listed.row
    return [(row(line, context), many) for line, many in tallies if test(line)]


# --- what a line contributes


def _answer(line: Line, context: Context) -> Row:
    said = {name: line[name] for name in ("contacted", "resolved", "satisfied")}
    worth = scoring.points(**said, weights=context.rules.weights)
    return {"case": line["number"], **said, "points": plain(Fraction(worth)), "why": ""}


def _answer_of_order(line: Line, context: Context) -> Row:
    return _answer(line, context) | {"order": line["order"]}


def _aside(line: Line, _context: Context) -> Row:
    """Without points: what was not counted, and whom nobody reached."""
    if not line["counted"] and not line["merged"]:
        return {"case": line["number"], "points": NOTHING, "why": NOT_COUNTED}
    told = {"case": line["number"], "points": NOTHING, "why": UNREACHED}
    return told | {"outcome": line["unreached"]}


def _uncounted_order(line: Line, _context: Context) -> Row:
    head = {"case": line["number"], "order": line["order"]}
    return head | {"points": NOTHING, "why": NOT_COUNTED}


def _review(line: Line, _context: Context) -> Row:
    """A review's points are the mean of its three marks."""
    given = {name: line[name] for name in ("arrival", "attitude", "result")}
    head = {"order": line["order"], "case": line["number"], "town": line["town"], **given}
    if line["struck"]:
        return head | {"points": NOTHING, "why": STRUCK}
    return head | {"points": str(Fraction(sum(given.values()), 3)), "why": ""}


def _limit(line: Line, _context: Context) -> Row:
    points = NOTHING if line["exempt"] else "0" if line["missed"] else "100"
    head = {"order": line["order"], "case": line["number"], "limit": line["kind"]}
    why = EXEMPT if line["exempt"] else ""
    return head | {"missed": line["missed"], "points": points, "why": why}


def _lost(line: Line, context: Context) -> Row:
    off = plain(-Fraction(context.rules.towns.objection_points))
    return {"order": line["order"], "case": line["number"], "points": off, "why": ""}


def _upheld(line: Line, context: Context) -> Row:
    return _lost(line, context) | {"why": "upheld"}


def _document(line: Line, context: Context) -> Row:
    off = context.rules.towns.document_points.get(line["form"], scoring.NONE)
    head = {"document": line["document"], "form": line["form"], "case": line["number"]}
    return head | {"points": plain(-Fraction(off)), "why": ""}


def _leader(line: Line, context: Context) -> Row:
    """A leader's mark says for which period it was given: the period itself, or a month or a quarter in it."""
    period = line.get("period") or context.span.name
    head = {"leader": line["leader"], "period": period}
    return head | {"points": str(line["mark"]), "why": ""}


def _whistled(line: Line, _context: Context) -> Row:
    return {"case": line["number"], "points": "100", "why": ""}


def _worth_nothing(line: Line, _context: Context) -> Row:
    return {"case": line["number"], "points": "0", "why": ""}


def _mark(line: Line, _context: Context) -> Row:
    """A whistle's points are half the share of proper ones, half its mark."""
    head = {"order": line["order"], "case": line["number"]}
    said = {"proper": line["proper"], "mark": line["mark"]}
    points = plain(Fraction(100 * line["proper"] + line["mark"], 2))
    return head | said | {"points": points, "why": ""}


# --- which lines a part lists


ANSWERED = Listed(
    Which("case", "l.contacted IS NOT NULL", lambda line: line["contacted"] is not None), _answer
)
ASIDE = Listed(
    Which(
        "case",
        "l.contacted IS NULL AND ((NOT l.counted AND NOT l.merged) OR l.unreached IS NOT NULL)",
        lambda line: (
            line["contacted"] is None
            and ((not line["counted"] and not line["merged"]) or bool(line["unreached"]))
        ),
    ),
    _aside,
)
REVIEWED = Listed(
    Which(
        "order",
        "l.live AND l.arrival IS NOT NULL",
        lambda line: line["live"] and line["arrival"] is not None,
    ),
    _review,
)
LIMITS = Listed(Which("limit", "true", lambda _line: True), _limit)
LED = Listed(Which("led", "true", lambda _line: True), _answer_of_order)
UNCOUNTED = Listed(
    Which(
        "order",
        "l.live AND l.lead AND NOT l.counted",
        lambda line: line["live"] and line["lead"] and not line["counted"],
    ),
    _uncounted_order,
)
LOST = Listed(Which("objection", "NOT l.upheld", lambda line: not line["upheld"]), _lost)
DOCUMENTS = Listed(Which("document", "true", lambda _line: True), _document)
LEADERS = Listed(Which("leader", "true", lambda _line: True), _leader)
MARKED = Listed(Which("mark", "true", lambda _line: True), _mark)
UPHELD = Listed(Which("objection", "l.upheld", lambda line: line["upheld"]), _upheld)
REDONE = Listed(
    Which("case", "NOT l.open AND l.redone", lambda line: not line["open"] and line["redone"]),
    _worth_nothing,
)
HELPED = Listed(
    Which(
        "case",
        "l.handled AND NOT l.self_handled",
        lambda line: line["handled"] and not line["self_handled"],
    ),
    _worth_nothing,
)


def whistled_by(code: str) -> Listed:
    """Return the cases that the town whistled for itself."""
    which = Which("whistle", "l.blower = %(code)s", lambda line: line["blower"] == code)
    return Listed(which, _whistled, once="number")


OF_UNIT: Mapping[str, Sequence[Listed]] = {
    parts.MARKS: (REVIEWED,),
    parts.TIMELINESS: (LIMITS,),
    parts.RESULTS: (LED, UNCOUNTED),
    parts.OBJECTIONS: (LOST,),
    parts.DOCUMENTS: (DOCUMENTS,),
    parts.LEADERS: (LEADERS,),
}


def of_town(code: str, rules: Rules) -> Mapping[str, Sequence[Listed]]:
    """Return what a town's score and its performance list; the rates stand with the score, line by line."""
    return {
        parts.RESULTS: (ANSWERED, ASIDE),
        parts.RATES: (),
        parts.USE: (whistled_by(code),),
        parts.QUALITY: (MARKED, UPHELD) if rules.whistle_marks else (),
        parts.REDO: (REDONE,),
        parts.SELF: (HELPED,),
    }
