"""What scoring reads of a period, and nothing else: its input lines, one SELECT for each part.

A period's cases are those received in it; whistles, orders, limits, marks and answers follow their case,
documents and leaders' marks have the period's own time. A line names its case by number and its
units by code, so that it says the same for ever. The aggregates run over these SELECTs as subqueries while a
period runs, and over temporary tables with the kept lines once it is frozen: the same statements, the same rules.

A case has at most one valid callback: the last one in which its resident was reached, and only where the
case is counted; what the reporter of a merged case answers is kept and does not count, the case it was
merged into does.

Over a year a statement reads millions of rows. What every row needs, the last answer of all, is therefore joined
and never sought by a subquery of each row: “there is no later one”, and a later one is of a later round than the
first, of which there are few. PostgreSQL joins such sets at once and in parallel; with an OR beside it, it no longer
does. Each such condition names the case, so that it is joined to the rows found and not one to the other first: where
the statistics are of yesterday the rows would be gone through as often as there are rows, squared.
"""

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings

from assessment.layouts import PRESENT
from assessment.periods import marked_in, tiling
from assessment.spans import ONE_DAY, Span
from cases.lifecycle import OPEN, ClockKind

TIMED = (ClockKind.ACKNOWLEDGE, ClockKind.REPORT_IN, ClockKind.FINISH)
"""The limits a department is measured by, one of each for each order."""

_ANSWERED = "a.outcome = 'reached' AND c.counted AND c.state <> 'merged'"
_NO_LATER_ANSWER = """
    NOT EXISTS (
        SELECT 1 FROM cases_callback later
        WHERE later.case_id = c.id AND later.outcome = 'reached' AND later.round > 1
            AND later.round > a.round)
"""
VALID = f"{_ANSWERED} AND {_NO_LATER_ANSWER}"
"""Says of a callback `a` of a case `c` that it is the case's valid one: a resident is reached once in a round."""

IN_PERIOD = "c.received_at >= %(start)s AND c.received_at < %(end)s"

_OF_HOUR = "(c.received_at AT TIME ZONE %(zone)s + make_interval(hours => %(shift)s))::date"
_OF_STARTS = "%(first_day)s::date + width_bucket(c.received_at, %(day_starts)s::timestamptz[]) - 1"

_TOWN_OF_BLOWER = "coalesce(nullif(left(b.area, 9), ''), b.code)"
"""The town a blower belongs to; the district's own desks are a group of their own."""

# An unreached case was given up; of what an older system handed over, nobody knows after which attempt.
CASE = f"""
    SELECT c.number, c.town_id AS town, left(c.area_id, 12) AS community, c.kind, c.channel,
        c.category_id AS category, {{day}} AS day, c.state = ANY(%(open)s) AS open, c.counted,
        c.state = 'merged' AS merged, c.handled_at IS NOT NULL AS handled,
        c.handled_at IS NOT NULL AND c.self_handled AS self_handled,
        c.round > 1 AND NOT c.state = ANY(%(open)s) AS redone,
        a.contacted, a.resolved, a.satisfied,
        CASE WHEN NOT c.callback_given_up OR a.case_id IS NOT NULL OR NOT c.counted
                OR c.state = 'merged' THEN NULL
            ELSE coalesce((
                SELECT l.outcome FROM cases_callback l WHERE l.case_id = c.id
                ORDER BY l.round DESC, l.attempt DESC LIMIT 1), 'unknown')
        END AS unreached,
        c.state = 'handled' AND c.counted AND c.callable AND NOT c.callback_given_up
            AND a.case_id IS NULL AS awaiting
    FROM cases_case c LEFT JOIN cases_callback a ON a.case_id = c.id AND {_ANSWERED}
    WHERE {IN_PERIOD} AND {_NO_LATER_ANSWER}
"""  # noqa: S608 - put together from constants of this page
BREACH = f"""
    SELECT c.number, c.town_id AS town FROM cases_case c
    WHERE {IN_PERIOD} AND EXISTS (
        SELECT 1 FROM cases_clock k
        WHERE k.case_id = c.id AND k.breached_at IS NOT NULL AND k.exempt_at IS NULL)
"""  # noqa: S608
WHISTLE = f"""
    SELECT w.id AS whistle, c.number, c.town_id AS town, {_TOWN_OF_BLOWER} AS blower,
        w.settled_at IS NOT NULL AND w.passed_up_at IS NULL AND o.id IS NOT NULL AS solved
    FROM dispatch_whistle w JOIN cases_case c ON c.id = w.case_id
        JOIN accounts_unit b ON b.id = w.blower_id
        LEFT JOIN dispatch_order o ON o.whistle_id = w.id AND o.state IN ('accepted', 'reviewed')
    WHERE {IN_PERIOD} AND NOT EXISTS (
        SELECT 1 FROM dispatch_order earlier
        WHERE earlier.whistle_id = w.id AND earlier.state IN ('accepted', 'reviewed')
            AND earlier.id < o.id)
"""  # noqa: S608
_ORDERS = """
    FROM dispatch_order o JOIN cases_case c ON c.id = o.case_id
        JOIN accounts_unit u ON u.id = o.unit_id
"""
_BLOWERS = """
        JOIN dispatch_whistle w ON w.id = o.whistle_id JOIN accounts_unit b ON b.id = w.blower_id
"""
ORDER = f"""
    SELECT o.id AS "order", c.number, u.code AS unit, {_TOWN_OF_BLOWER} AS town,
        o.role = 'lead' AS lead, o.state <> 'withdrawn' AS live, o.settled_at IS NOT NULL AS settled,
        c.counted, r.arrival, r.attitude, r.result,
        r.id IS NOT NULL AND coalesce(x.upheld, false) AS struck
    {_ORDERS} {_BLOWERS}
        LEFT JOIN assessment_review r ON r.order_id = o.id
        LEFT JOIN assessment_reviewanswer x ON x.review_id = r.id
    WHERE {IN_PERIOD}
"""
# A limit is decided once it is missed, or once none of its kind runs any more: an order sent back has its
# second limit to finish, and only then is it known. A missed limit that is not charged is as if it were not
# there; where the order has no other of its kind, the line says so.
LIMIT = f"""
    SELECT k.order_ref AS "order", c.number, u.code AS unit, k.kind, k.missed, k.exempt
    {_ORDERS} CROSS JOIN LATERAL (
        SELECT k.order_ref, k.kind,
            coalesce(bool_or(k.breached_at IS NOT NULL) FILTER (WHERE k.exempt_at IS NULL), false)
                AS missed,
            bool_and(k.exempt_at IS NOT NULL) AS exempt
        FROM cases_clock k WHERE k.order_ref = o.id AND k.kind = ANY(%(timed)s)
        GROUP BY k.order_ref, k.kind
        HAVING bool_or(k.breached_at IS NOT NULL) FILTER (WHERE k.exempt_at IS NULL)
            OR bool_and(k.exempt_at IS NOT NULL OR k.stopped_at IS NOT NULL)
    ) k
    WHERE {IN_PERIOD} AND o.state <> 'withdrawn'
"""  # noqa: S608
LED = f"""
    SELECT o.id AS "order", c.number, u.code AS unit, c.category_id AS category, c.kind,
        a.contacted, a.resolved, a.satisfied
    {_ORDERS} JOIN dispatch_whistle w ON w.id = o.whistle_id
        JOIN cases_callback a ON a.case_id = c.id AND a.round = w.round AND {VALID}
    WHERE {IN_PERIOD} AND o.state <> 'withdrawn' AND o.role = 'lead'
"""
# What was ruled before the centre named who is charged is charged to the one the ruling went against.
OBJECTION = f"""
    SELECT j.id AS objection, o.id AS "order", c.number, j.upheld,
        coalesce(h.code, CASE WHEN j.upheld THEN b.code ELSE u.code END) AS unit,
        CASE WHEN h.id IS NULL THEN {_TOWN_OF_BLOWER}
            ELSE coalesce(nullif(left(h.area, 9), ''), h.code) END AS town
    {_ORDERS} {_BLOWERS} JOIN dispatch_objection j ON j.order_id = o.id AND j.upheld IS NOT NULL
        LEFT JOIN accounts_unit h ON h.id = j.charged_to_id
    WHERE {IN_PERIOD}
"""
DOCUMENT = """
    SELECT d.number AS document, c.number, u.code AS unit, d.form
    FROM dispatch_document d JOIN cases_case c ON c.id = d.case_id
        JOIN accounts_unit u ON u.id = d.unit_id
    WHERE d.issued_at >= %(start)s AND d.issued_at < %(end)s
"""
_LEADERS = """
    FROM assessment_leadermark m JOIN accounts_unit u ON u.id = m.unit_id
        JOIN accounts_user p ON p.id = m.marked_by_id
"""
LEADER = f"""
    SELECT m.id AS leader_mark, u.code AS unit, p.display_name AS leader, m.mark, m.period
    {_LEADERS} WHERE m.period = ANY(%(marked)s)
"""
LEADER_OF_ITSELF = f"""
    SELECT m.id AS leader_mark, u.code AS unit, p.display_name AS leader, m.mark
    {_LEADERS} WHERE m.period = %(period)s
"""
MARK = f"""
    SELECT o.id AS "order", c.number, {_TOWN_OF_BLOWER} AS town, m.proper, m.mark
    {_ORDERS} {_BLOWERS} JOIN assessment_whistlemark m ON m.order_id = o.id
    WHERE {IN_PERIOD} AND o.state <> 'withdrawn'
"""
ATTEMPT = f"""
    SELECT a.outcome, count(*) AS count FROM cases_callback a JOIN cases_case c ON c.id = a.case_id
    WHERE {IN_PERIOD} GROUP BY 1
"""  # noqa: S608
PRAISE = """
    SELECT id AS praise FROM cases_commendation
    WHERE received_at >= %(start)s AND received_at < %(end)s
"""


@dataclass(frozen=True, slots=True)
class Part:
    """One sort of input line: its columns with their types, in order, the first ones its key."""

    name: str
    sql: str
    columns: tuple[tuple[str, str], ...]
    keys: int = 1

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _type in self.columns)

    @property
    def order(self) -> str:
        """Return by what lines are ordered: the same in every database, whatever its language."""
        parts = (
            f'"{name}" COLLATE "C"' if kind == "text" else f'"{name}"'
            for name, kind in self.columns[: self.keys]
        )
        return ", ".join(parts)


def _columns(**types: str) -> tuple[tuple[str, str], ...]:
    return tuple(types.items())


T, B, N = "text", "boolean", "bigint"
PARTS: dict[str, Part] = {
    part.name: part
    for part in (
        Part(
            "case",
            CASE,
            _columns(
                number=T, town=T, community=T, kind=T, channel=T, category=T, day="date", open=B,
                counted=B, merged=B, handled=B, self_handled=B, redone=B, contacted=B, resolved=T,
                satisfied=T, unreached=T, awaiting=B,
            ),
        ),
        Part("breach", BREACH, _columns(number=T, town=T)),
        Part("whistle", WHISTLE, _columns(whistle=N, number=T, town=T, blower=T, solved=B)),
        Part(
            "order",
            ORDER,
            _columns(
                order=N, number=T, unit=T, town=T, lead=B, live=B, settled=B, counted=B, arrival=N,
                attitude=N, result=N, struck=B,
            ),
        ),
        Part("limit", LIMIT, _columns(order=N, kind=T, number=T, unit=T, missed=B, exempt=B), 2),
        Part(
            "led",
            LED,
            _columns(
                order=N, number=T, unit=T, category=T, kind=T, contacted=B, resolved=T, satisfied=T
            ),
        ),
        Part("objection", OBJECTION, _columns(objection=N, order=N, number=T, upheld=B, unit=T, town=T)),
        Part("document", DOCUMENT, _columns(document=T, number=T, unit=T, form=T)),
        Part("leader", LEADER, _columns(leader_mark=N, unit=T, leader=T, mark=N, period=T)),
        Part("mark", MARK, _columns(order=N, number=T, town=T, proper=B, mark=N)),
        Part("attempt", ATTEMPT, _columns(outcome=T, count=N)),
        Part("praise", PRAISE, _columns(praise=N)),
    )
}  # fmt: skip

EARLIER: dict[int, dict[str, Part]] = {
    1: {
        "leader": Part(
            "leader", LEADER_OF_ITSELF, _columns(leader_mark=N, unit=T, leader=T, mark=N)
        )
    }
}
"""By layout: the parts that said otherwise up to it, see `assessment.layouts`."""


@cache
def parts_of(layout: int) -> dict[str, Part]:
    """Return the parts as a layout has them."""
    found = dict(PARTS)
    for number in sorted(EARLIER, reverse=True):
        if number >= layout:
            found |= EARLIER[number]
    return found


def statement(part: str, parameters: dict[str, Any], layout: int = PRESENT) -> str:
    """Return the SELECT of a part's lines as they are now."""
    sql = parts_of(layout)[part].sql
    if part != "case":
        return sql
    return sql.format(day=_OF_STARTS if "day_starts" in parameters else _OF_HOUR)


def ordered(part: str, parameters: dict[str, Any], layout: int = PRESENT) -> str:
    """Return the SELECT of a part's lines in their own order, column by column."""
    one = parts_of(layout)[part]
    names = ", ".join(f'"{name}"' for name in one.names)
    return f"SELECT {names} FROM ({statement(part, parameters, layout)}) line ORDER BY {one.order}"  # noqa: S608


def parameters(span: Span) -> dict[str, Any]:
    """Return what the statements of this package are given."""
    tiles = tiling()
    given: dict[str, Any] = {
        "period": span.name,
        "marked": marked_in(span, tiles),
        "start": span.starts_at,
        "end": span.ends_at,
        "open": [str(state) for state in OPEN],
        "timed": [str(kind) for kind in TIMED],
        "zone": settings.TIME_ZONE,
    }
    hours = tiles.hours_within(span)
    if len(hours) == 1:
        return given | {"shift": -min(hours) % 24}
    # The hour at which a day begins changes within the period: each day's beginning is looked up.
    first, last = tiles.day_at(span.starts_at), tiles.day_at(span.ends_at)
    days = [first + ONE_DAY * n for n in range((last - first).days + 1)]
    return given | {"first_day": first, "day_starts": [tiles.day_starts(day) for day in days]}
