"""Every screen of cases opens for those who work at it."""

import pytest
from django.test import Client

from tests.cast import Stage


def enter(stage: Stage, name: str) -> Client:
    client = Client()
    client.force_login(stage.who(name), backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("operator", "/cases/"),
        ("operator", "/cases/new/"),
        ("callback", "/desk/callbacks/"),
        ("town", "/desk/town/"),
        ("community", "/desk/town/"),
        ("gridworker", "/desk/grid/"),
        ("gridhead", "/desk/grid/"),
    ],
)
def test_a_screen_opens_with_cases_and_without(stage: Stage, name: str, path: str) -> None:
    client = enter(stage, name)
    assert client.get(path).status_code == 200
    case = stage.case()
    assert client.get(path).status_code == 200
    assert client.get(case.get_absolute_url()).status_code == 200
