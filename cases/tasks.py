from celery import shared_task
from django.utils import timezone

from accounts.services.heartbeats import beat
from cases.services import breaches, calendar_changes, steps
from cases.sweeps import BREACHES, HOLDS


@shared_task
def sweep_breaches(**kwargs: object) -> int:
    return beat("sweep_breaches", breaches.sweep_breaches, timezone.now(), BREACHES)


@shared_task
def sweep_holds(**kwargs: object) -> int:
    return beat("sweep_holds", steps.sweep_holds, timezone.now(), HOLDS)


@shared_task
def sweep_calendars(**kwargs: object) -> int:
    return beat("sweep_calendars", calendar_changes.sweep_calendars, timezone.now())
