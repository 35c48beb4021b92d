from celery import shared_task
from django.utils import timezone

from accounts.services.heartbeats import beat
from assessment.services import scores


@shared_task
def refresh_running_period(**kwargs: object) -> int:
    return beat("refresh_running_period", scores.refresh_running_period, timezone.now())
