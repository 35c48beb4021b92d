"""Counts of a period's cases, summed by PostgreSQL in one reading of the rows.

A period's cases are those received in it; whistles, orders, clocks, marks and answers follow their
case. A case has at most one valid callback: the last one in which its resident was reached, and only
where the case is counted; what the reporter of a merged case answers is kept and does not count, the
case it was merged into does. A resident is reached once in a round, so that an answer of the case's
present round is the last; of an earlier round it is, where no later one was reached.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from operator import add
from typing import Any, NamedTuple, TypeVar

from django.conf import settings
from django.db import connection

from assessment.periods import Span
from assessment.scoring import Facts
from cases.lifecycle import OPEN

Key = TypeVar("Key", bound=Hashable)

VALID = """
    a.outcome = 'reached' AND c.counted AND c.state <> 'merged' AND (
        a.round = c.round OR NOT EXISTS (
            SELECT 1 FROM cases_callback later
            WHERE later.case_id = a.case_id AND later.outcome = 'reached' AND later.round > a.round
        )
    )
"""
"""Says of a callback `a` of a case `c` that it is the case's valid one."""

TALLIES = f"""
    SELECT grouping(c.category_id, c.town_id), c.category_id,
        (c.received_at AT TIME ZONE %(zone)s)::date,
        c.town_id, left(c.area_id, 12), c.kind, c.channel,
        count(*),
        count(*) FILTER (WHERE c.state = ANY(%(open)s)),
        count(*) FILTER (WHERE c.counted),
        count(a.case_id),
        count(*) FILTER (WHERE a.contacted),
        count(*) FILTER (WHERE a.resolved = 'yes'),
        count(*) FILTER (WHERE a.satisfied = 'satisfied'),
        count(*) FILTER (WHERE a.satisfied = 'basic')
    FROM cases_case c
    LEFT JOIN cases_callback a ON a.case_id = c.id AND {VALID}
    WHERE c.received_at >= %(start)s AND c.received_at < %(end)s
    GROUP BY GROUPING SETS ((2), (3), (4, 5, 6, 7))
"""  # noqa: S608 - put together from constants of this page
OF_CATEGORY, OF_DAY, OF_PLACE = 1, 3, 2
"""What `grouping` says of a row: which of category and town it was summed over."""

BREACHED = """
    SELECT c.town_id, count(*) FROM cases_case c
    WHERE c.received_at >= %(start)s AND c.received_at < %(end)s AND EXISTS (
        SELECT 1 FROM cases_clock k WHERE k.case_id = c.id AND k.breached_at IS NOT NULL)
    GROUP BY 1
"""
WHISTLES = """
    SELECT c.town_id, count(*), count(*) FILTER (
        WHERE w.settled_at IS NOT NULL AND w.passed_up_at IS NULL AND EXISTS (
            SELECT 1 FROM dispatch_order o
            WHERE o.whistle_id = w.id AND o.state IN ('accepted', 'reviewed')))
    FROM dispatch_whistle w JOIN cases_case c ON c.id = w.case_id
    WHERE c.received_at >= %(start)s AND c.received_at < %(end)s
    GROUP BY 1
"""


COMMENDATIONS = """
    SELECT count(*) FROM cases_commendation
    WHERE received_at >= %(start)s AND received_at < %(end)s
"""


class Tally(NamedTuple):
    """Counts of some cases; `open` and `closed` add up to `received`."""

    received: int = 0
    open: int = 0
    counted: int = 0
    valid: int = 0
    contacted: int = 0
    resolved: int = 0
    satisfied: int = 0
    basic: int = 0

    def plus(self, other: "Tally") -> "Tally":
        return Tally._make(map(add, self, other))

    @property
    def closed(self) -> int:
        """Return how many have ended: closed, not accepted, or merged."""
        return self.received - self.open

    @property
    def facts(self) -> Facts:
        return Facts(self.valid, self.contacted, self.resolved, self.satisfied, self.basic)


@dataclass(frozen=True, slots=True)
class Tallies:
    """A period's cases summed three ways: by (town, community, kind, channel), by code of the
    category given, and by local date of receipt. What has no case is left out."""

    places: list[tuple[tuple[str, str, str, str], Tally]]
    categories: dict[str, Tally]
    days: dict[date, Tally]


def tallies(span: Span) -> Tallies:
    """Return the tallies of a period, from one reading of its rows."""
    found = Tallies([], {}, {})
    for over, category, day, *place_and_counts in _rows(TALLIES, span):
        place, tally = place_and_counts[:4], Tally._make(place_and_counts[4:])
        if over == OF_CATEGORY:
            found.categories[category] = tally
        elif over == OF_DAY:
            found.days[day] = tally
        else:
            town, community, kind, channel = place
            found.places.append(((town, community, kind, channel), tally))
    return found


def breached_by_town(span: Span) -> dict[str, int]:
    """Return how many cases, by town, have at least one time limit missed."""
    return dict(_rows(BREACHED, span))


def whistles_by_town(span: Span) -> dict[str, tuple[int, int]]:
    """Return (blown, solved) by town; solved is settled with a result accepted, not recalled."""
    return {town: (blown, solved) for town, blown, solved in _rows(WHISTLES, span)}


def commendations(span: Span) -> int:
    """Return how often residents praised somebody; never among the cases."""
    [(count,)] = _rows(COMMENDATIONS, span)
    return int(count)


def summed(cells: Iterable[tuple[Key, Tally]]) -> dict[Key, Tally]:
    """Add up the tallies that have the same key."""
    sums: dict[Key, Tally] = {}
    for key, tally in cells:
        sums[key] = sums[key].plus(tally) if key in sums else tally
    return sums


def _rows(sql: str, span: Span) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters(span))
        return cursor.fetchall()


def parameters(span: Span) -> dict[str, Any]:
    """Return what the statements of this package are given."""
    return {
        "start": span.starts_at,
        "end": span.ends_at,
        "open": [str(state) for state in OPEN],
        "zone": settings.TIME_ZONE,
    }
