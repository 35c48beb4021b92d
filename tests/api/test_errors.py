"""Every refusal has one shape: code, detail, fields."""

from typing import Any

import pytest
from rest_framework.test import APIClient
from rest_framework.throttling import ScopedRateThrottle

from tests.api.calls import V1, Api
from tests.cast import PASSWORD, Stage


def refusal(answer: Any, status: int, code: str) -> dict[str, list[str]]:
    """Insist on status, shape and code; return the errors by field."""
    assert answer.status_code == status, answer.content.decode()
    assert answer["Content-Type"].startswith("application/json")
    body = answer.json()
    assert set(body) == {"code", "detail", "fields"}
    assert body["code"] == code, body
    assert body["detail"]
    assert all(isinstance(texts, list) for texts in body["fields"].values())
    return body["fields"]


def test_no_token_is_401(stage: Stage) -> None:
    answer = APIClient().get(f"{V1}/cases/")
    refusal(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Token"


def test_an_unknown_token_is_401(stage: Stage) -> None:
    client = APIClient(HTTP_AUTHORIZATION="Token nobody-has-this")
    refusal(client.get(f"{V1}/cases/"), 401, "authentication_failed")


def test_the_token_of_somebody_who_left_is_401(stage: Stage, api: Api) -> None:
    client = api("town")
    user = stage.who("town")
    user.is_active = False
    user.save()
    refusal(client.get(f"{V1}/cases/"), 401, "authentication_failed")


@pytest.mark.parametrize(
    "path",
    [
        "/cases/20260101-999999/",
        "/cases/a%00b/",
        "/orders/999999/",
        "/orders/99999999999999999999999999/",
        "/whistles/999999/",
        "/areas/990000/",
        "/units/NOBODY/",
        "/attachments/00000000-0000-0000-0000-000000000000/",
        "/no/such/call/",
        "/",
    ],
)
def test_what_is_not_there_is_404(stage: Stage, api: Api, path: str) -> None:
    refusal(api("admin").get(f"{V1}{path}"), 404, "not_found")


def test_an_unknown_step_is_404(stage: Stage, api: Api) -> None:
    case = stage.case()
    order = stage.order(stage.whistle())
    for path in (f"/cases/{case.number}/steps/arrive/", f"/orders/{order.pk}/steps/sustain/"):
        refusal(api("admin").post(f"{V1}{path}", {}), 404, "not_found")


def test_a_method_that_is_not_there_is_405(stage: Stage, api: Api) -> None:
    refusal(api("admin").delete(f"{V1}/cases/"), 405, "method_not_allowed")


def test_an_answer_in_another_form_is_406(stage: Stage, api: Api) -> None:
    refusal(api("admin").get(f"{V1}/cases/", HTTP_ACCEPT="text/html"), 406, "not_acceptable")


def test_a_body_in_another_form_is_415(stage: Stage, api: Api) -> None:
    answer = api("operator").post(f"{V1}/cases/", "text=x", content_type="text/plain")
    refusal(answer, 415, "unsupported_media_type")


@pytest.mark.parametrize("body", ["{", "[" * 100_000, '{"text": NaN}', b"\xff\xfe"])
def test_a_body_that_cannot_be_read_is_400(stage: Stage, api: Api, body: Any) -> None:
    answer = api("operator").post(f"{V1}/cases/", body, content_type="application/json")
    assert refusal(answer, 400, "parse_error") == {}


def test_a_body_without_end_is_413(stage: Stage, api: Api, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    refusal(api("operator").post(f"{V1}/cases/", {"text": "长" * 2000}), 413, "too_large")


@pytest.mark.parametrize("body", [[], "word", 7, None, [{"text": "x"}]])
def test_a_body_that_is_no_object_is_400(stage: Stage, api: Api, body: Any) -> None:
    assert refusal(api("operator").post(f"{V1}/cases/", body), 400, "invalid")


def test_bad_fields_are_named(stage: Stage, api: Api) -> None:
    fields = refusal(api("operator").post(f"{V1}/cases/", {"kind": "praise"}), 400, "invalid")
    assert set(fields) == {"channel", "kind", "category", "text"}


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"area": "999999999"}, "area"),
        ({"area": "110112"}, "area"),
        ({}, "area"),
        ({"lon": 116.68}, "lon"),
        ({"lon": 0, "lat": 0}, "lon"),
        ({"lon": 200, "lat": 0}, "lon"),
        ({"address": "火星环形山9号"}, "address"),
        ({"area": "110112013", "category": "99"}, "category"),
        ({"area": "110112013", "category": "03"}, "category"),
        ({"area": "110112013", "caller_phone": "hello"}, "caller_phone"),
        ({"area": "110112013", "text": "  "}, "text"),
        ({"area": "110112013", "text": "a\x00b"}, "text"),
    ],
)
def test_what_the_service_refuses_is_named_too(
    stage: Stage, api: Api, given: dict[str, Any], field: str
) -> None:
    body = {"channel": "web", "kind": "help", "category": "0306", "text": "x"} | given
    answer = api("operator").post(f"{V1}/cases/", body)
    assert field in refusal(answer, 400, "invalid")


def test_a_position_beyond_all_numbers_is_refused(stage: Stage, api: Api) -> None:
    body = '{"channel":"web","kind":"help","category":"0306","text":"x","lon":1e400,"lat":0}'
    answer = api("operator").post(f"{V1}/cases/", body, content_type="application/json")
    assert "lon" in refusal(answer, 400, "invalid")
    form = {"channel": "web", "kind": "help", "category": "0306", "text": "x", "lon": "nan"}
    answer = api("operator").post(f"{V1}/cases/", form, format="multipart")
    assert "lon" in refusal(answer, 400, "invalid")


def test_errors_inside_a_list_are_named_by_their_place(stage: Stage, api: Api) -> None:
    body = {
        "level": "town",
        "kind": "daily",
        "lead": "XFZD",
        "items": ["好", {"text": ""}, 7],
        "departments": ["ZJW", "x" * 30],
    }
    answer = api("town").post(f"{V1}/cases/{stage.case().number}/whistles/", body)
    fields = refusal(answer, 400, "invalid")
    assert {"items.1.text", "items.2.non_field_errors", "departments.1"} <= set(fields)


@pytest.mark.parametrize("when", ["2026-01-01T08:00:00+08:00", "2099-01-01T08:00:00+08:00"])
def test_a_time_to_assemble_lies_shortly_ahead(stage: Stage, api: Api, when: str) -> None:
    body = {"level": "town", "kind": "daily", "lead": "XFZD", "assembly_at": when}
    answer = api("town").post(f"{V1}/cases/{stage.case().number}/whistles/", body)
    assert "assembly_at" in refusal(answer, 400, "invalid")


def test_a_step_that_is_not_now_is_409(stage: Stage, api: Api) -> None:
    case = stage.case()
    answer = api("town").post(f"{V1}/cases/{case.number}/steps/finish/", {"result": "好"})
    assert refusal(answer, 409, "step_refused") == {}


def test_a_step_that_is_not_yours_is_403(stage: Stage, api: Api) -> None:
    answer = api("leader").post(f"{V1}/cases/{stage.case().number}/steps/handle/", {})
    refusal(answer, 403, "permission_denied")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=lost", "state"),
        ("received_after=yesterday", "received_after"),
        ("ordering=text", "ordering"),
        ("page_size=0", "page_size"),
        ("page_size=100000", "page_size"),
        ("cursor=nonsense", "cursor"),
        ("cursor=WyItcmVjZWl2ZWRfYXQiLCAieCIsICIxIl0", "cursor"),
        ("q=a%00b", "q"),
        ("received_after=0001-01-01T00:00:00%2B20:00", "received_after"),
        ("received_before=9999-12-31T23:59:59-20:00", "received_before"),
    ],
)
def test_a_bad_filter_is_400(stage: Stage, api: Api, query: str, field: str) -> None:
    assert field in refusal(api("operator").get(f"{V1}/cases/?{query}"), 400, "invalid")


def test_bad_days_are_400(stage: Stage, api: Api) -> None:
    for query in (
        "year=3000",
        "from=2026-13-01",
        "from=2026-02-01&to=2026-01-01",
        "from=9999-12-31",
    ):
        refusal(api("operator").get(f"{V1}/calendar/?{query}"), 400, "invalid")


def ask(password: str) -> Any:
    return APIClient().post(f"{V1}/token/", {"username": "town", "password": password})


def test_name_and_password_give_a_token_that_works(stage: Stage) -> None:
    token = ask(PASSWORD).json()["token"]
    client = APIClient(HTTP_AUTHORIZATION=f"Token {token}")
    me = client.get(f"{V1}/me/").json()
    assert (me["username"], me["roles"][0]["role"]) == ("town", "town")
    assert ask(PASSWORD).json()["token"] == token


def test_a_wrong_password_is_401(stage: Stage) -> None:
    refusal(ask("wrong"), 401, "authentication_failed")
    refusal(APIClient().post(f"{V1}/token/", {"username": "town"}), 400, "invalid")


def test_many_wrong_passwords_lock_the_name_in_the_same_shape(stage: Stage, settings: Any) -> None:
    for _ in range(settings.AXES_FAILURE_LIMIT):
        answer = ask("wrong")
    refusal(answer, 429, "locked_out")
    refusal(ask(PASSWORD), 429, "locked_out")


def test_too_many_requests_for_tokens_are_429(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ScopedRateThrottle, "THROTTLE_RATES", {"token": "2/min"})
    ask(PASSWORD)
    ask(PASSWORD)
    answer = ask(PASSWORD)
    refusal(answer, 429, "throttled")
    assert int(answer["Retry-After"]) > 0


def test_a_browser_session_needs_its_csrf_word(stage: Stage) -> None:
    client = APIClient(enforce_csrf_checks=True)
    client.force_login(stage.who("operator"), "django.contrib.auth.backends.ModelBackend")
    refusal(client.post(f"{V1}/cases/", {}), 403, "permission_denied")
