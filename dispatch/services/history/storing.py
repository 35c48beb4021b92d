"""Store the good rows of a chunk: cases, whistles, orders, callbacks and a history, set by set."""

from dataclasses import dataclass
from datetime import datetime

from django.db.backends.utils import CursorWrapper
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import CENTRE_CODE, User
from dispatch.services.history.checking import count

KEEPER = "history-import"
"""Signs the whistles of the older system, whose people have no account here; it cannot sign in."""

TABLES = """
    CREATE TEMP TABLE IF NOT EXISTS history_case (
        case_id bigint, whistle_id bigint, state text, town text, answered_at timestamptz,
        LIKE history_row
    );
    CREATE TEMP TABLE IF NOT EXISTS history_order (
        order_id bigint, case_id bigint, whistle_id bigint, unit_id bigint, position bigint
    );
"""

EMPTY = "TRUNCATE history_case, history_order"
NEW = """
    INSERT INTO history_case
    SELECT nextval(pg_get_serial_sequence('cases_case', 'id')),
        CASE WHEN route = 'whistle' THEN nextval(pg_get_serial_sequence('dispatch_whistle', 'id')) END,
        CASE
            WHEN closed_at IS NOT NULL THEN 'closed'
            WHEN handled_at IS NOT NULL AND valid_callback = 'y' THEN 'rated'
            WHEN handled_at IS NOT NULL THEN 'handled'
            WHEN route = 'whistle' AND reported_at IS NOT NULL THEN 'reported'
            WHEN route = 'whistle' THEN 'whistled'
            WHEN route = 'self' THEN 'handling'
            ELSE 'received'
        END,
        left(area, 9), CASE WHEN valid_callback = 'y' THEN coalesce(closed_at, handled_at) END, good.*
    FROM (
        SELECT * FROM history_row r
        WHERE problems = '{}' AND NOT EXISTS (
            SELECT 1 FROM history_row e
            WHERE e.number = r.number AND e.line < r.line AND e.problems = '{}'
        )
            AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.number = r.number)
            AND NOT EXISTS (SELECT 1 FROM history_seen s WHERE s.number = r.number)
        ORDER BY line
    ) good
"""
"""A number stands once: what is stored already, or stood earlier in the file, is known and left alone."""

CASES = """
    INSERT INTO cases_case (id, state, round, resume_state, result, reason, handled_at, closed_at,
        callable, callback_given_up, self_handled, contact_note, number, kind, channel, category_id,
        urgency, text, address, area_id, town_id, caller_name, caller_phone, confidential, external_id,
        received_at, counted)
    SELECT case_id, state, 1, '', '', '', handled_at, closed_at,
        phone <> '' AND position('*' in phone) = 0, valid_callback = 'n', route = 'self', '', number,
        kind, channel, category, 'normal', text, '', area, town, '', phone, kind = 'report', '',
        received_at, counted = 'y'
    FROM (SELECT *, regexp_replace(caller_phone, '[^0-9+*]', '', 'g') AS phone FROM history_case) h
    ON CONFLICT (number) DO NOTHING
"""
OVERTAKEN = """
    DELETE FROM history_case h WHERE NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.id = h.case_id)
"""
"""A live case took the number meanwhile: the row is known."""

WHISTLES = """
    INSERT INTO dispatch_whistle (id, case_id, round, level, kind, blower_id, blown_by_id, blown_at,
        reason, assembly_place, settled_at, passed_reason)
    SELECT h.whistle_id, h.case_id, 1, 'town', 'daily', coalesce(u.id, centre.id), %s, h.whistled_at,
        '', '', h.handled_at, ''
    FROM history_case h LEFT JOIN accounts_unit u ON u.code = h.town
        CROSS JOIN (SELECT id FROM accounts_unit WHERE code = %s) centre
    WHERE h.whistle_id IS NOT NULL
"""
PARTS = """
    INSERT INTO history_order
    SELECT nextval(pg_get_serial_sequence('dispatch_order', 'id')), case_id, whistle_id, unit_id, position
    FROM (
        SELECT h.case_id, h.whistle_id, p.unit_id, row_number() OVER (
            PARTITION BY h.case_id ORDER BY p.position) AS position
        FROM history_case h JOIN history_part p ON p.line = h.line
        WHERE h.whistle_id IS NOT NULL ORDER BY h.case_id, p.position
    ) listed
"""
# The older system says of a whistle, not of each department, when it was acknowledged and reported in. Where it
# does not say so of a case that was handled, the order is shown as reported in when it was.
ORDERS = """
    INSERT INTO dispatch_order (id, state, acknowledged_at, reported_at, report_note, finished_at,
        result, accepted_at, sent_back, designated, settled_at, lapsed, arrived, leave_reason,
        whistle_id, case_id, unit_id, role, issued_at)
    SELECT o.order_id,
        CASE
            WHEN h.handled_at IS NOT NULL THEN 'accepted'
            WHEN h.reported_at IS NOT NULL THEN 'reported'
            WHEN h.acknowledged_at IS NOT NULL THEN 'acknowledged'
            ELSE 'issued'
        END,
        coalesce(h.acknowledged_at, h.reported_at, h.handled_at), coalesce(h.reported_at, h.handled_at),
        '', h.handled_at, '', h.handled_at, 0, false, h.handled_at, 0, '', '',
        o.whistle_id, o.case_id, o.unit_id, CASE WHEN o.position = 1 THEN 'lead' ELSE 'assist' END,
        h.whistled_at
    FROM history_order o JOIN history_case h USING (case_id) ORDER BY o.order_id
"""
PARTIES = """
    INSERT INTO cases_caseparty (case_id, unit_id) SELECT case_id, unit_id FROM history_order
    ORDER BY order_id
"""
CALLBACKS = """
    INSERT INTO cases_callback (case_id, round, attempt, via, outcome, contacted, resolved, satisfied,
        words, at)
    SELECT case_id, 1, 1, 'phone', 'reached', contacted = 'y', resolved, satisfied, '', answered_at
    FROM history_case WHERE answered_at IS NOT NULL ORDER BY case_id
"""

_SAID = """jsonb_build_object('imported', true, 'outcome', 'reached', 'contacted', contacted = 'y',
    'resolved', resolved, 'satisfied', satisfied)"""
_TAKEN = "'{\"imported\": true}'::jsonb"


def _moment(
    turn: int, step: str, state: str, at: str, condition: str, details: str = _TAKEN
) -> str:
    return f"""
        SELECT case_id, {turn}, 0, '{step}', {state}, {at}, NULL::bigint, NULL::bigint, {details}
        FROM history_case WHERE {condition}
    """  # noqa: S608 - put together from constants of this page


def _of_orders(turn: int, step: str, at: str) -> str:
    return f"""
        SELECT o.case_id, {turn}, o.position, 'order.{step}', 'whistled', h.{at}, o.unit_id,
            o.order_id, {_TAKEN}
        FROM history_order o JOIN history_case h USING (case_id) WHERE h.{at} IS NOT NULL
    """  # noqa: S608 - put together from constants of this page


_RECEIVED = "jsonb_build_object('imported', true, 'channel', channel)"
_OPEN = "closed_at IS NULL"
_MOMENTS = " UNION ALL ".join(
    [
        _moment(1, "receive", "'received'", "received_at", "true", _RECEIVED),
        _moment(2, "whistle", "'whistled'", "whistled_at", "whistle_id IS NOT NULL"),
        _of_orders(3, "acknowledge", "acknowledged_at"),
        _of_orders(4, "report_in", "reported_at"),
        _moment(
            5,
            "arrive",
            "'reported'",
            "reported_at",
            "whistle_id IS NOT NULL AND reported_at IS NOT NULL",
        ),
        _moment(
            6,
            "settle",
            "'handled'",
            "handled_at",
            "whistle_id IS NOT NULL AND handled_at IS NOT NULL",
        ),
        _moment(
            6, "finish", "'handled'", "handled_at", "whistle_id IS NULL AND handled_at IS NOT NULL"
        ),
        _moment(7, "callback", "'handled'", "answered_at", "answered_at IS NOT NULL", _SAID),
        _moment(8, "rate", "'rated'", "answered_at", "answered_at IS NOT NULL"),
        _moment(9, "close", "'closed'", "closed_at", "closed_at IS NOT NULL"),
        _moment(10, "take_over", "state", "%s", _OPEN),
    ]
)
EVENTS = f"""
    INSERT INTO cases_caseevent (case_id, step, state, round, at, unit_id, order_ref, details)
    SELECT case_id, step, state, 1, at, unit_id, order_id, details
    FROM ({_MOMENTS}) AS told (case_id, turn, position, step, state, at, unit_id, order_id, details)
    ORDER BY case_id, turn, position
"""  # noqa: S608 - put together from constants of this page
"""Every moment the file knows, and for what is still open the moment it was taken over."""

OPEN_CASES = (
    "SELECT case_id FROM history_case WHERE closed_at IS NULL ORDER BY received_at, case_id"
)
SEEN = "INSERT INTO history_seen SELECT number FROM history_case"
NUMBERS = """
    SELECT setval('case_number_seq', ahead.most) FROM (
        SELECT max(substr(number, 10)::bigint) AS most FROM cases_case
        WHERE left(number, 8) >= %s AND number ~ '^[0-9]{8}-[0-9]{6,9}$'
    ) ahead, case_number_seq s
    WHERE ahead.most > s.last_value
"""
"""Numbers of today and later that an older system gave in our own shape are not given once more."""


@dataclass(frozen=True, slots=True)
class Stored:
    """How many cases of a chunk were stored, and the keys of those still open, the oldest first."""

    cases: int
    open: list[int]


def prepare(cursor: CursorWrapper) -> None:
    """Make the tables in which a chunk's rows are given their keys."""
    cursor.execute(TABLES)


def try_out(cursor: CursorWrapper) -> int:
    """Count the checked rows that would be stored, and remember their numbers."""
    cursor.execute(EMPTY)
    count(cursor, NEW)
    return count(cursor, SEEN)


def store(cursor: CursorWrapper, now: datetime) -> Stored:
    """Store the checked rows without problems whose numbers are new."""
    cursor.execute(EMPTY)
    new = count(cursor, NEW)
    cursor.execute("ANALYZE history_case (case_id, line)")
    stored = count(cursor, CASES)
    if stored < new:
        cursor.execute(OVERTAKEN)
    if count(cursor, PARTS):
        cursor.execute("ANALYZE history_order (case_id)")
        count(cursor, WHISTLES, _keeper(), CENTRE_CODE)
        count(cursor, ORDERS)
        count(cursor, PARTIES)
    count(cursor, CALLBACKS)
    count(cursor, EVENTS, now)
    cursor.execute(OPEN_CASES)
    return Stored(stored, [pk for (pk,) in cursor.fetchall()])


def spare_numbers(cursor: CursorWrapper, now: datetime) -> None:
    """Let the numbers of new cases begin after those of the older system."""
    cursor.execute(NUMBERS, [f"{timezone.localtime(now):%Y%m%d}"])


def _keeper() -> int:
    keeper, made = User.objects.get_or_create(
        username=KEEPER, defaults={"display_name": _("Older system"), "is_active": False}
    )
    if made:
        keeper.set_unusable_password()
        keeper.save(update_fields=["password"])
    return keeper.pk
