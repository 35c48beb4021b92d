"""The working of a score: each contribution and the arithmetic, so that anybody may add it up again."""

from dataclasses import asdict
from decimal import Decimal
from fractions import Fraction
from typing import Any

from django.utils import timezone

from assessment import scoring
from assessment.periods import Span
from assessment.queries import working
from assessment.queries.working import Answer, Limited, Marked
from assessment.services.policies import Rules, rules_on
from assessment.services.reports import number, one_snapshot

Row = dict[str, Any]


def working_of_town(span: Span, code: str) -> Row:
    """Return the working of a town's score, from the rows as they are now.

    The score is the sum of the contributions' points divided by their count, rounded half up.
    """
    rules = rules_on(timezone.localtime(span.starts_at).date())
    with one_snapshot():
        part = _answers(working.answers_of_town(span, code), rules)
    return _head(span, code, rules) | {
        "parts": {"results": part},
        "arithmetic": f"{part['sum']} ÷ {part['count']}" if part["count"] else "",
        "score": part["value"],
    }


def working_of_department(span: Span, code: str) -> Row:
    """Return the working of a department's score, from the rows as they are now.

    Each part is the sum of its contributions' points divided by their count; the score is the
    mean of the parts that have contributions, by their weights, rounded once, half up.
    """
    rules = rules_on(timezone.localtime(span.starts_at).date())
    with one_snapshot():
        parts = {
            scoring.MARKS: _marks(working.marks_of(span, code)),
            scoring.TIMELINESS: _limits(working.limits_of(span, code)),
            scoring.RESULTS: _answers(working.answers_led(span, code), rules),
        }
    weights = {name: getattr(rules.unit_weights, name) for name in scoring.PARTS}
    exact = {name: _exact(part) for name, part in parts.items()}
    for name, part in parts.items():
        part["weight"] = f"{weights[name].normalize():f}"
    return _head(span, code, rules) | {
        "parts": parts,
        "arithmetic": _arithmetic(parts),
        "score": number(scoring.half_up(scoring.weighted(exact, weights))),
    }


def _head(span: Span, code: str, rules: Rules) -> Row:
    return {"period": span.name, "unit": code, "policy": rules.snapshot()}


def _arithmetic(parts: dict[str, Row]) -> str:
    """Write the sum as one reckons it on paper; points are exact, nothing is rounded on the way."""
    known = [part for part in parts.values() if part["count"]]
    terms = " + ".join(f"{part['weight']} × {part['sum']} ÷ {part['count']}" for part in known)
    whole = sum((Decimal(part["weight"]) for part in known), Decimal(0))
    return f"({terms}) ÷ {whole}" if known else ""


def _part(rows: list[Row]) -> Row:
    """Return the contributions of a part with their exact sum; `points` are texts of exact numbers."""
    whole = sum((Fraction(row["points"]) for row in rows), Fraction(0))
    value = scoring.half_up(whole / len(rows)) if rows else None
    return {"count": len(rows), "sum": str(whole), "value": number(value), "contributions": rows}


def _exact(part: Row) -> Fraction | None:
    return Fraction(part["sum"]) / part["count"] if part["count"] else None


def _answers(rows: list[Answer], rules: Rules) -> Row:
    return _part(
        [
            asdict(row)
            | {
                "points": _decimal(
                    scoring.points(
                        row.contacted, row.resolved == "yes", row.satisfied, rules.weights
                    )
                )
            }
            for row in rows
        ]
    )


def _marks(rows: list[Marked]) -> Row:
    """A review's points are the mean of its three marks, written as a fraction of three."""
    return _part(
        [
            asdict(row) | {"points": str(Fraction(row.arrival + row.attitude + row.result, 3))}
            for row in rows
        ]
    )


def _limits(rows: list[Limited]) -> Row:
    return _part([asdict(row) | {"points": "0" if row.missed else "100"} for row in rows])


def _decimal(value: Decimal) -> str:
    return f"{value.normalize():f}"
