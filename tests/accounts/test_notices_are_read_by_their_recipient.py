"""The bell, the list of notices, and what polling the bell tells those who watch the sweeps."""

from datetime import timedelta

import pytest
from celery import current_app
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import Heartbeat, Notice, User
from tests.cast import NOON, Stage


def tell(person: User, count: int = 1, *, delivered: bool = True) -> None:
    Notice.objects.bulk_create(
        Notice(
            recipient=person,
            key=f"{person}:{number}:{delivered}",
            kind="case_received",
            case_number=f"TZ{number:04}",
            created_at=NOON + timedelta(minutes=number),
            not_before=NOON,
            delivered_at=NOON if delivered else None,
        )
        for number in range(count)
    )


@pytest.fixture
def town(stage: Stage) -> Client:
    client = Client()
    client.force_login(stage.people["town"])
    return client


def test_the_bell_counts_ones_own_delivered_unread_notices(stage: Stage, town: Client) -> None:
    tell(stage.people["town"], 3)
    tell(stage.people["town"], 2, delivered=False)
    tell(stage.people["town2"], 4)

    assert "3 条未读通知" in town.get("/notices/badge/").content.decode()


def test_the_bell_stops_counting_at_ninety_nine(stage: Stage, town: Client) -> None:
    tell(stage.people["town"], 130)

    assert "99+" in town.get("/notices/badge/").content.decode()


def test_opening_the_list_marks_ones_own_as_read_and_nobody_elses(
    stage: Stage, town: Client
) -> None:
    tell(stage.people["town"], 2)
    tell(stage.people["town2"], 1)

    first = town.get("/notices/").content.decode()

    assert "新案件 TZ0001" in first
    assert not Notice.objects.filter(recipient=stage.people["town"], read_at=None).exists()
    assert Notice.objects.filter(recipient=stage.people["town2"], read_at=None).exists()
    assert "is-new" in first
    assert "is-new" not in town.get("/notices/").content.decode()


def test_the_list_goes_by_pages_and_costs_the_same_with_many(
    stage: Stage, town: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    tell(stage.people["town"], 120)

    with django_assert_max_num_queries(6):
        page = town.get("/notices/")

    assert page.content.decode().count("<li class=") == 50
    older = page.context["page"].next
    assert "TZ0069" in town.get("/notices/", {"cursor": older}).content.decode()


def test_a_supervisor_is_told_of_sweeps_that_stand_still(stage: Stage, town: Client) -> None:
    watcher = Client()
    watcher.force_login(stage.people["supervisor"])

    assert "时限监控已中断" in watcher.get("/notices/badge/").content.decode()
    assert "stale-sweeps" not in town.get("/notices/badge/").content.decode()

    for name in current_app.conf.beat_schedule:
        Heartbeat.objects.create(name=name, ran_at=timezone.now())
    assert "时限监控已中断" not in watcher.get("/notices/badge/").content.decode()
