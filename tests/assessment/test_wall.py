"""The board on the wall: the same for all who may look, without anything guarded, at a steady price."""

import json
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment import periods
from assessment.boards import named_towns, state_of
from assessment.services import scores
from assessment.services import wall as service
from cases.models import Clock
from dispatch.services.steps import advance_order
from tests.cast import Stage
from tests.plans import read_whole


@pytest.fixture(autouse=True)
def fresh() -> None:
    service.forget()


@pytest.fixture
def now(stage: Stage) -> Stage:
    stage.at = timezone.now() - timedelta(minutes=20)
    return stage


def client_of(stage: Stage, name: str) -> Client:
    client = Client()
    client.force_login(stage.who(name))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def board(at: datetime | None = None) -> dict[str, Any]:
    at = at or timezone.now()
    return service.board(service.version_of(at), at)


# --- the rules


@pytest.mark.parametrize(
    ("orders", "state"),
    [
        ([("issued", False)], "blown"),
        ([("reported", False), ("issued", False)], "blown"),
        ([("reported", False), ("acknowledged", False)], "acknowledged"),
        ([("reported", False), ("finished", False)], "reported"),
        ([("objected", False), ("reported", False)], "blown"),
        ([("reported", True), ("issued", False)], "late"),
    ],
)
def test_a_whistle_stands_as_far_as_the_order_that_lags_behind(
    orders: list[tuple[str, bool]], state: str
) -> None:
    assert state_of(orders) == state


def ranked(count: int, group: str = "", tied: int = 0) -> list[dict[str, Any]]:
    return [
        {"code": f"{group}{n:02d}", "rank": 1 if n < tied else n + 1, "group": group}
        for n in range(count)
    ]


def test_of_many_towns_both_ends_are_named_and_of_few_all() -> None:
    few, cut = named_towns(ranked(10))
    assert (len(few), cut) == (10, 0)
    many, cut = named_towns(ranked(22, tied=3))
    assert [row["code"] for row in many] == [
        f"{n:02d}" for n in (0, 1, 2, 3, 4, 17, 18, 19, 20, 21)
    ]
    assert cut == 5
    groups, cut = named_towns(ranked(11, "a") + ranked(11, "b"))
    assert [row["code"] for row in groups if row["group"] == "a"] == [
        "a00",
        "a01",
        "a02",
        "a09",
        "a10",
    ]
    assert cut == 0
    assert named_towns([]) == ([], 0)


# --- what is on it


def test_live_whistles_stand_with_their_units_and_go_when_settled(now: Stage) -> None:
    now.at = timezone.now()
    whistle = now.whistle()
    urgent = now.whistle(kind="emergency", departments=[])
    found = board()["whistles"]
    assert [(one["id"], one["state"], one["emergency"]) for one in found] == [
        (urgent.pk, "blown", True),
        (whistle.pk, "blown", False),
    ]
    assert found[1]["units"] == "区消防救援支队、区住房和城乡建设委员会"
    assert found[1]["number"] == whistle.case.number
    order = now.order(urgent)
    advance_order(order.pk, "acknowledge", actor=now.who("department3"), at=timezone.now())
    assert board()["whistles"][0]["state"] == "acknowledged"
    Clock.objects.filter(order_ref=order.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    assert board()["whistles"][0]["state"] == "late"
    advance_order(order.pk, "withdraw", actor=now.who("town"), at=timezone.now(), reason="误吹")
    assert [one["id"] for one in board()["whistles"]] == [whistle.pk]


def test_places_are_rounded_and_guarded_cases_show_their_town_only(now: Stage) -> None:
    now.whistle()
    now.whistle(now.case(confidential=True))
    now.whistle(now.case(kind="report"))
    guarded, plain = board()["whistles"]
    assert (plain["lon"], plain["lat"]) == (116.685, 39.925)
    assert (guarded["number"], guarded["url"], guarded["lon"], guarded["lat"]) == (
        "",
        "",
        None,
        None,
    )
    assert guarded["place"] == "潞邑街道"
    assert board()["counts"]["live"] == 3  # a sum tells nothing of any of them


def test_nothing_that_anybody_typed_and_no_caller_is_on_it(now: Stage) -> None:
    whistle = now.whistle(reason="需要消防到场处置")
    secret, report = now.case(confidential=True), now.case(kind="report")
    order = now.order(whistle)
    advance_order(
        order.pk, "object", actor=now.who("department3"), at=timezone.now(), reason="不归我管"
    )
    text = json.dumps(board(), ensure_ascii=False)
    page = client_of(now, "leader").get("/wall/").content.decode()
    for told in (text, page):
        for typed in ("私家车", "王小明", "1380000", "3号楼", "需要消防", "不归我管"):
            assert typed not in told
        assert secret.number not in told
        assert report.number not in told
    assert whistle.case.number in text
    of_report = set(report.events.values_list("pk", flat=True))
    assert of_report
    assert not of_report & {step["id"] for step in board()["steps"]}  # not even that it happened


def test_today_is_counted(now: Stage) -> None:
    now.at = timezone.now()
    now.case()
    whistle = now.whistle(kind="emergency")
    counts = board()["counts"]
    assert counts["received"] == 2
    assert counts["whistles"] == counts["live"] == counts["emergencies"] == 1
    Clock.objects.filter(case=whistle.case).update(breached_at=timezone.now())
    assert board()["counts"]["late"] == 1  # one case


def test_the_month_is_as_last_reckoned_and_no_data_is_none(now: Stage) -> None:
    assert board()["month"]["score"] is None
    now.case()
    span = periods.running_month(timezone.now())
    scores.refresh(span, timezone.now())
    month = board()["month"]
    assert month["period"] == span.name
    assert month["rates"] == {"response": None, "resolution": None, "satisfaction": None}
    assert (month["score"], month["towns"]) == (None, [])


# --- who looks, and what it costs


@pytest.mark.parametrize("name", ["leader", "supervisor", "assessor", "admin"])
def test_readers_of_figures_look(now: Stage, name: str) -> None:
    client = client_of(now, name)
    assert client.get("/wall/").status_code == 200
    assert client.get("/wall/news/").json()["counts"]["received"] == 0


@pytest.mark.parametrize("name", ["town", "department", "operator", "callback", "gridworker"])
def test_others_do_not(now: Stage, name: str) -> None:
    client = client_of(now, name)
    assert client.get("/wall/").status_code == 403
    assert client.get("/wall/news/").status_code == 403


def test_news_come_only_when_something_has_changed(now: Stage) -> None:
    leader = client_of(now, "leader")
    first = leader.get("/wall/news/").json()
    assert leader.get(f"/wall/news/?have={_this_minute(first['version'])}").status_code == 204
    now.whistle()
    later = leader.get(f"/wall/news/?have={first['version']}")
    assert later.status_code == 200
    assert later.json()["version"] != first["version"]
    assert len(later.json()["whistles"]) == 1


def _this_minute(version: str) -> str:
    """Return the version as it is now: a minute may have turned since."""
    return re.sub(r"\d+$", str(int(timezone.now().timestamp()) // 60), version)


def test_steps_are_told_in_the_language_of_whoever_looks(now: Stage) -> None:
    now.whistle()
    leader = client_of(now, "leader")
    assert leader.get("/wall/news/").json()["steps"][0]["label"] == "Whistle blown"
    leader.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    assert leader.get("/wall/news/").json()["steps"][0]["label"] != "Whistle blown"


@pytest.mark.parametrize("count", [1, 12])
def test_a_poll_costs_few_queries_and_an_idle_one_fewer(now: Stage, count: int) -> None:
    for _ in range(count):
        now.whistle()
    leader = client_of(now, "leader")
    version = leader.get("/wall/news/").json()["version"]
    service.forget()
    frame = 3  # the session, the person, their posts
    with CaptureQueriesContext(connection) as news:
        assert leader.get("/wall/news/").status_code == 200
    assert len(news) <= frame + 6, [q["sql"][:120] for q in news]
    with CaptureQueriesContext(connection) as again:
        leader.get("/wall/news/")
    assert len(again) <= frame + 1  # what one viewer has put together serves the next
    with CaptureQueriesContext(connection) as idle:
        leader.get(f"/wall/news/?have={_this_minute(version)}")
    assert len(idle) <= frame + 1


def test_no_query_of_a_poll_reads_a_large_table_whole(now: Stage) -> None:
    at = timezone.now()
    with CaptureQueriesContext(connection) as made:
        service.board(service.version_of(at), at)
    asked = [query["sql"] for query in made.captured_queries if "SELECT" in query["sql"]]
    for sql in asked:
        assert not [t for t in read_whole(sql) if t.startswith(("cases_", "dispatch_"))], sql
