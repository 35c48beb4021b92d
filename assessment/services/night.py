"""What is done with ended periods by the calendar: months are frozen, frozen ones compared with their rows, and
days and weeks of long ago forgotten."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Max
from django.db.models.functions import Coalesce
from django.utils import timezone

from assessment import periods
from assessment.models import FrozenPeriod, Job
from assessment.services import jobs, ledger, short_periods
from assessment.services.policies import rules_for
from assessment.spans import Span
from cases.models import Case
from dispatch.models import HistoryImport

QUIET_HOUR = 3
"""The hour of the night in which frozen months are compared with their rows: that reads every line of a year. Old
days and weeks are deleted then, too."""


def freeze_ended_periods(at: datetime) -> int:
    """Ask for the freezing of every ended month whose time has come; in the quiet hour look for corrections and
    tidy up.

    Return how many jobs were asked for, corrections entered, and days and weeks deleted. A policy that freezes
    after 0 days leaves it to people.
    """
    due = list(months_to_freeze(at))
    for span in due:
        params = {"period": span.name, "title": f"{Job.Kind.FREEZE.label} {span.name}"}
        jobs.ask(Job.Kind.FREEZE, f"freeze:{span.name}", params, None, at)
    if timezone.localtime(at).hour != QUIET_HOUR:
        return len(due)
    return len(due) + ledger.watch(at) + short_periods.forget(at)


def months_to_freeze(at: datetime) -> Iterator[Span]:
    """Yield the months with cases that ended long enough ago and are not frozen, the oldest first."""
    first = Case.objects.order_by("received_at", "pk").values_list("received_at", flat=True).first()
    if first is None:
        return
    imported = _last_import()
    tiles = periods.tiling()
    frozen = set(FrozenPeriod.objects.values_list("period", flat=True))
    span = tiles.month(*tiles.month_at(first))
    while span.ends_at <= at:
        if span.name not in frozen and _is_due(span, imported, at):
            yield span
        span = tiles.month(*tiles.month_at(span.ends_at))


def _last_import() -> datetime | None:
    """Return when history of an older system was taken over last: the end of the import, or the beginning of
    one that is under way or was broken off."""
    rows = HistoryImport.objects.annotate(last=Coalesce("finished_at", "started_at"))
    found: datetime | None = rows.aggregate(last_of_all=Max("last"))["last_of_all"]
    return found


def _is_due(span: Span, imported: datetime | None, at: datetime) -> bool:
    """Tell whether the month ended long enough ago. What was imported since counts from its import: half a file
    is not frozen, and what was wrong in it may be put right as long as after a month's end."""
    rows = Case.objects.filter(received_at__gte=span.starts_at, received_at__lt=span.ends_at)
    if not rows.exists():
        return False
    days = rules_for(span).freeze_after
    known = max(span.ends_at, imported) if imported else span.ends_at
    return days > 0 and at >= known + timedelta(days=days)
