"""Every address of the product refuses a stranger, except those listed here as public on purpose."""

import re
import uuid
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.cast import Stage

PUBLIC = (
    r"sign-in/$",
    r"language/$",
    r"healthz$",
    r"readyz$",
    r"metrics$",
    r"favicon\.ico$",
    r"static/",
    r"admin/login/$",
    r"rate/[^/]+/$",
    r"snap/([^/]+/)?$",
    r"grids/[^/]+/duty/$",
    r"api/v1/token/$",
    r"api/v1/schema/$",
    r"api/v1/docs/$",
    r"open311/",
)
"""What may be answered without an account: signing in, machines' questions, published contracts,
residents' snapshots with their receipts, who works in a grid (BZ Art. 6),
and the resident's own signed link (which answers nothing to a forged one)."""

REFUSALS = {401, 403, 404, 405}
SAMPLES = {
    "int": "1",
    "slug": "handle",
    "uuid": str(uuid.UUID(int=1)),
    "str": "20260304-000001",
    "path": "a/b",
    "case_number": "20260304-000001",
}


def _addresses(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Yield an example address of every pattern, the administration's catch-all left out."""
    for pattern in resolver.url_patterns:
        route = before + _example(str(pattern.pattern))
        if isinstance(pattern, URLResolver):
            yield from _addresses(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route


def _example(route: str) -> str:
    filled = re.sub(r"<(?:(\w+):)?\w+>", lambda found: SAMPLES.get(found[1] or "str", "1"), route)
    if filled == route and re.search(r"[\\^$(?]", route):  # a regular expression, as the admin has
        filled = re.sub(r"\(\?P<\w+>[^)]*\)", "1", route)
        filled = re.sub(r"\(\?:([^|)]*)[^)]*\)", r"\1", filled)
        filled = re.sub(r"[\^$?()]|\\Z", "", filled).replace("\\", "").replace(".*", "x")
    return filled


def addresses() -> list[str]:
    """Return an example of every address of the product, without doubles, in order."""
    return sorted(set(_addresses(get_resolver())))


def is_public(address: str) -> bool:
    return any(re.match(pattern, address) for pattern in PUBLIC)


def test_the_walk_finds_the_addresses_that_matter() -> None:
    found = addresses()
    assert len(found) > 80
    for address in (
        "cases/",
        "cases/new/",
        "cases/20260304-000001/",
        "cases/20260304-000001/steps/handle/",
        "desk/town/",
        "orders/1/",
        "month/",
        "api/v1/cases/",
        "admin/",
    ):
        assert address in found


@pytest.mark.parametrize("address", [a for a in addresses() if not is_public(a)])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_stranger_is_refused(db: None, address: str, method: str) -> None:
    answer = getattr(Client(), method)(f"/{address}")
    if answer.status_code == 302:
        assert answer["Location"].startswith(("/sign-in/", "/admin/login/"))
    elif answer.status_code != 301:
        assert answer.status_code in REFUSALS


def test_whoever_has_no_role_sees_no_case_and_no_desk(stage: Stage) -> None:
    """A signed-in person without any role is nearly a stranger."""
    case = stage.whistle().case
    person = stage.people["town2"]
    person.memberships.all().delete()
    client = Client()
    client.force_login(person)
    number = case.number
    assert number not in client.get("/cases/").content.decode()
    for path in (f"/cases/{number}/", f"/cases/{number}/orders/", f"/cases/{number}/whistle/"):
        assert client.get(path).status_code in (403, 404)
    for desk in ("town", "callbacks", "grid", "department", "centre"):
        assert client.get(f"/desk/{desk}/").status_code == 403
