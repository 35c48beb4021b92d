"""What a rate is the sum of: the answers that were given, each with its list and the factor it counts by."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from assessment import scales
from assessment.scoring import BASIC, CONTENT, FULL, NO, SATISFIED
from assessment.views.links import Links, Number

Row = dict[str, Any]
TOLD_AT_NOTHING = ("partly", BASIC)
"""Answers between yes and no: that they count nothing is worth saying."""


def terms_of(totals: Row, links: Links, policy: Mapping[str, Any]) -> Row:
    """Return the terms of the rates of resolution and of satisfaction, the best answer first."""
    own = {name: Decimal(text) for name, text in policy.get("answer_factors", {}).items()}
    factors = scales.factors_of(policy.get("scale", scales.THREE), own)
    solved = {
        "resolved": FULL,
        "partly": Decimal(policy.get("partly_factor", "0")),
        "unsolved": factors[NO],
    }
    basic = Decimal(policy["basic_factor"])
    content = {name: basic if name == BASIC else factors[name] for name in CONTENT}
    return {
        "resolution": _terms(solved, "resolved", totals, links),
        "satisfaction": _terms(content, SATISFIED, totals, links),
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
