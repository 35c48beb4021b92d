"""The rows of the sweeps by SQL alone: one statement for all that is due, the limit of the machine."""

from typing import Any

from psycopg.types.json import Json

OPEN = """
    WITH added AS (
        INSERT INTO cases_clock (case_id, unit_id, kind, round, policy, calendar_id, started_at, due_at,
            original_due_at, provisional, ladder_id, climb, rung, alert_at)
        SELECT c.id, u.id, 'check', c.round, '{"amount": "720", "unit": "natural_hour", "source": "bench"}',
            %(calendar)s, %(now)s, due.at, due.at, false, %(ladder)s, 0, 0, due.at + interval '1 hour'
        FROM cases_case c JOIN accounts_unit u ON u.code = c.town_id
        CROSS JOIN LATERAL (SELECT %(now)s + interval '1 day' * (1 + 29 * random() + 0 * c.id) AS at) due
        WHERE NOT EXISTS (SELECT FROM cases_clock k WHERE k.case_id = c.id AND k.kind = 'check')
        ORDER BY c.id LIMIT greatest(%(most)s, 0)
        RETURNING id, started_at)
    INSERT INTO cases_clockentry (clock_id, kind, at, amount, unit, note)
    SELECT id, 'start', started_at, 720, 'natural_hour', '' FROM added
"""
"""Amounts and due times do not agree, which no sweep looks at: what counts is that they lie ahead."""

FRESH = """
    SELECT id FROM cases_clock WHERE kind = 'check' AND stopped_at IS NULL AND breached_at IS NULL
        AND rung = 0 AND due_at > %(now)s ORDER BY id LIMIT %(most)s
"""
MAKE_LATE = f"""
    UPDATE cases_clock SET due_at = %(now)s - interval '1 minute' * random(), alert_at = NULL WHERE id IN ({FRESH})
"""
MAKE_ALERTED = f"""
    UPDATE cases_clock SET due_at = %(now)s - interval '70 minutes', breached_at = %(now)s,
        alert_at = %(now)s - interval '10 minutes' * random() WHERE id IN ({FRESH})
"""

TOLD = """
    SELECT DISTINCT unit_id, user_id FROM accounts_membership
    WHERE role IN ('town', 'community', 'gridhead', 'department', 'callback', 'supervisor')
"""
BREACH = f"""
    WITH late AS (
        UPDATE cases_clock SET breached_at = %(now)s
        WHERE stopped_at IS NULL AND breached_at IS NULL AND due_at < %(now)s AND kind <> 'act'
        RETURNING id, case_id, unit_id, kind, order_ref, due_at, climb),
    noted AS (
        INSERT INTO cases_caseevent (case_id, step, state, round, at, unit_id, order_ref, details)
        SELECT c.id, 'breach', c.state, c.round, %(now)s, l.unit_id, l.order_ref,
            jsonb_build_object('clock', l.kind, 'due_at', l.due_at)
        FROM late l JOIN cases_case c ON c.id = l.case_id),
    told AS (
        INSERT INTO accounts_notice (recipient_id, key, kind, params, case_number, created_at, not_before, ring_at)
        SELECT m.user_id, 'breach:' || l.id || ':' || l.climb || ':' || m.user_id, 'clock_overdue',
            jsonb_build_object('clock', l.kind, 'due', l.due_at), c.number, %(now)s, %(now)s, %(now)s
        FROM late l JOIN cases_case c ON c.id = l.case_id JOIN ({TOLD}) m ON m.unit_id = l.unit_id)
    SELECT count(*) FROM late
"""
CLIMB = f"""
    WITH due AS (
        UPDATE cases_clock SET rung = rung + 1, alerted_at = alert_at, alert_at = NULL
        WHERE stopped_at IS NULL AND alert_at <= %(now)s
        RETURNING id, case_id, unit_id, kind, order_ref, due_at, alerted_at, climb, rung),
    counted AS (
        INSERT INTO dispatch_documentcounter (form, year, last) SELECT 'urge', %(year)s, count(*) FROM due
        ON CONFLICT (form, year) DO UPDATE SET last = dispatch_documentcounter.last + excluded.last RETURNING last),
    numbered AS (
        SELECT d.*, (SELECT last FROM counted) - (SELECT count(*) FROM due)
            + row_number() OVER (ORDER BY alerted_at, id) AS seq FROM due d),
    written AS (
        INSERT INTO dispatch_document (form, year, seq, number, clock_id, climb, rung, case_id, unit_id, colour,
            due_was, issued_at, written_at, sheet, answer)
        SELECT 'urge', %(year)s, seq, '通吹催〔' || %(year)s || '〕' || seq || '号', id, climb, rung - 1, case_id,
            unit_id, 'blue', due_at, alerted_at, %(now)s, %(sheet)s, ''
        FROM numbered RETURNING id, clock_id, number),
    noted AS (
        INSERT INTO cases_caseevent (case_id, step, state, round, at, unit_id, order_ref, details)
        SELECT c.id, 'ladder.urge', c.state, c.round, %(now)s, n.unit_id, n.order_ref,
            jsonb_build_object('document', w.id, 'number', w.number, 'clock', n.kind, 'due_at', n.due_at,
                'issued_at', n.alerted_at)
        FROM numbered n JOIN written w ON w.clock_id = n.id JOIN cases_case c ON c.id = n.case_id),
    told AS (
        INSERT INTO accounts_notice (recipient_id, key, kind, params, case_number, created_at, not_before, ring_at)
        SELECT m.user_id, 'document:' || n.id || ':' || n.climb || ':' || n.rung - 1 || ':' || m.user_id,
            'document_issued', jsonb_build_object('document', w.number, 'id', w.id), c.number, %(now)s, %(now)s,
            %(now)s
        FROM numbered n JOIN written w ON w.clock_id = n.id JOIN cases_case c ON c.id = n.case_id
        JOIN ({TOLD}) m ON m.unit_id = n.unit_id)
    SELECT count(*) FROM due
"""


def as_json(value: Any) -> Json:
    """Return the value as PostgreSQL takes it."""
    return Json(value)
