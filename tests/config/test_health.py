"""What a machine may ask without signing in."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Heartbeat
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


@pytest.mark.django_db
def test_readyz_blames_worker_or_beat_when_all_sweeps_are_silent(client: Client) -> None:
    sweeps_ran(timedelta(hours=1))
    parts = client.get("/readyz").json()["parts"]
    assert parts["worker"] == parts["beat"] == "no sweep has run lately"


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
