"""Couriers at once: each notice rings once, each message is sent once, and a killed courier loses none."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from django.db import transaction
from pytest_django import Settings

from accounts.models import Message, Notice
from accounts.services.messages import LEASE, send_messages
from accounts.services.notices import deliver, mark_read
from accounts.services.ringing import compose_messages, make_rounds
from tests.accounts.posts import message, reachable, tell
from tests.accounts.receivers import SECRET, Gateway, running_gateway
from tests.cast import NOON, ROOT, Stage
from tests.processes.conftest import database_url
from tests.races.test_two_people_press_the_same_button import at_once

UNITS = {"CGW": "department", "ZJW": "department2", "XFZD": "department3"}


@pytest.fixture
def gateway(settings: Settings) -> Iterator[Gateway]:
    with running_gateway() as gateway:
        settings.SMS_URL, settings.SMS_SECRET = gateway.url, SECRET
        yield gateway


def test_eight_couriers_gather_one_digest_for_each_person(
    committed_stage: Stage, gateway: Gateway
) -> None:
    for unit, name in UNITS.items():
        reachable(committed_stage, name)
        tell(40, unit=unit)

    written = at_once(*[lambda: compose_messages(NOON) for _ in range(8)])

    assert sum(int(str(count)) for count in written) == 3
    assert sorted(Message.objects.values_list("count", flat=True)) == [40, 40, 40]
    assert not Notice.objects.filter(rung_at=None).exists()


def test_eight_couriers_send_each_message_once(committed_stage: Stage, gateway: Gateway) -> None:
    person = reachable(committed_stage)
    for _ in range(60):
        message(person)

    sent = at_once(*[lambda: send_messages(NOON) for _ in range(8)])

    assert sum(int(str(count)) for count in sent) == 60
    assert len(gateway.keys) == len(set(gateway.keys)) == 60


@pytest.mark.slow
def test_a_courier_killed_between_sending_and_marking_sends_again_under_the_same_key(
    committed_stage: Stage, gateway: Gateway, tmp_path: Path
) -> None:
    reachable(committed_stage)
    tell()
    script = (
        "import django; django.setup()\n"
        "from datetime import datetime\n"
        "from accounts.services.ringing import make_rounds\n"
        f"make_rounds(datetime.fromisoformat({NOON.isoformat()!r}))"
    )
    courier = subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": database_url(),
            "SECRET_KEY": "of-the-tests",
            "DATA_DIR": str(tmp_path),
            "SMS_URL": gateway.url,
            "SMS_SECRET": SECRET,
        },
    )
    gateway.before_answer = courier.kill
    assert courier.wait(180) == -9
    gateway.before_answer = lambda: None
    assert (len(gateway.keys), Message.objects.sent().count()) == (1, 0)

    make_rounds(NOON + LEASE)
    assert len(gateway.keys) == 1
    make_rounds(NOON + LEASE + timedelta(seconds=1))

    assert len(gateway.keys) == 2
    assert len(set(gateway.keys)) == 1
    assert Message.objects.sent().count() == 1


def test_gathering_does_not_wait_for_a_reader(committed_stage: Stage, gateway: Gateway) -> None:
    town = reachable(committed_stage)
    tell()
    deliver(NOON)
    reading, gathered = Event(), Event()

    @transaction.atomic
    def read() -> bool:
        mark_read(town, NOON)
        reading.set()
        return gathered.wait(60)

    def gather() -> None:
        reading.wait()
        compose_messages(NOON)
        gathered.set()

    assert at_once(read, gather) == [True, None]
    assert compose_messages(NOON) == 1
