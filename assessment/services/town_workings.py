"""The working of a town's performance: five parts and their weighted mean."""

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from typing import Any

from assessment import parts, scoring
from assessment.queries.kept import Line
from assessment.rules import Rules
from assessment.services.working_lists import (
    HELPED,
    MARKED,
    REDONE,
    UPHELD,
    Context,
    Listed,
    weighed,
    whistled_by,
)
from assessment.services.working_parts import exact_of, mean_of, part_of, plain, put_together

Row = dict[str, Any]
Tallies = list[tuple[Line, int]]


def performance(code: str, tallies: Mapping[str, Tallies], results: Row, context: Context) -> Row:
    """Return the working of a town's performance; the rates stand with its score, line by line."""
    cases, rules = tallies["case"], context.rules
    found = {
        parts.RATES: results | {"listed": 0},
        parts.USE: _use(code, tallies["whistle"], _many(cases, lambda _line: True), rules),
        parts.QUALITY: _quality(tallies["mark"], tallies["objection"], context),
        parts.REDO: _shares(cases, lambda line: not line["open"], REDONE, context),
        parts.SELF: _shares(cases, lambda line: line["handled"], HELPED, context),
    }
    weights = rules.town_parts.by_part()
    score = parts.whole_score({name: exact_of(part) for name, part in found.items()}, weights)
    return put_together(found, weights, rules, score)


def _many(tallies: Iterable[tuple[Line, int]], meant: Callable[[Line], bool]) -> int:
    return sum(many for line, many in tallies if meant(line))


def _shares(cases: Tallies, meant: Callable[[Line], bool], bad: Listed, context: Context) -> Row:
    """The cases meant, 100 points for each good one; the others are listed."""
    rows = weighed(cases, bad, context)
    good = _many(cases, meant) - sum(many for _row, many in rows)
    return mean_of(rows, rest=good)


def _use(code: str, whistles: Tallies, received: int, rules: Rules) -> Row:
    """The town's cases it whistled for itself, of all it received; the points follow from their share."""
    test = whistled_by(code).which.test
    whistled = len({line["number"] for line, _many in whistles if test(line)})
    used = scoring.share(whistled, received)
    return part_of(
        whistled,
        value=parts.use_points(used, rules.use),
        arithmetic=_use_words(whistled, received, rules),
        count=received,
        sum=str(whistled),
        rest={"count": received - whistled, "points": "0"},
    )


def _use_words(whistled: int, received: int, rules: Rules) -> str:
    if not received:
        return ""
    used = Fraction(whistled, received)
    low, high = (f"{bound.normalize():f}" for bound in rules.use)
    if used < Fraction(low):
        return f"(100 × {whistled} ÷ {received} ÷ {low})"
    if used > Fraction(high):
        return f"(100 × (1 − {whistled} ÷ {received}) ÷ (1 − {high}))"
    return "100"


def _quality(marks: Tallies, objections: Tallies, context: Context) -> Row:
    """Half the share of whistles marked proper, half their mean mark, less points for objections upheld."""
    rules = context.rules
    rows = weighed(marks, MARKED, context) if rules.whistle_marks else []
    if not rows:
        return mean_of([])
    count = sum(many for _row, many in rows)
    upheld = sum(many for _row, many in weighed(objections, UPHELD, context))
    off = Fraction(rules.towns.objection_points)
    whole = sum((Fraction(row["points"]) * many for row, many in rows), Fraction(0))
    less = whole / count - off * upheld
    minus = f" − {upheld} × {plain(off)}" if upheld else ""
    return part_of(
        count + upheld,
        value=max(less, Fraction(0)),
        arithmetic=f"({plain(whole)} ÷ {count}{minus})" if less > 0 else "0",
        count=count,
        sum=plain(whole),
        rest={"count": 0, "points": "0"},
    )
