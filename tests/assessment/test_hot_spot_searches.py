"""Searches for hot spots as long jobs: asked for, followed, kept, found again, failed with a reason."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.utils import timezone

from assessment.models import HotSpot, HotSpotSearch, Job
from assessment.queries import hotspots as queries
from assessment.services import hotspots, work
from tests.api.calls import V1, caller
from tests.assessment.cells import UNTIL, case, communities, fill, moment
from tests.assessment.test_topics_on_screen import spot
from tests.cast import Stage
from tests.dispatch.conftest import SignIn, live, sign_in

__all__ = ["live", "sign_in"]

MORNING = moment(UNTIL + timedelta(days=1), 90)


@pytest.fixture(autouse=True)
def _fresh_throttles() -> None:
    cache.clear()


def hot_place() -> None:
    """Eleven communities with three cases in four weeks, and one that has twenty of late."""
    hot, *others = communities(12)
    for area in others:
        fill(area, [3] * 14)
    fill(hot, [20, *[3] * 13])


def test_a_search_asked_for_is_done_by_a_worker_with_its_progress(stage: Stage) -> None:
    hot_place()
    job = hotspots.ask_search(stage.who("assessor"), MORNING)
    assert hotspots.ask_search(stage.who("supervisor"), MORNING) == job
    assert not HotSpotSearch.objects.exists(), "nothing is searched while somebody waits for a page"
    told: list[tuple[Any, ...]] = []
    hotspots.search_hot_spots(UNTIL, MORNING, lambda *words: told.append(words))
    assert told[0] == (0, 15, hotspots.COUNTING)
    assert told[-1] == (14, 15, hotspots.COMPARING)
    HotSpotSearch.objects.all().delete()
    assert work.run_jobs(timezone.now()) == 1
    job.refresh_from_db()
    assert job.state == Job.State.DONE
    assert [row.found for row in HotSpotSearch.objects.get(until=UNTIL).spots.all()] == [20]


def test_a_broken_search_leaves_the_earlier_one_and_says_why(
    live: Stage, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = spot()
    HotSpotSearch.objects.update(searched_at=timezone.now() - timedelta(hours=1))
    client = sign_in("supervisor")
    client.post("/hot-spots/search/")
    page = client.get("/hot-spots/").content.decode()
    assert "Waits for a worker" in page
    assert "data-poll" in page
    assert "Search now" not in page

    def fall(*_given: object, **_more: object) -> None:
        raise RuntimeError("no room on the disk")

    monkeypatch.setattr(queries, "cells", fall)
    work.run_jobs(timezone.now())
    page = client.get("/hot-spots/").content.decode()
    assert "no room on the disk" in page
    assert "Search now" in page
    assert f"/hot-spots/{one.pk}/" in page
    monkeypatch.undo()
    client.post("/hot-spots/search/")
    work.run_jobs(timezone.now())
    page = client.get("/hot-spots/").content.decode()
    assert "no room on the disk" not in page
    job = Job.objects.get(state=Job.State.DONE)
    assert "See what was found" in client.get(f"/reports/jobs/{job.pk}/").content.decode()


def keep(days_ago: int, *categories: str) -> HotSpotSearch:
    until = timezone.localdate() - timedelta(days=days_ago)
    search = HotSpotSearch.objects.create(
        until=until, days=28, tested=200 + days_ago, error_rate="0.05", searched_at=timezone.now()
    )
    for category in categories:
        one = spot(category=category)
        HotSpot.objects.filter(pk=one.pk).update(search=search)
    return search


def test_earlier_searches_are_listed_and_each_opens_what_it_found(
    live: Stage, sign_in: SignIn
) -> None:
    old = keep(9, "0306", "0101")
    HotSpot.objects.filter(search=old, category="0101").update(dismissed="已公告")
    now = spot(category="0303")
    leader = sign_in("leader")
    page = leader.get("/hot-spots/searches/")
    assert [(row.many, row.undecided) for row in page.context["page"].rows] == [(1, 1), (2, 1)]
    assert f'href="/hot-spots/searches/{old.pk}/"' in page.content.decode()
    found = leader.get(f"/hot-spots/searches/{old.pk}/")
    assert {row["spot"].category_id for row in found.context["spots"]} == {"0306", "0101"}
    assert "This is an earlier search" in found.content.decode()
    assert f"/hot-spots/{now.pk}/" not in found.content.decode()
    assert leader.get("/hot-spots/searches/999/").status_code == 404
    for who in ("town", "department", "operator", "community"):
        assert sign_in(who).get("/hot-spots/searches/").status_code == 403
        assert sign_in(who).get(f"/hot-spots/searches/{old.pk}/").status_code == 403


def test_a_year_of_searches_is_paged_by_key(
    live: Stage, sign_in: SignIn, django_assert_max_num_queries: Any
) -> None:
    for days_ago in range(1, 70):
        keep(days_ago)
    leader = sign_in("leader")
    leader.get("/hot-spots/searches/")
    with django_assert_max_num_queries(9):
        first = leader.get("/hot-spots/searches/").context["page"]
    more = leader.get("/hot-spots/searches/", {"cursor": first.next}).context["page"]
    days = [row.until for row in (*first.rows, *more.rows)]
    assert len(days) == 69
    assert days == sorted(days, reverse=True)


def test_a_search_is_asked_for_by_the_api_and_followed(live: Stage) -> None:
    keep(9, "0306")
    centre = caller(live, "supervisor")
    address = f"{V1}/hot-spots/searches/"
    first = centre.post(address, {}, format="json", HTTP_IDEMPOTENCY_KEY="s1")
    assert first.status_code == 202
    assert centre.post(address, {}, format="json", HTTP_IDEMPOTENCY_KEY="s1").json() == first.json()
    assert (first.json()["kind"], first.json()["state"]) == ("search", "waiting")
    work.run_jobs(timezone.now())
    job = centre.get(first.json()["url"]).json()
    assert job["state"] == "done"
    rows = centre.get(address).json()["results"]
    assert rows[0]["until"] == job["params"]["until"]
    assert [(row["found"], row["tested"]) for row in rows] == [(0, 0), (1, 209)]
    assert caller(live, "leader").post(address, {}, format="json").status_code == 403
    assert caller(live, "town").get(address).json()["results"] == []
    assert caller(live, "").get(address).status_code == 401


@pytest.mark.parametrize("minute", [0, 1])
def test_a_case_of_the_first_moment_of_a_day_lies_in_that_day_s_block(
    stage: Stage, minute: int
) -> None:
    end = queries.midnight(UNTIL + timedelta(days=1))
    row = case(moment(UNTIL - timedelta(days=27), minute))
    row.save(force_insert=True)
    [cell] = {c.area: c for c in queries.cells(end, days=28, blocks=14)}.values()
    assert (cell.window, cell.past) == (1, ())
