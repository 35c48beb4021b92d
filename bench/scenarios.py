"""What is measured: the requests, each with the parameters its baselines are given."""

import json
from dataclasses import dataclass
from random import Random
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from rest_framework.authtoken.models import Token

from accounts.models import User
from assessment import periods
from assessment.services.scores import refresh
from bench.lives import World
from bench.load import Ask
from cases.models import Case, Category
from grids.models import Area

DRAWN = 200
"""Different requests of each sort, asked in turn."""
PASSWORDS = "django.contrib.auth.backends.ModelBackend"


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing to measure. `goal` is requests a second on the design's machine, `budget` queries."""

    name: str
    title: str
    goal: int
    budget: int
    asks: tuple[Ask, ...]
    given: tuple[dict[str, Any], ...]


def scenarios(world: World) -> list[Scenario]:
    """Return everything that is measured, drawn from the cases that are there."""
    rng = Random(8890)
    return [
        _intake(world, rng),
        *_lists(rng),
        _pages(rng),
        _month(world),
    ]


def token(name: str) -> tuple[tuple[str, str], ...]:
    """Return the header that signs an API request for the person of that name."""
    key, _new = Token.objects.get_or_create(user=User.objects.get(username=name))
    return (("Authorization", f"Token {key.key}"),)


def session(name: str) -> tuple[tuple[str, str], ...]:
    """Return the header that signs a page's request for the person of that name."""
    user = User.objects.get(username=name)
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = PASSWORDS
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.create()
    return (("Cookie", f"sessionid={store.session_key}"),)


def _intake(world: World, rng: Random) -> Scenario:
    given: list[dict[str, Any]] = []
    areas = {(grid.lon, grid.lat): grid.code for grid in world.grids}
    for _number in range(DRAWN):
        request, grid = rng.choice(world.requests), rng.choice(world.grids)
        given.append(
            {
                "channel": "hotline",
                "kind": request.kind,
                "category": request.category,
                "text": request.text.replace("{place}", grid.place),
                "lon": grid.lon,
                "lat": grid.lat,
                "caller_name": "王女士",
                "caller_phone": f"1990000{rng.randrange(10_000):04d}",
            }
        )
    headers = token("operator")
    asks = [
        Ask("POST", "/api/v1/cases/", headers, json.dumps(one, ensure_ascii=False), 201)
        for one in given
    ]
    for one in given:  # the product finds the grid from the position, the baselines are told
        one["area"] = areas[one["lon"], one["lat"]]
    return Scenario("intake", "Intake by API", 350, 12, tuple(asks), tuple(given))


def _lists(rng: Random) -> list[Scenario]:
    towns = list(Area.objects.towns().values_list("code", flat=True))
    groups = list(Category.objects.filter(parent=None).values_list("code", flat=True))
    given = [
        {"town": rng.choice(towns), "category": rng.choice(groups)} for _number in range(DRAWN)
    ]
    words = [urlencode(one) for one in given]
    cookie, key = session("leader"), token("leader")
    pages = tuple(Ask("GET", f"/cases/?{word}", cookie) for word in words)
    calls = tuple(Ask("GET", f"/api/v1/cases/?{word}", key) for word in words)
    return [
        Scenario("list", "List of 50, filtered", 300, 6, pages, tuple(given)),
        Scenario("api_list", "The same by API", 300, 6, calls, tuple(given)),
    ]


def _pages(rng: Random) -> Scenario:
    last = Case.objects.order_by("-pk").values_list("pk", flat=True)[0]
    drawn = sorted({rng.randint(1, last) for _number in range(DRAWN)})
    numbers = list(Case.objects.filter(pk__in=drawn).values_list("number", flat=True))
    rng.shuffle(numbers)
    cookie = session("leader")
    return Scenario(
        "detail",
        "Case page",
        200,
        12,
        tuple(Ask("GET", f"/cases/{number}/", cookie) for number in numbers),
        tuple({"number": number} for number in numbers),
    )


def _month(world: World) -> Scenario:
    """The page of last month, which is whole; its roll-up is reckoned here, as the task does it.

    The goal of 50 ms a page is 40 a second on two cores.
    """
    running = periods.running_month(world.now)
    last, _next = periods.neighbours(running)
    assert last is not None
    refresh(last, timezone.now())
    ask = Ask("GET", f"/month/{last.name}/", session("leader"))
    return Scenario("month", "Month page", 40, 12, (ask,), ({"period": last.name},))
