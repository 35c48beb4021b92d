"""What a machine may ask without signing in."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Heartbeat
from accounts.services.heartbeats import beat
from config.celery import app


def sweeps_ran(ago: timedelta) -> None:
    for name in app.conf.beat_schedule:
        Heartbeat.objects.update_or_create(name=name, defaults={"ran_at": timezone.now() - ago})


def test_healthz_answers_without_a_database(client: Client) -> None:
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_readyz_answers_200_when_everything_works(client: Client) -> None:
    sweeps_ran(timedelta(seconds=3))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["ready"] is True
    assert set(answer.json()["parts"]) == {"database", "broker", "worker", "beat", "sweeps"}


@pytest.mark.django_db
def test_readyz_names_the_sweeps_that_never_ran(client: Client) -> None:
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert "sweep_breaches has never run" in answer.json()["parts"]["sweeps"]


@pytest.mark.django_db
def test_readyz_names_one_late_sweep_and_leaves_the_worker_in_peace(client: Client) -> None:
    sweeps_ran(timedelta(seconds=3))
    Heartbeat.objects.filter(name="sweep_breaches").update(
        ran_at=timezone.now() - timedelta(minutes=2)
    )
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["sweeps"].startswith("sweep_breaches ran last at ")
    assert answer.json()["parts"]["worker"] == "ok"


@pytest.fixture
def queue() -> Iterator[None]:
    """Empty the worker's queue before and after the test."""
    with app.connection_for_write() as link:
        link.default_channel.queue_purge(app.conf.task_default_queue)
    yield
    with app.connection_for_write() as link:
        link.default_channel.queue_purge(app.conf.task_default_queue)


def send(expires: float) -> None:
    app.send_task("cases.tasks.sweep_breaches", expires=expires)


@pytest.mark.django_db
def test_readyz_blames_the_worker_while_fresh_sweeps_wait(client: Client, queue: None) -> None:
    sweeps_ran(timedelta(hours=1))
    send(expires=30)
    parts = client.get("/readyz").json()["parts"]
    assert parts["worker"] == "takes nothing from its queue"
    assert parts["beat"] == "ok"


@pytest.mark.django_db
def test_readyz_blames_beat_where_nothing_is_sent(client: Client, queue: None) -> None:
    sweeps_ran(timedelta(hours=1))
    parts = client.get("/readyz").json()["parts"]
    assert parts["beat"] == "has sent no sweep lately"
    assert parts["worker"] == "unknown: nothing is sent to it"


@pytest.mark.django_db
def test_readyz_blames_both_where_only_old_sweeps_wait(client: Client, queue: None) -> None:
    sweeps_ran(timedelta(hours=1))
    send(expires=-30)
    parts = client.get("/readyz").json()["parts"]
    assert parts["worker"] == "takes nothing from its queue"
    assert parts["beat"] == "has sent no sweep lately"


@pytest.mark.django_db
def test_readyz_leaves_both_in_peace_where_the_sweeps_themselves_fail(
    client: Client, queue: None
) -> None:
    sweeps_ran(timedelta(hours=1))
    with pytest.raises(ZeroDivisionError):
        beat("sweep_breaches", lambda at: 1 // 0, timezone.now())
    parts = client.get("/readyz").json()["parts"]
    assert parts["worker"] == parts["beat"] == "ok"
    assert "sweep_breaches" in parts["sweeps"]


@pytest.mark.django_db
def test_readyz_says_that_the_broker_is_away(client: Client, settings: Settings) -> None:
    sweeps_ran(timedelta(seconds=3))
    settings.CELERY_BROKER_URL = "redis+socket:///nowhere/valkey.sock"
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["parts"]["broker"] != "ok"
    assert answer.json()["parts"]["database"] == "ok"


def test_metrics_are_open_where_no_token_is_set(client: Client) -> None:
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert b"django_http_requests" in answer.content


def test_metrics_want_their_token_where_one_is_set(client: Client, settings: Settings) -> None:
    settings.METRICS_TOKEN = "let-me-in"
    assert client.get("/metrics").status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer no"}).status_code == 401
    assert client.get("/metrics", headers={"Authorization": "Bearer let-me-in"}).status_code == 200


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_they_are_asked_and_never_told(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
