"""Reckon a month by the product, by the ORM and by plain SQL, one after the other."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from django.db import connection
from django.db.models import Count, OuterRef, Q, Subquery
from django.db.models.functions import Left, TruncDate

from assessment import periods
from assessment.queries.inputs import parameters
from assessment.services.reports import read_sources
from assessment.services.reports import reckon as reckon_report
from assessment.spans import Span
from bench import aggregates
from bench.lives import World
from cases.lifecycle import OPEN
from cases.models import Callback, Case


@dataclass(frozen=True, slots=True)
class Reckoned:
    """Seconds: the whole report, its own statements alone, the same sums by plain SQL, the towns' rates alone,
    the ORM's sums."""

    report: float
    statements: float
    plain: float
    towns: float
    orm: float
    cases: int


def reckon(world: World, rounds: int, name: str = "") -> Reckoned:
    """Return the median times for the period of that name, by default last month."""
    running = periods.running_month(world.now)
    span = periods.find(name) if name else periods.neighbours(running)[0]
    assert span is not None
    return compare(span, world.now, rounds)


def compare(span: Span, at: datetime, rounds: int) -> Reckoned:
    """Return the median times for a period."""
    found = reckon_report(span, at)
    jobs: list[Callable[[], object]] = [
        lambda: reckon_report(span, at),
        lambda: read_sources(span),
        lambda: _plain(span, aggregates.ALL),
        lambda: _plain(span, (aggregates.TOWNS,)),
        lambda: _orm(span),
    ]
    times: list[list[float]] = [[] for _job in jobs]
    for _round in range(rounds):
        for job, taken in zip(jobs, times, strict=True):
            begun = time.perf_counter()
            job()
            taken.append(time.perf_counter() - begun)
    whole, statements, plain, towns, orm = (median(taken) for taken in times)
    return Reckoned(whole, statements, plain, towns, orm, found["totals"]["received"])


def _plain(span: Span, statements: Sequence[str]) -> object:
    with connection.cursor() as cursor:
        given = parameters(span)
        return [cursor.execute(sql, given) or cursor.fetchall() for sql in statements]


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
