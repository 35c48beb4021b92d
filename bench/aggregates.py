"""The sums that a period's scores need, as somebody would write them by hand: plain GROUP BYs over the rows.

No list of lines and nothing that a page shows beside the scores: each statement counts what it counts, and is
written as quickly as it can be. `bench.sums` holds the numbers that come out against the product's own, so that
both did the same work. What the report costs is told as a multiple of these.
"""

_PERIOD = "c.received_at >= %(start)s AND c.received_at < %(end)s"
_ORDERS = "FROM dispatch_order o JOIN cases_case c ON c.id = o.case_id"
_TOWN = "coalesce(nullif(left(b.area, 9), ''), b.code)"
_BLOWERS = (
    "JOIN dispatch_whistle w ON w.id = o.whistle_id JOIN accounts_unit b ON b.id = w.blower_id"
)

# Only a case done anew has a later answer: few rows to look through.
_VALID = """
    a.outcome = 'reached' AND c.counted AND c.state <> 'merged' AND NOT EXISTS (
        SELECT FROM cases_callback later
        WHERE later.case_id = a.case_id AND later.outcome = 'reached' AND later.round > 1
            AND later.round > a.round)
"""
ANSWERS = {
    "valid": "count(a.id)",
    "contacted": "count(*) FILTER (WHERE a.contacted)",
    "resolved": "count(*) FILTER (WHERE a.resolved = 'yes')",
    "partly": "count(*) FILTER (WHERE a.resolved = 'partly')",
    "satisfied": "count(*) FILTER (WHERE a.satisfied = 'satisfied')",
    "basic": "count(*) FILTER (WHERE a.satisfied = 'basic')",
}
COUNTS = {
    "received": "count(*)",
    "open": "count(*) FILTER (WHERE c.state = ANY(%(open)s))",
    "counted": "count(*) FILTER (WHERE c.counted)",
    **ANSWERS,
    **{
        outcome: f"count(*) FILTER (WHERE a.id IS NULL AND l.outcome = '{outcome}')"
        for outcome in ("no_answer", "refused", "wrong_number", "not_possible")
    },
    "awaiting": "count(*) FILTER (WHERE c.state = 'handled' AND c.counted AND c.callable"
    " AND NOT c.callback_given_up AND a.id IS NULL)",
    "redone": "count(*) FILTER (WHERE c.round > 1 AND c.state <> ALL(%(open)s))",
    "handled": "count(c.handled_at)",
    "self_handled": "count(*) FILTER (WHERE c.handled_at IS NOT NULL AND c.self_handled)",
}
"""What is counted of cases by every statement about them, by its name in `assessment.queries.cells.Tally`."""


def _list(columns: dict[str, str]) -> str:
    return ", ".join(columns.values())


TOWNS = f"""
    SELECT c.town_id, count(*), count(*) FILTER (WHERE c.state = ANY(%(open)s)), {_list(ANSWERS)}
    FROM cases_case c LEFT JOIN cases_callback a ON a.case_id = c.id AND {_VALID}
    WHERE {_PERIOD} GROUP BY 1
"""
"""The three rates of the towns, and nothing else: the least that a month's page needs."""

_DAY = "(c.received_at AT TIME ZONE %(zone)s)::date"
_COMMUNITY = "left(c.area_id, 12)"
_TOP = "coalesce(g.parent_id, g.code)"

ALL = {
    "cases": f"""
        SELECT grouping(c.category_id, {_DAY}, {_COMMUNITY}, c.channel, c.town_id), c.category_id,
            {_DAY}, {_COMMUNITY}, c.channel, c.town_id, c.kind, {_TOP}, {_list(COUNTS)}
        FROM cases_case c JOIN cases_category g ON g.code = c.category_id
            LEFT JOIN cases_callback a ON a.case_id = c.id AND {_VALID}
            LEFT JOIN LATERAL (
                SELECT l.outcome FROM cases_callback l
                WHERE l.case_id = c.id AND c.callback_given_up AND a.id IS NULL AND c.counted
                    AND c.state <> 'merged'
                ORDER BY l.round DESC, l.attempt DESC LIMIT 1) l ON true
        WHERE {_PERIOD} GROUP BY GROUPING SETS ((2), (3), (4), (5), (6, 7, 8))
    """,
    "breached": f"""
        SELECT c.town_id, count(*) FROM cases_case c
        WHERE {_PERIOD} AND EXISTS (
            SELECT FROM cases_clock k
            WHERE k.case_id = c.id AND k.breached_at IS NOT NULL AND k.exempt_at IS NULL)
        GROUP BY 1
    """,
    "whistles": f"""
        SELECT town_id, count(*), count(*) FILTER (WHERE solved),
            count(DISTINCT case_id) FILTER (WHERE own)
        FROM (
            SELECT c.town_id, w.case_id, {_TOWN} = c.town_id AS own,
                w.settled_at IS NOT NULL AND w.passed_up_at IS NULL
                    AND bool_or(o.state IN ('accepted', 'reviewed')) AS solved
            FROM dispatch_whistle w JOIN cases_case c ON c.id = w.case_id
                JOIN accounts_unit b ON b.id = w.blower_id
                LEFT JOIN dispatch_order o ON o.whistle_id = w.id
            WHERE {_PERIOD} GROUP BY w.id, c.id, b.id
        ) whistle GROUP BY 1
    """,
    "marks": f"""
        SELECT {_TOWN}, count(*), count(*) FILTER (WHERE NOT m.proper), sum(m.mark)
        {_ORDERS} {_BLOWERS} JOIN assessment_whistlemark m ON m.order_id = o.id
        WHERE {_PERIOD} AND o.state <> 'withdrawn' GROUP BY 1
    """,
    "objections": f"""
        SELECT j.upheld, {_TOWN}, u.code, count(*)
        {_ORDERS} {_BLOWERS} JOIN accounts_unit u ON u.id = o.unit_id
            JOIN dispatch_objection j ON j.order_id = o.id AND j.upheld IS NOT NULL
        WHERE {_PERIOD} GROUP BY 1, 2, 3
    """,
    "attempts": f"""
        SELECT a.outcome, count(*) FROM cases_callback a JOIN cases_case c ON c.id = a.case_id
        WHERE {_PERIOD} GROUP BY 1
    """,
    "orders": f"""
        SELECT u.code, {_TOWN}, count(*), count(*) FILTER (WHERE o.role = 'lead'),
            count(o.settled_at), count(r.id), sum(r.arrival + r.attitude + r.result)
        {_ORDERS} {_BLOWERS} JOIN accounts_unit u ON u.id = o.unit_id
            LEFT JOIN assessment_review r ON r.order_id = o.id
        WHERE {_PERIOD} AND o.state <> 'withdrawn' GROUP BY 1, 2
    """,
    "limits": f"""
        SELECT code, kind, count(*) FILTER (WHERE late OR NOT running), count(*) FILTER (WHERE late)
        FROM (
            SELECT u.code, k.kind, bool_or(k.breached_at IS NOT NULL) AS late,
                bool_or(k.stopped_at IS NULL) AS running
            {_ORDERS} JOIN accounts_unit u ON u.id = o.unit_id
                JOIN cases_clock k ON k.order_ref = o.id AND k.kind = ANY(%(timed)s)
            WHERE {_PERIOD} AND o.state <> 'withdrawn' AND k.exempt_at IS NULL
            GROUP BY o.id, u.id, k.kind
        ) of_order GROUP BY 1, 2
    """,
    "led": f"""
        SELECT u.code, {_TOP}, c.kind, {_list(ANSWERS)}
        {_ORDERS} JOIN accounts_unit u ON u.id = o.unit_id JOIN dispatch_whistle w ON w.id = o.whistle_id
            JOIN cases_category g ON g.code = c.category_id
            JOIN cases_callback a ON a.case_id = c.id AND a.round = w.round AND {_VALID}
        WHERE {_PERIOD} AND o.state <> 'withdrawn' AND o.role = 'lead' GROUP BY 1, 2, 3
    """,
}
"""Everything the scores of towns and departments are made of, one statement for each sort of thing counted."""
