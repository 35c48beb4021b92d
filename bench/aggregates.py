"""The sums that a period's scores need, as somebody would write them by hand: plain GROUP BYs over the rows.

No list of lines, no rule but the valid callback, nothing that a page shows beside the scores. What the report costs is
told as a multiple of these.
"""

_VALID = """
    a.outcome = 'reached' AND c.counted AND c.state <> 'merged' AND a.round = c.round
"""
_PERIOD = "c.received_at >= %(start)s AND c.received_at < %(end)s"
_ORDERS = "FROM dispatch_order o JOIN cases_case c ON c.id = o.case_id"
_ANSWERS = """
    count(a.id), count(*) FILTER (WHERE a.contacted), count(*) FILTER (WHERE a.resolved = 'yes'),
    count(*) FILTER (WHERE a.satisfied = 'satisfied'), count(*) FILTER (WHERE a.satisfied = 'basic')
"""

TOWNS = f"""
    SELECT c.town_id, count(*), count(*) FILTER (WHERE c.state = ANY(%(open)s)), {_ANSWERS}
    FROM cases_case c LEFT JOIN cases_callback a ON a.case_id = c.id AND {_VALID}
    WHERE {_PERIOD} GROUP BY 1
"""
"""The three rates of the towns, and nothing else: the least that a month's page needs."""

ALL = (
    f"""
    SELECT c.town_id, left(c.area_id, 12), c.kind, c.channel, c.category_id,
        (c.received_at AT TIME ZONE %(zone)s)::date, count(*),
        count(*) FILTER (WHERE c.state = ANY(%(open)s)), count(*) FILTER (WHERE c.counted),
        count(*) FILTER (WHERE c.handled_at IS NOT NULL AND c.self_handled), {_ANSWERS}
    FROM cases_case c LEFT JOIN cases_callback a ON a.case_id = c.id AND {_VALID}
    WHERE {_PERIOD} GROUP BY GROUPING SETS ((5), (6), (1, 2, 3, 4), (1, 3, 5))
    """,
    f"""
    SELECT c.town_id, count(DISTINCT c.id) FROM cases_case c JOIN cases_clock k ON k.case_id = c.id
    WHERE {_PERIOD} AND k.breached_at IS NOT NULL GROUP BY 1
    """,
    f"""
    SELECT c.town_id, count(*), count(w.settled_at) FROM dispatch_whistle w
        JOIN cases_case c ON c.id = w.case_id WHERE {_PERIOD} GROUP BY 1
    """,
    f"""
    SELECT o.unit_id, count(*), count(*) FILTER (WHERE o.role = 'lead'), count(o.settled_at),
        count(r.id), sum(r.arrival + r.attitude + r.result)
    {_ORDERS} LEFT JOIN assessment_review r ON r.order_id = o.id
    WHERE {_PERIOD} AND o.state <> 'withdrawn' GROUP BY 1
    """,
    f"""
    SELECT unit_id, kind, count(*) FILTER (WHERE late OR NOT running), count(*) FILTER (WHERE late)
    FROM (
        SELECT o.unit_id, k.kind, bool_or(k.breached_at IS NOT NULL) AS late,
            bool_or(k.stopped_at IS NULL) AS running
        {_ORDERS} JOIN cases_clock k ON k.order_ref = o.id
            AND k.kind IN ('acknowledge', 'report_in', 'finish')
        WHERE {_PERIOD} AND o.state <> 'withdrawn' GROUP BY o.id, o.unit_id, k.kind
    ) of_order GROUP BY 1, 2
    """,
    f"""
    SELECT o.unit_id, {_ANSWERS} {_ORDERS} JOIN dispatch_whistle w ON w.id = o.whistle_id
        JOIN cases_callback a ON a.case_id = c.id AND a.round = w.round AND {_VALID}
    WHERE {_PERIOD} AND o.state <> 'withdrawn' AND o.role = 'lead' GROUP BY 1
    """,
    f"""
    SELECT o.unit_id, j.upheld, count(*) {_ORDERS} JOIN dispatch_objection j ON j.order_id = o.id
    WHERE {_PERIOD} GROUP BY 1, 2
    """,
    f"""
    SELECT a.outcome, count(*) FROM cases_callback a JOIN cases_case c ON c.id = a.case_id
    WHERE {_PERIOD} GROUP BY 1
    """,
)
"""Everything the scores of towns and departments are made of."""
