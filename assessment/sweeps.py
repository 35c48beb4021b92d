"""What the sweeps of long jobs and of reports by the calendar find due."""

from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.sweeps import Due
from assessment.models import Job, ReportPlan


def _jobs(at: datetime) -> QuerySet[Job]:
    return Job.objects.due().filter(asked_at__lte=at)


def _plans(at: datetime) -> QuerySet[ReportPlan]:
    return ReportPlan.objects.filter(active=True, next_at__lte=at)


JOBS = Due(_jobs, "asked_at", words=_("long jobs"))
PLANS = Due(_plans, "next_at", words=_("reports by the calendar"))
