"""Whatever is sent to the forms of every screen is answered: taken or refused with a reason, never by a fault."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import pytest
from django.db import transaction
from django.test import Client

from tests.browser.district import outlined
from tests.browser.forms import Form, forms_of
from tests.browser.screens import Screens, screens_of
from tests.cast import Stage

GARBAGE = ("²", "9" * 30, "a\x00b", "9999-12-31", "0001-01-01T00:00", "x" * 6000, "-1e400")
"""No digit, no key, no text of PostgreSQL's, days without a neighbour, too long, no number."""


def test_no_form_of_any_screen_breaks_by_what_is_sent(stage: Stage) -> None:
    screens = screens_of(outlined(stage))
    asked, broken = 0, []
    for who, address, form in _forms(stage, screens):
        for number, name in enumerate(sorted(form.names - {"csrfmiddlewaretoken"})):
            text = GARBAGE[(asked + number) % len(GARBAGE)]
            if fault := _send(who, address, form, {name: text}):
                broken.append(f"{address} {name}={text[:12]!r}: {fault}")
        asked += len(form.names)

    assert asked > 400
    assert not broken, "\n".join(broken)


@pytest.mark.parametrize("garbage", GARBAGE)
def test_where_to_go_on_is_an_address_of_ours_or_the_order(stage: Stage, garbage: str) -> None:
    order = stage.order(stage.whistle())
    client = Client()
    client.force_login(stage.who("department3"))

    answer = client.post(f"/orders/{order.pk}/steps/acknowledge/", {"next": garbage})

    assert (answer.status_code, answer["Location"]) == (302, f"/orders/{order.pk}/")


@pytest.mark.parametrize("day", ["0001-01-01", "1899-12-31", "3000-01-01", "9999-12-31"])
def test_a_day_out_of_the_calendars_reach_is_refused_beside_its_field(
    stage: Stage, day: str
) -> None:
    client = Client()
    client.force_login(stage.who("supervisor"))

    answer = client.get("/routing/try/", {"try": "1", "since": day, "until": day})

    assert answer.text.count(f'value="{day}"') == 2
    assert answer.text.count('aria-invalid="true"') == 2


@pytest.mark.parametrize("given", ["spot=²", f"spot={'9' * 30}", "spot=%00"])
def test_an_address_that_names_no_row_is_as_one_without(stage: Stage, given: str) -> None:
    client = Client()
    client.force_login(stage.who("supervisor"))
    for page in ("/topics/new/", "/directives/new/"):
        address = f"{page}?{given}&{given.replace('spot', 'matter')}"
        assert client.get(address).status_code == 200


def test_a_text_with_nul_is_refused_in_words(stage: Stage) -> None:
    client = Client()
    client.force_login(stage.who("operator"))

    answer = client.post("/commendations/new/", {"case": "a\x00b", "text": "来得很快"})

    assert answer.status_code == 400
    assert "NUL" in answer.text


def _forms(stage: Stage, screens: Screens) -> Iterator[tuple[Client, str, Form]]:
    """Yield each form once, with somebody who is shown it and the address it is sent to."""
    known = set()
    for name, paths in screens.items():
        client = Client()
        if name:
            client.force_login(stage.who(name))
        for path in paths:
            for form in forms_of(client.get(path).text):
                address = urljoin(path, form.action or path)
                key = (address.partition("?")[0], form.method, frozenset(form.names))
                if key not in known:
                    known.add(key)
                    yield client, address, form


def _send(client: Client, address: str, form: Form, garbage: dict[str, str]) -> str:
    """Send the form as it came but for the garbage, and take back what that did; return the fault, if there was one."""
    given: dict[str, Any] = {}
    for name, value in form.fields:
        given.setdefault(name, []).append(value)
    given |= {button["name"]: button["value"] for button in form.buttons if button["name"]}
    client.raise_request_exception = False
    with transaction.atomic():
        answer: Any = getattr(client, form.method)(address, given | garbage)
        transaction.set_rollback(True)
    return f"{answer.status_code} {answer.exc_info and answer.exc_info[1]}" * (
        answer.status_code >= 500
    )
