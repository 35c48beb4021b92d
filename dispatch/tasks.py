from celery import shared_task
from django.utils import timezone

from accounts.services.heartbeats import beat
from dispatch.services import directive_notices, ladders, lapses, rings
from dispatch.sweeps import DIRECTIVES, LADDERS, LAPSES, RINGS


@shared_task
def sweep_ladders(**kwargs: object) -> int:
    return beat("sweep_ladders", ladders.sweep_ladders, timezone.now(), LADDERS)


@shared_task
def sweep_lapses(**kwargs: object) -> int:
    return beat("sweep_lapses", lapses.sweep_lapses, timezone.now(), LAPSES)


@shared_task
def sweep_directives(**kwargs: object) -> int:
    return beat("sweep_directives", directive_notices.sweep_directives, timezone.now(), DIRECTIVES)


@shared_task
def sweep_rings(**kwargs: object) -> int:
    return beat("sweep_rings", rings.sweep_rings, timezone.now(), RINGS)
