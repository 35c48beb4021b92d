"""Long jobs: asked for once, done once, taken up again after a dead worker, failed in the end with a reason."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import Heartbeat, Notice
from accounts.refusals import BadInput
from assessment import tasks
from assessment.models import Job
from assessment.services import jobs, work
from tests.cast import Stage

KIND = Job.Kind.REPORT


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the keys of the jobs done, in their order; a job does nothing else here."""
    keys: list[str] = []

    def write(job: Job, at: datetime, progress: Any) -> None:
        progress(1, 2, "half")
        keys.append(job.key)

    monkeypatch.setitem(work.JOBS, KIND, write)
    return keys


def asked(stage: Stage, key: str = "a", by: str | None = "leader") -> Job:
    return jobs.ask(KIND, key, {"title": key}, stage.who(by) if by else None, stage.at)


def test_a_job_asked_for_twice_is_done_once_and_its_asker_is_told(
    stage: Stage, done: list[str]
) -> None:
    first, twin = asked(stage), asked(stage, by="assessor")
    assert first == twin
    asked(stage, "b")
    assert work.run_jobs(stage.at) == 2
    assert done == ["a", "b"]
    assert {job.state for job in Job.objects.all()} == {Job.State.DONE}
    told = Notice.objects.filter(kind="job_done")
    assert sorted(told.values_list("recipient__username", "params__title")) == [
        ("leader", "a"),
        ("leader", "b"),
    ]
    assert asked(stage) != first  # done is done: the same may be asked for again


def test_one_job_at_a_time_so_that_the_other_workers_are_free(stage: Stage) -> None:
    asked(stage), asked(stage, "b")
    first = jobs.claim(stage.at)
    assert first is not None
    assert jobs.claim(stage.at + timedelta(seconds=30)) is None
    jobs.hold(first, stage.at + timedelta(minutes=5), 1, 4, "")
    assert jobs.claim(stage.at + timedelta(minutes=2)) is None
    jobs.settle(first, stage.at)
    second = jobs.claim(stage.at)
    assert second is not None
    assert second.key == "b"


def test_the_job_of_a_dead_worker_is_taken_up_again_three_times_in_all(stage: Stage) -> None:
    asked(stage)
    at = stage.at
    for attempt in (1, 2, 3):
        taken = jobs.claim(at)
        assert taken is not None
        assert taken.attempts == attempt
        assert jobs.claim(at + timedelta(seconds=59)) is None
        at += timedelta(seconds=61)
    assert jobs.claim(at) is None
    job = Job.objects.get()
    assert job.state == Job.State.FAILED
    assert "three times" in job.error
    assert Notice.objects.filter(kind="job_failed", recipient__username="leader").exists()


def test_what_an_overtaken_worker_wrote_is_rolled_back(stage: Stage) -> None:
    asked(stage)
    slow = jobs.claim(stage.at)
    assert slow is not None
    again = jobs.claim(stage.at + timedelta(minutes=2))
    assert again is not None

    @transaction.atomic
    def end_late() -> None:
        asked(stage, "written by the slow one")
        jobs.settle(slow, stage.at)

    with pytest.raises(jobs.Overtaken):
        end_late()
    assert not Job.objects.filter(key="written by the slow one").exists()
    jobs.settle(again, stage.at)
    assert Job.objects.get().state == Job.State.DONE


def test_a_refusal_ends_a_job_and_an_error_is_tried_again(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[str] = []

    def write(job: Job, at: datetime, progress: Any) -> None:
        tries.append(job.key)
        if job.key == "refused":
            raise BadInput({"period": "没有这个考核期"})
        if len(tries) < 4:
            raise RuntimeError("away\nwith details")

    monkeypatch.setitem(work.JOBS, KIND, write)
    refused, mended = asked(stage, "refused"), asked(stage, "mended")
    work.run_jobs(stage.at)
    refused.refresh_from_db()
    mended.refresh_from_db()
    assert (refused.state, refused.attempts) == (Job.State.FAILED, 1)
    assert "没有这个考核期" in refused.error
    assert (mended.state, mended.attempts, mended.error) == (Job.State.DONE, 3, "")
    assert tries == ["refused", "mended", "mended", "mended"]


def test_others_see_how_far_a_job_is_while_its_own_transaction_is_open(
    committed_stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage, seen = committed_stage, []
    monkeypatch.setattr(work, "TICK", 0.02)

    def write(job: Job, at: datetime, progress: Any) -> None:
        from threading import Event, Thread

        found = Event()

        def look() -> None:
            while not found.is_set():
                row = Job.objects.get(pk=job.pk)
                if row.done == 7:
                    seen.append((row.done, row.total, row.stage))
                    found.set()
            connection.close()

        with transaction.atomic():
            watcher = Thread(target=look)
            watcher.start()
            progress(7, 9, "Reckoning the figures")
            assert found.wait(60)
            watcher.join()

    monkeypatch.setitem(work.JOBS, KIND, write)
    asked(stage)
    work.run_jobs(stage.at)
    assert seen == [(7, 9, "Reckoning the figures")]


def test_a_long_job_is_no_sweep_that_stands_still(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    beating: list[bool] = []

    def write(job: Job, at: datetime, progress: Any) -> None:
        beating.append(Heartbeat.objects.filter(name="run_jobs").exists())

    monkeypatch.setitem(work.JOBS, KIND, write)
    asked(stage)
    assert tasks.run_jobs() == 1
    assert beating == [True]
    assert tasks.run_jobs() == 0
