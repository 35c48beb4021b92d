from celery import shared_task
from django.utils import timezone

from accounts.services.heartbeats import beat
from accounts.services.ringing import make_rounds
from accounts.sweeps import NOTICES


@shared_task
def deliver_notices(**kwargs: object) -> int:
    return beat("deliver_notices", make_rounds, timezone.now(), NOTICES)
