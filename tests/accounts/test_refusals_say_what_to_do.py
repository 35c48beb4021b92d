"""Error pages speak the user's language and say what to do next."""

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory

from tests.cast import Stage


def test_an_unknown_address_is_told_on_a_page_of_ours(stage: Stage) -> None:
    client = Client()
    client.force_login(stage.people["town"])

    response = client.get("/cases/none-such/")

    assert response.status_code == 404
    assert "没有找到，或您无权查看" in response.content.decode()
    assert "回到我的工作台" in response.content.decode()


@pytest.mark.django_db
def test_a_form_from_a_page_open_too_long_is_refused_with_advice() -> None:
    response = Client(enforce_csrf_checks=True).post("/sign-in/", {"username": "x"})

    assert response.status_code == 403
    assert "页面打开时间过长" in response.content.decode()


@pytest.mark.parametrize("name", ["400.html", "403_csrf.html", "500.html"])
def test_the_pages_for_bad_days_need_no_context(name: str) -> None:
    page = render_to_string(name)

    assert "data-error-page" in page
    assert 'action=""' not in page


@pytest.mark.django_db
def test_a_step_refused_shows_the_reason() -> None:
    request = RequestFactory().get("/")
    page = render_to_string("409.html", {"refusal": "已由区城管委签收"}, request)

    assert "<p data-refusal>已由区城管委签收</p>" in page
