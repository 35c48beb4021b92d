"""Every list costs the same few queries with one row and with many; so do the calls that matter."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import calendars
from grids import places
from tests.api.calls import V1, Api
from tests.api.test_journey_through_api import REQUEST
from tests.cast import Stage

LIST_BUDGET, DETAIL_BUDGET, CREATE_BUDGET = 6, 12, 12
TRANSACTION_WORDS = ("SAVEPOINT", "RELEASE SAVEPOINT", "ROLLBACK", "BEGIN", "COMMIT")

LISTS = [
    "/cases/",
    "/cases/?q=通道",
    "/cases/?overdue=true",
    "/orders/",
    "/whistles/",
    "/areas/",
    "/units/",
    "/categories/",
    "/responsibilities/",
    "/calendar/",
    "/cases/{number}/events/",
    "/cases/{number}/clocks/",
    "/cases/{number}/callbacks/",
    "/cases/{number}/attachments/",
    "/cases/{number}/messages/",
    "/cases/{number}/duplicates/",
]
READERS = ["operator", "town", "department3", "leader"]


def queries(act: Callable[[], Any]) -> list[str]:
    """Return the statements that `act` sends, those that only open and close transactions left out."""
    with CaptureQueriesContext(connection) as captured:
        act()
    return [q["sql"] for q in captured if not q["sql"].startswith(TRANSACTION_WORDS)]


def warm() -> None:
    """Read what a process keeps, as any process has after its first request."""
    calendars.current()
    places.locator()


@pytest.mark.parametrize("who", READERS)
def test_every_list_costs_the_same_with_one_row_and_with_many(
    stage: Stage, api: Api, who: str
) -> None:
    warm()
    client = api(who)
    case = stage.case()
    stage.whistle(case)
    calendars.of_version(case.clocks.all()[0].calendar_id)  # read once by each process

    def read(path: str) -> list[str]:
        answers = []
        address = f"{V1}{path.format(number=case.number)}"
        sent = queries(lambda: answers.append(client.get(address)))
        assert answers[0].status_code == 200, answers[0].content.decode()
        return sent

    with_one = {path: read(path) for path in LISTS}
    for _ in range(7):
        stage.whistle(stage.case())
    for path, before in with_one.items():
        now = read(path)
        assert len(now) == len(before), (path, "\n".join(now))
        assert len(now) <= LIST_BUDGET, (path, "\n".join(now))


@pytest.mark.parametrize("place", [{}, {"lon": None, "lat": None, "area": "110112013001"}])
def test_receiving_a_request_keeps_its_budget(
    stage: Stage, api: Api, place: dict[str, Any]
) -> None:
    warm()
    client = api("operator")
    stage.case()
    body = REQUEST | place

    def act() -> None:
        assert client.post(f"{V1}/cases/", body).status_code == 201

    sent = queries(act)
    assert len(sent) <= CREATE_BUDGET, "\n".join(sent)


@pytest.mark.parametrize("who", READERS)
def test_details_keep_their_budget(stage: Stage, api: Api, who: str) -> None:
    whistle = stage.whistle()
    for path in (
        f"/cases/{whistle.case.number}/",
        f"/whistles/{whistle.pk}/",
        f"/orders/{stage.order(whistle).pk}/",
    ):
        sent = queries(partial(api(who).get, f"{V1}{path}"))
        assert len(sent) <= DETAIL_BUDGET, (path, "\n".join(sent))
