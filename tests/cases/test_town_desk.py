"""The town's desk: what is due when, counted, grouped, and two things done from the row."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cases.models import Clock
from cases.services.steps import advance
from cases.waiting import at_town_desk, end_of_day, town_counts
from dispatch.services.steps import advance_order
from grids.places import Place
from tests.cases.conftest import Enter
from tests.cast import Stage

SHANGHAI = ZoneInfo("Asia/Shanghai")


def test_what_waits_is_counted_by_what_is_to_be_done(stage: Stage) -> None:
    for days in (30, 0, 0):
        stage.at = datetime(2026, 3, 4, 10, tzinfo=SHANGHAI) - timedelta(days=days)
        stage.case()
    at = datetime(2026, 3, 4, 10, tzinfo=SHANGHAI)
    elsewhere = Place("110112012001001", 116.655, 39.905)
    stage.case(place=elsewhere)
    handling, held = stage.case(), stage.case()
    advance(handling.pk, "handle", actor=stage.who("town"), at=at)
    until = at.date() + timedelta(days=9)
    advance(held.pk, "hold", actor=stage.who("supervisor"), at=at, until=until, reason="等图纸")
    grid = stage.case(caller_phone="", caller_name="")
    advance(grid.pk, "handle", actor=stage.who("town"), at=at)
    advance(grid.pk, "finish", actor=stage.who("town"), at=at, result="已清理")
    order = stage.order(stage.whistle())
    advance_order(order.pk, "acknowledge", actor=stage.who("department3"), at=at)
    advance_order(order.pk, "report_in", actor=stage.who("department3"), at=at)
    advance_order(order.pk, "finish", actor=stage.who("department3"), at=at, result="已清理")
    counts = town_counts(stage.who("town"), at)
    assert (counts.waiting, counts.to_decide, counts.overdue) == (7, 3, 1)
    assert (counts.on_hold, counts.to_verify, counts.to_accept, counts.to_review) == (1, 1, 1, 0)
    assert town_counts(stage.who("town2"), at).waiting == 1
    assert town_counts(stage.who("community"), at).waiting == 7


def test_a_day_ends_at_midnight_of_the_district() -> None:
    at = datetime(2026, 3, 4, 15, 30, tzinfo=ZoneInfo("UTC"))  # 23:30 in Shanghai
    assert end_of_day(at) == datetime(2026, 3, 5, 0, 0, tzinfo=SHANGHAI)


def test_each_figure_leads_to_what_it_counts(live: Stage, enter: Enter) -> None:
    received, handling = live.case(), live.case()
    advance(handling.pk, "handle", actor=live.who("town"), at=live.at)
    client = enter("town")
    tiles = {tile["label"]: tile for tile in client.get("/desk/town/").context["tiles"]}
    assert tiles["Waiting in all"]["value"] == 2
    shown = client.get(tiles["To decide"]["url"]).context["groups"]
    assert [row["line"].number for group in shown for row in group["rows"]] == [received.number]
    for label in ("Results to accept", "Departments to mark"):
        assert client.get(tiles[label]["url"]).status_code == 200


def test_rows_stand_in_the_order_of_their_urgency(live: Stage, enter: Enter) -> None:
    now = live.at
    later = live.case()
    live.at = now - timedelta(days=40)
    overdue = live.case()
    live.at = now
    held = live.case()
    until = now.date() + timedelta(days=9)
    advance(held.pk, "hold", actor=live.who("supervisor"), at=now, until=until, reason="等图纸")
    groups = enter("town").get("/desk/town/").context["groups"]
    assert groups[0]["label"] == "Overdue"
    assert groups[-1]["label"] == "Clock standing still"
    numbers = [row["line"].number for group in groups for row in group["rows"]]
    assert numbers == [overdue.number, later.number, held.number]


def test_what_is_late_while_on_hold_stands_where_the_figure_counts_it(
    live: Stage, enter: Enter
) -> None:
    held, until = live.case(), live.at.date() + timedelta(days=9)
    advance(held.pk, "hold", actor=live.who("supervisor"), at=live.at, until=until, reason="等图纸")
    clock = Clock.objects.running().of_case_itself().filter(case=held).first()
    Clock.objects.filter(pk=clock.pk).update(due_at=live.at - timedelta(hours=1))
    page = enter("town").get("/desk/town/").context
    tiles = {tile["label"]: tile["value"] for tile in page["tiles"]}
    assert tiles["Overdue"] == 1
    assert [group["label"] for group in page["groups"]] == ["Overdue"]


def test_a_case_is_taken_from_its_row_and_the_desk_comes_back(live: Stage, enter: Enter) -> None:
    case, client = live.case(), enter("town")
    page = client.get("/desk/town/").content.decode()
    assert f"{case.get_absolute_url()}steps/handle/" in page
    assert f"{case.get_absolute_url()}whistle/" in page
    answer = client.post(f"{case.get_absolute_url()}steps/handle/", {"desk": "town"})
    assert answer["Location"] == "/desk/town/"
    case.refresh_from_db()
    assert case.state == "handling"


@pytest.mark.parametrize(
    "name", ["operator", "callback", "gridworker", "department", "leader", "supervisor", "admin"]
)
def test_the_desk_belongs_to_towns_and_communities(enter: Enter, name: str) -> None:
    assert enter(name).get("/desk/town/").status_code == 403


def test_a_community_sees_its_own_ground_alone(live: Stage, enter: Enter) -> None:
    mine = live.case()
    live.case(place=Place("110112013", address="街道办门口"))
    shown = at_town_desk(live.who("community"))
    assert [case.number for case in shown] == [mine.number]
    assert enter("community").get("/desk/town/").status_code == 200
