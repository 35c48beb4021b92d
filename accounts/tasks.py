from celery import shared_task
from django.utils import timezone

from accounts.services import notices
from accounts.services.heartbeats import beat


@shared_task
def deliver_notices(**kwargs: object) -> int:
    return beat("deliver_notices", notices.deliver, timezone.now())
