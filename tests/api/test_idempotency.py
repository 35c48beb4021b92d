"""A creating call with an Idempotency-Key happens once, however often it is sent."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections

from cases.models import Callback, Case, CaseEvent
from dispatch.models import Whistle
from tests.api.calls import V1, Api, caller, get, post
from tests.api.photos import jpeg
from tests.api.test_journey_through_api import ANSWERS, MARKS, REQUEST, WHISTLE
from tests.cast import Stage

KEY = {"HTTP_IDEMPOTENCY_KEY": "call-1"}


def test_the_same_request_is_answered_as_the_first_time(stage: Stage, api: Api) -> None:
    first = post(api, "operator", "/cases/", REQUEST, 201, **KEY)
    assert post(api, "operator", "/cases/", REQUEST, 201, **KEY) == first
    assert Case.objects.count() == 1


def test_without_a_key_every_request_counts(stage: Stage, api: Api) -> None:
    for _ in range(2):
        post(api, "operator", "/cases/", REQUEST, 201)
    assert Case.objects.count() == 2


def test_the_same_key_for_another_request_is_409(stage: Stage, api: Api) -> None:
    post(api, "operator", "/cases/", REQUEST, 201, **KEY)
    other = REQUEST | {"text": "另一件事"}
    assert post(api, "operator", "/cases/", other, 409, **KEY)["code"] == "idempotency_key_reused"
    assert Case.objects.count() == 1


def test_a_key_belongs_to_who_sent_it(stage: Stage, api: Api) -> None:
    post(api, "operator", "/cases/", REQUEST, 201, **KEY)
    post(api, "supervisor", "/cases/", REQUEST, 201, **KEY)
    assert Case.objects.count() == 2


def test_a_refused_request_does_not_spend_its_key(stage: Stage, api: Api) -> None:
    nowhere = {name: value for name, value in REQUEST.items() if name not in ("lon", "lat")}
    post(api, "operator", "/cases/", nowhere | {"area": "999"}, 400, **KEY)
    post(api, "operator", "/cases/", REQUEST, 201, **KEY)


def test_a_key_that_is_too_long_is_refused(stage: Stage, api: Api) -> None:
    refused = post(api, "operator", "/cases/", REQUEST, 400, HTTP_IDEMPOTENCY_KEY="k" * 101)
    assert "Idempotency-Key" in refused["fields"]


def test_every_creating_call_and_every_step_may_be_repeated(stage: Stage, api: Api) -> None:
    case = stage.case()
    path = f"/cases/{case.number}"

    def twice(who: str, call: str, body: object, status: int, key: str) -> Any:
        first = post(api, who, call, body, status, HTTP_IDEMPOTENCY_KEY=key)
        assert post(api, who, call, body, status, HTTP_IDEMPOTENCY_KEY=key) == first
        return first

    whistle = twice(
        "town", f"{path}/whistles/", WHISTLE | {"departments": [], "items": []}, 201, "w"
    )
    assert Whistle.objects.count() == 1
    order = whistle["orders"][0]["id"]
    for step, body in (("acknowledge", {}), ("report_in", {}), ("finish", {"result": "好"})):
        twice("department3", f"/orders/{order}/steps/{step}/", body, 200, step)
    twice("town", f"/orders/{order}/steps/accept/", {}, 200, "a")
    twice("town", f"/orders/{order}/review/", MARKS, 201, "r")
    twice("callback", f"{path}/callbacks/", ANSWERS, 201, "c")
    assert Callback.objects.count() == 1
    twice("callback", f"{path}/steps/close/", {}, 200, "x")
    assert CaseEvent.objects.filter(case=case, step="close").count() == 1


def test_another_photo_is_another_request(stage: Stage, api: Api) -> None:
    def send(colour: str) -> int:
        photo = SimpleUploadedFile("photo.jpg", jpeg(colour), "image/jpeg")
        body = REQUEST | {"photos": [photo]}
        client = api("gridworker")
        return client.post(f"{V1}/cases/", body, format="multipart", **KEY).status_code

    assert [send("red"), send("red"), send("blue")] == [201, 201, 409]
    number = Case.objects.get().number
    photos = get(api, "gridworker", f"/cases/{number}/attachments/")["results"]
    assert len(photos) == 1


def test_twins_at_the_same_moment_create_one(committed_stage: Stage) -> None:
    clients = [caller(committed_stage, "operator") for _ in range(8)]

    def send(client: Any) -> tuple[int, str]:
        try:
            answer = client.post(f"{V1}/cases/", REQUEST, **KEY)
            return answer.status_code, answer.json()["number"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = set(pool.map(send, clients))
    assert len(answers) == 1
    assert answers.pop()[0] == 201
    assert Case.objects.count() == 1


def test_twins_of_an_outside_reference_create_one(committed_stage: Stage) -> None:
    clients = [caller(committed_stage, "operator") for _ in range(6)]
    body = REQUEST | {"channel": "platform", "external_id": "12345-7"}

    def send(client: Any) -> int:
        try:
            return int(client.post(f"{V1}/cases/", body).status_code)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        answers = sorted(pool.map(send, clients))
    assert answers == [201, 400, 400, 400, 400, 400]
