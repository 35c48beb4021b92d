"""Query budgets of the screens: the same with one case and with many."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.services.callbacks import record_callback
from tests.cases.conftest import Enter
from tests.cases.test_callback_desk import handled
from tests.cast import Stage

MANY = 12
Make = Callable[[Stage], object]


def _rated(stage: Stage) -> object:
    case = handled(stage)
    answers: dict[str, Any] = {"contacted": True, "resolved": "yes", "satisfied": "satisfied"}
    who = stage.who("callback")
    return record_callback(case.pk, actor=who, at=stage.at, outcome="reached", **answers)


def _grid_report(stage: Stage) -> object:
    return handled(stage, by="gridworker", channel="grid", caller_phone="", caller_name="")


def _asked(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


@pytest.mark.parametrize(
    ("name", "path", "make", "budget"),
    [
        ("operator", "/cases/", Stage.case, 6),
        (
            "town",
            "/cases/?state=open&category=03&q=消防",
            Stage.case,
            7,
        ),  # and where it was summoned
        ("department3", "/cases/?overdue=1", Stage.whistle, 6),
        ("leader", "/cases/?rated=1&resolved=yes&town=110112013", _rated, 6),
        ("town", "/desk/town/", Stage.case, 8),
        ("community", "/desk/town/", Stage.whistle, 8),
        ("callback", "/desk/callbacks/", handled, 17),
        ("callback", "/desk/callbacks/?part=close", _rated, 17),
        ("gridworker", "/desk/grid/", _grid_report, 8),
        ("gridworker", "/desk/grid/", Stage.case, 8),
    ],
)
def test_a_list_costs_the_same_with_one_row_and_with_many(
    live: Stage, enter: Enter, name: str, path: str, make: Make, budget: int
) -> None:
    client = enter(name)
    make(live)
    client.get(path)  # reference data are now known to this process
    one = _asked(client, path)
    for _ in range(MANY):
        make(live)
    many = _asked(client, path)
    assert many <= one
    assert one <= budget


@pytest.mark.parametrize("name", ["operator", "town", "callback", "department3", "leader"])
def test_a_page_costs_at_most_twelve(live: Stage, enter: Enter, name: str) -> None:
    case = live.whistle().case
    client = enter(name)
    client.get(case.get_absolute_url())
    assert _asked(client, case.get_absolute_url()) <= 12
