"""A ladder for tests: a warning, five documents, and a top that stays loud."""

from datetime import date
from typing import Any

from cases.models import Ladder
from cases.services import alerts

RUNGS: list[dict[str, Any]] = [
    {"form": "warning", "share": "0.5"},
    {"form": "urge", "after": ["0", "natural_hour"], "cc": ["blower"], "colour": "blue"},
    {
        "form": "reminder",
        "after": ["1", "natural_hour"],
        "cc": ["blower", "town"],
        "colour": "blue",
        "answer": ["8", "natural_hour"],
    },
    {
        "form": "assignment",
        "after": ["1", "natural_hour"],
        "cc": ["centre"],
        "colour": "yellow",
        "answer": ["4", "natural_hour"],
    },
    {
        "form": "supervision",
        "after": ["1", "natural_hour"],
        "cc": ["centre", "leader"],
        "colour": "red",
        "answer": ["2", "natural_hour"],
    },
    {
        "form": "bulletin",
        "after": ["1", "natural_hour"],
        "to": ["unit"],
        "cc": ["leader", "blower"],
        "colour": "red",
        "repeat": ["12", "natural_hour"],
    },
]
FORMS = ["urge", "reminder", "assignment", "supervision", "bulletin"]


def make_ladder(clock: str = "acknowledge", **given: Any) -> Ladder:
    """Put a ladder in force for one kind of clock."""
    fields = {
        "name": "test",
        "clock": clock,
        "rungs": RUNGS,
        "source": "test",
        "valid_from": date(2020, 1, 1),
    }
    ladder = Ladder.objects.create(**(fields | given))
    alerts.forget()
    return ladder
