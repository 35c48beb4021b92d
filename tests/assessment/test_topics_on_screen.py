"""Hot spots, topics and questions in the browser: who may what, what is kept, what it costs."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Unit
from assessment.models import HotSpot, HotSpotSearch, Sign, Topic
from assessment.services.topics import Proposed, enter, open_topic
from tests.cast import COMMUNITY, OTHER_TOWN, PEOPLE, TOWN, Stage
from tests.dispatch.conftest import SignIn, live, sign_in

__all__ = ["live", "sign_in"]

READERS = {"supervisor", "leader", "assessor", "admin"}
OWNERS = {"town", "town2", "community", "department", "department2", "department3"}


def spot(category: str = "0306", area: str = COMMUNITY, **given: Any) -> HotSpot:
    """Keep a spot of a search up to yesterday."""
    until = timezone.localdate() - timedelta(days=1)
    search, _made = HotSpotSearch.objects.get_or_create(
        until=until,
        defaults={"days": 28, "tested": 300, "error_rate": "0.05", "searched_at": timezone.now()},
    )
    weeks = [[(until - timedelta(weeks=n)).isoformat(), n % 4] for n in range(26)]
    facts = {"cases": 14, "season": "1.00", "spread": "1.20", "weeks": weeks[::-1]}
    fields = {"found": 12, "expected": "2.50", "chance": 0.0003, "facts": facts}
    return HotSpot.objects.create(
        search=search, area_id=area, category_id=category, **(fields | given)
    )


def topic(stage: Stage, **given: Any) -> Topic:
    today = timezone.localdate()
    fields: dict[str, Any] = {
        "title": "消防通道专题",
        "text": "划线立牌",
        "category": "0306",
        "area": COMMUNITY,
        "owner": "XFZD",
        "goal": Decimal(1),
        "begun_on": today - timedelta(days=30),
        "review_on": today + timedelta(days=30),
    }
    return open_topic(Proposed(**(fields | given)), actor=stage.who("supervisor"), at=stage.at)


def question(stage: Stage, unit: str = TOWN, number: int = 1, **given: Any) -> Sign:
    fields = {
        "kind": "contact",
        "key": f"contact:{unit}:{number}",
        "unit": Unit.objects.get(code=unit) if unit else None,
        "since": stage.at,
        "until": stage.at,
        "facts": {"step": "contact"},
        "numbers": [stage.case().number],
        "seen_at": stage.at,
    }
    return Sign.objects.create(**(fields | given))


def test_the_centre_makes_a_topic_of_a_spot_and_the_owner_finds_it(
    live: Stage, sign_in: SignIn
) -> None:
    one = spot()
    centre = sign_in("supervisor")
    page = centre.get("/hot-spots/").content.decode()
    assert "about 1 in 3,300" in page
    assert f"area={COMMUNITY}&amp;category=0306" in page
    assert "confidential=0" in page
    form = centre.get(f"/topics/new/?spot={one.pk}").content.decode()
    assert 'value="XFZD" checked' in form, "the responsibility list proposes the owner"
    today = timezone.localdate()
    typed = {
        "title": "消防通道",
        "text": "划线",
        "category": "0306",
        "area": COMMUNITY,
        "lead": "XFZD",
        "departments": ["ZJW"],
        "goal": "0.6",
        "begun_on": today.isoformat(),
        "review_on": today.isoformat(),
    }
    refused = centre.post(f"/topics/new/?spot={one.pk}", typed)
    assert refused.status_code == 400
    assert "Look at it again after the beginning" in refused.content.decode()
    assert "划线" in refused.content.decode()
    typed["review_on"] = (today + timedelta(days=50)).isoformat()
    answer = centre.post(f"/topics/new/?spot={one.pk}", typed)
    made = Topic.objects.get()
    assert answer["Location"] == f"/topics/{made.pk}/"
    one.refresh_from_db()
    assert one.topic == made
    for who in ("department3", "department2", "leader"):
        assert made.number in sign_in(who).get("/topics/").content.decode()
        assert sign_in(who).get(f"/topics/{made.pk}/").status_code == 200
    assert sign_in("department").get(f"/topics/{made.pk}/").status_code == 404
    assert centre.get(f"/topics/new/?spot={one.pk}").status_code == 404


def test_a_topic_is_worked_on_and_closed(live: Stage, sign_in: SignIn) -> None:
    one = topic(live)
    owner, centre = sign_in("department3"), sign_in("supervisor")
    assert owner.post(f"/topics/{one.pk}/enter/", {"text": ""}).status_code == 400
    assert owner.post(f"/topics/{one.pk}/enter/", {"text": "已划线"}).status_code == 302
    assert owner.post(f"/topics/{one.pk}/close/", {"outcome": "好了"}).status_code == 403
    page = centre.get(f"/topics/{one.pk}/").content.decode()
    assert "已划线" in page
    assert "Too few cases to tell a change from chance." in page
    assert centre.post(f"/topics/{one.pk}/close/", {"outcome": "好了"}).status_code == 302
    assert owner.post(f"/topics/{one.pk}/enter/", {"text": "再做"}).status_code == 409
    closed = centre.get(f"/topics/{one.pk}/").content.decode()
    assert "Close the topic" not in closed
    assert "好了" in closed


def test_a_spot_is_set_aside_with_a_reason(live: Stage, sign_in: SignIn) -> None:
    one = spot()
    assert sign_in("leader").post(f"/hot-spots/{one.pk}/aside/", {"reason": "x"}).status_code == 403
    centre = sign_in("assessor")
    assert centre.post(f"/hot-spots/{one.pk}/aside/", {"reason": " "}).status_code == 400
    assert centre.post(f"/hot-spots/{one.pk}/aside/", {"reason": "已公告"}).status_code == 302
    assert "已公告" in centre.get(f"/hot-spots/{one.pk}/").content.decode()


def test_a_question_is_answered_by_the_unit_and_settled_by_the_centre(
    live: Stage, sign_in: SignIn
) -> None:
    one = question(live)
    town, centre = sign_in("town"), sign_in("supervisor")
    page = town.get(f"/signs/{one.pk}/").content.decode()
    assert "the resident says that nobody did" in page
    assert "It changes no score" in page
    assert f'href="/cases/{one.numbers[0]}/"' in page
    assert town.post(f"/signs/{one.pk}/answer/", {"answer": "联系了家属"}).status_code == 302
    assert town.post(f"/signs/{one.pk}/settle/", {"settled": "好"}).status_code == 403
    assert centre.post(f"/signs/{one.pk}/settle/", {"settled": "核实"}).status_code == 302
    assert "核实" in town.get(f"/signs/{one.pk}/").content.decode()
    assert sign_in("town2").get(f"/signs/{one.pk}/").status_code == 404


@pytest.mark.parametrize("name", list(PEOPLE))
def test_who_opens_which_page(live: Stage, sign_in: SignIn, name: str) -> None:
    one = spot()
    client = sign_in(name)
    wide = 200 if name in READERS else 403
    own = 200 if name in READERS | OWNERS else 403
    assert client.get("/topics/").status_code == own
    assert client.get("/signs/").status_code == own
    assert client.get("/hot-spots/").status_code == wide
    assert client.get(f"/hot-spots/{one.pk}/").status_code == wide
    decides = name in ("supervisor", "assessor")
    assert client.get("/topics/new/").status_code == (200 if decides else 403)
    assert client.post("/hot-spots/search/").status_code == (302 if decides else 403)
    assert client.post("/signs/look/").status_code == (302 if decides else 403)


def test_pages_make_as_many_queries_for_many_rows_as_for_few(live: Stage, sign_in: SignIn) -> None:
    client = sign_in("leader")

    def costs() -> list[int]:
        found = []
        for page in ("/topics/", "/hot-spots/", "/signs/", f"/topics/{one.pk}/"):
            client.get(page)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            found.append(len(queries))
        return found

    one = topic(live)
    spot()
    question(live)
    few = costs()
    for n in range(12):
        topic(live, area=OTHER_TOWN if n % 2 else "")
        question(live, number=n + 2)
        enter(one.pk, actor=live.who("department3"), at=live.at, text="进展")
    spot(category="0101")
    spot(area=OTHER_TOWN)
    assert costs() == few
