from celery import shared_task
from django.utils import timezone

from accounts.services.heartbeats import beat
from cases.services import breaches, calendar_changes, snapshots, steps
from cases.sweeps import BREACHES, HOLDS, SNAPSHOTS
from grids.services import positions


@shared_task
def sweep_breaches(**kwargs: object) -> int:
    return beat("sweep_breaches", breaches.sweep_breaches, timezone.now(), BREACHES)


@shared_task
def sweep_holds(**kwargs: object) -> int:
    return beat("sweep_holds", steps.sweep_holds, timezone.now(), HOLDS)


@shared_task
def sweep_snapshots(**kwargs: object) -> int:
    return beat("sweep_snapshots", snapshots.sweep_snapshots, timezone.now(), SNAPSHOTS)


@shared_task
def forget_positions(**kwargs: object) -> int:
    return beat("forget_positions", positions.forget_positions, timezone.now())


@shared_task
def sweep_calendars(**kwargs: object) -> int:
    return beat("sweep_calendars", calendar_changes.sweep_calendars, timezone.now())
