from celery import shared_task
from django.utils import timezone

from accounts.services.heartbeats import beat
from cases.services import clocks, steps


@shared_task
def sweep_breaches(**kwargs: object) -> int:
    return beat("sweep_breaches", clocks.sweep_breaches, timezone.now())


@shared_task
def sweep_holds(**kwargs: object) -> int:
    return beat("sweep_holds", steps.sweep_holds, timezone.now())
