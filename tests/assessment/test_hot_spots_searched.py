"""The search over the rows: what counts, what is kept, what one decides on it."""

import random
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.refusals import BadInput, StepRefused
from assessment.models import HotSpot, HotSpotSearch
from assessment.queries import hotspots as queries
from assessment.services.hotspots import (
    ask_search,
    search_hot_spots,
    set_aside,
    sweep_hot_spots,
)
from assessment.services.topics import Proposed, open_topic
from cases.models import Case
from tests.assessment.cells import UNTIL, case, communities, fill, moment
from tests.assessment.test_hot_spots import poisson
from tests.cast import OTHER_TOWN, TOWN, Stage
from tests.plans import read_whole

MORNING = moment(UNTIL + timedelta(days=1), 90)


@pytest.fixture
def district(stage: Stage) -> Stage:
    """A year of eleven communities with three cases in four weeks, and one that has twenty of late."""
    hot, *others = communities(12)
    for area in others:
        fill(area, [3] * 14)
    fill(hot, [20, *[3] * 13])
    return stage


def spots() -> list[tuple[str, str, int]]:
    rows = HotSpot.objects.order_by("search__until", "pk")
    return [(row.area_id, row.category_id, row.found) for row in rows]


def test_a_place_that_came_to_have_seven_times_its_share_is_found(district: Stage) -> None:
    search = search_hot_spots(UNTIL, MORNING)
    [spot] = search.spots.all()
    assert (spot.area_id, spot.category_id, spot.found) == (f"{TOWN}101", "0101", 20)
    assert 2.5 < spot.expected < 3.5
    assert spot.chance < 0.001
    assert spot.facts["cases"] == 20
    assert sum(many for _week, many in spot.facts["weeks"][-4:]) == 20
    assert search.tested == 12


def test_of_a_district_drawn_by_chance_only_what_was_planted_is_named(stage: Stage) -> None:
    """Sixty cells through PostgreSQL, each with its own level, residents with and without phones."""
    dice = random.Random(11)
    for place, area in enumerate(communities(20)):
        for category in ("0101", "0303", "0306"):
            usual = dice.uniform(1, 6)
            counts = [poisson(dice, usual) for _ in range(14)]
            if place == 7 and category == "0303":
                counts = [poisson(dice, 35), *[poisson(dice, 6) for _ in range(13)]]
            fill(area, counts, category)
    search = search_hot_spots(UNTIL, MORNING)
    assert search.tested == 60
    assert [(row.area_id, row.category_id) for row in search.spots.all()] == [
        (f"{TOWN}108", "0303")
    ]


def test_one_person_who_calls_twenty_times_is_no_hot_spot(stage: Stage) -> None:
    hot, *others = communities(12)
    for area in others:
        fill(area, [3] * 14)
    fill(hot, [0, *[3] * 13])
    fill(hot, [20], caller_phone="13800001234")
    assert not search_hot_spots(UNTIL, MORNING).spots.exists()
    cell = next(
        c
        for c in queries.cells(moment(UNTIL + timedelta(days=1), 0), days=28, blocks=14)
        if c.area == hot
    )
    assert cell.window == 1


def test_confidential_cases_and_reports_of_wrongdoing_give_no_place_away(stage: Stage) -> None:
    hot, *others = communities(12)
    for area in others:
        fill(area, [3] * 14)
    fill(hot, [3] * 14)
    fill(hot, [20], confidential=True)
    fill(hot, [20], kind="report")
    assert not search_hot_spots(UNTIL, MORNING).spots.exists()


def test_two_beats_make_one_search(district: Stage) -> None:
    assert sweep_hot_spots(MORNING) == 1
    assert sweep_hot_spots(MORNING + timedelta(minutes=30)) == 0
    assert sweep_hot_spots(MORNING + timedelta(days=1)) == 1
    assert [row.until for row in HotSpotSearch.objects.order_by("until")] == [
        UNTIL,
        UNTIL + timedelta(days=1),
    ]


def test_a_spot_set_aside_stays_so_when_it_is_found_again(district: Stage) -> None:
    spot = search_hot_spots(UNTIL, MORNING).spots.get()
    set_aside(spot.pk, actor=district.who("supervisor"), reason="集中换表，已公告")
    again = search_hot_spots(UNTIL, MORNING).spots.get()
    assert again.pk == spot.pk
    next_day = search_hot_spots(UNTIL + timedelta(days=1), MORNING).spots.get()
    assert next_day.dismissed == "集中换表，已公告"


def test_a_spot_whose_topic_is_open_belongs_to_it_the_next_day(district: Stage) -> None:
    spot = search_hot_spots(UNTIL, MORNING).spots.get()
    topic = open_topic(proposed(spot), actor=district.who("supervisor"), at=MORNING)
    spot.refresh_from_db()
    assert spot.topic == topic
    assert search_hot_spots(UNTIL + timedelta(days=1), MORNING).spots.get().topic == topic
    with pytest.raises(StepRefused):
        set_aside(spot.pk, actor=district.who("supervisor"), reason="不需要")


def proposed(spot: HotSpot) -> Proposed:
    return Proposed(
        title="堆物集中整治",
        text="逐楼清理",
        category=spot.category_id,
        area=spot.area_id,
        owner=TOWN,
        goal=Decimal(1),
        begun_on=UNTIL,
        review_on=UNTIL + timedelta(days=30),
        spot=spot.pk,
    )


def test_only_the_centre_and_the_assessors_decide(district: Stage) -> None:
    spot = search_hot_spots(UNTIL, MORNING).spots.get()
    for who in ("leader", "town", "department", "operator"):
        with pytest.raises(PermissionDenied):
            set_aside(spot.pk, actor=district.who(who), reason="不需要")
        with pytest.raises(PermissionDenied):
            ask_search(district.who(who), MORNING)
    with pytest.raises(BadInput):
        set_aside(spot.pk, actor=district.who("assessor"), reason=" ")


def test_units_do_not_read_hot_spots(district: Stage) -> None:
    search_hot_spots(UNTIL, MORNING)
    readers = {
        who
        for who in ("leader", "assessor", "supervisor", "admin", "town", "department", "operator")
        if HotSpot.objects.visible_to(district.who(who)).exists()
    }
    assert readers == {"leader", "assessor", "supervisor", "admin"}


def test_months_without_the_product_do_not_count_as_quiet(stage: Stage) -> None:
    """A district that began three blocks ago has three blocks, not a year of nothing."""
    for area in communities(8):
        fill(area, [9, 9, 9, 9])
    search = search_hot_spots(UNTIL, MORNING)
    assert search.tested == 8
    assert not search.spots.exists()


def test_a_district_of_two_months_is_not_searched_yet(stage: Stage) -> None:
    for area in communities(8):
        fill(area, [9, 9])
    assert search_hot_spots(UNTIL, MORNING).tested == 0


def test_an_empty_district_is_searched_without_a_fault(stage: Stage) -> None:
    assert search_hot_spots(UNTIL, MORNING).tested == 0


def test_weeks_count_residents_of_the_place_beside_the_district(stage: Stage) -> None:
    hot, other = communities(2)
    day = date(2026, 2, 2)
    rows = [case(moment(day), hot, caller_phone="1380000000" + n) for n in "1123"]
    Case.objects.bulk_create([*rows, case(moment(day + timedelta(days=8)), other)])
    first, second = queries.weeks(hot, "01", day, day + timedelta(days=15))
    assert (first.people, first.cases, first.all_people, first.all_cases) == (3, 4, 3, 4)
    assert (second.people, second.all_people) == (0, 1)


@pytest.mark.parametrize("sql", [queries.BLOCK, queries.WEEKS, queries.BEHIND])
def test_the_search_reads_its_year_by_index(stage: Stage, sql: str) -> None:
    given = {
        "start": moment(UNTIL),
        "end": MORNING,
        "seconds": 86400,
        "area": f"{TOWN}%",
        "areas": [f"{TOWN}%"],
        "category": "01",
        "last": "01999999",
    }
    assert not read_whole(sql, given)


def test_the_search_makes_as_many_queries_for_many_places_as_for_few(district: Stage) -> None:
    with CaptureQueriesContext(connection) as few:
        search_hot_spots(UNTIL, MORNING)
    for area in communities(8, OTHER_TOWN):
        fill(area, [2] * 14)
    with CaptureQueriesContext(connection) as many:
        search_hot_spots(UNTIL, MORNING)
    assert len(many) == len(few)
