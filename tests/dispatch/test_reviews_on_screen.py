"""One whistle, one review in the browser."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from assessment.models import Review
from assessment.services.reviews import review_order
from dispatch.models import Order
from tests.cast import Stage
from tests.dispatch.test_steps_on_screen import order_in

SignIn = Callable[[str], Client]
MARKS = {"arrival": "100", "attitude": "85", "result": "70", "comment": "来得快"}


def url(order: Order) -> str:
    return reverse("assessment:review", args=[order.pk])


def test_the_blower_marks_and_goes_back(live: Stage, sign_in: SignIn) -> None:
    order = order_in(live, "accepted")
    client = sign_in("town")
    assert "data-grade" in client.get(url(order)).content.decode()
    answer = client.post(url(order), MARKS | {"next": "/desk/whistles/?kind=review"})
    assert answer.headers["Location"] == "/desk/whistles/?kind=review"
    given = Review.objects.get(order=order)
    assert (given.arrival, given.attitude, given.result, given.comment) == (100, 85, 70, "来得快")
    assert Order.objects.get(pk=order.pk).state == "reviewed"
    assert client.post(url(order), MARKS).status_code == 409


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("town", 302),
        ("community", 403),
        ("supervisor", 403),
        ("department3", 403),
        ("operator", 403),
        ("town2", 404),
        ("department", 404),
    ],
)
def test_who_may_review(live: Stage, sign_in: SignIn, name: str, status: int) -> None:
    order = order_in(live, "accepted")
    client = sign_in(name)
    assert client.get(url(order)).status_code == (200 if status == 302 else status)
    assert client.post(url(order), MARKS).status_code == status


@pytest.mark.parametrize("state", ["issued", "reported", "finished", "withdrawn"])
def test_only_an_accepted_order_is_reviewed(live: Stage, sign_in: SignIn, state: str) -> None:
    order = order_in(live, state)
    client = sign_in("town")
    assert client.get(url(order)).status_code == 409
    assert client.post(url(order), MARKS).status_code == 409


@pytest.mark.parametrize("wrong", ["101", "-1", "", "8.5", "well"])
def test_a_mistaken_mark_keeps_what_was_typed(live: Stage, sign_in: SignIn, wrong: str) -> None:
    order = order_in(live, "accepted")
    answer = sign_in("town").post(url(order), MARKS | {"attitude": wrong})
    page = answer.content.decode()
    assert answer.status_code == 400
    assert 'value="100"' in page
    assert "来得快" in page
    assert not Review.objects.exists()


def test_the_department_reads_its_marks_where_the_order_stands(
    live: Stage, sign_in: SignIn
) -> None:
    order = order_in(live, "accepted")
    actor = live.who("town")
    review_order(order.pk, actor=actor, at=live.at, arrival=90, attitude=80, result=70)
    client = sign_in("department3")
    desk = client.get(reverse("dispatch:desk"), {"group": "settled"}).content.decode()
    asked = f"{reverse('assessment:marks')}?order={order.pk}&amp;"
    assert f'hx-get="{asked}"' in desk
    assert f'id="marks-{order.pk}"' in desk
    marks = {"order": [str(order.pk), "x"]}
    answer = client.get(reverse("assessment:marks"), marks).content.decode()
    assert f'id="marks-{order.pk}" hx-swap-oob' in answer
    assert "arrival 90 · attitude 80 · result 70" in answer
    assert client.get(url(order)).status_code == 200
    assert (
        "arrival" not in sign_in("town2").get(reverse("assessment:marks"), marks).content.decode()
    )
