"""Reckon a period by the product, by plain SQL and by the ORM, one after the other."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fractions import Fraction

from django.db import connection
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Left, TruncDate

from assessment import periods, scoring
from assessment.models import Period
from assessment.queries.cells import said, tally_of
from assessment.queries.inputs import parameters
from assessment.queries.lines import live_lines
from assessment.queries.snapshots import one_snapshot
from assessment.services.policies import rules_for
from assessment.services.reports import read_sources
from assessment.services.reports import reckon as reckon_report
from assessment.spans import Span
from bench import aggregates, sums
from cases.lifecycle import OPEN
from cases.models import Callback, Case

EVERYTHING = "bench"
"""The name of the period that all cases lie in."""

TOWNS = f"""
    SELECT l.town, {said("open", "contacted", "resolved", "satisfied")} AS said, count(*)
    FROM {{case}} l GROUP BY 1, 2
"""


@dataclass(slots=True)
class Reckoned:
    """Seconds of each round: the whole report, its own statements alone, the same sums by plain SQL, the
    towns' scores from the product's lines, the towns' rates by plain SQL, and the ORM's sums."""

    title: str
    cases: int
    times: dict[str, list[float]] = field(default_factory=dict)

    def ratios(self, one: str, other: str) -> list[float]:
        """Return one beside the other, round by round, sorted."""
        pairs = zip(self.times[one], self.times[other], strict=True)
        return sorted(ours / theirs for ours, theirs in pairs)


def last_month(now: datetime) -> Span:
    """Return the month before the running one."""
    found = periods.neighbours(periods.running_month(now))[0]
    assert found is not None
    return found


def everything(now: datetime) -> Span:
    """Return the period that all cases lie in, a named one of the table."""
    first = Case.objects.order_by("received_at").values_list("received_at", flat=True)[0]
    span = {"starts_at": first, "ends_at": now + timedelta(hours=1)}
    row, _new = Period.objects.update_or_create(name=EVERYTHING, defaults=span)
    return Span(row.name, row.starts_at, row.ends_at)


def compare(title: str, span: Span, at: datetime, rounds: int, *, orm: bool) -> Reckoned:
    """Return the times for a period, once the plain sums are known to be the product's."""
    hold(span)
    jobs: dict[str, Callable[[], object]] = {
        "report": lambda: reckon_report(span, at),
        "statements": lambda: _sources(span),
        "plain": lambda: _plain(span, aggregates.ALL),
        "towns": lambda: towns_scores(span),
        "plain towns": lambda: _plain(span, {"towns": aggregates.TOWNS}),
    }
    if orm:
        jobs["orm"] = lambda: _orm(span)
    found = Reckoned(title, _cases(span).count())
    for turn in range(rounds):
        for name, job in _turned(jobs, turn):
            begun = time.perf_counter()
            job()
            found.times.setdefault(name, []).append(time.perf_counter() - begun)
    return found


def _turned(
    jobs: Mapping[str, Callable[[], object]], turn: int
) -> Sequence[tuple[str, Callable[[], object]]]:
    """Return the jobs in another order every other round: none always follows the same."""
    return list(jobs.items())[:: -1 if turn % 2 else 1]


def hold(span: Span) -> None:
    """Raise `AssertionError` where the product and plain SQL count differently."""
    with one_snapshot():
        sums.hold(read_sources(span), _rows(span, aggregates.ALL))


def _sources(span: Span) -> object:
    with one_snapshot():
        return read_sources(span)


def _plain(span: Span, statements: Mapping[str, str]) -> object:
    with one_snapshot():  # as much memory for sums as the product gives itself
        return _rows(span, statements)


def _rows(span: Span, statements: Mapping[str, str]) -> dict[str, list[tuple[object, ...]]]:
    given, found = parameters(span), {}
    with connection.cursor() as cursor:
        for name, sql in statements.items():
            cursor.execute(sql, given)
            found[name] = cursor.fetchall()
    return found


def towns_scores(span: Span) -> dict[str, Fraction | None]:
    """Return the exact scores of the towns from the lines the product reckons from, and nothing else."""
    weights = rules_for(span).weights
    said_by: dict[str, dict[int, int]] = {}
    with one_snapshot():
        for town, code, count in live_lines(span).rows(TOWNS):
            said_by.setdefault(town, {})[code] = count
    return {
        town: scoring.exact_score(tally_of(codes.keys(), codes.values()).facts, weights)
        for town, codes in said_by.items()
    }


def _cases(span: Span) -> QuerySet[Case]:
    return Case.objects.filter(received_at__gte=span.starts_at, received_at__lt=span.ends_at)


def _orm(span: Span) -> object:
    """Sum what the report sums of cases, in the ORM's words: by place, by category, by day."""
    last = Callback.objects.filter(case=OuterRef("pk"), outcome="reached").order_by("-round")
    rows = _cases(span).annotate(
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
