"""A message that fails is tried after growing pauses, parked in the end, and can be sent again."""

from datetime import datetime, timedelta
from threading import Event
from time import monotonic

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from pytest_django import Settings

from accounts.models import Message
from accounts.refusals import StepRefused
from accounts.services.messages import LEASE, send_again, send_all_again, send_messages
from tests.accounts.posts import message, reachable
from tests.accounts.receivers import Gateway, MailServer
from tests.cast import NOON, Stage


def minutes(count: float) -> datetime:
    return NOON + timedelta(minutes=count)


def test_the_pause_doubles_and_after_eight_tries_the_message_is_parked(
    stage: Stage, gateway: Gateway
) -> None:
    message(reachable(stage))
    gateway.answer = lambda given: 503
    tried_at = []
    for minute in range(200):
        before = len(gateway.asked)
        send_messages(minutes(minute))
        if len(gateway.asked) > before:
            tried_at.append(minute)

    assert tried_at == [0, 1, 3, 7, 15, 31, 63, 127]
    parked = Message.objects.parked().get()
    assert (parked.attempts, parked.parked_at) == (8, minutes(127))
    assert len(set(gateway.keys)) == 1


def test_the_number_of_tries_is_a_setting(
    stage: Stage, gateway: Gateway, settings: Settings
) -> None:
    settings.MESSAGE_TRIES = 2
    message(reachable(stage))
    gateway.answer = lambda given: 503

    send_messages(minutes(0))
    send_messages(minutes(1))

    assert Message.objects.parked().count() == 1


def test_a_gateway_that_comes_back_gets_what_waited(stage: Stage, gateway: Gateway) -> None:
    message(reachable(stage))
    gateway.answer = lambda given: 503
    send_messages(minutes(0))
    gateway.answer = lambda given: 202

    assert send_messages(minutes(1)) == 1

    sent = Message.objects.get()
    assert (sent.sent_at, sent.attempts, sent.last_error) == (minutes(1), 2, "")
    assert send_messages(minutes(60)) == 0


def test_what_is_parked_is_sent_again_under_its_own_key(stage: Stage, gateway: Gateway) -> None:
    written = message(reachable(stage), parked_at=NOON, attempts=8, last_error="HTTP 503")

    assert send_messages(minutes(5)) == 0
    send_again(written, actor=stage.who("admin"), at=minutes(6))
    assert send_messages(minutes(6)) == 1

    assert gateway.keys == [written.key]


def test_what_was_sent_or_waits_cannot_be_sent_again(stage: Stage, gateway: Gateway) -> None:
    person = reachable(stage)
    for written in (message(person, sent_at=NOON), message(person)):
        with pytest.raises(StepRefused):
            send_again(written, actor=stage.who("admin"), at=minutes(1))


def test_sending_again_is_for_those_who_look_after_it(stage: Stage) -> None:
    written = message(reachable(stage), parked_at=NOON)
    with pytest.raises(PermissionDenied):
        send_again(written, actor=stage.who("town"), at=NOON)
    with pytest.raises(PermissionDenied):
        send_all_again("", actor=stage.who("leader"), at=NOON)
    assert Message.objects.parked().count() == 1


def test_everything_parked_on_a_channel_is_sent_again(stage: Stage) -> None:
    person = reachable(stage)
    for channel in ("sms", "sms", "email"):
        message(person, channel=channel, parked_at=NOON)

    assert send_all_again("sms", actor=stage.who("supervisor"), at=minutes(1)) == 2
    assert Message.objects.parked().get().channel == "email"
    assert send_all_again("", actor=stage.who("supervisor"), at=minutes(1)) == 1


def test_a_lease_that_has_run_out_is_taken_over(stage: Stage, gateway: Gateway) -> None:
    message(reachable(stage), leased_until=NOON + LEASE)

    assert send_messages(NOON) == 0
    assert send_messages(NOON + LEASE + timedelta(seconds=1)) == 1


def test_whoever_has_lost_the_phone_is_not_written_to(stage: Stage, gateway: Gateway) -> None:
    message(stage.people["town"])

    send_messages(NOON)

    assert Message.objects.parked().get().trouble == "此人已没有该渠道的手机号或邮箱。"
    assert gateway.asked == []


def test_what_waits_for_a_channel_switched_off_is_parked(stage: Stage) -> None:
    message(reachable(stage))

    send_messages(NOON)

    assert Message.objects.parked().get().last_error == "closed"


def test_the_urgent_ones_go_first(stage: Stage, gateway: Gateway) -> None:
    person = reachable(stage)
    for _ in range(20):
        message(person)
    urgent = message(person, at=NOON + timedelta(seconds=1), urgent=True)

    send_messages(minutes(1))

    assert urgent.key in gateway.keys[:8]
    assert len(gateway.keys) == 21


def test_a_gateway_that_hangs_does_not_keep_the_letters(
    stage: Stage, gateway: Gateway, mail_server: MailServer
) -> None:
    person = reachable(stage, phone="13900001234", email="town@district.example")
    for channel in ("sms", "email"):
        for _ in range(12):
            message(person, channel=channel)
    hangs = Event()
    gateway.before_answer = lambda: hangs.wait(60)
    began = monotonic()

    sent = send_messages(NOON)
    hangs.set()

    assert sent == len(mail_server.letters) == 12
    assert monotonic() - began < 40


def test_no_transaction_is_open_while_the_gateway_is_asked(
    committed_stage: Stage, gateway: Gateway
) -> None:
    message(reachable(committed_stage))
    seen = []
    gateway.before_answer = lambda: seen.append(connection_state())
    pid = backend_pid()

    def connection_state() -> str:
        with connection.cursor() as cursor:  # the gateway's thread has a connection of its own
            cursor.execute("SELECT state FROM pg_stat_activity WHERE pid = %s", [pid])
            state = cursor.fetchone()[0]
        connection.close()
        return str(state)

    send_messages(NOON)

    assert seen == ["idle"]


def backend_pid() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])
