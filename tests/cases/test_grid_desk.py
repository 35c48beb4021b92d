"""The grid's desk on a phone: report with photos and position, and look again at what was done."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from cases.models import Case
from cases.services.steps import advance
from grids.places import Place
from tests.api.photos import jpeg
from tests.cases.conftest import Enter
from tests.cast import GRID, Stage

REPORT: dict[str, Any] = {
    "text": "井盖缺失",
    "category": "0101",
    "kind": "help",
    "urgency": "urgent",
    "place": "",
    "area": "",
    "lon": "116.685",
    "lat": "39.925",
    "address": "",
}


def _photo(content: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile("a.jpg", content or jpeg(), "image/jpeg")


@pytest.mark.parametrize("name", ["gridworker", "gridhead"])
def test_a_report_with_photos_and_a_position_becomes_a_case(enter: Enter, name: str) -> None:
    client = enter(name)
    answer = client.post("/desk/grid/", REPORT | {"photos": [_photo(), _photo()]}, follow=True)
    assert answer.redirect_chain == [("/desk/grid/", 302)]
    case = Case.objects.get()
    assert (case.channel, case.area_id, case.urgency) == ("grid", GRID, "urgent")
    assert case.attachments.count() == 2
    assert not case.callable
    assert [line.number for line in answer.context["mine"]] == [case.number]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"photos": [b"no photo"]}, "is no photo that can be read"),
        ({"lon": "", "lat": ""}, "Say where it is"),
        ({"lon": "0", "lat": "0"}, "outside the district"),
        ({"category": ""}, "This field is required"),
    ],
)
def test_a_report_refused_says_why_and_keeps_the_words(
    enter: Enter, given: dict[str, Any], said: str
) -> None:
    if "photos" in given:
        given = {"photos": [_photo(given["photos"][0])]}
    answer = enter("gridworker").post("/desk/grid/", REPORT | given)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert said in page
    assert "井盖缺失" in page
    assert not Case.objects.exists()


def _done(stage: Stage, **given: Any) -> Case:
    fields = {"by": "gridworker", "channel": "grid", "caller_phone": "", "caller_name": ""}
    case, town = stage.case(**(fields | given)), stage.who("town")
    advance(case.pk, "handle", actor=town, at=stage.at)
    return advance(case.pk, "finish", actor=town, at=stage.at, result="已补盖")


def test_what_was_done_is_looked_at_again_and_closed_or_sent_back(
    live: Stage, enter: Enter
) -> None:
    good, bad = _done(live), _done(live)
    client = enter("gridworker")
    page = client.get("/desk/grid/").context
    assert [card["task"].case.number for card in page["tasks"]] == [good.number, bad.number]
    assert page["verify"] == []  # what is one's own task stands there only once
    beside = enter("gridhead").get("/desk/grid/").context["verify"]
    assert [row["line"].number for row in beside] == [good.number, bad.number]
    closed = client.post(f"{good.get_absolute_url()}steps/close/", {"desk": "grid"})
    assert closed["Location"] == "/desk/grid/"
    client.post(f"{bad.get_absolute_url()}steps/reopen/", {"reason": "又丢了"})
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.state, bad.state, bad.round) == ("closed", "received", 2)


def test_only_ones_own_ground_is_looked_at_again(live: Stage, enter: Enter) -> None:
    elsewhere = Place("110112012001001", 116.655, 39.905)
    far = _done_elsewhere(live, elsewhere)
    client = enter("gridhead")
    assert client.get("/desk/grid/").context["verify"] == []
    assert client.post(f"{far.get_absolute_url()}steps/close/").status_code == 404


def _done_elsewhere(stage: Stage, place: Place) -> Case:
    case = stage.case(place=place, caller_phone="", caller_name="")
    town = stage.who("town2")
    advance(case.pk, "handle", actor=town, at=stage.at)
    return advance(case.pk, "finish", actor=town, at=stage.at, result="已补盖")


@pytest.mark.parametrize("name", ["operator", "callback", "town", "department", "leader", "admin"])
def test_the_desk_belongs_to_the_grid(enter: Enter, name: str) -> None:
    assert enter(name).get("/desk/grid/").status_code == 403
    assert enter(name).post("/desk/grid/", REPORT).status_code == 403
