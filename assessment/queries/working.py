"""The rows from which a unit's score is reckoned, one line for each contribution."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from assessment.periods import Span
from assessment.queries.cells import VALID, parameters
from assessment.queries.units import TIMED

_ANSWER = "c.number, a.contacted, a.resolved, a.satisfied"
_PERIOD = "c.received_at >= %(start)s AND c.received_at < %(end)s"
_ORDERS = f"""
    FROM dispatch_order o JOIN cases_case c ON c.id = o.case_id
        JOIN accounts_unit u ON u.id = o.unit_id
    WHERE u.code = %(unit)s AND o.state <> 'withdrawn' AND {_PERIOD}
"""

TOWN_ANSWERS = f"""
    SELECT {_ANSWER} FROM cases_case c JOIN cases_callback a ON a.case_id = c.id AND {VALID}
    WHERE c.town_id = %(unit)s AND {_PERIOD} ORDER BY c.number
"""  # noqa: S608 - put together from constants of this page
LED_ANSWERS = f"""
    SELECT {_ANSWER} FROM cases_case c
        JOIN cases_callback a ON a.case_id = c.id AND {VALID}
        JOIN dispatch_whistle w ON w.case_id = c.id AND w.round = a.round
        JOIN dispatch_order o ON o.whistle_id = w.id AND o.role = 'lead' AND o.state <> 'withdrawn'
        JOIN accounts_unit u ON u.id = o.unit_id
    WHERE u.code = %(unit)s AND {_PERIOD} ORDER BY c.number
"""  # noqa: S608 - put together from constants of this page
MARKS = f"""
    SELECT numbered.id, numbered.number, r.arrival, r.attitude, r.result
    FROM (SELECT o.id, c.number {_ORDERS}) numbered
    JOIN assessment_review r ON r.order_id = numbered.id ORDER BY 1
"""  # noqa: S608 - put together from constants of this page
LIMITS = f"""
    SELECT numbered.id, numbered.number, k.kind, bool_or(k.breached_at IS NOT NULL)
    FROM (SELECT o.id, c.number {_ORDERS}) numbered
    JOIN cases_clock k ON k.order_ref = numbered.id AND k.kind = ANY(%(timed)s)
    GROUP BY 1, 2, 3
    HAVING bool_or(k.breached_at IS NOT NULL) OR NOT bool_or(k.stopped_at IS NULL)
    ORDER BY 1, 3
"""  # noqa: S608 - put together from constants of this page


@dataclass(frozen=True, slots=True)
class Answer:
    """One valid callback."""

    case: str
    contacted: bool
    resolved: str
    satisfied: str


@dataclass(frozen=True, slots=True)
class Marked:
    """One order's marks."""

    order: int
    case: str
    arrival: int
    attitude: int
    result: int


@dataclass(frozen=True, slots=True)
class Limited:
    """One decided limit of one order."""

    order: int
    case: str
    limit: str
    missed: bool


def answers_of_town(span: Span, code: str) -> list[Answer]:
    """Return the valid callbacks of the town's cases, by case number."""
    return [Answer(*row) for row in _rows(TOWN_ANSWERS, span, code)]


def answers_led(span: Span, code: str) -> list[Answer]:
    """Return the valid callbacks of the cases the department led, by case number."""
    return [Answer(*row) for row in _rows(LED_ANSWERS, span, code)]


def marks_of(span: Span, code: str) -> list[Marked]:
    """Return the marks of the department's orders."""
    return [Marked(*row) for row in _rows(MARKS, span, code)]


def limits_of(span: Span, code: str) -> list[Limited]:
    """Return the decided limits of the department's orders."""
    return [Limited(*row) for row in _rows(LIMITS, span, code)]


def _rows(sql: str, span: Span, code: str) -> list[tuple[Any, ...]]:
    given = {**parameters(span), "unit": code, "timed": [str(kind) for kind in TIMED]}
    with connection.cursor() as cursor:
        cursor.execute(sql, given)
        return cursor.fetchall()
