"""Reckon a month by the product, by the ORM and by plain SQL, one after the other."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median

from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Left, TruncDate

from assessment import periods
from assessment.periods import Span
from assessment.queries import cells
from assessment.services.reports import Sources, report
from bench.lives import World
from cases.lifecycle import OPEN
from cases.models import Callback, Case

PLAIN = """
    SELECT c.town_id, count(*), count(*) FILTER (WHERE c.state = ANY(%(open)s)),
        count(a.id), count(*) FILTER (WHERE a.contacted), count(*) FILTER (WHERE a.resolved = 'yes'),
        count(*) FILTER (WHERE a.satisfied = 'satisfied'), count(*) FILTER (WHERE a.satisfied = 'basic')
    FROM cases_case c LEFT JOIN cases_callback a
        ON a.case_id = c.id AND a.round = c.round AND a.outcome = 'reached'
    WHERE c.received_at >= %(start)s AND c.received_at < %(end)s GROUP BY 1
"""
"""The three rates of the towns, and nothing else: the least that a month's page needs."""


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Seconds: the whole report, its own statements alone, the plain GROUP BY, the ORM's sums."""

    report: float
    statements: float
    plain: float
    orm: float
    cases: int


def reckon(world: World, rounds: int, name: str = "") -> Reckoned:
    """Return the median times for the period of that name, by default last month."""
    running = periods.running_month(world.now)
    span = periods.find(name) if name else periods.neighbours(running)[0]
    assert span is not None
    found = report(span, world.now)
    jobs: list[Callable[[], object]] = [
        lambda: report(span, world.now),
        lambda: _statements(span),
        lambda: _plain(span),
        lambda: _orm(span),
    ]
    times: list[list[float]] = [[] for _job in jobs]
    for _round in range(rounds):
        for job, taken in zip(jobs, times, strict=True):
            begun = time.perf_counter()
            job()
            taken.append(time.perf_counter() - begun)
    whole, statements, plain, orm = (median(taken) for taken in times)
    return Reckoned(whole, statements, plain, orm, found["totals"]["received"])


def _statements(span: Span) -> object:
    return Sources.of(span)


def _plain(span: Span) -> object:
    with connection.cursor() as cursor:
        cursor.execute(PLAIN, cells.parameters(span))
        return cursor.fetchall()


def _orm(span: Span) -> object:
    """Sum what the report sums of cases, in the ORM's words: by place, by category, by day."""
    last = Callback.objects.filter(case=OuterRef("pk"), outcome="reached").order_by("-round")
    rows = Case.objects.filter(received_at__gte=span.starts_at, received_at__lt=span.ends_at)
    rows = rows.annotate(
        resolved=Subquery(last.values("resolved")[:1]),
        satisfied=Subquery(last.values("satisfied")[:1]),
        community=Left("area", 12),
        day=TruncDate("received_at"),
    )
    sums = {
        "received": Count("pk"),
        "still": Count("pk", filter=Q(state__in=OPEN)),
        "solved": Count("pk", filter=Q(resolved="yes")),
        "pleased": Count("pk", filter=Q(satisfied="satisfied")),
        "fairly": Count("pk", filter=Q(satisfied="basic")),
    }
    groups = (("town", "community", "kind", "channel"), ("category",), ("day",))
    return [list(rows.order_by().values(*group).annotate(**sums)) for group in groups]
