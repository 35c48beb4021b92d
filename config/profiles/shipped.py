"""What is shipped: the reference tables every profile builds on, and the five districts' files."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings

from accounts.tables import read_table
from assessment.services.policies import SHIPPED
from config.profiles.shape import POLICY, as_json

FILES = Path(__file__).resolve().parent / "files"
CODES = ("tongzhou", "yongmao", "jiangyuan", "wuda", "nanchang")
"""The shipped profiles; the first is what a new installation begins with."""

Raw = dict[str, Any]
_DATES = ("valid_from", "valid_to", "condition")


@cache
def base() -> Raw:
    """Return the shipped reference tables in the shape of a profile's parts."""
    return {
        "limits": [
            row | {"redo": row["redo"] == "y"} for row in _table("cases/data/time_limits.csv")
        ],
        "adjustments": _table("cases/data/adjustment_policies.csv"),
        "ladders": [
            {name: value for name, value in item.items() if name not in _DATES}
            for item in json.loads(_path("cases/data/ladders.json").read_text(encoding="utf-8"))
        ],
        "hours": [_hours(row) for row in _table("cases/data/work_hours.csv")],
        "assessment": {
            "name": "10/50/40",
            **{name: as_json(SHIPPED[name]) for name in POLICY if name in SHIPPED},
        },
        **json.loads(_path("dispatch/data/levels.json").read_text(encoding="utf-8")),
    }


def text_of(code: str) -> str:
    """Return the file of a shipped profile."""
    return (FILES / f"{code}.json").read_text(encoding="utf-8")


def _path(name: str) -> Path:
    return Path(settings.BASE_DIR) / name


def _table(name: str) -> list[Raw]:
    path = _path(name)
    with path.open(encoding="utf-8-sig") as file:
        header = file.readline().strip().split(",")
    return [
        {name: value for name, value in row.items() if name not in _DATES}
        for _line, row in read_table(path, header)
    ]


def _hours(row: Raw) -> Raw:
    periods = [part.split("-") for part in row["periods"].split(";")]
    quiet = row["quiet_from"] or None
    return row | {"every_day": row["every_day"] == "y", "periods": periods, "quiet_from": quiet}
