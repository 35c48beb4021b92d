"""One case's page: where it stands, what happened in words, and exactly the buttons one may press."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from assessment.services.reviews import review_order
from cases.event_texts import FACES
from cases.models import Case, CaseEvent
from cases.services.breaches import sweep_breaches
from cases.services.callbacks import record_callback
from dispatch.services.rulings import rule
from dispatch.services.steps import advance_order
from tests.api.photos import jpeg
from tests.cases.conftest import Enter
from tests.cast import Stage

BUTTONS = {
    "town": {"handle", "merge", "contact", "ask_extension", "ask_hold"},
    "community": {"handle", "merge", "contact", "ask_extension", "ask_hold"},
    "operator": {"reject", "merge", "contact", "correct"},
    "supervisor": {"hold", "reject", "merge", "contact", "correct"},
    "gridhead": {"contact"},
    "gridworker": set(),
    "callback": {"contact"},
    "leader": set(),
    "assessor": set(),
    "admin": set(),
}


@pytest.mark.parametrize("name", BUTTONS)
def test_the_buttons_are_the_steps_one_may_take(live: Stage, enter: Enter, name: str) -> None:
    answer = enter(name).get(live.case().get_absolute_url())
    assert {action["name"] for action in answer.context["actions"]} == BUTTONS[name]
    blows = name in {"town", "community", "gridhead", "supervisor"}
    assert ("Blow the whistle" in answer.content.decode()) == blows


@pytest.mark.parametrize("name", ["town2", "department", "department2", "department3"])
def test_a_case_of_others_is_not_found(live: Stage, enter: Enter, name: str) -> None:
    case, client = live.case(), enter(name)
    clock = case.clocks.first()
    assert clock is not None
    for path in ("", f"clocks/{clock.pk}/", "look-alikes/", "steps/merge/"):
        assert client.get(case.get_absolute_url() + path).status_code == 404
    for path in ("reveal/", "steps/handle/", "steps/no-such-step/"):
        assert client.post(case.get_absolute_url() + path).status_code == 404
    assert client.get("/cases/20200101-999999/").status_code == 404


def test_a_department_summoned_sees_the_case(live: Stage, enter: Enter) -> None:
    case = live.whistle().case
    assert enter("department3").get(case.get_absolute_url()).status_code == 200
    assert enter("department").get(case.get_absolute_url()).status_code == 404


def test_a_step_is_refused_as_not_yours_not_now_or_not_like_this(live: Stage, enter: Enter) -> None:
    case = live.case()
    url = f"{case.get_absolute_url()}steps/"
    assert enter("gridworker").post(f"{url}handle/").status_code == 403
    town = enter("town")
    assert town.post(f"{url}finish/", {"result": "已清理"}).status_code == 409
    assert town.get(f"{url}finish/").status_code == 409
    assert town.get(f"{url}settle/").status_code == 404
    assert town.get(f"{url}merge/").status_code == 200
    wrong = town.post(f"{url}merge/", {"into": "20200101-000001"})
    assert wrong.status_code == 400
    assert "Give the number of another case that you may see." in wrong.content.decode()
    assert 'value="20200101-000001"' in wrong.content.decode()


def test_the_town_takes_and_finishes_a_case_from_its_page(live: Stage, enter: Enter) -> None:
    case, town = live.case(), enter("town")
    url = f"{case.get_absolute_url()}steps/"
    answer = town.post(f"{url}handle/", {"note": "马上去"}, follow=True)
    assert answer.redirect_chain[-1][0] == case.get_absolute_url()
    assert town.post(f"{url}finish/", {"result": " "}).status_code == 400
    town.post(f"{url}finish/", {"result": "已通知车主挪车"})
    case.refresh_from_db()
    assert (case.state, case.result, case.self_handled) == ("handled", "已通知车主挪车", True)
    assert "马上去" in town.get(case.get_absolute_url()).content.decode()


def test_supervisors_hold_and_resume_and_operators_merge(live: Stage, enter: Enter) -> None:
    case, other = live.case(), live.case()
    url = f"{case.get_absolute_url()}steps/"
    centre = enter("supervisor")
    day = timezone.localdate() + timedelta(days=20)
    assert (
        centre.post(f"{url}hold/", {"until": "2020-01-01", "reason": "等图纸"}).status_code == 400
    )
    centre.post(f"{url}hold/", {"until": f"{day}", "reason": "等图纸"})
    page = centre.get(case.get_absolute_url()).content.decode()
    assert f"On hold until {day}" in page
    assert "Paused" in page
    centre.post(f"{url}resume/")
    enter("operator").post(f"{url}merge/", {"into": other.number})
    case.refresh_from_db()
    assert case.parent == other
    assert other.number in centre.get(case.get_absolute_url()).content.decode()
    assert case.number in centre.get(other.get_absolute_url()).content.decode()


def test_why_a_clock_is_due_is_explained_on_demand(live: Stage, enter: Enter) -> None:
    case = live.case()
    clock = case.clocks.get(kind="decide")
    page = enter("town").get(f"{case.get_absolute_url()}clocks/{clock.pk}/").content.decode()
    assert "Starts " in page
    assert "Due " in page
    assert clock.policy["source"] in page
    other = live.case()
    wrong = enter("town").get(f"{other.get_absolute_url()}clocks/{clock.pk}/")
    assert wrong.status_code == 404


def test_every_step_of_a_long_life_is_told_in_words(live: Stage, enter: Enter) -> None:
    case = _long_life(live)
    steps = set(CaseEvent.objects.filter(case=case).values_list("step", flat=True))
    assert steps <= set(FACES)
    assert {
        "order.object",
        "order.overrule",
        "breach",
        "arrive",
        "settle",
        "callback",
        "reopen",
    } <= steps
    answer = enter("supervisor").get(case.get_absolute_url())
    told = answer.context["timeline"]
    assert len(told) == CaseEvent.objects.filter(case=case).count()
    assert [entry.at for entry in told] == sorted((entry.at for entry in told), reverse=True)
    page = answer.content.decode()
    for words in ("非我队职责", "已清理", "仍有车辆", "contacted by the unit", "Time limit missed"):
        assert words in page


def _long_life(stage: Stage) -> Case:
    """A case through whistle, objection, ruling, results, marks, a poor rating and a redo."""
    whistle = stage.whistle(level="town")
    case, at = whistle.case, stage.at
    lead, assist = stage.order(whistle), stage.order(whistle, "ZJW")
    advance_order(lead.pk, "object", actor=stage.who("department3"), at=at, reason="非我队职责")
    rule(lead.pk, actor=stage.who("supervisor"), at=at, upheld=False, reason="属你队职责")
    for order, name in ((lead, "department3"), (assist, "department2")):
        who = stage.who(name)
        if order == assist:
            advance_order(order.pk, "acknowledge", actor=who, at=at)
        advance_order(order.pk, "report_in", actor=who, at=at, lon=116.686, lat=39.926)
        advance_order(order.pk, "progress", actor=who, at=at, note="正在清理")
        advance_order(order.pk, "finish", actor=who, at=at, result="已清理")
        advance_order(order.pk, "accept", actor=stage.who("town"), at=at)
        marks: dict[str, Any] = {"arrival": 90, "attitude": 90, "result": 90}
        review_order(order.pk, actor=stage.who("town"), at=at, **marks)
    caller = stage.who("callback")
    answers: dict[str, Any] = {"contacted": True, "resolved": "no", "satisfied": "dissatisfied"}
    record_callback(
        case.pk, actor=caller, at=at, outcome="reached", words="仍有车辆", then="reopen", **answers
    )
    sweep_breaches(timezone.now() + timedelta(days=60))
    return case


def test_photos_show_with_their_step_and_only_to_those_who_see_the_case(
    live: Stage, enter: Enter
) -> None:
    case = live.case(photos=[SimpleUploadedFile("a.jpg", jpeg(), "image/jpeg")])
    photo = case.attachments.get()
    page = enter("town").get(case.get_absolute_url()).content.decode()
    assert page.count(f"/photos/{photo.token}/") >= 2
    answer = enter("town").get(f"/photos/{photo.token}/")
    assert answer["Content-Type"] == "image/jpeg"
    assert "private" in answer["Cache-Control"]
    assert b"".join(answer.streaming_content).startswith(b"\xff\xd8")  # type: ignore[attr-defined]
    for name in ("town2", "department3"):
        assert enter(name).get(f"/photos/{photo.token}/").status_code == 404
    photo.file.delete(save=False)
    assert enter("town").get(f"/photos/{photo.token}/").status_code == 404


def test_look_alikes_of_a_case_offer_the_merge_to_those_who_may(live: Stage, enter: Enter) -> None:
    first, second = live.case(), live.case()
    url = f"{second.get_absolute_url()}look-alikes/"
    town = enter("town").get(url).content.decode()
    assert f"{second.get_absolute_url()}steps/merge/?into={first.number}" in town
    asked = enter("town").get(f"{second.get_absolute_url()}steps/merge/?into={first.number}")
    assert f'value="{first.number}"' in asked.content.decode()
    assert "steps/merge/" not in enter("gridhead").get(url).content.decode()
