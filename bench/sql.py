"""The same rows by SQL alone, through psycopg: the limit of the machine."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from psycopg import Cursor
from psycopg.types.json import Json

Given = Mapping[str, Any]

OWNER = """
    SELECT m.unit_id, m.user_id FROM accounts_membership m JOIN accounts_unit u ON u.id = m.unit_id
    WHERE u.code = %s AND m.role = 'town'
"""
CASE = """
    INSERT INTO cases_case (state, round, resume_state, result, reason, callable, callback_given_up, self_handled,
        number, kind, channel, category_id, urgency, text, address, area_id, town_id, lon, lat, caller_name,
        caller_phone, confidential, external_id, received_at, counted)
    VALUES ('received', 1, '', '', '', true, false, false,
        %(number)s, %(kind)s, %(channel)s,
        %(category)s, 'normal', %(text)s, '', %(area)s, %(town)s, %(lon)s, %(lat)s, %(caller_name)s,
        %(caller_phone)s, false, '', %(at)s, true) RETURNING id
"""
EVENT = """
    INSERT INTO cases_caseevent (case_id, step, state, round, at, details)
    VALUES (%s, 'receive', 'received', 1, %s, '{}')
"""
CLOCKS = """
    INSERT INTO cases_clock (case_id, unit_id, kind, round, policy, started_at, due_at, provisional)
    SELECT %(case)s, %(unit)s, kind, 1, %(policy)s, %(at)s, %(due)s, false
    FROM unnest(ARRAY['decide', 'finish']) kind RETURNING id
"""
ENTRIES = """
    INSERT INTO cases_clockentry (clock_id, kind, at, amount, unit, note)
    SELECT clock, 'start', %s, 4, 'natural_hour', '' FROM unnest(%s::bigint[]) clock
"""
NOTICE = """
    INSERT INTO accounts_notice (recipient_id, key, kind, params, case_number, created_at, not_before, ring_at)
    VALUES (%(user)s, %(key)s, 'case_received', '{}', %(number)s, %(at)s, %(at)s, %(at)s)
"""
PAGE = """
    SELECT c.id, c.*, k.name, a.name, t.name FROM cases_case c JOIN cases_category k ON k.code = c.category_id
    JOIN grids_area a ON a.code = c.area_id JOIN grids_area t ON t.code = c.town_id
    WHERE c.town_id = %(town)s AND c.category_id LIKE %(category)s || '%%'
    ORDER BY c.received_at DESC, c.id DESC LIMIT 51
"""
RUNNING = """
    SELECT * FROM cases_clock WHERE case_id = ANY(%s) AND order_ref IS NULL AND stopped_at IS NULL
"""
ONE = """
    SELECT c.id, c.area_id, c.*, k.name, p.name, a.name, t.name, u.display_name FROM cases_case c
    JOIN cases_category k ON k.code = c.category_id LEFT JOIN cases_category p ON p.code = k.parent_id
    JOIN grids_area a ON a.code = c.area_id JOIN grids_area t ON t.code = c.town_id
    LEFT JOIN accounts_user u ON u.id = c.received_by_id WHERE c.number = %(number)s
"""
OF_ONE = (
    """SELECT e.*, u.display_name, n.name FROM cases_caseevent e LEFT JOIN accounts_user u ON u.id = e.actor_id
    LEFT JOIN accounts_unit n ON n.id = e.unit_id WHERE e.case_id = %s ORDER BY e.at DESC, e.id DESC""",
    """SELECT k.*, n.name FROM cases_clock k JOIN accounts_unit n ON n.id = k.unit_id
    WHERE k.case_id = %s AND k.order_ref IS NULL""",
    """SELECT b.*, u.display_name FROM cases_callback b LEFT JOIN accounts_user u ON u.id = b.agent_id
    WHERE b.case_id = %s""",
    "SELECT * FROM cases_attachment WHERE case_id = %s",
    "SELECT id, number FROM cases_case WHERE state = 'merged' AND parent_id = %s LIMIT 20",
)
PATH = "SELECT code, name FROM grids_area WHERE code = ANY(%s)"
ROLL_UP = "SELECT * FROM assessment_periodfigures WHERE period = %(period)s"


def intake(cursor: Cursor[Any], given: Given) -> object:
    """Write the rows of one request in one transaction."""
    at = datetime.now(UTC)
    with cursor.connection.transaction():
        town = given["area"][:9]
        unit, user = cursor.execute(OWNER, [town]).fetchone() or (None, None)
        (running,) = cursor.execute("SELECT nextval('case_number_seq')").fetchone() or (0,)
        number = f"{at:%Y%m%d}-{running:06d}"
        row = {**given, "at": at, "town": town, "number": number}
        (case,) = cursor.execute(CASE, row).fetchone() or (0,)
        cursor.execute(EVENT, [case, at])
        policy = Json({"amount": "4", "unit": "natural_hour", "source": "bench"})
        clock = {"case": case, "unit": unit, "at": at, "due": at + timedelta(hours=4)}
        clocks = cursor.execute(CLOCKS, clock | {"policy": policy}).fetchall()
        cursor.execute(ENTRIES, [at, [pk for (pk,) in clocks]])
        key = f"received:{case}:{user}"
        cursor.execute(NOTICE, {"user": user, "key": key, "number": number, "at": at})
    return case


def page(cursor: Cursor[Any], given: Given) -> object:
    """Read fifty cases with their places and their running clocks."""
    cases = cursor.execute(PAGE, given).fetchall()
    return cases, cursor.execute(RUNNING, [[case[0] for case in cases]]).fetchall()


def detail(cursor: Cursor[Any], given: Given) -> object:
    """Read a case with everything its page shows."""
    case = cursor.execute(ONE, given).fetchone()
    assert case is not None
    rows = [cursor.execute(statement, [case[0]]).fetchall() for statement in OF_ONE]
    path = [case[1][:length] for length in (6, 9, 12, 15)]
    return case, rows, cursor.execute(PATH, [path]).fetchall()


def month(cursor: Cursor[Any], given: Given) -> object:
    """Read the roll-up of the period."""
    return cursor.execute(ROLL_UP, given).fetchone()


JOBS: dict[str, Callable[[Cursor[Any], Given], object]] = {
    "intake": intake,
    "list": page,
    "api_list": page,
    "detail": detail,
    "month": month,
}
