"""What towns ask waits on the centre's desk, is answered there, and the case's page tells all."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Case, Request
from cases.services.policies import import_adjustments
from tests.api.calls import Api, get, post
from tests.cases.conftest import Enter
from tests.cast import PEOPLE, ROOT, Stage

ASKED = {"limit": "2.5", "reason": "车主在外地"}


@pytest.fixture(autouse=True)
def _policies(db: None) -> None:
    import_adjustments(ROOT / "cases/data/adjustment_policies.csv")


def ask(enter: Enter, case: Case, step: str = "ask_extension", **given: str) -> Request:
    url = f"{case.get_absolute_url()}steps/{step}/"
    assert enter("town").post(url, given or ASKED).status_code == 302
    return Request.objects.latest("pk")


def test_a_request_travels_from_the_town_to_the_centre_and_back(live: Stage, enter: Enter) -> None:
    case = live.case()
    due = case.clocks.get(kind="finish").due_at
    asked = ask(enter, case)
    town, centre = enter("town"), enter("supervisor")
    page = town.get(case.get_absolute_url()).content.decode()
    assert "2.5 workdays more" in page
    assert "Waits for the ruling" in page
    assert f"/requests/{asked.pk}/rule/" not in page
    desk = centre.get("/requests/").content.decode()
    assert case.number in desk
    assert "车主在外地" in desk
    url = f"/requests/{asked.pk}/rule/"
    assert "Give the ruling" in centre.get(url).content.decode()
    assert centre.post(url, {"granted": "1", "reason": " "}).status_code == 400
    assert centre.post(url, {"granted": "1", "reason": "情况属实"}).status_code == 302
    assert centre.post(url, {"granted": "1", "reason": "情况属实"}).status_code == 409
    page = town.get(case.get_absolute_url()).content.decode()
    assert "Granted" in page
    assert "Request granted" in page
    assert "情况属实" in page
    after = case.clocks.get(kind="finish").due_at
    assert after
    assert due
    assert after > due
    assert "Nothing waits for a ruling" in centre.get("/requests/").content.decode()


def test_the_centres_desk_fetches_the_panel(live: Stage, enter: Enter) -> None:
    ask(enter, live.case())
    client = enter("supervisor")
    assert 'hx-get="/requests/"' in client.get("/desk/centre/", follow=True).content.decode()
    panel = client.get("/requests/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in panel
    assert "Towns ask for more time or a hold" in panel


def test_what_waits_is_not_offered_again_and_a_refused_form_keeps_its_words(
    live: Stage, enter: Enter
) -> None:
    case, client = live.case(), enter("town")
    url = f"{case.get_absolute_url()}steps/ask_extension/"
    refused = client.post(url, {"limit": "99", "reason": "车主在外地"})
    assert refused.status_code == 400
    assert "车主在外地" in refused.content.decode()
    assert "at most 10 workdays" in refused.content.decode()
    ask(enter, case)
    names = {a["name"] for a in client.get(case.get_absolute_url()).context["actions"]}
    assert "ask_extension" not in names
    assert "ask_hold" in names


def test_a_hold_is_asked_for_with_its_date(live: Stage, enter: Enter) -> None:
    until = timezone.localdate() + timedelta(days=40)
    case = live.case()
    asked = ask(enter, case, "ask_hold", until=f"{until}", reason="等开春")
    url = f"/requests/{asked.pk}/rule/"
    assert f"Hold until {until}" in enter("supervisor").get(url).content.decode()
    enter("supervisor").post(url, {"granted": "1", "reason": "同意"})
    page = enter("town").get(case.get_absolute_url()).content.decode()
    assert f"On hold until {until}" in page
    assert "Paused" in page


@pytest.mark.parametrize("name", PEOPLE)
def test_rulings_belong_to_the_centre(live: Stage, enter: Enter, name: str) -> None:
    asked = ask(enter, live.case())
    client = enter(name)
    unseen = name in {"town2", "department", "department2", "department3"}
    wanted = 200 if name == "supervisor" else 404 if unseen else 403
    assert client.get(f"/requests/{asked.pk}/rule/").status_code == wanted
    assert client.get("/requests/").status_code == (200 if name == "supervisor" else 403)


def test_the_list_of_what_waits_costs_the_same_with_many(live: Stage, enter: Enter) -> None:
    client = enter("supervisor")

    def cost() -> int:
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/requests/").status_code == 200
        return len(asked)

    ask(enter, live.case())
    client.get("/requests/")
    one = cost()
    for _ in range(8):
        ask(enter, live.case())
    assert cost() <= one <= 6


def test_the_api_asks_and_rules_too(stage: Stage, api: Api) -> None:
    stage.at = timezone.now() - timedelta(minutes=10)
    case = stage.case()
    steps = f"/cases/{case.number}/steps"
    limit = {"amount": 2, "unit": "workday"}
    post(api, "town", f"{steps}/ask_extension/", {"limit": limit, "reason": "雨天"}, 200)
    asked = get(api, "town", f"/requests/?case={case.number}&waiting=true")["results"]
    assert [(row["kind"], row["workdays"], row["granted"]) for row in asked] == [
        ("extend", "2.00", None)
    ]
    assert get(api, "town2", "/requests/")["results"] == []
    path = f"/requests/{asked[0]['id']}/rule/"
    ruling = {"granted": False, "reason": "可按期完成"}
    post(api, "town", path, ruling, 403)
    post(api, "town2", path, ruling, 404)
    ruled = post(api, "supervisor", path, ruling, 200)
    assert (ruled["granted"], ruled["ruled_by"]) == (False, "supervisor")
    post(api, "supervisor", path, ruling, 409)
    until = f"{timezone.localdate() + timedelta(days=30)}"
    post(api, "town", f"{steps}/ask_hold/", {"until": until, "reason": "等开春"}, 200)
