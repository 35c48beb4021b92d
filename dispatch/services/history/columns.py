"""The columns of a history file, and how one row of it is written for the staging table."""

import re
from collections.abc import Sequence
from datetime import datetime

from dispatch.services.history.reasons import MARK

TIMES = (
    "received_at",
    "whistled_at",
    "acknowledged_at",
    "reported_at",
    "handled_at",
    "closed_at",
)
"""In the order in which they happen."""
WORDS = (
    "number",
    "channel",
    "kind",
    "category",
    "area",
    "text",
    "caller_phone",
    "route",
    "departments",
    "valid_callback",
    "contacted",
    "resolved",
    "satisfied",
    "counted",
)
COLUMNS = (*WORDS, *TIMES)
CODED = frozenset({"channel", "kind", "route", "valid_callback"}) | {
    "contacted",
    "resolved",
    "satisfied",
    "counted",
}
"""Columns of a few known words, whatever their letters' case."""
NOTHING = r"\N"

_ZONE = r"[+-](?:0\d|1[0-4]):?[0-5]\d"
_ISO = re.compile(rf"\d{{4}}-\d\d-\d\d[ T]\d\d:\d\d(?::\d\d)?(?:{_ZONE})?", re.ASCII)
"""What most files hold; it is taken as it stands."""
_CLOCK = rf"[T ]+(\d{{1,2}}):(\d{{1,2}})(?::(\d{{1,2}})(?:\.(\d{{1,9}}))?)?\s*(Z|{_ZONE})?"
_MOMENT = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}})(?:{_CLOCK})?", re.ASCII)
_DENSE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]?(\d{2})(\d{2})(\d{2})?)?", re.ASCII)
_CHINESE = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})[日号]\s*(.*)", re.ASCII)
_CHINESE_CLOCK = str.maketrans({"时": ":", "点": ":", "分": ":", "秒": ""})


def moment(cell: str) -> str | None:
    """Return a point of time as PostgreSQL reads it, without a zone where the cell has none.

    None where it is not one: `2023-01-05`, `2023/1/5 8:03`, `2023.01.05 08:03:59`, `20230105 080359`,
    `2023年1月5日 8时3分` and ISO 8601 with or without a zone are.
    """
    if _ISO.fullmatch(cell):
        return cell if _exists(cell) else None
    if chinese := _CHINESE.fullmatch(cell):
        year, month, day, rest = chinese.groups()
        clock = rest.translate(_CHINESE_CLOCK).strip().rstrip(":")
        clock = f"{clock}:00" if clock.isdigit() else clock
        cell = f"{year}-{month}-{day} {clock}".strip()
    found = _MOMENT.fullmatch(cell) or _DENSE.fullmatch(cell)
    if not found:
        return None
    year, month, day, hour, minute, second, part, zone = (*found.groups(), None, None)[:8]
    said = f"{year}-{month:0>2}-{day:0>2} {hour or 0:0>2}:{minute or 0:0>2}:{second or 0:0>2}"
    if not _exists(said):
        return None
    return f"{said}{f'.{part[:6]}' if part else ''}{'+00:00' if zone == 'Z' else zone or ''}"


def _exists(said: str) -> bool:
    try:
        datetime.fromisoformat(said)
    except ValueError:
        return False
    return True


class Layout:
    """Where a file has its columns."""

    def __init__(self, header: Sequence[str]) -> None:
        self._words = [(header.index(name), name in CODED) for name in WORDS]
        self._times = [(header.index(name), name) for name in TIMES]

    def staged(self, line: int, cells: Sequence[str]) -> list[str]:
        """Return the row as the staging table takes it: line, problems found here, words, times."""
        problems, times = [], []
        for place, name in self._times:
            cell = cells[place].strip()
            found = moment(cell) if cell else NOTHING
            if found is None:
                problems.append(f"time{MARK}{name}")
            times.append(found or NOTHING)
        words = [
            cells[place].strip().lower() if coded else cells[place].strip()
            for place, coded in self._words
        ]
        return [str(line), f"{{{','.join(problems)}}}", *words, *times]


def missing_in(header: Sequence[str]) -> list[str]:
    """Return the columns that a header lacks, as the contract lists them."""
    return [name for name in COLUMNS if name not in header]
