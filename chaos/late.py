"""Turn the clock: make open clocks due in the past, as after hours in which nothing ran."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from cases.models import Case, CaseEvent, Clock, ClockEntry

NEVER_LATE = ("act",)
"""Kinds that lapse instead of being breached."""

RUNNING = "stopped_at IS NULL AND breached_at IS NULL AND due_at > now()"
MODELS = "CREATE TEMPORARY TABLE model ON COMMIT DROP AS SELECT id, number FROM cases_case WHERE id = ANY(%s)"
TURNS = "generate_series(1, %(turns)s::integer) turn"
DRAWN = """
    CREATE TEMPORARY TABLE drawn ON COMMIT DROP AS
    SELECT id, due_at - (%(now)s - random() * %(hours)s * interval '1 hour') AS back
    FROM (SELECT id, due_at FROM cases_clock WHERE stopped_at IS NULL AND breached_at IS NULL AND due_at > %(now)s
          AND kind <> ALL(%(but)s) ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED) open
"""
SHIFT = """
    UPDATE cases_clock c SET started_at = started_at - back, due_at = due_at - back,
        original_due_at = original_due_at - back, alert_at = alert_at - back, alerted_at = alerted_at - back
    FROM drawn d WHERE d.id = c.id RETURNING c.id, c.due_at
"""
SHIFT_ENTRIES = """
    UPDATE cases_clockentry e SET at = at - back, until = until - back FROM drawn d WHERE d.id = e.clock_id
"""


@transaction.atomic
def make_late(most: int, now: datetime, within: timedelta) -> dict[int, datetime]:
    """Move up to `most` open clocks, whole, so that they fell due within that time before `now`.

    Return their true due times. The seed of chance is PostgreSQL's own: `setseed` before gives the same.
    """
    hours = within / timedelta(hours=1)
    given: dict[str, Any] = {"now": now, "hours": hours, "most": most, "but": list(NEVER_LATE)}
    with connection.cursor() as cursor:
        cursor.execute(DRAWN, given)
        cursor.execute(SHIFT_ENTRIES)
        cursor.execute(SHIFT)
        return dict(cursor.fetchall())


def hold_still(now: datetime) -> None:
    """Let no further rung fall due, so that an end comes; what is due by now stays due."""
    Clock.objects.running().filter(alert_at__gt=now).update(alert_at=None)


@transaction.atomic
def pile_up(wanted: int, models: list[int]) -> int:
    """Copy those cases, with their events, clocks and entries, until `wanted` clocks run in time; return how many do.

    What the API takes minutes for is here within seconds; a copy differs in number and reference only.
    """
    with connection.cursor() as cursor:
        cursor.execute(MODELS, [models])
        cursor.execute(f"SELECT count(*) FROM cases_clock WHERE {RUNNING}")
        (there,) = cursor.fetchone()
        cursor.execute(
            f"SELECT count(*) FROM cases_clock JOIN model m ON m.id = case_id WHERE {RUNNING}"
        )
        (each,) = cursor.fetchone()
        for statement in (_cases(), *_below()):
            cursor.execute(statement, {"turns": -(-(wanted - there) // each)})
        cursor.execute(f"SELECT count(*) FROM cases_clock WHERE {RUNNING}")
        return int(cursor.fetchone()[0])


def _columns(model: type, but: tuple[str, ...]) -> list[str]:
    fields = model._meta.concrete_fields  # type: ignore[attr-defined]  # every model has it
    return [field.column for field in fields if field.column not in ("id", *but)]


def _cases() -> str:
    columns = _columns(Case, ("number", "external_id"))
    taken = ", ".join(f"c.{column}" for column in columns)
    return (
        f"INSERT INTO cases_case (number, external_id, {', '.join(columns)})"
        f" SELECT m.number || '-' || turn, 'late-' || m.number || '-' || turn, {taken}"
        f" FROM cases_case c JOIN model m USING (id) CROSS JOIN {TURNS}"
    )


def _below() -> list[str]:
    """Return the statements that copy what hangs on the copied cases."""
    new = (
        f"JOIN model m ON m.id = o.case_id CROSS JOIN {TURNS}"
        " JOIN cases_case n ON n.number = m.number || '-' || turn"
    )
    statements = []
    for model in (CaseEvent, Clock):
        columns = _columns(model, ("case_id",))
        taken = ", ".join(f"o.{column}" for column in columns)
        table = model._meta.db_table
        statements.append(
            f"INSERT INTO {table} (case_id, {', '.join(columns)}) SELECT n.id, {taken} FROM {table} o {new}"
        )
    columns = _columns(ClockEntry, ("clock_id",))
    taken = ", ".join(f"e.{column}" for column in columns)
    statements.append(
        f"INSERT INTO cases_clockentry (clock_id, {', '.join(columns)}) SELECT k.id, {taken}"
        f" FROM cases_clockentry e JOIN cases_clock o ON o.id = e.clock_id {new}"
        " JOIN cases_clock k ON k.case_id = n.id AND k.kind = o.kind AND k.started_at = o.started_at"
    )
    return statements
