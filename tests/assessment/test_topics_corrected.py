"""Topics corrected while they are open: who may what, what the history keeps, on the page and by the API."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Notice
from accounts.refusals import BadInput, StepRefused
from assessment.models import Topic
from assessment.services.topic_corrections import correct_topic
from assessment.services.topics import account_of, close_topic
from tests.api.calls import V1, caller
from tests.assessment.cells import case, moment
from tests.assessment.test_topics_on_screen import topic
from tests.cast import COMMUNITY, PEOPLE, Stage
from tests.dispatch.conftest import SignIn, live, sign_in

__all__ = ["live", "sign_in"]


@pytest.fixture(autouse=True)
def _fresh_throttles() -> None:
    cache.clear()


def corrected(stage: Stage, one: Topic, who: str, **changes: Any) -> Topic:
    found = correct_topic(
        one.pk, actor=stage.who(who), at=stage.at, reason="原来写错了", changes=changes
    )
    return Topic.objects.get(pk=found.pk)


def test_a_correction_keeps_who_when_and_from_what_to_what(stage: Stage) -> None:
    one = topic(stage)
    before = one.review_on
    later = before + timedelta(days=20)
    corrected(stage, one, "department3", title="消防通道整治", review_on=later)
    found = corrected(stage, one, "supervisor", goal=Decimal("0.505"), title="消防通道整治")
    assert (found.title, found.review_on, found.goal) == ("消防通道整治", later, Decimal("0.51"))
    first, second = found.entries.order_by("pk")
    assert first.changes == {
        "title": ["消防通道专题", "消防通道整治"],
        "review_on": [before.isoformat(), later.isoformat()],
    }
    assert (first.by, first.at, first.text) == (stage.who("department3"), stage.at, "原来写错了")
    assert second.changes == {"goal": ["1.00", "0.51"]}, "what stays the same is no change"
    told = Notice.objects.filter(kind="topic_corrected").values_list("recipient__username", "pk")
    assert {name for name, _pk in told} == {"department3", "supervisor"}
    assert account_of(found, stage.at)["entries"][0]["step"] == "correct"


def test_nobody_moves_the_goal_they_are_measured_by(stage: Stage) -> None:
    one = topic(stage, assists=("ZJW",))
    for change in (
        {"goal": Decimal(9)},
        {"begun_on": one.begun_on - timedelta(days=9)},
        {"owner": "ZJW"},
        {"assists": ["CGW"]},
    ):
        with pytest.raises(PermissionDenied):
            corrected(stage, one, "department3", **change)
    for who in ("department2", "department", "town", "leader", "operator"):
        with pytest.raises(PermissionDenied):
            corrected(stage, one, who, title="别的")
    assert not one.entries.exists()


def test_a_new_owner_is_told_and_sees_it_the_old_one_is_told(stage: Stage) -> None:
    one = topic(stage, assists=("ZJW",))
    found = corrected(stage, one, "assessor", owner="ZJW")
    assert found.owner.code == "ZJW"
    assert not found.assists.exists()
    [entry] = found.entries.all()
    assert entry.changes == {"owner": ["XFZD", "ZJW"], "assists": [["ZJW"], []]}
    told = Notice.objects.filter(kind__in=("topic_corrected", "topic_left"))
    assert set(told.values_list("recipient__username", "kind")) == {
        ("department2", "topic_corrected"),
        ("department3", "topic_left"),
    }
    assert Topic.objects.visible_to(stage.who("department2")).exists()
    assert not Topic.objects.visible_to(stage.who("department3")).exists()


def test_where_the_beginning_moves_the_baseline_is_counted_anew(stage: Stage) -> None:
    one = topic(stage)
    assert one.baseline == 0
    at = moment(one.begun_on + timedelta(days=1))
    case(at, COMMUNITY, "0306").save(force_insert=True)
    case(at - timedelta(weeks=12), COMMUNITY, "01").save(force_insert=True)
    found = corrected(stage, one, "supervisor", begun_on=one.begun_on + timedelta(days=7))
    assert found.baseline == Decimal("0.08")
    assert found.entries.get().changes["baseline"] == ["0.00", "0.08"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " "}, "title"),
        ({"text": ""}, "text"),
        ({"goal": Decimal(-1)}, "goal"),
        ({"owner": "NOBODY"}, "owner"),
        ({"review_on": timezone.localdate() - timedelta(days=90)}, "review_on"),
        ({"begun_on": timezone.localdate() - timedelta(days=900)}, "begun_on"),
        ({}, "changes"),
        ({"title": " 消防通道专题 "}, "changes"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    stage: Stage, changes: dict[str, Any], field: str
) -> None:
    one = topic(stage)
    with pytest.raises(BadInput) as refusal:
        corrected(stage, one, "supervisor", **changes)
    assert list(refusal.value.fields) == [field]
    assert not one.entries.exists()


def test_a_closed_topic_stays_as_it_was_closed(stage: Stage) -> None:
    one = topic(stage)
    close_topic(one.pk, actor=stage.who("supervisor"), at=stage.at, outcome="好了")
    with pytest.raises(StepRefused):
        corrected(stage, one, "supervisor", title="改")


def test_it_is_corrected_on_its_page_and_the_course_says_so(live: Stage, sign_in: SignIn) -> None:
    one = topic(live)
    address, centre = f"/topics/{one.pk}/correct/", sign_in("supervisor")
    assert address in centre.get(f"/topics/{one.pk}/").content.decode()
    typed = {
        "title": "消防通道",
        "text": one.text,
        "lead": "XFZD",
        "departments": ["ZJW"],
        "goal": "0.5",
        "begun_on": one.begun_on.isoformat(),
        "review_on": one.review_on.isoformat(),
    }
    assert 'value="XFZD" checked' in centre.get(address).content.decode()
    refused = centre.post(address, typed)
    assert refused.status_code == 400
    assert 'value="消防通道"' in refused.content.decode()
    assert (
        centre.post(address, typed | {"reason": "目标定高了"})["Location"] == f"/topics/{one.pk}/"
    )
    page = centre.get(f"/topics/{one.pk}/").content.decode()
    for words in ("Corrected", "目标定高了", "Goal: 1.00 → 0.50", "Title: 消防通道专题 → 消防通道"):
        assert words in page
    owner = sign_in("department3")
    form = owner.get(address).content.decode()
    assert 'name="review_on"' in form
    assert 'name="goal"' not in form
    own = {"title": "消防通道", "text": "再立牌", "review_on": typed["review_on"], "goal": "9"}
    assert owner.post(address, own | {"reason": "补充"}).status_code == 302
    assert Topic.objects.get().goal == Decimal("0.50"), "a field that is not shown is not read"
    close_topic(one.pk, actor=live.who("supervisor"), at=live.at, outcome="好了")
    assert centre.get(address).status_code == 409
    assert address not in centre.get(f"/topics/{one.pk}/").content.decode()


def test_a_form_opened_before_somebody_else_s_correction_does_not_undo_it(
    live: Stage, sign_in: SignIn
) -> None:
    one = topic(live, text="第一行\n第二行")
    address, centre = f"/topics/{one.pk}/correct/", sign_in("supervisor")
    form = centre.get(address).context["form"]
    typed = {name: form[name].value() for name in ("title", "text", "goal", "shown", "lead")}
    typed["text"] = typed["text"].replace("\n", "\r\n")
    typed |= {name: form[name].value().isoformat() for name in ("begun_on", "review_on")}
    corrected(live, one, "assessor", title="另一题目", assists=["CGW"])
    later = one.review_on + timedelta(days=3)
    new = {"review_on": later.isoformat(), "reason": "晚几天看"}
    assert centre.post(address, typed | new).status_code == 302
    found = Topic.objects.get()
    assert (found.title, found.review_on) == ("另一题目", later)
    assert [unit.code for unit in found.assists.all()] == ["CGW"]
    assert set(found.entries.latest("pk").changes) == {"review_on"}


@pytest.mark.parametrize("name", list(PEOPLE))
def test_who_opens_the_form(live: Stage, sign_in: SignIn, name: str) -> None:
    one = topic(live, assists=("ZJW",))
    wanted = {"supervisor": 200, "assessor": 200, "department3": 200}
    wanted |= dict.fromkeys(("department2", "leader", "admin"), 403)
    assert sign_in(name).get(f"/topics/{one.pk}/correct/").status_code == wanted.get(name, 404)


def test_it_is_corrected_by_the_api(live: Stage) -> None:
    one = topic(live)
    address = f"{V1}/topics/{one.pk}/correct/"

    def call(who: str, body: dict[str, Any], key: str = "") -> Any:
        extra = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        return caller(live, who).post(address, body, format="json", **extra)

    wanted = {"goal": "0.5", "reason": "目标定高了"}
    assert call("department3", wanted).status_code == 403
    assert call("department", wanted).status_code == 404
    assert call("supervisor", {"goal": "0.5"}).json()["fields"].keys() == {"reason"}
    first = call("supervisor", wanted, "c1")
    assert first.json()["goal"] == "0.50"
    assert call("supervisor", wanted, "c1").json() == first.json()
    [entry] = first.json()["entries"]
    assert (entry["step"], entry["changes"]) == ("correct", {"goal": ["1.00", "0.50"]})
    assert call("supervisor", wanted, "c2").status_code == 400, "nothing is changed by it"
