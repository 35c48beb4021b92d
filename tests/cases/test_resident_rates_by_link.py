"""The resident's own rating: once, without an account, nothing personal on the page."""

import time
from typing import Any

import pytest
from django.core import signing
from django.test import Client

from cases.models import Callback, Case
from cases.services.callbacks import rating_token, record_callback
from cases.services.steps import advance
from tests.cases.test_callback_desk import handled
from tests.cast import Stage

ANSWERS = {"contacted": "yes", "resolved": "partly", "satisfied": "basic", "words": "还差一点"}


@pytest.fixture
def resident() -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def _link(case: Case) -> str:
    return f"/rate/{rating_token(case)}/"


def test_the_link_asks_three_questions_and_names_nobody(live: Stage, resident: Client) -> None:
    case = handled(live, text="王小明家楼下消防通道被堵", caller_name="王小明")
    page = resident.get(_link(case)).content.decode()
    assert case.number in page
    assert "Was the matter solved?" in page
    for secret in ("王小明", "13800001234", "3号楼", "潞邑"):
        assert secret not in page


def test_an_answer_is_stored_thanked_for_and_taken_once(live: Stage, resident: Client) -> None:
    case = handled(live)
    answer = resident.post(_link(case), ANSWERS, follow=True)
    assert answer.status_code == 200
    assert "Thank you" in answer.content.decode()
    case.refresh_from_db()
    assert case.state == "rated"
    said = Callback.objects.get()
    assert (said.via, said.resolved, said.satisfied, said.agent) == (
        "link",
        "partly",
        "basic",
        None,
    )
    again = resident.post(_link(case), ANSWERS)
    assert "Thank you" in again.content.decode()
    assert Callback.objects.count() == 1


def test_a_question_left_open_is_asked_again(live: Stage, resident: Client) -> None:
    case = handled(live)
    answer = resident.post(_link(case), ANSWERS | {"resolved": ""})
    assert answer.status_code == 400
    assert "还差一点" in answer.content.decode()
    assert not Callback.objects.exists()


def test_a_forged_link_is_not_found_and_says_what_to_do(live: Stage, resident: Client) -> None:
    case = handled(live)
    stranger = signing.dumps([case.pk, case.round], salt="another-salt", compress=False)
    for token in ("abc", rating_token(case)[:-2], stranger):
        for answer in (resident.get(f"/rate/{token}/"), resident.post(f"/rate/{token}/", ANSWERS)):
            assert answer.status_code == 404
            assert "call the hotline" in answer.content.decode()
    assert not Callback.objects.exists()


def test_a_link_of_a_case_rated_by_phone_is_gone(live: Stage, resident: Client) -> None:
    case = handled(live)
    link = _link(case)
    answers: dict[str, Any] = {"contacted": True, "resolved": "yes", "satisfied": "satisfied"}
    record_callback(case.pk, actor=live.who("callback"), at=live.at, outcome="reached", **answers)
    assert resident.get(link).status_code == 410


def test_a_link_of_an_earlier_round_is_not_found(live: Stage, resident: Client) -> None:
    case = handled(live)
    link = _link(case)
    advance(case.pk, "reopen", actor=live.who("callback"), at=live.at, reason="未解决")
    assert resident.get(link).status_code == 404


def test_a_link_outlives_thirty_days_not_longer(
    live: Stage, resident: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    case = handled(live)
    long_ago = time.time() - 31 * 86400
    monkeypatch.setattr("django.core.signing.time.time", lambda: long_ago)
    old = _link(case)
    monkeypatch.undo()
    assert resident.get(old).status_code == 404


def test_a_rating_needs_the_pages_own_token(live: Stage) -> None:
    case = handled(live)
    careful = Client(enforce_csrf_checks=True)
    assert careful.post(_link(case), ANSWERS).status_code == 403
    assert not Callback.objects.exists()
