"""Cases row by row, many at once: for what is found by place, category and time."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import count
from typing import Any

from cases.models import Callback, Case, Clock
from grids.models import Area
from tests.cast import SHANGHAI, TOWN

_NUMBERS = count(1)
UNTIL = date(2026, 3, 1)
"""The last day of the window."""


def moment(day: date, minute: int = 600) -> datetime:
    return datetime.combine(day, time(), SHANGHAI) + timedelta(minutes=minute)


def communities(many: int, town: str = TOWN) -> list[str]:
    """Make so many further communities in a town; return their codes."""
    codes = [f"{town}{number:03d}" for number in range(101, 101 + many)]
    Area.objects.bulk_create(
        [Area(code=code, name=f"{code}社区", level="community", parent_id=town) for code in codes]
    )
    return codes


def case(at: datetime, area: str = TOWN, category: str = "0101", **given: Any) -> Case:
    """Return a case not yet written, without a phone."""
    fields: dict[str, Any] = {
        "number": f"H{next(_NUMBERS):06d}",
        "state": "received",
        "kind": "complaint",
        "channel": "hotline",
        "category_id": category,
        "text": "堆物",
        "area_id": area,
        "town_id": area[:9],
        "received_at": at,
    }
    return Case(**(fields | given))


def fill(area: str, blocks: Sequence[int], category: str = "0101", **given: Any) -> None:
    """Write so many cases in each block of four weeks, the window first."""
    rows = []
    for block, many in enumerate(blocks):
        last = UNTIL - timedelta(days=28 * block)
        for number in range(many):
            at = moment(last - timedelta(days=number * 27 // max(many, 1)), 480 + number % 300)
            rows.append(case(at, area, category, **given))
    Case.objects.bulk_create(rows)


def finished(unit_id: int, at: datetime, part: float, **given: Any) -> Case:
    """Write a case finished by the unit when so large a part of its ten days was gone."""
    row = case(at - timedelta(days=10 * part), state="handled", handled_at=at, **given)
    row.save(force_insert=True)
    begun = row.received_at
    Clock.objects.create(
        case=row,
        unit_id=unit_id,
        kind="finish",
        started_at=begun,
        due_at=begun + timedelta(days=10),
        stopped_at=at,
    )
    return row


def rated(at: datetime, **given: Any) -> Case:
    """Write a case whose resident was reached, content by default."""
    answers = {
        "contacted": given.pop("contacted", True),
        "resolved": given.pop("resolved", "yes"),
        "satisfied": given.pop("satisfied", "satisfied"),
        "via": given.pop("via", "phone"),
        "agent": given.pop("agent", None),
    }
    row = case(at - timedelta(days=3), state="rated", handled_at=at - timedelta(days=1), **given)
    row.save(force_insert=True)
    Callback.objects.create(case=row, round=1, attempt=1, outcome="reached", at=at, **answers)
    return row
