"""Chinese unless somebody chose otherwise, whatever the browser was installed in."""

import pytest
from django.test import Client

from tests.cast import PASSWORD, Stage

ENGLISH_BROWSER = {"Accept-Language": "en-US,en;q=0.9"}


@pytest.mark.django_db
def test_an_english_browser_still_gets_chinese() -> None:
    response = Client(headers=ENGLISH_BROWSER).get("/sign-in/")

    assert response["Content-Language"] == "zh-hans"
    assert '<html lang="zh-hans">' in response.content.decode()
    assert "登录" in response.content.decode()


@pytest.mark.django_db
def test_the_switch_changes_the_language_and_comes_back() -> None:
    client = Client()

    response = client.post("/language/", {"language": "en", "next": "/sign-in/"})

    assert response["Location"] == "/sign-in/"
    assert "Sign in" in client.get("/sign-in/").content.decode()


def test_the_language_of_the_profile_comes_along_at_sign_in(stage: Stage) -> None:
    client = Client()
    client.force_login(stage.people["town"])
    client.post("/profile/", {"language": "en"})

    elsewhere = Client()
    elsewhere.post("/sign-in/", {"username": "town", "password": PASSWORD})

    assert "My profile" in elsewhere.get("/profile/").content.decode()


def test_an_unknown_language_is_refused(stage: Stage) -> None:
    client = Client()
    client.force_login(stage.people["town"])

    response = client.post("/profile/", {"language": "xx"})

    stage.people["town"].refresh_from_db()
    assert response.status_code == 400
    assert stage.people["town"].language == ""
