"""Whoever asks a resident offers the answers of the rules the case is scored by: three, or five."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.refusals import BadInput
from assessment.models import AssessmentPolicy
from cases.models import Callback, Case
from cases.satisfaction import offered
from cases.services.callbacks import rate_by_link, rating_token, record_callback
from tests.api.calls import Api, post
from tests.cases.conftest import Enter
from tests.cases.test_callback_desk import REACHED, handled
from tests.cases.test_one_call_several_cases import finish, twins
from tests.cast import Stage

FIVE = ["very_satisfied", "satisfied", "basic", "dissatisfied", "very_dissatisfied"]
THREE = FIVE[1:4]
SAID: dict[str, Any] = {"outcome": "reached", "contacted": True, "resolved": "yes"}


@pytest.fixture
def five(live: Stage) -> Stage:
    AssessmentPolicy.objects.update(scale="five")
    return live


def names(form: Any) -> list[str]:
    return [name for name, _label in form.fields["satisfied"].choices]


def test_the_desk_offers_three_and_where_the_rules_say_so_five(live: Stage, enter: Enter) -> None:
    handled(live)
    client = enter("callback")
    assert names(client.get("/desk/callbacks/").context["form"]) == THREE
    AssessmentPolicy.objects.update(scale="five")
    assert names(client.get("/desk/callbacks/").context["form"]) == FIVE


def test_the_answers_are_named_in_chinese_from_the_best_to_the_worst(
    five: Stage, enter: Enter
) -> None:
    case = handled(five)
    client = enter("callback")
    client.cookies["django_language"] = "zh-hans"
    labels = [str(label) for _name, label in offered([case])[case.pk]]
    form = client.get("/desk/callbacks/").context["form"]
    assert len(labels) == 5
    page = client.get("/desk/callbacks/").content.decode()
    places = [page.index(f"{name}") for name in ("非常满意", "基本满意", "非常不满意")]
    assert places == sorted(places)
    assert names(form) == FIVE


def test_an_answer_of_the_five_is_recorded_and_shown(five: Stage, enter: Enter) -> None:
    case = handled(five)
    client = enter("callback")
    answer = client.post(
        f"{case.get_absolute_url()}callback/", REACHED | {"satisfied": "very_satisfied"}
    )
    assert answer.status_code == 302
    assert Callback.objects.get().satisfied == "very_satisfied"
    assert "Very satisfied" in client.get(case.get_absolute_url()).content.decode()
    found = client.get("/cases/?satisfied=very_satisfied").content.decode()
    assert case.number in found
    assert case.number not in client.get("/cases/?satisfied=satisfied").content.decode()


def test_every_case_of_a_call_is_asked_in_its_own_words(live: Stage, enter: Enter) -> None:
    first, second = twins(live)
    finish(live, first, second)
    _begins(timezone.localdate(live.at).replace(day=1), "five")
    Case.objects.filter(pk=second.pk).update(received_at=live.at - timedelta(days=40))
    client = enter("callback")
    page = client.get(f"/desk/callbacks/?case={first.number}").context
    assert names(page["form"]) == FIVE
    assert [names(other["form"]) for other in page["also"]] == [THREE]
    theirs = {"spoken": "on", "contacted": "yes", "resolved": "yes", "then": "close"}
    sent = REACHED | {"satisfied": "very_satisfied", f"{second.number}-satisfied": "very_satisfied"}
    sent |= {f"{second.number}-{name}": value for name, value in theirs.items()}
    refused = client.post(f"{first.get_absolute_url()}callback/", sent)
    assert refused.status_code == 400
    assert not Callback.objects.exists()
    sent[f"{second.number}-satisfied"] = "dissatisfied"
    assert client.post(f"{first.get_absolute_url()}callback/", sent).status_code == 302
    assert set(Callback.objects.values_list("satisfied", flat=True)) == {
        "very_satisfied",
        "dissatisfied",
    }


def _begins(day: date, scale: str) -> None:
    policy = AssessmentPolicy.objects.order_by("-valid_from").first()
    assert policy is not None
    policy.pk, policy.name, policy.valid_from, policy.scale = None, f"{day}", day, scale
    policy.save(force_insert=True)


def test_a_case_of_last_month_is_asked_by_the_rules_of_last_month(live: Stage) -> None:
    month = timezone.localdate(live.at).replace(day=1)
    _begins(month, "five")
    now, before = handled(live), handled(live)
    Case.objects.filter(pk=before.pk).update(received_at=live.at - timedelta(days=40))
    agent = live.who("callback")
    record_callback(now.pk, actor=agent, at=live.at, satisfied="very_dissatisfied", **SAID)
    with pytest.raises(BadInput) as refused:
        record_callback(before.pk, actor=agent, at=live.at, satisfied="very_dissatisfied", **SAID)
    assert list(refused.value.fields) == ["satisfied"]
    assert Callback.objects.count() == 1


def test_the_resident_is_offered_five_by_the_link(five: Stage) -> None:
    case = handled(five)
    link, resident = f"/rate/{rating_token(case)}/", Client()
    page = resident.get(link).content.decode()
    for word in ("非常满意", "基本满意", "非常不满意"):
        assert word in page
    answer = {"contacted": "yes", "resolved": "yes", "satisfied": "very_dissatisfied"}
    assert resident.post(link, answer).status_code == 302
    assert Callback.objects.get().satisfied == "very_dissatisfied"


def test_by_link_an_answer_that_is_not_offered_is_refused_and_named(live: Stage) -> None:
    case = handled(live)
    link, resident = f"/rate/{rating_token(case)}/", Client()
    resident.cookies["django_language"] = "en"
    answer = {"contacted": "yes", "resolved": "yes", "satisfied": "very_satisfied", "words": "好"}
    refused = resident.post(link, answer)
    assert refused.status_code == 400
    page = refused.content.decode()
    assert "Satisfied, Basically satisfied, Dissatisfied." in page
    assert "好</textarea>" in page
    with pytest.raises(BadInput):
        rate_by_link(
            rating_token(case),
            at=live.at,
            contacted=True,
            resolved="yes",
            satisfied="very_satisfied",
        )


def test_the_api_takes_what_is_offered_and_names_it_else(live: Stage, api: Api) -> None:
    case = handled(live)
    path = f"/cases/{case.number}/callbacks/"
    body = SAID | {"satisfied": "very_satisfied"}
    refused = post(api, "callback", path, body, 400)
    text = refused["fields"]["satisfied"][0]
    assert all(word in text for word in ("满意", "基本满意", "不满意")), text
    assert "非常" not in text
    AssessmentPolicy.objects.update(scale="five")
    assert post(api, "callback", path, body, 201)["satisfied"] == "very_satisfied"
    schema = api("callback").get("/api/v1/schema/?format=json").content.decode()
    assert all(name in schema for name in FIVE)


def test_an_attempt_in_vain_asks_for_no_answer(live: Stage) -> None:
    case = handled(live)
    attempt = record_callback(
        case.pk,
        actor=live.who("callback"),
        at=live.at,
        outcome="no_answer",
        satisfied="very_satisfied",
    )
    assert attempt.satisfied == ""


def test_what_is_offered_costs_one_query_however_many_cases(five: Stage) -> None:
    cases = [five.case() for _n in range(6)]
    with CaptureQueriesContext(connection) as queries:
        found = offered(cases)
    assert len(queries) == 1
    assert {tuple(name for name, _label in choices) for choices in found.values()} == {tuple(FIVE)}
