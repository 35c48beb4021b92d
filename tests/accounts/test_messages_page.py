"""The page of messages: for whom it is, what it shows, and sending again from it."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.desks import pages_of
from accounts.models import Message
from tests.accounts.posts import message, reachable
from tests.cast import NOON, PEOPLE, Stage

LOOKERS = {"admin", "supervisor"}


def enter(stage: Stage, name: str) -> Client:
    client = Client()
    client.force_login(stage.people[name])
    return client


def page(client: Client, address: str = "/messages/") -> str:
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize("name", PEOPLE)
def test_who_may_look_and_send_again(stage: Stage, name: str) -> None:
    written = message(reachable(stage), parked_at=NOON)
    client, allowed = enter(stage, name), name in LOOKERS

    assert client.get("/messages/").status_code == (200 if allowed else 403)
    assert client.post("/messages/again/").status_code == (302 if allowed else 403)
    Message.objects.update(parked_at=NOON)
    one = client.post(f"/messages/{written.pk}/again/")
    assert one.status_code == (302 if allowed else 403)
    assert Message.objects.parked().exists() is not allowed


def test_messages_are_visible_to_no_other(stage: Stage) -> None:
    message(reachable(stage))
    seeing = {name for name in PEOPLE if Message.objects.visible_to(stage.who(name)).exists()}
    assert seeing == LOOKERS


def test_administrators_find_it_in_the_navigation(stage: Stage) -> None:
    found = {name: [url for _page, url in pages_of(stage.people[name])] for name in PEOPLE}
    assert {name for name, urls in found.items() if "/messages/" in urls} == {"admin"}


def test_what_was_given_up_is_shown_first(stage: Stage) -> None:
    person = reachable(stage)
    message(person, parked_at=NOON, subject="GIVEN UP", last_error="HTTP 503", attempts=8)
    message(person, subject="WAITS")
    message(person, sent_at=NOON, subject="WENT")

    shown = page(enter(stage, "admin"))

    assert "GIVEN UP" in shown
    assert "HTTP 503" in shown
    assert "WAITS" not in shown
    assert "WAITS" in page(enter(stage, "admin"), "/messages/?state=waiting")
    assert "WENT" in page(enter(stage, "admin"), "/messages/?state=sent")


def test_what_waits_is_shown_where_nothing_was_given_up(stage: Stage) -> None:
    message(reachable(stage), subject="WAITS")
    assert "WAITS" in page(enter(stage, "admin"))


def test_the_address_is_masked_and_the_text_stays_with_its_reader(stage: Stage) -> None:
    person = reachable(stage, phone="13912345678", email="wang@district.example")
    for channel in ("sms", "email"):
        message(person, channel=channel, body="WHAT IT SAYS")

    shown = page(enter(stage, "admin"))

    assert "139****78" in shown
    assert "w***@district.example" in shown
    for hidden in ("13912345678", "wang@", "WHAT IT SAYS"):
        assert hidden not in shown


def test_one_channel_can_be_chosen(stage: Stage) -> None:
    person = reachable(stage, phone="13912345678", email="wang@district.example")
    message(person, subject="BY SMS")
    message(person, channel="email", subject="BY EMAIL")

    shown = page(enter(stage, "admin"), "/messages/?channel=email&state=waiting")

    assert "BY EMAIL" in shown
    assert "BY SMS" not in shown
    assert "BY SMS" in page(enter(stage, "admin"), "/messages/?channel=pigeon&state=waiting")


def test_all_of_the_chosen_channel_are_sent_again(stage: Stage) -> None:
    person = reachable(stage)
    for channel in ("sms", "email"):
        message(person, channel=channel, parked_at=NOON)
    client = enter(stage, "admin")
    assert 'name="channel" value="sms"' in page(client, "/messages/?channel=sms&state=parked")

    client.post("/messages/again/", {"channel": "sms"})

    assert Message.objects.parked().get().channel == "email"


def test_what_is_no_longer_parked_is_409_and_what_is_not_there_404(stage: Stage) -> None:
    written = message(reachable(stage), sent_at=NOON)
    client = enter(stage, "admin")

    assert client.post(f"/messages/{written.pk}/again/").status_code == 409
    assert client.post(f"/messages/{written.pk + 1}/again/").status_code == 404
    assert client.get(f"/messages/{written.pk}/again/").status_code == 405


def test_it_goes_by_pages_and_costs_the_same_with_many(stage: Stage) -> None:
    client, person = enter(stage, "admin"), reachable(stage)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            page(client)
        return len(queries)

    message(person, parked_at=NOON)
    page(client)
    one = asked()
    for number in range(60):
        message(person, parked_at=NOON + timedelta(seconds=number), subject=f"S{number}")

    assert asked() <= one <= 6
    shown = client.get("/messages/")
    assert shown.content.decode().count("/again/") == 51
    older = shown.context["page"].next
    assert "S3<" in page(client, f"/messages/?state=parked&cursor={older}")


@pytest.mark.parametrize("state", ["parked", "waiting", "sent"])
def test_an_empty_list_says_so(stage: Stage, state: str) -> None:
    assert "empty-head" in page(enter(stage, "supervisor"), f"/messages/?state={state}")
