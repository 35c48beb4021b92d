"""Sign in, land on the desk of one's role, find one's pages in the navigation, sign out."""

import pytest
from django.test import Client, override_settings
from django.urls import reverse

from accounts.context import DEMO_SIGN_INS
from accounts.desks import DESKS, pages_of
from accounts.models import Membership, Role
from tests.cast import PASSWORD, PEOPLE, Stage

SIGN_IN = "/sign-in/"


@pytest.mark.parametrize("name", PEOPLE)
def test_each_role_lands_on_its_own_desk(stage: Stage, name: str) -> None:
    client = Client()

    client.post(SIGN_IN, {"username": name, "password": PASSWORD})
    response = client.get("/")

    role = Role(PEOPLE[name][0])
    assert response.status_code == 302
    assert response["Location"] == reverse(DESKS[role])


@pytest.mark.parametrize("name", PEOPLE)
def test_the_navigation_holds_the_desk_and_each_address_once(stage: Stage, name: str) -> None:
    urls = [url for _page, url in pages_of(stage.people[name])]

    assert reverse(DESKS[Role(PEOPLE[name][0])]) in urls
    assert len(urls) == len(set(urls))


def test_a_wrong_password_is_told_and_signs_nobody_in(stage: Stage) -> None:
    client = Client()

    response = client.post(SIGN_IN, {"username": "town", "password": "wrong"})

    assert "用户名与密码不符" in response.content.decode()
    assert client.get("/").status_code == 302
    assert client.get("/")["Location"].startswith(SIGN_IN)


def test_too_many_wrong_passwords_lock_the_name_and_say_for_how_long(stage: Stage) -> None:
    client = Client()
    with override_settings(AXES_FAILURE_LIMIT=2):
        for _attempt in range(2):
            response = client.post(SIGN_IN, {"username": "town", "password": "wrong"})

    assert response.status_code == 429
    assert "尝试次数过多" in response.content.decode()
    assert "15 分" in response.content.decode()


def test_somebody_without_a_role_lands_on_the_profile(stage: Stage) -> None:
    person = stage.people["town"]
    Membership.objects.filter(user=person).delete()
    client = Client()
    client.force_login(person)

    assert client.get("/")["Location"] == reverse("accounts:profile")
    assert "没有岗位就看不到" in client.get("/profile/").content.decode()


def test_signing_out_ends_the_session_and_takes_a_post(stage: Stage) -> None:
    client = Client()
    client.force_login(stage.people["town"])

    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/").status_code == 302
    assert client.get("/profile/")["Location"].startswith(SIGN_IN)


@pytest.mark.django_db
def test_the_demo_sign_ins_are_offered_in_the_demo_and_nowhere_else() -> None:
    with override_settings(DEMO=True):
        demo = Client().get(SIGN_IN).content.decode()
    with override_settings(DEMO=False):
        real = Client().get(SIGN_IN).content.decode()

    assert all(f'data-demo="{name}"' in demo for name, _role in DEMO_SIGN_INS)
    assert "whistle-demo" in demo
    assert "data-demo" not in real
    assert "whistle-demo" not in real


def test_the_cast_and_the_offered_demo_sign_ins_agree() -> None:
    assert {name: role.value for name, role in DEMO_SIGN_INS} == {
        name: role for name, (role, _unit) in PEOPLE.items()
    }
