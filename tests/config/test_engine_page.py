"""Administrators see at a glance whether the sweeps run, what waits for them, and what to do."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Heartbeat
from accounts.services.heartbeats import beat
from accounts.sweeps import Due
from config.celery import app
from config.engine import DUE, sweeps
from tests.cast import PEOPLE, Stage
from tests.plans import read_whole

QUEUES = [due for queues in DUE.values() for due in queues]


def opened(stage: Stage, name: str, **extra: str) -> str:
    client = Client()
    client.force_login(stage.who(name))
    answer = client.get("/engine/", headers=extra)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def all_ran() -> None:
    for name in app.conf.beat_schedule:
        beat(name, lambda at: 3, timezone.now())


def late_case(stage: Stage, days: int = 40) -> str:
    stage.at = timezone.now() - timedelta(days=days)
    return stage.case().number


@pytest.mark.parametrize("name", sorted(PEOPLE))
def test_it_is_for_administrators_and_the_centre(stage: Stage, name: str) -> None:
    client = Client()
    client.force_login(stage.who(name))
    wanted = 200 if name in ("admin", "supervisor") else 403
    assert client.get("/engine/").status_code == wanted


def test_every_sweep_of_the_schedule_is_shown_in_words(stage: Stage) -> None:
    all_ran()
    shown = sweeps(timezone.now())
    assert [sweep.name for sweep in shown] == list(app.conf.beat_schedule)
    assert not [sweep.name for sweep in shown if sweep.label == sweep.name]
    assert {sweep.state for sweep in shown} == {"ok"}


def test_the_oldest_row_due_leads_to_its_case(stage: Stage) -> None:
    late_case(stage, days=30)
    number = late_case(stage, days=40)
    page = opened(stage, "admin")
    assert f'href="/cases/{number}/"' in page
    [breaches] = [sweep for sweep in sweeps(timezone.now()) if sweep.name == "sweep_breaches"]
    [queue] = breaches.queues
    assert (queue.case, queue.more) == (number, False)
    assert queue.count > 0


def test_a_stopped_sweep_says_what_to_do(stage: Stage) -> None:
    all_ran()
    Heartbeat.objects.filter(name="sweep_breaches").update(
        ran_at=timezone.now() - timedelta(minutes=2)
    )
    assert "补上" in opened(stage, "admin")
    assert {sweep.name for sweep in sweeps(timezone.now()) if sweep.state == "late"} == {
        "sweep_breaches"
    }


def test_a_failing_sweep_shows_its_error(stage: Stage) -> None:
    def fail(at: object) -> int:
        raise ValueError("rows <b>odd</b>")

    all_ran()
    with pytest.raises(ValueError, match="odd"):
        beat("sweep_holds", fail, timezone.now())
    page = opened(stage, "admin")
    assert "ValueError: rows &lt;b&gt;odd&lt;/b&gt;" in page
    assert [one.name for one in sweeps(timezone.now()) if one.state == "failed"] == ["sweep_holds"]


def test_the_page_renews_itself_without_its_frame(stage: Stage) -> None:
    part = opened(stage, "admin", **{"HX-Request": "true"})
    assert 'hx-trigger="every 5s"' in part
    assert "<html" not in part


def test_it_asks_the_same_few_questions_however_much_waits(stage: Stage) -> None:
    def queries() -> int:
        client = Client()
        client.force_login(stage.who("admin"))
        with CaptureQueriesContext(connection) as captured:
            client.get("/engine/", headers={"HX-Request": "true"})
        return len(captured)

    all_ran()
    opened(stage, "admin")
    few = queries()
    for _ in range(5):
        late_case(stage)
    assert queries() == few <= 10 + 2 * len(QUEUES)


@pytest.mark.parametrize("due", QUEUES)
def test_what_is_due_is_found_through_an_index(stage: Stage, due: Due) -> None:
    at = timezone.now()
    for rows in (due.rows(at).order_by(due.since)[:1], due.rows(at).order_by()[:1001]):
        assert not read_whole(*rows.query.sql_with_params())
