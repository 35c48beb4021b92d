from datetime import datetime

from celery import shared_task
from django.utils import timezone

from accounts.services.heartbeats import beat
from assessment.models import Job
from assessment.services import brief, jobs, night, plans, scores, signs, trend, work
from assessment.sweeps import JOBS, PLANS


@shared_task
def refresh_running_period(**kwargs: object) -> int:
    return beat("refresh_running_period", scores.refresh_running_period, timezone.now())


@shared_task
def run_jobs(**kwargs: object) -> int:
    """Claim a job under the heartbeat, and do it after: a job of ten minutes is no sweep that stands still."""
    taken: list[Job] = []

    def take(at: datetime) -> int:
        job = jobs.claim(at)
        taken.extend([job] if job else [])
        return len(taken)

    beat("run_jobs", take, timezone.now(), JOBS)
    return work.go_on(taken[0]) if taken else 0


@shared_task
def plan_reports(**kwargs: object) -> int:
    return beat("plan_reports", plans.plan_reports, timezone.now(), PLANS)


@shared_task
def search_hot_spots(**kwargs: object) -> int:
    return beat("search_hot_spots", signs.sweep_nightly, timezone.now())


@shared_task
def announce_brief(**kwargs: object) -> int:
    return beat("announce_brief", brief.announce, timezone.now())


@shared_task
def keep_months(**kwargs: object) -> int:
    return beat("keep_months", trend.keep_months, timezone.now())


@shared_task
def freeze_ended_periods(**kwargs: object) -> int:
    return beat("freeze_ended_periods", night.freeze_ended_periods, timezone.now())
