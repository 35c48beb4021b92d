"""The SMS gateway is handed signed messages; what it answers decides what becomes of them."""

from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from django.utils import timezone
from pytest_django import Settings

from accounts.models import Message
from accounts.services.messages import send_messages
from tests.accounts.posts import PHONE, message, reachable
from tests.accounts.receivers import Gateway
from tests.cast import NOON, Stage


def test_a_message_is_signed_and_names_its_key(stage: Stage, gateway: Gateway) -> None:
    written = message(reachable(stage), body="2 条通知\n新案件 “TZ1”")

    assert send_messages(NOON) == 1

    assert gateway.asked == [
        {
            "id": written.key,
            "to": PHONE,
            "text": "2 条通知\n新案件 “TZ1”",
            "sent_at": "2026-03-04T10:00:00+08:00",
        }
    ]
    assert gateway.headers[0]["Idempotency-Key"] == written.key
    sent_at = datetime.fromtimestamp(int(gateway.headers[0]["X-Chuishao-Timestamp"]), UTC)
    assert sent_at == NOON
    assert gateway.forged == 0


def test_another_secret_is_noticed_and_the_message_kept(
    stage: Stage, gateway: Gateway, settings: Settings
) -> None:
    message(reachable(stage))
    settings.SMS_SECRET = "somebody else's"

    assert send_messages(NOON) == 0

    assert gateway.forged == 1
    assert Message.objects.parked().get().last_error == "HTTP 401"


@pytest.mark.parametrize("status", [400, 404, 422])
def test_what_the_gateway_refuses_for_good_is_parked_at_once(
    stage: Stage, gateway: Gateway, status: int
) -> None:
    message(reachable(stage))
    gateway.answer = lambda given: status

    send_messages(NOON)

    parked = Message.objects.parked().get()
    assert (parked.attempts, parked.last_error) == (1, f"HTTP {status}")


@pytest.mark.parametrize("status", [302, 408, 425, 429, 500, 503])
def test_another_answer_is_tried_again(stage: Stage, gateway: Gateway, status: int) -> None:
    message(reachable(stage))
    gateway.answer = lambda given: status

    send_messages(NOON)

    waiting = Message.objects.waiting().get()
    assert waiting.not_before == NOON + timedelta(minutes=1)
    assert waiting.last_error == f"HTTP {status}"
    assert len(gateway.asked) == 1  # a redirection is not followed


def test_a_gateway_that_is_not_there_is_asked_for_one_batch_only(
    stage: Stage, gateway: Gateway, settings: Settings
) -> None:
    person = reachable(stage)
    for _ in range(20):
        message(person)
    settings.SMS_URL = "http://127.0.0.1:9/"

    assert send_messages(NOON) == 0

    tried = Message.objects.filter(last_error="unreachable")
    assert tried.count() == 8
    assert Message.objects.due(NOON).count() == 12


def test_a_gateway_that_answers_drop_by_drop_is_cut_off(stage: Stage, gateway: Gateway) -> None:
    message(reachable(stage))
    gateway.drip = 0.3
    began = monotonic()

    send_messages(timezone.now())

    assert monotonic() - began < 25  # all drops take 34
    assert Message.objects.get().last_error == "unreachable"
