"""The callback desk: one screen for the queue and the call, and what follows from it."""

from datetime import timedelta
from typing import Any

import pytest

from cases.models import Callback, Case
from cases.services.callbacks import record_callback
from cases.services.steps import advance
from tests.cases.conftest import Enter
from tests.cast import Stage

REACHED = {
    "outcome": "reached",
    "contacted": "yes",
    "resolved": "yes",
    "satisfied": "satisfied",
    "words": "办得快",
    "then": "close",
}


def handled(stage: Stage, **given: Any) -> Case:
    case, town = stage.case(**given), stage.who("town")
    advance(case.pk, "handle", actor=town, at=stage.at)
    return advance(case.pk, "finish", actor=town, at=stage.at, result="已清理")


def test_the_queue_is_ordered_by_due_time_and_tells_of_earlier_attempts(
    live: Stage, enter: Enter
) -> None:
    second = handled(live)
    live.at -= timedelta(days=5)
    first = handled(live)
    handled(live, caller_phone="")  # nobody to call
    who = live.who("callback")
    record_callback(first.pk, actor=who, at=live.at, outcome="no_answer")
    answer = enter("callback").get("/desk/callbacks/")
    queue = answer.context["queue"]
    assert [row["line"].number for row in queue] == [first.number, second.number]
    assert (queue[0]["attempts"], queue[0]["last"]) == (1, "No answer")
    assert answer.context["case"] == first
    assert [tab["count"] for tab in answer.context["tabs"]] == ["2", "0"]


def test_a_reached_resident_is_recorded_and_the_case_closed_at_once(
    live: Stage, enter: Enter
) -> None:
    case = handled(live)
    answer = enter("callback").post(f"{case.get_absolute_url()}callback/", REACHED)
    assert answer["Location"] == "/desk/callbacks/"
    case.refresh_from_db()
    assert case.state == "closed"
    said = Callback.objects.get()
    assert (said.contacted, said.resolved, said.satisfied) == (True, "yes", "satisfied")
    assert (said.words, said.agent) == ("办得快", live.people["callback"])


def test_an_unsolved_matter_goes_back_to_its_town(live: Stage, enter: Enter) -> None:
    case = handled(live)
    poor = REACHED | {"resolved": "no", "satisfied": "dissatisfied", "contacted": "no"}
    enter("callback").post(
        f"{case.get_absolute_url()}callback/", poor | {"words": "车还在", "then": "reopen"}
    )
    case.refresh_from_db()
    assert (case.state, case.round, case.reason) == ("received", 2, "车还在")
    page = enter("town").get(case.get_absolute_url()).content.decode()
    assert "To be redone:" in page
    assert "车还在" in page


def test_a_rated_case_may_wait_and_is_then_closed_from_the_second_part(
    live: Stage, enter: Enter
) -> None:
    case, client = handled(live), enter("callback")
    client.post(f"{case.get_absolute_url()}callback/", REACHED | {"then": "leave"})
    case.refresh_from_db()
    assert case.state == "rated"
    answer = client.get("/desk/callbacks/?part=close")
    assert [row["line"].number for row in answer.context["queue"]] == [case.number]
    assert answer.context["queue"][0]["last"] == "Solved · Satisfied"
    assert {action["name"] for action in answer.context["actions"]} == {"close", "reopen"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"outcome": ""}, "This field is required"),
        ({"resolved": ""}, "Ask this question too"),
        ({"contacted": ""}, "Ask this question too"),
        ({"then": ""}, "Say what follows."),
        ({"satisfied": "delighted"}, "Satisfied, Basically satisfied, Dissatisfied."),
    ],
)
def test_a_half_filled_form_comes_back_as_it_was(
    live: Stage, enter: Enter, given: dict[str, str], said: str
) -> None:
    case = handled(live)
    answer = enter("callback").post(f"{case.get_absolute_url()}callback/", REACHED | given)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert said in page
    assert "办得快" in page
    assert not Callback.objects.exists()


def test_an_unanswered_call_asks_no_questions_and_the_second_one_frees_the_case(
    live: Stage, enter: Enter
) -> None:
    case, client = handled(live), enter("callback")
    for _ in range(2):
        client.post(f"{case.get_absolute_url()}callback/", {"outcome": "no_answer"})
    case.refresh_from_db()
    assert (case.state, case.callback_given_up) == ("handled", True)
    actions = client.get(f"/desk/callbacks/?case={case.number}").context["actions"]
    assert {action["name"] for action in actions} == {"close", "reopen"}


def test_a_case_not_waiting_for_a_call_is_refused(live: Stage, enter: Enter) -> None:
    case = live.case()
    answer = enter("callback").post(f"{case.get_absolute_url()}callback/", REACHED)
    assert answer.status_code == 409


@pytest.mark.parametrize("name", ["operator", "town", "gridhead", "department3", "leader", "admin"])
def test_the_desk_belongs_to_callback_agents(live: Stage, enter: Enter, name: str) -> None:
    case, client = handled(live), enter(name)
    assert client.get("/desk/callbacks/").status_code == 403
    assert client.post(f"{case.get_absolute_url()}callback/", REACHED).status_code == 403
    assert not Callback.objects.exists()
    page = client.get(case.get_absolute_url()).content.decode()
    assert "/rate/" not in page


def test_agents_are_given_the_residents_own_link(live: Stage, enter: Enter) -> None:
    case = handled(live)
    page = enter("callback").get(case.get_absolute_url()).content.decode()
    assert "http://testserver/rate/" in page
