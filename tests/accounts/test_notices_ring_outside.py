"""Notices become messages: one a person and channel, a digest where there are several, no storm."""

from datetime import timedelta

from django.core.mail import EmailMessage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import Message, Notice, User
from accounts.notice_texts import TEXTS, plain_wording
from accounts.services.ringing import compose_messages, make_rounds
from tests.accounts.posts import PHONE, reachable, rung, tell
from tests.accounts.receivers import Gateway, MailServer
from tests.cast import NOON, Stage


def test_one_notice_goes_out_as_it_is(stage: Stage, gateway: Gateway) -> None:
    reachable(stage)
    tell(case_number="TZ7")

    make_rounds(NOON)

    assert gateway.texts == ["新案件 TZ7，请受理"]
    assert gateway.asked[0]["to"] == PHONE
    assert rung() == 1


def test_a_notice_rings_once(stage: Stage, gateway: Gateway) -> None:
    reachable(stage)
    tell()

    for minutes in range(5):
        make_rounds(NOON + timedelta(minutes=minutes))

    assert len(gateway.asked) == 1


def test_five_hundred_notices_are_one_digest(stage: Stage, gateway: Gateway) -> None:
    reachable(stage)
    tell(3, kind="clock_overdue", case_number="TZ3")
    tell(497)

    make_rounds(NOON)

    lines = gateway.texts[0].splitlines()
    assert len(gateway.texts) == 1
    assert lines[0] == "500 条通知：3 条超时、497 条新案件"
    assert len(lines) == 12
    assert lines[-1] == "另有 490 条"
    assert rung() == 500
    assert Message.objects.get().count == 500


def test_a_digest_speaks_the_readers_language(stage: Stage, gateway: Gateway) -> None:
    reachable(stage, phone=PHONE, language="en")
    tell(2, case_number="TZ9")

    make_rounds(NOON)

    assert gateway.texts == ["2 notices: 2 new\nNew case TZ9\nNew case TZ9"]


def test_who_has_just_been_told_gets_the_rest_a_minute_later(
    stage: Stage, gateway: Gateway
) -> None:
    reachable(stage)
    tell()
    make_rounds(NOON)
    tell(2, at=NOON + timedelta(seconds=20))
    tell(3, at=NOON + timedelta(seconds=40))

    make_rounds(NOON + timedelta(seconds=50))
    assert len(gateway.texts) == 1

    make_rounds(NOON + timedelta(seconds=60))
    assert len(gateway.texts) == 2
    assert gateway.texts[1].startswith("5 条通知")


def test_an_urgent_notice_does_not_wait_and_stands_first(stage: Stage, gateway: Gateway) -> None:
    reachable(stage)
    tell()
    make_rounds(NOON)
    later = NOON + timedelta(seconds=20)
    tell(2, at=later)
    tell(at=later + timedelta(seconds=1), case_number="URGENT", urgent=True)

    make_rounds(later + timedelta(seconds=5))

    assert gateway.texts[1].splitlines()[1] == "新案件 URGENT，请受理"
    assert Message.objects.order_by("pk").last().urgent


def test_somebody_without_phone_and_address_reads_in_the_product(
    stage: Stage, gateway: Gateway, mail_server: MailServer
) -> None:
    tell(2)

    make_rounds(NOON)

    assert not Message.objects.exists()
    assert rung() == 2
    assert Notice.objects.visible_to(stage.people["town"]).count() == 2


def test_whoever_has_left_gets_no_message(stage: Stage, gateway: Gateway) -> None:
    person = reachable(stage)
    tell()
    User.objects.filter(pk=person.pk).update(is_active=False)

    make_rounds(NOON)

    assert gateway.asked == []
    assert rung() == 1


def test_a_person_is_told_on_each_channel(
    stage: Stage, gateway: Gateway, mail_server: MailServer
) -> None:
    reachable(stage, phone=PHONE, email="town@district.example")
    tell()

    make_rounds(NOON)

    assert len(gateway.texts) == len(mail_server.letters) == 1
    assert len(set(Message.objects.values_list("key", flat=True))) == 2


def test_a_district_without_channels_writes_no_message(
    stage: Stage, settings: Settings, mailoutbox: list[EmailMessage]
) -> None:
    reachable(stage, phone=PHONE, email="town@district.example")
    tell()

    make_rounds(NOON)

    assert not Message.objects.exists()
    assert mailoutbox == []
    assert rung() == 1


def test_what_people_typed_stays_in_the_house(stage: Stage, gateway: Gateway) -> None:
    reachable(stage)
    typed = {"unit": "区城管委", "reason": "来电人王小明 13800001234 说不是我们的"}
    tell(kind="order_objected", params=typed)

    make_rounds(NOON)

    assert gateway.texts == ["区城管委对案件 TZ1 提出派单异议"]


def test_every_kind_can_be_said_without_what_people_typed() -> None:
    """Where this fails: give the kind a shorter wording, or add a parameter nobody types to CARRIED."""
    known = {
        "document": "提醒函",
        "unit": "CGW",
        "clock": "decide",
        "due": "2026-03-04T02:30:00+00:00",
    }
    for kind in TEXTS:
        said = plain_wording(Notice(kind=kind, case_number="TZ1", params=known))
        assert "—" not in said, kind


def test_gathering_asks_the_same_few_questions_for_many_people(
    stage: Stage, gateway: Gateway
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            compose_messages(NOON)
        return len(queries)

    reachable(stage)
    tell()
    one = asked()
    Message.objects.all().delete()
    for name in ("department", "department2", "department3"):
        reachable(stage, name)
    for unit in ("CGW", "ZJW", "XFZD"):
        tell(30, unit=unit)

    assert asked() <= one
    assert Message.objects.count() == 3
