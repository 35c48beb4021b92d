"""E-mail goes to a real mail server; its answers decide what becomes of a message."""

from datetime import timedelta
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest
from pytest_django import Settings

from accounts.models import Message, User
from accounts.services.messages import send_messages
from tests.accounts.posts import message, reachable
from tests.accounts.receivers import MailServer
from tests.cast import NOON, Stage

ADDRESS = "town@district.example"


@pytest.fixture
def person(stage: Stage) -> User:
    return reachable(stage, email=ADDRESS)


def test_a_letter_carries_its_key(person: User, mail_server: MailServer) -> None:
    written = message(person, channel="email", subject="2 条通知", body="2 条通知\n新案件 TZ1")

    assert send_messages(NOON) == 1

    letter = message_from_bytes(mail_server.letters[0].encode())
    assert mail_server.recipients == [ADDRESS]
    assert letter["Message-ID"] == f"<{written.key}@district.example>"
    assert str(make_header(decode_header(letter["Subject"]))) == "2 条通知"
    body = letter.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().split() == ["2", "条通知", "新案件", "TZ1"]


@pytest.mark.parametrize("verb", ["RCPT TO", "DATA"])
def test_a_refusal_for_good_parks_the_letter(
    person: User, mail_server: MailServer, verb: str
) -> None:
    message(person, channel="email")
    mail_server.replies[verb] = "550 no such person here"

    send_messages(NOON)

    assert Message.objects.parked().get().last_error == "SMTP 550"


@pytest.mark.parametrize(
    ("verb", "reply"),
    [("RCPT TO", "451 greylisted"), ("DATA", "452 full"), ("MAIL FROM", "530 sign in first")],
)
def test_a_refusal_for_now_is_tried_again(
    person: User, mail_server: MailServer, verb: str, reply: str
) -> None:
    message(person, channel="email")
    mail_server.replies[verb] = reply

    send_messages(NOON)

    waiting = Message.objects.waiting().get()
    assert waiting.last_error == f"SMTP {reply[:3]}"
    assert waiting.not_before == NOON + timedelta(minutes=1)


def test_a_mail_server_that_is_away_is_tried_again(
    person: User, mail_server: MailServer, settings: Settings
) -> None:
    message(person, channel="email")
    settings.EMAIL_PORT = 9

    send_messages(NOON)

    assert Message.objects.waiting().get().last_error == "unreachable"
