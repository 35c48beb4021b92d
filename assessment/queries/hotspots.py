"""Counts of requests by place, category and block of weeks, for the search for hot spots and the measure
of topics.

A resident counts once in a cell and block, however often they called: one person is no hot spot. Cases
without a phone count one by one. Confidential cases and reports of wrongdoing are left out everywhere:
a place and a category could give them away.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from assessment.hotspots import LEVELS, Cell, Key
from assessment.queries.on_file import first_case

WEEK = timedelta(days=7)

OPEN_TO_ALL = "NOT c.confidential AND c.kind <> 'report'"
WHO = "CASE c.caller_phone WHEN '' THEN -c.id ELSE hashtextextended(c.caller_phone, 0) END"
"""Stands for a resident in a count; never leaves the statement."""

BLOCK = f"""
    SELECT community, town, second, first, count(DISTINCT who)
    FROM (
        SELECT left(c.area_id, 12) AS community, c.town_id AS town,
            left(c.category_id, 4) AS second, left(c.category_id, 2) AS first, {WHO} AS who
        FROM cases_case c
        WHERE c.received_at >= %(start)s AND c.received_at < %(end)s AND {OPEN_TO_ALL}
    ) seen
    GROUP BY GROUPING SETS (
        (community, second), (community, first), (town, second), (town, first)
    )
"""  # noqa: S608 - put together from constants of this page

WEEKS = f"""
    SELECT floor(extract(epoch FROM c.received_at - %(start)s) / %(seconds)s)::int,
        count(DISTINCT {WHO}), count(*),
        count(DISTINCT {WHO}) FILTER (WHERE c.area_id LIKE %(area)s),
        count(*) FILTER (WHERE c.area_id LIKE %(area)s)
    FROM cases_case c
    WHERE c.received_at >= %(start)s AND c.received_at < %(end)s
        AND c.category_id BETWEEN %(category)s AND %(last)s AND {OPEN_TO_ALL}
    GROUP BY 1
"""  # noqa: S608 - put together from constants of this page

BEHIND = f"""
    SELECT c.area_id, c.category_id, count(*)
    FROM cases_case c
    WHERE c.received_at >= %(start)s AND c.received_at < %(end)s
        AND c.area_id LIKE ANY(%(areas)s) AND {OPEN_TO_ALL}
    GROUP BY 1, 2
"""  # noqa: S608 - put together from constants of this page


@dataclass(frozen=True, slots=True)
class Week:
    """A week of a category: residents and cases of the whole district, and of the place."""

    starts_on: date
    all_people: int = 0
    all_cases: int = 0
    people: int = 0
    cases: int = 0


def midnight(day: date) -> datetime:
    """Return the first moment of the day in the district's zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def cells(
    end: datetime,
    *,
    days: int,
    blocks: int,
    tell: Callable[[int, int], None] = lambda _done, _total: None,
) -> list[Cell]:
    """Return every cell with a case in the blocks of so many days before `end`, at all levels.

    One query for each block, the window first: `tell` hears how many of how many are counted. Blocks from before
    the first case on file are left out: they would count as quiet.
    """
    length = timedelta(days=days)
    earliest = first_case()
    if earliest is None or earliest >= end:
        return []
    with connection.cursor() as cursor:
        known = min(blocks, -((earliest - end) // length))  # whole or begun
        counts: dict[Key, list[int]] = defaultdict(lambda: [0] * known)
        for block in range(known):
            tell(block, known)
            last = end - block * length
            cursor.execute(BLOCK, {"start": last - length, "end": last})
            for key, count in _cells_in(cursor.fetchall()):
                counts[key][block] = count
    tell(known, known)
    return [Cell(*key, found[0], tuple(found[1:])) for key, found in counts.items()]


def _cells_in(rows: Iterable[tuple[Any, ...]]) -> Iterable[tuple[Key, int]]:
    """Yield the cells of a block. A case placed at a town only, or filed under a first level only, has no finer
    one."""
    for community, town, second, first, count in rows:
        key = (community or town, second or first)
        wanted = (12 if community is not None else 9, 4 if second is not None else 2)
        if wanted in LEVELS and (len(key[0]), len(key[1])) == wanted:
            yield key, count


def weeks_before(area: str, category: str, end: date, most: int) -> list[Week]:
    """Return the weeks before the day, at most so many. Weeks from before the first case on file, of any category, are left
    out: they would count as quiet, and whatever came after them as a rise."""
    if (earliest := first_case()) is None:
        return []
    first, found = timezone.localdate(earliest), weeks(area, category, end - most * WEEK, end)
    return [week for week in found if week.starts_on + WEEK > first]


def weeks(area: str, category: str, start: date, end: date) -> list[Week]:
    """Return the weeks from `start` on that lie wholly before `end`: of the category in the district, and
    in the area (all of it where that is empty)."""
    count = (end - start).days // 7
    given: dict[str, Any] = {
        "start": midnight(start),
        "end": midnight(start + count * WEEK),
        "seconds": 7 * 86400,
        "area": f"{area}%",
        "category": category,
        "last": category.ljust(8, "9"),
    }
    with connection.cursor() as cursor:
        cursor.execute(WEEKS, given)
        rows: dict[int, tuple[Any, ...]] = {row[0]: row[1:] for row in cursor.fetchall()}
    return [Week(start + n * WEEK, *rows.get(n, ())) for n in range(count)]


def behind(keys: Iterable[Key], start: datetime, end: datetime) -> dict[Key, int]:
    """Return how many cases, of whomever, lie in each of the cells; one query."""
    wanted = list(keys)
    areas = sorted({f"{area}%" for area, _category in wanted})
    if not areas:
        return {}
    given: dict[str, Any] = {"start": start, "end": end, "areas": areas}
    with connection.cursor() as cursor:
        cursor.execute(BEHIND, given)
        rows = cursor.fetchall()
    return {
        (area, category): sum(
            count
            for place, kind, count in rows
            if place.startswith(area) and kind.startswith(category)
        )
        for area, category in wanted
    }
