"""What signs of gaming are read from: a month's finishes, ratings, phones and claims of contact, each in one
statement over an index. Confidential cases and reports of wrongdoing are left out: a question names cases
to a unit, and those are not its to know of."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from assessment.periods import Span
from assessment.queries.cells import VALID
from assessment.queries.hotspots import OPEN_TO_ALL
from assessment.signs import LAST_PART, LEAST_RATINGS, QUICK_CALLS, QUICK_SPAN, Finishes, Rating

MOST_NAMED = 50
"""Cases that a sign names; the figures count all."""
CLAIMED = "【已联系】"
"""The mark in a result that says the resident was spoken to."""

_IN_TIME = f"""
    k.kind = 'finish' AND k.stopped_at >= %(start)s AND k.stopped_at < %(end)s
    AND k.item_ref IS NULL AND k.document_ref IS NULL
    AND k.due_at > k.started_at AND k.stopped_at <= k.due_at AND {OPEN_TO_ALL}
    AND NOT (c.state IN ('merged', 'rejected') AND c.closed_at = k.stopped_at)
    AND NOT EXISTS (
        SELECT 1 FROM dispatch_order o WHERE o.id = k.order_ref AND o.state = 'withdrawn')
"""  # noqa: S608 - put together from constants of this page
_LAST = "k.stopped_at > k.due_at - (k.due_at - k.started_at) * %(part)s::float8"

FINISHES = f"""
    SELECT k.unit_id, count(*), count(*) FILTER (WHERE {_LAST})
    FROM cases_clock k JOIN cases_case c ON c.id = k.case_id
    WHERE {_IN_TIME}
    GROUP BY 1
"""  # noqa: S608 - put together from constants of this page

FINISHED_LAST = f"""
    SELECT c.number
    FROM cases_clock k JOIN cases_case c ON c.id = k.case_id
    WHERE {_IN_TIME} AND {_LAST} AND k.unit_id = %(unit)s
    ORDER BY k.stopped_at, k.id LIMIT %(most)s
"""  # noqa: S608 - put together from constants of this page

QUICK = f"""
    WITH call AS (
        SELECT CASE %(via)s WHEN 'phone' THEN a.agent_id::text ELSE c.town_id END AS by,
            coalesce(c.call_id, -c.id) AS call, min(a.at) AS at,
            array_agg(c.number ORDER BY c.number) AS numbers
        FROM cases_callback a JOIN cases_case c ON c.id = a.case_id
        WHERE a.at >= %(start)s AND a.at < %(end)s AND a.outcome = 'reached' AND a.via = %(via)s
            AND {OPEN_TO_ALL}
        GROUP BY 1, 2
    ), near AS (
        SELECT *, at - lag(at, %(before)s) OVER (PARTITION BY by ORDER BY at, call) <= %(within)s AS hit
        FROM call WHERE by IS NOT NULL
    ), run AS (
        SELECT *, bool_or(hit) OVER (
            PARTITION BY by ORDER BY at, call ROWS BETWEEN CURRENT ROW AND {QUICK_CALLS - 1} FOLLOWING
        ) AS in_run FROM near
    )
    SELECT by::bigint, at, call, numbers FROM run WHERE in_run ORDER BY by, at, call
"""  # noqa: S608 - put together from constants of this page

LINKS = f"""
    SELECT c.town_id, count(*)
    FROM cases_callback a JOIN cases_case c ON c.id = a.case_id
    WHERE a.at >= %(start)s AND a.at < %(end)s AND a.outcome = 'reached' AND a.via = 'link'
        AND {OPEN_TO_ALL}
    GROUP BY 1
"""  # noqa: S608 - put together from constants of this page

_GOOD = f"""
    FROM cases_callback a JOIN cases_case c ON c.id = a.case_id
    WHERE a.at >= %(start)s AND a.at < %(end)s AND {VALID} AND {OPEN_TO_ALL}
        AND a.resolved = 'yes' AND a.satisfied IN ('satisfied', 'very_satisfied')
        AND c.caller_phone <> ''
    GROUP BY c.town_id, c.caller_phone
"""
HOW_MANY = f"SELECT many, count(*) FROM (SELECT count(*) AS many {_GOOD}) rated GROUP BY 1"  # noqa: S608
PHONES = f"""
    SELECT c.town_id, c.caller_phone, count(*),
        (array_agg(c.number ORDER BY a.at))[1:{MOST_NAMED}]
    {_GOOD} HAVING count(*) >= {LEAST_RATINGS}
    ORDER BY 1, 2
"""

CLAIMS = f"""
    SELECT c.number, a.round, a.at, e.at, e.step, e.unit_id
    FROM cases_callback a
    JOIN cases_case c ON c.id = a.case_id
    CROSS JOIN LATERAL (
        SELECT e.at, e.step, coalesce(e.unit_id, (
            SELECT m.unit_id FROM accounts_membership m
            WHERE m.user_id = e.actor_id AND m.role IN ('town', 'community', 'gridhead', 'department')
            ORDER BY m.id LIMIT 1)) AS unit_id
        FROM cases_caseevent e
        WHERE e.case_id = a.case_id AND e.round = a.round AND e.at <= a.at
            AND ((e.step = 'contact' AND e.details->>'how' <> 'not_reached')
                OR (e.step IN ('finish', 'order.finish') AND strpos(e.details->>'result', %(claimed)s) > 0))
        ORDER BY e.at, e.id LIMIT 1
    ) e
    WHERE a.at >= %(start)s AND a.at < %(end)s AND a.outcome = 'reached' AND NOT a.contacted
        AND {OPEN_TO_ALL}
    ORDER BY a.at, a.id
"""  # noqa: S608 - put together from constants of this page


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone with many good ratings for one town. The number itself is for the key and the mask only."""

    town: str
    phone: str
    many: int
    numbers: list[str]


@dataclass(frozen=True, slots=True)
class Claim:
    """A unit says it spoke to the resident, who says nobody did. `unit` is None where a desk said so."""

    number: str
    round: int
    said_at: Any
    claimed_at: Any
    step: str
    unit: int | None


def given(span: Span, **more: Any) -> dict[str, Any]:
    """Return what the statements of this page are given."""
    return {"start": span.starts_at, "end": span.ends_at, "part": LAST_PART, **more}


def finishes(span: Span) -> dict[int, Finishes]:
    """Return, by unit, what was finished in time in the period and how much of it just before the limit."""
    return {unit: Finishes(done, last) for unit, done, last in _rows(FINISHES, given(span))}


def finished_last(span: Span, unit: int) -> list[str]:
    """Return the numbers of the unit's cases that were finished just before the limit."""
    return [row[0] for row in _rows(FINISHED_LAST, given(span, unit=unit, most=MOST_NAMED))]


def quick_ratings(span: Span, via: str) -> list[Rating]:
    """Return the ratings that lie in a close run: by phone of an agent (its key), by link of a town (its
    code as a number)."""
    more = {"via": via, "before": QUICK_CALLS - 1, "within": QUICK_SPAN}
    rows = _rows(QUICK, given(span, **more))
    return [Rating(by, at, call, tuple(numbers)) for by, at, call, numbers in rows]


def links_by_town(span: Span) -> dict[str, int]:
    """Return how many residents of each town rated by link."""
    return dict(_rows(LINKS, given(span)))


def phones(span: Span) -> tuple[dict[int, int], list[Phone]]:
    """Return how many phones gave how many good ratings to a town, and those that gave many."""
    many = [Phone(*row) for row in _rows(PHONES, given(span))]
    return dict(_rows(HOW_MANY, given(span))), many


def claims(span: Span) -> list[Claim]:
    """Return the cases of which a unit and the resident say the contrary about contact."""
    return [Claim(*row) for row in _rows(CLAIMS, given(span, claimed=CLAIMED))]


def _rows(sql: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall()
