"""Topics, hot spots and questions by the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone
from rest_framework.test import APIClient

from assessment.models import Topic
from tests.api.calls import V1, caller
from tests.assessment.test_topics_on_screen import question, spot, topic
from tests.cast import COMMUNITY, Stage
from tests.dispatch.conftest import live

__all__ = ["live"]


@pytest.fixture(autouse=True)
def _fresh_throttles() -> None:
    cache.clear()


def call(client: APIClient, path: str, body: Any, wanted: int, key: str = "") -> Any:
    extra = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    answer = client.post(f"{V1}{path}", body, format="json", **extra)
    assert answer.status_code == wanted, answer.content.decode()
    return answer.json()


def test_a_topic_lives_by_the_api(live: Stage) -> None:
    one = spot()
    today = timezone.localdate()
    given = {
        "title": "消防通道",
        "text": "划线",
        "category": "0306",
        "area": COMMUNITY,
        "owner": "XFZD",
        "assists": ["ZJW"],
        "goal": "0.50",
        "begun_on": today.isoformat(),
        "review_on": (today + timedelta(days=50)).isoformat(),
        "spot": one.pk,
    }
    centre, owner = caller(live, "supervisor"), caller(live, "department3")
    call(owner, "/topics/", given, 403)
    wrong = call(centre, "/topics/", given | {"owner": "NOBODY"}, 400)
    assert list(wrong["fields"]) == ["owner"]
    made = call(centre, "/topics/", given, 201, key="t1")
    assert call(centre, "/topics/", given, 201, key="t1") == made
    assert Topic.objects.count() == 1
    assert (made["state"], made["assists"], made["measure"]["verdict"]) == (
        "open",
        ["ZJW"],
        "early",
    )
    assert made["measure"]["after"] is None
    call(centre, "/topics/", given, 409)
    entries = f"/topics/{made['id']}/entries/"
    call(caller(live, "department"), entries, {"text": "看过"}, 404)
    call(centre, entries, {"text": "看过"}, 403)
    entered = call(owner, entries, {"text": "已划线"}, 201, key="e1")
    assert call(owner, entries, {"text": "已划线"}, 201, key="e1") == entered
    assert [entry["text"] for entry in entered["entries"]] == ["已划线"]
    call(owner, f"/topics/{made['id']}/close/", {"outcome": "好"}, 403)
    assert call(centre, f"/topics/{made['id']}/close/", {"outcome": "好"}, 200)["state"] == "closed"
    call(owner, entries, {"text": "再做"}, 409)
    [row] = owner.get(f"{V1}/topics/?state=closed").json()["results"]
    assert row["number"] == made["number"]
    assert centre.get(f"{V1}/hot-spots/").json()["results"][0]["topic"] == made["number"]


def test_hot_spots_are_read_by_readers_of_figures_only(live: Stage) -> None:
    spot()
    [row] = caller(live, "leader").get(f"{V1}/hot-spots/?area=110112013").json()["results"]
    assert (row["found"], row["expected"], row["tested"], row["cases"]) == (12, "2.50", 300, 14)
    for who in ("town", "department", "operator", "community"):
        assert caller(live, who).get(f"{V1}/hot-spots/").json()["results"] == []
    assert caller(live, "").get(f"{V1}/hot-spots/").status_code == 401


def test_a_question_is_read_and_answered_by_its_unit(live: Stage) -> None:
    one = question(live)
    town = caller(live, "town")
    [row] = town.get(f"{V1}/signs/").json()["results"]
    assert (row["kind"], row["cases"], row["chance"]) == ("contact", one.numbers, None)
    path = f"/signs/{one.pk}/answer/"
    call(caller(live, "town2"), path, {"answer": "是我们"}, 404)
    call(caller(live, "supervisor"), path, {"answer": "替答"}, 403)
    assert call(town, path, {"answer": "联系了家属"}, 200)["answer"] == "联系了家属"
    call(town, path, {"answer": "再答"}, 409)
    assert town.get(f"{V1}/signs/?answered=false").json()["results"] == []


def test_the_list_of_topics_is_what_one_may_see(live: Stage) -> None:
    topic(live)
    seen = {
        who: len(caller(live, who).get(f"{V1}/topics/").json()["results"])
        for who in ("leader", "department3", "department", "town", "operator")
    }
    assert seen == {"leader": 1, "department3": 1, "department": 0, "town": 0, "operator": 0}
