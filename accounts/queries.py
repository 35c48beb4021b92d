"""What can be asked about people, notices and the system's own watch."""

from datetime import datetime, timedelta

from celery import current_app
from django.utils.translation import gettext_lazy as _

from accounts.models import Heartbeat
from accounts.sweeps import NEVER

GRACE = timedelta(seconds=30)
"""Allowed above twice a sweep's own rhythm: a slow sweep is not a stopped one."""

SWEEP_WORDS = {
    "announce_brief": _("the notice that the morning brief is ready"),
    "deliver_notices": _("delivery of notices"),
    "forget_positions": _("last positions, deleted after a day"),
    "freeze_ended_periods": _("freezing of ended months"),
    "keep_months": _("figures of past months"),
    "plan_reports": _("reports by the calendar"),
    "refresh_running_period": _("figures of the month"),
    "search_hot_spots": _("hot spots, signs and topics, once a day"),
    "run_jobs": _("long jobs"),
    "sweep_breaches": _("missed time limits"),
    "sweep_calendars": _("changed calendars and quiet hours"),
    "sweep_directives": _("overdue directives"),
    "sweep_holds": _("cases on hold"),
    "sweep_ladders": _("supervision documents"),
    "sweep_lapses": _("acknowledgements that expire"),
    "sweep_rings": _("emergencies nobody has answered"),
    "sweep_snapshots": _("snapshots that nobody has claimed"),
}
"""What a sweep watches, for the people on whose screen it is missed; others are shown by name."""


def late_sweeps(at: datetime) -> dict[str, datetime | None]:
    """Return the sweeps whose last run lies further back than their rhythm allows, with that run."""
    ran = dict(Heartbeat.objects.filter(ran_at__gt=NEVER).values_list("name", "ran_at"))
    schedule = current_app.conf.beat_schedule or {}
    late: dict[str, datetime | None] = {}
    for name, entry in sorted(schedule.items()):
        latest = ran.get(name)
        if latest is None or at - latest > timedelta(seconds=2 * entry["schedule"]) + GRACE:
            late[name] = latest
    return late


def stale_sweeps(at: datetime) -> list[str]:
    """Return the names of the sweeps on the schedule that have not run lately, sorted."""
    return list(late_sweeps(at))


def latest_try() -> datetime | None:
    """Return when a sweep was begun last, successful or not."""
    rows = Heartbeat.objects.values_list("ran_at", "recent__0__at")
    begun = [max(ran_at, datetime.fromisoformat(at or ran_at.isoformat())) for ran_at, at in rows]
    return max(begun, default=None)
