"""A community's own line of a period's report, with the three rates that its counts give."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from assessment.rules import Rules
from assessment.scoring import Facts
from assessment.services.figures import Row, rates

COUNTS = {"valid": "valid_callbacks"}
"""How a line of a report calls what `Facts` calls otherwise."""


def line_of(figures: Mapping[str, Any], code: str) -> Row | None:
    """Return the community's counts, score and rates, reckoned from the counts under the report's own rules; None
    where it had no case."""
    row = next((row for row in figures["by_community"] if row["code"] == code), None)
    if row is None:
        return None
    facts = Facts(
        **{field.name: row.get(COUNTS.get(field.name, field.name), 0) for field in fields(Facts)}
    )
    return dict(row) | {"rates": rates(facts, Rules.from_snapshot(figures["policy"]))}


def is_few(row: Row, rules: Mapping[str, Any]) -> bool:
    """Tell whether fewer residents were reached than the rules ask of a unit that is ranked."""
    return bool(row["valid_callbacks"] < int(rules.get("min_cases", 1)))
