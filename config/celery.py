"""Celery is a clock: beat wakes sweeps, and every message is worthless a moment later."""

import os
import warnings
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning
from celery.signals import beat_init, setup_logging, worker_init
from kombu.exceptions import OperationalError

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

# In a container one is root; messages are JSON, which is what the warning is about.
warnings.filterwarnings("ignore", category=SecurityWarning)

app = Celery("chuishao")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    broker_connection_retry=True,
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    broker_transport_options={"visibility_timeout": 3600, "socket_timeout": 10},
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_time_limit=3600,
    task_soft_time_limit=3300,
    worker_prefetch_multiplier=1,
    worker_max_tasks_per_child=2000,
    worker_send_task_events=False,
    timezone="Asia/Shanghai",
)


def _every(seconds: int, task: str) -> dict[str, Any]:
    # A stopped worker finds one message waiting, not an hour of them: the rest have expired.
    return {"task": task, "schedule": seconds, "options": {"expires": seconds, "priority": 0}}


app.conf.beat_schedule = {
    "sweep_breaches": _every(5, "cases.tasks.sweep_breaches"),
    "deliver_notices": _every(5, "accounts.tasks.deliver_notices"),
    "sweep_ladders": _every(5, "dispatch.tasks.sweep_ladders"),
    "sweep_lapses": _every(30, "dispatch.tasks.sweep_lapses"),
    "sweep_rings": _every(15, "dispatch.tasks.sweep_rings"),
    "sweep_directives": _every(60, "dispatch.tasks.sweep_directives"),
    "sweep_holds": _every(60, "cases.tasks.sweep_holds"),
    "sweep_calendars": _every(60, "cases.tasks.sweep_calendars"),
    "sweep_snapshots": _every(60, "cases.tasks.sweep_snapshots"),
    "forget_positions": _every(300, "cases.tasks.forget_positions"),
    "announce_brief": _every(60, "assessment.tasks.announce_brief"),
    "keep_months": _every(600, "assessment.tasks.keep_months"),
    "run_jobs": _every(5, "assessment.tasks.run_jobs"),
    "plan_reports": _every(60, "assessment.tasks.plan_reports"),
    "freeze_ended_periods": _every(3600, "assessment.tasks.freeze_ended_periods"),
    "refresh_running_period": _every(300, "assessment.tasks.refresh_running_period"),
    "search_hot_spots": _every(1800, "assessment.tasks.search_hot_spots"),
}
app.autodiscover_tasks()


@setup_logging.connect
def _keep_our_logging(**kwargs: Any) -> None:
    """Stop Celery from replacing the handlers that Django has set up."""


@worker_init.connect
@beat_init.connect
def _attach(**kwargs: Any) -> None:
    from config import embedded

    embedded.attach_from_settings()


@beat_init.connect
def _sweep_at_once(**kwargs: Any) -> None:
    """Run every sweep once at the start: what fell due while nothing ran is due now."""
    for entry in app.conf.beat_schedule.values():
        try:
            app.send_task(entry["task"], retry=False, **entry["options"])
        except OperationalError:
            return  # no broker yet; beat itself tries again
