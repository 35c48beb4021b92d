"""What a working is put together from: parts that are a mean of points or a hundred less points, and their sum."""

from collections.abc import Iterable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from assessment import parts, scoring
from assessment.rules import Rules
from assessment.services.figures import number

Row = dict[str, Any]

NOTHING = "—"
"""In place of points, where a contribution that is listed does not count."""


def put_together(
    found: dict[str, Row], weights: dict[str, Decimal], rules: Rules, score: Fraction | None
) -> Row:
    """Put the parts together: each with its weight, the sum as one reckons it on paper, the score."""
    for name, part in found.items():
        part["weight"] = f"{weights[name].normalize():f}"
    return {
        "parts": found,
        "arithmetic": "" if score is None else _arithmetic(found, weights),
        "score": shown(score, rules),
    }


def _arithmetic(found: dict[str, Row], weights: dict[str, Decimal]) -> str:
    """Write the sum; points are exact, nothing is rounded on the way."""
    known = [n for n, part in found.items() if part["exact"] is not None and weights[n]]
    terms = " + ".join(f"{found[n]['weight']} × {found[n]['arithmetic']}" for n in known)
    whole = sum((weights[n] for n in known), Decimal(0)).normalize()
    return f"({terms}) ÷ {whole:f}" if known else ""


def mean_of(rows: Iterable[tuple[Row, int]], rest: int = 0, rest_points: int = 100) -> Row:
    """Return the part whose value is the mean of the contributions' points; `rows` say how many there are of each."""
    known = list(rows)
    counted = [(Fraction(row["points"]), many) for row, many in known if row["points"] != NOTHING]
    count = sum(many for _points, many in counted) + rest
    whole = sum((points * many for points, many in counted), Fraction(0)) + rest * rest_points
    return part_of(
        sum(many for _row, many in known),
        value=whole / count if count else None,
        arithmetic=f"{plain(whole)} ÷ {count}" if count else "",
        count=count,
        sum=plain(whole),
        rest={"count": rest, "points": str(rest_points)},
    )


def taken_off(rows: Iterable[tuple[Row, int]], has_data: bool) -> Row:
    """Return the part in which contributions are taken off a hundred, as far as nothing."""
    known = list(rows)
    lost = sum((Fraction(row["points"]) * many for row, many in known), Fraction(0))
    value = max(parts.FULL + lost, Fraction(0)) if has_data else None
    taken = f"(100 − {plain(-lost)})" if value else "0"
    count = sum(many for _row, many in known)
    return part_of(
        count,
        value=value,
        arithmetic="" if value is None else taken,
        count=count,
        sum=plain(lost),
        rest={"count": 0, "points": "0"},
    )


def part_of(listed: int, *, value: Fraction | None, arithmetic: str, **more: Any) -> Row:
    """Return a part with its value; `listed` contributions stand behind it, whether they count or not."""
    return {
        "value": number(scoring.half_up(value)),
        "exact": None if value is None else plain(value),
        "arithmetic": arithmetic,
        **more,
        "listed": listed,
    }


def exact_of(part: Row) -> Fraction | None:
    return None if part["exact"] is None else Fraction(part["exact"])


def shown(value: Fraction | None, rules: Rules) -> float | None:
    return number(scoring.half_up(value, rules.decimals))


def plain(value: Fraction) -> str:
    """Write an exact number: as a decimal where it ends, else as a fraction."""
    for scale in range(7):
        if (value * 10**scale).denominator == 1:
            return f"{Decimal((value * 10**scale).numerator).scaleb(-scale):f}"
    return str(value)
