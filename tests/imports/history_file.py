"""Rows of history files for tests, and the small district they lie in."""

import csv
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.history import COLUMNS, Place
from dispatch.services.history import Summary, import_history
from tests.cast import COMMUNITY, GRID, OTHER_COMMUNITY, OTHER_TOWN, SHANGHAI, TOWN

NOW = datetime(2026, 3, 4, 10, 0, tzinfo=SHANGHAI)
PLACE = Place(
    areas=(TOWN, COMMUNITY, GRID, OTHER_TOWN, OTHER_COMMUNITY),
    categories=("0306", "0101", "0303", "01"),
    departments=("CGW", "ZJW", "XFZD", "供电公司"),
)
GOOD = {
    "number": "2023-0001",
    "received_at": "2023-05-01 08:00",
    "channel": "hotline",
    "kind": "complaint",
    "category": "0306",
    "area": GRID,
    "text": "消防通道被占",
    "caller_phone": "13800001234",
    "route": "whistle",
    "departments": "XFZD;区住房和城乡建设委员会",
    "whistled_at": "2023-05-01 09:00",
    "acknowledged_at": "2023-05-01 10:00",
    "reported_at": "2023-05-01 15:00",
    "handled_at": "2023-05-03 09:00",
    "valid_callback": "y",
    "contacted": "y",
    "resolved": "yes",
    "satisfied": "basic",
    "closed_at": "2023-05-04 09:00",
    "counted": "y",
}
SELF = GOOD | {
    "number": "2023-0002",
    "route": "self",
    "departments": "",
    "whistled_at": "",
    "acknowledged_at": "",
    "reported_at": "",
}
FRESH = SELF | dict.fromkeys(
    ["route", "handled_at", "valid_callback", "contacted", "resolved", "satisfied", "closed_at"], ""
)


def write(path: Path, rows: Iterable[dict[str, str]], columns: Iterable[str] = COLUMNS) -> Path:
    """Write a history file of these rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(columns))
        writer.writeheader()
        writer.writerows(rows)
    return path


def take_over(path: Path, **given: Any) -> Summary:
    """Import the file at ten in the morning of 4 March 2026."""
    return import_history(path, **({"at": NOW} | given))


def refused_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of the file of refused rows."""
    with path.with_suffix(".errors.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))
