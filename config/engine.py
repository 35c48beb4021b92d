"""The engine page: how each sweep is doing, what waits for it, and what to do where one stands still."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from accounts.models import Heartbeat, Message, Role
from accounts.paging import bounded_count
from accounts.queries import SWEEP_WORDS, late_sweeps
from accounts.requests import SignedInRequest
from accounts.spans import in_words
from accounts.sweeps import MESSAGES, NEVER, NOTICES, Due
from assessment import sweeps as assessing
from cases.sweeps import BREACHES, HOLDS, SNAPSHOTS
from config import health
from config.celery import app
from dispatch.sweeps import DIRECTIVES, LADDERS, LAPSES, RINGS

DUE: dict[str, tuple[Due, ...]] = {
    "sweep_breaches": (BREACHES,),
    "sweep_ladders": (LADDERS,),
    "sweep_lapses": (LAPSES,),
    "sweep_directives": (DIRECTIVES,),
    "sweep_rings": (RINGS,),
    "sweep_holds": (HOLDS,),
    "sweep_snapshots": (SNAPSHOTS,),
    "deliver_notices": (NOTICES, MESSAGES),
    "run_jobs": (assessing.JOBS,),
    "plan_reports": (assessing.PLANS,),
}
"""What each sweep finds due; those that are absent reckon something anew and have no queue."""

PARTS: dict[str, str | Promise] = {
    "database": gettext_lazy("Database"),
    "broker": gettext_lazy("Broker"),
    "beat": gettext_lazy("Beat"),
    "worker": gettext_lazy("Worker"),
}


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a sweep, with its place in the picture of the latest ones (a strip 24 high)."""

    at: datetime
    took_ms: int
    handled: int
    error: str
    x: int
    height: int

    @property
    def y(self) -> int:
        return 24 - self.height

    @property
    def words(self) -> str:
        """Return what the picture says when one points at the run."""
        given = {
            "at": f"{timezone.localtime(self.at):%T}",
            "ms": self.took_ms,
            "n": self.handled,
        }
        return self.error or _("%(at)s: %(n)s handled in %(ms)s ms") % given


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits for a sweep: how many rows (counted up to a thousand), since when, in which case."""

    words: str | Promise
    count: int
    more: bool
    since: datetime | None = None
    case: str = ""


@dataclass(frozen=True, slots=True)
class Sweep:
    """One sweep as the page shows it. `state` is ok, late, failed or new (has never run)."""

    name: str
    label: str
    every: str
    state: str
    latest: Heartbeat | None
    runs: list[Run]
    queues: list[Queue]

    @property
    def error(self) -> str:
        return self.runs[-1].error if self.runs else ""

    @property
    def waiting(self) -> list[Queue]:
        """Return the queues in which something waits."""
        return [queue for queue in self.queues if queue.since]

    @property
    def lag(self) -> str:
        """Return how late the oldest row of the last run was; empty where nothing was due."""
        lag = self.latest.lag_ms if self.latest else 0
        return short(timedelta(milliseconds=lag)) if lag else ""


@require_GET
def engine(request: SignedInRequest) -> HttpResponse:
    """Show administrators and the centre how the sweeps are doing; the page asks anew every five seconds."""
    if not request.user.holds(Role.ADMIN, Role.SUPERVISOR):
        raise PermissionDenied(_("This page belongs to the administrators and the command centre."))
    at = timezone.now()
    parked = bounded_count(Message.objects.visible_to(request.user).parked())
    context = {"sweeps": sweeps(at), "parts": _parts(at), "parked": parked, "at": at}
    part = request.htmx  # type: ignore[attr-defined]  # set by its middleware
    template = "config/_engine.html" if part else "config/engine.html"
    return render(request, template, context)


def sweeps(at: datetime) -> list[Sweep]:
    """Return every sweep of the schedule, in its order; two queries for each queue."""
    beats, late = Heartbeat.objects.in_bulk(field_name="name"), late_sweeps(at)
    return [
        _sweep(name, entry["schedule"], beats.get(name), name in late, at)
        for name, entry in app.conf.beat_schedule.items()
    ]


def short(span: timedelta) -> str:
    """Return a span in seconds, or from a minute on in the words of deadlines."""
    if span < timedelta(minutes=1):
        return _("%(n)s s") % {"n": f"{span.total_seconds():.1f}".removesuffix(".0")}
    return in_words(span)


def _sweep(name: str, seconds: float, beat: Heartbeat | None, late: bool, at: datetime) -> Sweep:
    runs = _runs(beat.recent if beat else [])
    return Sweep(
        name=name,
        label=str(SWEEP_WORDS.get(name, name)),
        every=short(timedelta(seconds=seconds)),
        state=_state(beat, late, runs),
        latest=beat if beat and beat.ran_at > NEVER else None,
        runs=runs,
        queues=[_queue(due, at) for due in DUE.get(name, ())],
    )


def _queue(due: Due, at: datetime) -> Queue:
    since, case = due.oldest(at) or (None, "")
    count, more = due.count(at)
    return Queue(due.words, count, more, since, case)


def _state(beat: Heartbeat | None, late: bool, runs: list[Run]) -> str:
    if runs and runs[-1].error:
        return "failed"
    if beat is None:
        return "new"
    return "late" if late else "ok"


def _runs(recent: list[dict[str, Any]]) -> list[Run]:
    """Return the runs in the order of time, the longest of them as high as the strip."""
    longest = max((run["took_ms"] for run in recent), default=0) or 1
    return [
        Run(
            at=datetime.fromisoformat(run["at"]),
            took_ms=run["took_ms"],
            handled=run["handled"],
            error=run["error"],
            x=number * 6,
            height=max(round(24 * run["took_ms"] / longest), 2),
        )
        for number, run in enumerate(reversed(recent))
    ]


def _parts(at: datetime) -> list[dict[str, Any]]:
    found = health.survey(at)
    return [{"label": label, "trouble": _said(found[part])} for part, label in PARTS.items()]


def _said(trouble: str) -> str:
    """Return our own words translated; those of a broken connection stay as they came."""
    return _(trouble) if trouble else ""
