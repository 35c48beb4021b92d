"""Keep the roll-up of a period and the scores of its units."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from accounts.locks import hold
from accounts.models import Unit
from assessment import periods
from assessment.models import FrozenPeriod, PeriodFigures, UnitScore
from assessment.periods import Span
from assessment.services.figures import Row
from assessment.services.frozen import period_lock, report_of
from assessment.services.reports import report
from dispatch.models import HistoryImport

TOWNS, DEPARTMENTS = "town", "department"
SLOWER = timedelta(hours=1)
"""How old the figures of the year, of named periods and of last month may become: their cases are
still called back, but nobody waits for it."""
SETTLES = timedelta(days=35)
"""How long after a period its cases may still be called back and marked."""


def refresh_running_period(at: datetime) -> int:
    """Reckon the running month anew, and the other periods under way where theirs are an hour old.

    Last month is under way as long as its cases are. Return how many scores were written.
    """
    month = periods.running_month(at)
    last_month, _next = periods.neighbours(month)
    others = [span for span in periods.running(at) if span.name != month.name]
    written = refresh(month, at)
    for span in [*others, *([last_month] if last_month else [])]:
        kept = PeriodFigures.objects.filter(period=span.name, computed_at__gt=at - SLOWER)
        if not kept.exists():
            written += refresh(span, at)
    return written


def figures_of(span: Span, at: datetime) -> PeriodFigures:
    """Return the roll-up of the period; where there is none that still holds, reckon and keep it."""
    kept = _kept(span, at)
    if kept is None:
        refresh(span, at)
        kept = PeriodFigures.objects.get(period=span.name)
    return kept


def read(span: Span, at: datetime) -> Row:
    """Return the figures of the period, as kept or else as they are now; nothing is written."""
    kept = _kept(span, at)
    return report(span, at) if kept is None else kept.figures


def _kept(span: Span, at: datetime) -> PeriodFigures | None:
    """Return the roll-up of the period unless it is too old, or history was imported since."""
    imported = HistoryImport.objects.filter(finished_at__gt=OuterRef("computed_at"))
    rows = PeriodFigures.objects.filter(
        period=span.name, starts_at=span.starts_at, ends_at=span.ends_at
    )
    kept = rows.filter(~Exists(imported) | Q(figures__has_key="frozen")).first()
    return None if kept is None or _is_stale(kept, span, at) else kept


def _is_stale(kept: PeriodFigures, span: Span, at: datetime) -> bool:
    """Tell whether a roll-up was kept before the period had settled, and no sweep has renewed it: those of days,
    weeks, quarters and of what is over are kept by whoever asks for them."""
    if "frozen" in kept.figures or kept.computed_at >= span.ends_at + SETTLES:
        return False
    return kept.computed_at < at - 2 * SLOWER


def refresh(span: Span, at: datetime) -> int:
    """Reckon the period and keep roll-up and scores, all or nothing; return how many scores.

    The same rows give the same scores however often it runs; of two runs at once, the one that
    began earlier never overwrites the later.
    """
    figures = report(span, at)
    with transaction.atomic():
        hold(period_lock(span))
        if PeriodFigures.objects.filter(period=span.name, computed_at__gt=at).exists():
            return 0
        # A period frozen while these figures were reckoned keeps those it was frozen with.
        if "frozen" not in figures and FrozenPeriod.objects.filter(period=span.name).exists():
            return 0
        return _keep(span, figures, at)


def keep_frozen(span: Span, frozen: FrozenPeriod, at: datetime) -> int:
    """Let the roll-up that pages show be the frozen one; return how many scores."""
    with transaction.atomic():
        hold(period_lock(span))
        return _keep(span, report_of(frozen), at)


def _keep(span: Span, figures: Row, at: datetime) -> int:
    PeriodFigures.objects.update_or_create(
        period=span.name,
        defaults={
            "starts_at": span.starts_at,
            "ends_at": span.ends_at,
            "policy": figures["policy"],
            "figures": figures,
            "computed_at": at,
        },
    )
    return _keep_scores(span.name, figures, at)


def _keep_scores(name: str, figures: Row, at: datetime) -> int:
    ids = dict(Unit.objects.values_list("code", "pk"))
    groups = ((TOWNS, figures["by_town"]), (DEPARTMENTS, figures["by_department"]))
    scores = [
        UnitScore(
            period=name,
            unit_id=ids[row["code"]],
            group=group,
            facts={k: v for k, v in row.items() if k not in {"code", "name", "score", "rank"}},
            policy=figures["policy"],
            score=row["score"],
            rank=row["rank"],
            computed_at=at,
        )
        for group, rows in groups
        for row in rows
        if row["code"] in ids
    ]
    UnitScore.objects.bulk_create(
        scores,
        update_conflicts=True,
        unique_fields=["period", "group", "unit"],
        update_fields=["facts", "policy", "score", "rank", "computed_at"],
    )
    UnitScore.objects.filter(period=name).exclude(computed_at=at).delete()
    return len(scores)
