from celery import shared_task
from django.utils import timezone

from accounts.services.heartbeats import beat
from dispatch.services import ladders, lapses
from dispatch.sweeps import LADDERS, LAPSES


@shared_task
def sweep_ladders(**kwargs: object) -> int:
    return beat("sweep_ladders", ladders.sweep_ladders, timezone.now(), LADDERS)


@shared_task
def sweep_lapses(**kwargs: object) -> int:
    return beat("sweep_lapses", lapses.sweep_lapses, timezone.now(), LAPSES)
