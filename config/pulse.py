"""Tell a beat that stands still from a worker that does, where no sweep runs."""

import json
from contextlib import closing
from datetime import datetime, timedelta
from typing import Any

import redis
from django.conf import settings
from django.utils.translation import gettext_noop as _
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.celery import app

SILENCE = timedelta(seconds=40)
"""Without any sweep begun: the shortest rhythm's own patience, see `accounts.queries`."""

LOOKED_AT = 50
"""Messages at the young end of the queue among which a sweep's is looked for."""


def open_broker() -> "redis.Redis":
    """Return a connection to the broker that gives up at once where nobody answers."""
    address = settings.CELERY_BROKER_URL.replace("redis+socket://", "unix://", 1)
    return redis.Redis.from_url(address, socket_timeout=2, retry=Retry(NoBackoff(), 0))


def blame(at: datetime) -> dict[str, str]:
    """Return what is wrong with beat and worker, by what lies in the worker's queue.

    Beat puts each sweep there with the moment from which it is worthless, and the worker takes it out at
    once: one that is still good says that beat lives and nobody takes. Raises what redis raises.
    """
    waiting = _waiting_sweeps()
    troubles = {"worker": "", "beat": ""}
    if waiting:
        troubles["worker"] = _("takes nothing from its queue")
    if not any(expires > at for expires in waiting):
        troubles["beat"] = _("has sent no sweep lately")
        troubles["worker"] = troubles["worker"] or _("unknown: nothing is sent to it")
    return troubles


def _waiting_sweeps() -> list[datetime]:
    """Return until when the sweeps in the queue are good, of those sent last."""
    with closing(open_broker()) as broker:
        found: Any = broker.lrange(app.conf.task_default_queue, 0, LOOKED_AT - 1)
    headers = [json.loads(message)["headers"] for message in found]
    ours = {entry["task"] for entry in app.conf.beat_schedule.values()}
    expiries = [one["expires"] for one in headers if one["task"] in ours and one["expires"]]
    return [datetime.fromisoformat(expires) for expires in expiries]


def lives(latest: datetime | None, at: datetime) -> bool:
    """Tell whether a run at that moment, a failed one too, is a sign of life of beat and worker."""
    return latest is not None and at - latest < SILENCE
