"""What a rate is the sum of: the answers that were given, each with its list and the factor it counts by."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from assessment.rules import Rules
from assessment.scoring import BASIC, FULL, NO, PARTLY, SATISFIED, YES
from assessment.views.links import Links, Number

Row = dict[str, Any]
COUNTED_AS = {YES: "resolved", PARTLY: "partly", NO: "unsolved"}
"""What the counts of the answers to whether the matter was solved are called."""

TOLD_AT_NOTHING = (PARTLY, BASIC)
"""Answers between yes and no: that they count nothing is worth saying."""


def terms_of(totals: Row, links: Links, policy: Mapping[str, Any]) -> Row:
    """Return the terms of the rates of resolution and of satisfaction, the best answer first."""
    weights = Rules.from_snapshot(policy).weights
    solved = {COUNTED_AS[name]: factor for name, factor in weights.solved().items()}
    return {
        "resolution": _terms(solved, COUNTED_AS[YES], totals, links),
        "satisfaction": _terms(weights.content(), SATISFIED, totals, links),
    }


def _terms(factors: Mapping[str, Decimal], first: str, totals: Row, links: Links) -> list[Row]:
    given = [
        name
        for name, factor in factors.items()
        if totals.get(name) and (factor or name in TOLD_AT_NOTHING)
    ]
    return [
        {"number": Number(totals[name], links.cases(name)), "factor": _text(factors[name])}
        for name in given or [first]
    ]


def _text(factor: Decimal) -> str:
    """Return a factor as it is written before a count; what counts in full needs none."""
    return "" if factor == FULL else f"{factor.normalize():f}"
