"""Short ways to call the API in tests."""

from collections.abc import Callable
from typing import Any

from rest_framework.test import APIClient

from accounts.services.tokens import token_of
from tests.cast import Stage

V1 = "/api/v1"
Api = Callable[[str], APIClient]


def caller(stage: Stage, name: str) -> APIClient:
    """Return a client that sends the person's token; an empty name sends none."""
    client = APIClient()
    if name:
        client.credentials(HTTP_AUTHORIZATION=f"Token {token_of(stage.who(name))}")
    return client


def post(api: Api, who: str, path: str, body: object, wanted: int, **extra: Any) -> Any:
    """POST, insist on the status, return the JSON."""
    answer = api(who).post(f"{V1}{path}", body, **extra)
    assert answer.status_code == wanted, (path, answer.status_code, answer.content.decode())
    return answer.json()


def get(api: Api, who: str, path: str, wanted: int = 200) -> Any:
    """GET, insist on the status, return the JSON."""
    answer = api(who).get(f"{V1}{path}")
    assert answer.status_code == wanted, (path, answer.status_code, answer.content.decode())
    return answer.json()
