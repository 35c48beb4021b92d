"""Reports as papers, and the jobs that write them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import User
from accounts.paging import Page, page_of
from assessment import periods
from assessment.models import FrozenPeriod, Job, PeriodFigures
from dispatch.models import Paper

FORMS = (*Paper.ASSESSING, Paper.Form.DOCKET)
"""Papers that are reports: those of assessment, and the weekly docket."""

SHOWN = timedelta(hours=12)
MOST_JOBS = 8
MONTHS_BACK = 13


def reports_of(user: User) -> QuerySet[Paper]:
    """Return the reports the user may read, without their text."""
    rows = Paper.objects.visible_to(user).filter(form__in=FORMS)
    return rows.select_related("issued_by").defer("sheet")


def reports_page(user: User, criteria: Mapping[str, str], cursor: str) -> Page[Paper]:
    """Return a page of reports, the newest first; one query."""
    rows = reports_of(user)
    if criteria.get("form"):
        rows = rows.filter(form=criteria["form"])
    if period := criteria.get("period", ""):
        rows = rows.filter(Q(period=period) | Q(week=period))
    return page_of(rows, cursor, by="issued_at")


def jobs_of(user: User, at: datetime) -> list[Job]:
    """Return the jobs to show above the list: those open, and those that failed lately."""
    failed = Q(state=Job.State.FAILED, finished_at__gte=at - SHOWN)
    open_now = Q(state__in=[Job.State.WAITING, Job.State.RUNNING])
    rows = (
        Job.objects.visible_to(user).filter(open_now | failed).select_related("paper", "asked_by")
    )
    return list(rows.defer("paper__sheet").order_by("-asked_at", "-pk")[:MOST_JOBS])


def job_rows(user: User) -> QuerySet[Any]:
    rows = Job.objects.visible_to(user).select_related("paper", "asked_by")
    return rows.defer("paper__sheet")


def periods_to_freeze(at: datetime) -> list[str]:
    """Return the months that are over, have figures and are not frozen, the latest first."""
    frozen = set(FrozenPeriod.objects.values_list("period", flat=True))
    known = set(PeriodFigures.objects.filter(ends_at__lte=at).values_list("period", flat=True))
    span, _after = periods.neighbours(periods.running_month(at))
    found = []
    for _month in range(MONTHS_BACK):
        if span is None:
            break
        if span.name in known - frozen:
            found.append(span.name)
        span, _after = periods.neighbours(span)
    return found
