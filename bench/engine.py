"""The engine under load: what sweeps get done beside SQL alone, what they cost when nothing is due."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from statistics import quantiles
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.services.ringing import make_rounds
from bench import engine_sql
from cases import calendars
from cases.models import Clock, Ladder
from cases.services.breaches import sweep_breaches
from cases.services.calendar_changes import sweep_calendars
from cases.services.steps import sweep_holds
from config.engine import DUE
from dispatch.models import Document
from dispatch.services.ladders import sweep_ladders
from dispatch.services.lapses import sweep_lapses

FEW = 1_000
"""Open clocks beside which the cost of a sweep with nothing due is seen to be flat."""
MOST_DUE, MOST_ROUNDS = 20_000, 3
IDLE_RUNS = 60
RUNGS = [{"form": "urge", "after": ["1", "natural_hour"], "to": ["unit"], "colour": "blue"}]

SWEEPS: dict[str, Callable[[datetime], int]] = {
    "sweep_breaches": sweep_breaches,
    "sweep_ladders": sweep_ladders,
    "sweep_lapses": sweep_lapses,
    "sweep_holds": sweep_holds,
    "sweep_calendars": sweep_calendars,
    "deliver_notices": make_rounds,
}


@dataclass(frozen=True, slots=True)
class Idle:
    """Milliseconds of a sweep with nothing due, beside few and beside many open clocks, and how it looked."""

    name: str
    few: float
    many: float
    indexes: str


@dataclass(frozen=True, slots=True)
class Throughput:
    """Rows a second by the product and by SQL alone, round by round."""

    title: str
    rows: int
    ours: list[float]
    sql: list[float]


def measure(count: int, rounds: int) -> tuple[list[Idle], list[Throughput]]:
    """Give the database `count` open clocks and measure both; it leaves them there."""
    _quieten()
    ladder = _ladder()
    open_clocks(min(FEW, count), ladder)
    few = {name: _idle(sweep) for name, sweep in SWEEPS.items()}
    open_clocks(count, ladder)
    many = {name: _idle(sweep) for name, sweep in SWEEPS.items()}
    idle = [Idle(name, few[name], many[name], indexes_of(name)) for name in SWEEPS]
    rounds = min(rounds, MOST_ROUNDS)
    due = min(MOST_DUE, count // (5 * rounds))  # four times used up, the rest is for the lag
    return idle, [_breaches(due, rounds), _ladders(due, rounds)]


def _quieten() -> None:
    """Do what is left over from the filling, so that nothing is due."""
    for sweep in SWEEPS.values():
        sweep(timezone.now())


def _ladder() -> Ladder:
    ladder, _new = Ladder.objects.get_or_create(
        clock="check",
        whistle_kind="bench",  # no real one: none of the shipped ladders is meant
        valid_from=date(2020, 1, 1),
        defaults={"name": "bench", "rungs": RUNGS, "source": "bench"},
    )
    return ladder


def open_clocks(count: int, ladder: Ladder) -> None:
    """Open clocks, one a case, until there are `count`; all due within the coming month."""
    given: dict[str, Any] = {
        "most": count - Clock.objects.running().filter(kind="check").count(),
        "ladder": ladder.pk,
        "calendar": calendars.version_of(calendars.OFFICE),
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(engine_sql.OPEN, given)
        for table in ("cases_clock", "cases_clockentry"):
            cursor.execute(f"VACUUM (ANALYZE) {table}")


def _idle(sweep: Callable[[datetime], int]) -> float:
    """Return the milliseconds that the sweep takes with nothing due, in a run that little else disturbed."""
    taken = []
    for _run in range(IDLE_RUNS):
        begun = time.perf_counter()
        handled = sweep(timezone.now())
        if not handled:  # real clocks among the others fall due as time passes
            taken.append((time.perf_counter() - begun) * 1000)
    return quantiles(taken, n=10)[0]


def indexes_of(name: str) -> str:
    """Return the indexes by which PostgreSQL finds what is due for the sweep, or how else it looks."""
    found: set[str] = set()
    for due in DUE.get(name, ()):
        rows = due.rows(timezone.now()).order_by(due.since)[:500]
        sql, given = rows.query.sql_with_params()
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", given)
            (plans,) = cursor.fetchone()
        found |= set(_reads(plans[0]["Plan"]))
    return ", ".join(sorted(found))


def _reads(node: dict[str, Any]) -> Iterable[str]:
    if name := node.get("Index Name"):
        yield name
    elif node["Node Type"] == "Seq Scan":
        yield f"the whole of {node['Relation Name']}"
    for below in node.get("Plans", ()):
        yield from _reads(below)


def _breaches(due: int, rounds: int) -> Throughput:
    return _compare(
        "Breaches", due, rounds, engine_sql.MAKE_LATE, sweep_breaches, engine_sql.BREACH
    )


def _ladders(due: int, rounds: int) -> Throughput:
    """Compare the ladder's sweep; SQL writes the sheet of a document that ours wrote before."""
    _make(engine_sql.MAKE_ALERTED, 1)
    sweep_ladders(timezone.now())
    sheet = Document.objects.order_by("-pk").values_list("sheet", flat=True)[0]
    return _compare(
        "Documents",
        due,
        rounds,
        engine_sql.MAKE_ALERTED,
        sweep_ladders,
        engine_sql.CLIMB,
        sheet=sheet,
    )


def _compare(
    title: str,
    due: int,
    rounds: int,
    make: str,
    sweep: Callable[[datetime], int],
    sql: str,
    **more: Any,
) -> Throughput:
    """Let the product and SQL alone take turns on as many rows each."""
    ours, theirs = [], []
    for _round in range(rounds):
        made = _make(make, due)
        begun = time.perf_counter()
        done = sweep(timezone.now())
        ours.append(done / (time.perf_counter() - begun))
        if done < made:
            raise RuntimeError(f"{done} of {made} rows were handled")
        _make(make, due)
        begun = time.perf_counter()
        done = _run(sql, **more)
        theirs.append(done / (time.perf_counter() - begun))
    return Throughput(title, due, ours, theirs)


def _make(sql: str, most: int) -> int:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"most": most, "now": timezone.now()})
        return cursor.rowcount


def _run(sql: str, **given: Any) -> int:
    """Run one set-based statement and return how many clocks it took."""
    now = timezone.now()
    with connection.cursor() as cursor:
        said: dict[str, Any] = {name: engine_sql.as_json(value) for name, value in given.items()}
        cursor.execute(sql, said | {"now": now, "year": now.year})
        return int(cursor.fetchone()[0])
