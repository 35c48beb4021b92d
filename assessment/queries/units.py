"""What the departments did in a period: orders, limits kept, marks, objections, answers."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from assessment.periods import Span
from assessment.queries.cells import VALID, parameters
from assessment.scoring import Facts
from cases.lifecycle import ClockKind

TIMED = (ClockKind.ACKNOWLEDGE, ClockKind.REPORT_IN, ClockKind.FINISH)
"""The limits a department is measured by, one of each for each order."""

_OF_PERIOD = """
    FROM dispatch_order o JOIN cases_case c ON c.id = o.case_id
"""
_IN_PERIOD = "WHERE c.received_at >= %(start)s AND c.received_at < %(end)s"
_LIVE = f"{_IN_PERIOD} AND o.state <> 'withdrawn'"

ORDERS = f"""
    SELECT o.unit_id, count(*), count(*) FILTER (WHERE o.role = 'lead'),
        count(*) FILTER (WHERE o.settled_at IS NOT NULL),
        count(r.id), coalesce(sum(r.arrival + r.attitude + r.result), 0)
    {_OF_PERIOD} LEFT JOIN assessment_review r ON r.order_id = o.id
    {_LIVE} GROUP BY 1
"""
# A limit is decided once it is missed, or once none of its kind runs any more: an order sent back
# has its second limit to finish, and only then is it known.
LIMITS = f"""
    SELECT unit_id, kind, count(*) FILTER (WHERE late OR NOT running), count(*) FILTER (WHERE late)
    FROM (
        SELECT o.unit_id, k.kind, bool_or(k.breached_at IS NOT NULL) AS late,
            bool_or(k.stopped_at IS NULL) AS running
        {_OF_PERIOD} JOIN cases_clock k ON k.order_ref = o.id AND k.kind = ANY(%(timed)s)
        {_LIVE} GROUP BY o.id, o.unit_id, k.kind
    ) of_order GROUP BY 1, 2
"""  # noqa: S608 - put together from constants of this page
OBJECTIONS = f"""
    SELECT o.unit_id, count(*)
    {_OF_PERIOD} JOIN dispatch_objection j ON j.order_id = o.id AND j.upheld = false
    {_IN_PERIOD} GROUP BY 1
"""
ANSWERS = f"""
    SELECT o.unit_id, count(*), count(*) FILTER (WHERE a.contacted),
        count(*) FILTER (WHERE a.resolved = 'yes'),
        count(*) FILTER (WHERE a.satisfied = 'satisfied'),
        count(*) FILTER (WHERE a.satisfied = 'basic')
    {_OF_PERIOD} JOIN dispatch_whistle w ON w.id = o.whistle_id
        JOIN cases_callback a ON a.case_id = c.id AND a.round = w.round AND {VALID}
    {_LIVE} AND o.role = 'lead' GROUP BY 1
"""


@dataclass(slots=True)
class UnitFacts:
    """A department's facts of a period. Orders withdrawn count nowhere but among lost objections.

    `limits` has, by kind of limit, how many orders' limits are decided and how many were missed;
    `marks` is the sum of three marks, 0 to 100 each, over `reviews`; `answers` are the valid
    callbacks of the cases it led, in the round they were answered for.
    """

    orders: int = 0
    leads: int = 0
    settled: int = 0
    reviews: int = 0
    marks: int = 0
    objections_lost: int = 0
    limits: dict[str, tuple[int, int]] = field(default_factory=dict)
    answers: Facts = field(default_factory=Facts)

    @property
    def decided(self) -> int:
        return sum(decided for decided, _missed in self.limits.values())

    @property
    def kept(self) -> int:
        return sum(decided - missed for decided, missed in self.limits.values())


def facts_by_unit(span: Span) -> dict[int, UnitFacts]:
    """Return the facts by unit id; units without any order are left out. Four queries."""
    found: dict[int, UnitFacts] = defaultdict(UnitFacts)
    for unit, orders, leads, settled, reviews, marks in _rows(ORDERS, span):
        found[unit] = UnitFacts(orders, leads, settled, reviews, marks)
    for unit, kind, decided, missed in _rows(LIMITS, span):
        found[unit].limits[kind] = (decided, missed)
    for unit, lost in _rows(OBJECTIONS, span):
        found[unit].objections_lost = lost
    for unit, *answers in _rows(ANSWERS, span):
        found[unit].answers = Facts(*answers)
    return dict(found)


def _rows(sql: str, span: Span) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {**parameters(span), "timed": [str(kind) for kind in TIMED]})
        return cursor.fetchall()
