"""Do the jobs that wait: what each kind of job does, and how a worker goes about it."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from time import monotonic

from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.utils import timezone, translation

from accounts.refusals import BadInput, StepRefused
from assessment.models import Job
from assessment.services import freezing, jobs, report_papers, signs
from assessment.services.jobs import Progress

Work = Callable[[Job, datetime, Progress], None]
"""Does the whole job; settles it (`jobs.settle`) in the transaction of its last result, or leaves that."""

JOBS: dict[str, Work] = {
    Job.Kind.REPORT: report_papers.write,
    Job.Kind.FREEZE: freezing.work,
    Job.Kind.SEARCH: signs.search_as_asked,
}

TICK = 1.0
"""Seconds between two signs of life of a job."""

ENOUGH = timedelta(minutes=20)
"""After so long a worker takes no further job: the next sweep goes on, within the limit of a task."""

logger = logging.getLogger(__name__)


def run_jobs(at: datetime) -> int:
    """Do every job that waits, one after another; return how many were taken up."""
    return go_on(jobs.claim(at))


def go_on(job: Job | None) -> int:
    """Do the job, then whatever waits; return how many were taken up."""
    began, count = monotonic(), 0
    while job is not None:
        count += 1
        do(job)
        spent = timedelta(seconds=monotonic() - began)
        job = jobs.claim(timezone.now()) if spent < ENOUGH else None
    return count


def do(job: Job, clock: Callable[[], datetime] = timezone.now) -> None:
    """Do one claimed job. A refusal ends it; any other error has it tried again, three times in all."""
    with _Pulse(job) as pulse, translation.override("zh-hans"):
        try:
            JOBS[job.kind](job, clock(), pulse.tell)
            if jobs.ours(job).exists():
                jobs.settle(job, clock())
        except jobs.Overtaken:
            logger.warning("job %s was taken up by another worker", job.pk)
        except (BadInput, PermissionDenied, StepRefused) as refusal:
            jobs.give_back(job, clock(), str(refusal), again=False)
        except Exception as error:  # the worker goes on with other jobs
            logger.exception("job %s failed", job.pk)
            first = str(error).strip().split("\n")[0]
            reason = f"{type(error).__name__}: {first}"
            jobs.give_back(job, clock(), reason, again=True)


class _Pulse:
    """Says every second that the job goes on and how far it is, on a connection of its own: what the
    job's own transaction writes is seen by nobody until it ends."""

    def __init__(self, job: Job) -> None:
        self.job = job
        self.told = (0, 0, "")
        self.over = threading.Event()
        self.thread = threading.Thread(target=self._beat, name=f"job {job.pk}", daemon=True)

    def tell(self, done: int, total: int, stage: str = "") -> None:
        self.told = (done, total, stage or self.told[2])

    def __enter__(self) -> "_Pulse":
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.over.set()
        self.thread.join()

    def _beat(self) -> None:
        try:
            while not self.over.wait(TICK):
                with suppress(DatabaseError):  # held for longer than a short outage
                    jobs.hold(self.job, timezone.now() + jobs.HOLD, *self.told)
        finally:
            connection.close()
