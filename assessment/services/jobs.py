"""Long jobs: asked for, claimed by one worker at a time, held while they go on, settled once.

What a job does stands in `assessment.services.work`.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from accounts import locks
from accounts.models import CENTRE_CODE, Unit, User
from accounts.services.notices import Draft, tell_person
from assessment.models import Job
from dispatch.models import Paper

Progress = Callable[..., None]
"""Called as `progress(done, total, stage="")`: how far the work is, in whatever it counts."""

HOLD = timedelta(seconds=60)
"""How long a worker may be silent before another takes the job up again."""

MOST_ATTEMPTS = 3
LONGEST_ERROR = 300
OPEN = (Job.State.WAITING, Job.State.RUNNING)


class Overtaken(RuntimeError):
    """Another worker has taken the job up meanwhile: what this one did is to be rolled back."""


def ask(
    kind: str, key: str, params: Mapping[str, Any], actor: User | None, at: datetime | None = None
) -> Job:
    """Ask for a job; where one of the same key waits or goes on, return that one."""
    open_now = Job.objects.filter(key=key, state__in=OPEN)
    if found := open_now.first():
        return found
    try:
        with transaction.atomic():
            return Job.objects.create(
                kind=kind,
                key=key,
                params=dict(params),
                asked_by=actor,
                asked_at=at or timezone.now(),
            )
    except IntegrityError:  # a twin asked in the same moment
        return Job.objects.filter(key=key).latest("pk")


@transaction.atomic
def claim(at: datetime) -> Job | None:
    """Take the job asked for first; None where there is none, or where one is under way.

    One job at a time in the whole district: the other workers are left to the sweeps. A job whose worker
    fell silent is taken up again; after the last attempt it has failed.
    """
    locks.hold("assessment.jobs")
    if Job.objects.filter(state=Job.State.RUNNING, held_until__gt=at).exists():
        return None
    rows = Job.objects.filter(state__in=OPEN).order_by("asked_at", "pk")
    for job in rows.select_for_update(skip_locked=True, of=("self",))[:20]:
        if job.attempts >= MOST_ATTEMPTS:
            _end(job, at, job.error or _("The worker ended three times before the job was done."))
            continue
        job.state, job.attempts, job.held_until = Job.State.RUNNING, job.attempts + 1, at + HOLD
        job.save(update_fields=["state", "attempts", "held_until"])
        return job
    return None


def hold(job: Job, until: datetime, done: int, total: int, stage: str) -> None:
    """Say that the job goes on, and how far it is."""
    said = {"done": max(done, 0), "total": max(total, 0), "stage": stage[:60]}
    ours(job).update(held_until=until, **said)


def settle(job: Job, at: datetime, paper: Paper | None = None) -> None:
    """Mark the job as done and tell who asked; in the transaction of what it did.

    Raise `Overtaken` where the job is not this worker's any more: the transaction is rolled back, and the
    other worker's result stands alone.
    """
    done = {"state": Job.State.DONE, "finished_at": at, "paper": paper, "error": ""}
    if not ours(job).update(**done):
        raise Overtaken(job.key)
    job.state, job.paper = Job.State.DONE, paper
    _tell(job, "job_done", at)


def give_back(job: Job, at: datetime, reason: str, *, again: bool) -> None:
    """Put a job back that went wrong, to be tried `again`; after the last attempt it has failed."""
    with transaction.atomic():
        if again and job.attempts < MOST_ATTEMPTS:
            ours(job).update(state=Job.State.WAITING, error=reason[:LONGEST_ERROR], held_until=None)
        elif ours(job).exists():
            _end(job, at, reason)


def ours(job: Job) -> Any:
    """Return the job's row as long as it is this worker's."""
    rows = Job.objects.filter(pk=job.pk, state=Job.State.RUNNING)
    return rows.filter(attempts=job.attempts)


def _end(job: Job, at: datetime, reason: str) -> None:
    job.state, job.error = Job.State.FAILED, reason[:LONGEST_ERROR]
    job.finished_at, job.held_until = at, None
    job.save(update_fields=["state", "error", "finished_at", "held_until"])
    _tell(job, "job_failed", at)


def _tell(job: Job, kind: str, at: datetime) -> None:
    """Tell the person who asked; what the calendar asked for tells nobody but the list."""
    if job.asked_by_id is None:
        return
    params: dict[str, Any] = {"id": job.pk, "title": job.params.get("title", job.key)}
    if job.paper is not None:
        params["document"] = job.paper.number
    centre = Unit.objects.values_list("pk", flat=True).get(code=CENTRE_CODE)
    tell_person(job.asked_by_id, Draft(kind, centre, f"{kind}:{job.pk}", params=params), at)
