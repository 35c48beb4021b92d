"""Marks both ways: the department answers its marks and marks the whistle; the leaders mark departments."""

from datetime import timedelta
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.models import Membership, Notice
from accounts.refusals import BadInput, StepRefused
from assessment import periods
from assessment.models import AssessmentPolicy, FrozenPeriod, LeaderMark, Review, ReviewAnswer
from assessment.services.leader_marks import departments_of, mark_departments, marks_of
from assessment.services.review_answers import answer_review, rule_on_marks
from assessment.services.reviews import review_order
from assessment.services.whistle_marks import mark_whistle
from cases.models import CaseEvent
from dispatch.models import Order
from dispatch.services.steps import advance_order
from tests.cast import Stage
from tests.dispatch.test_steps_on_screen import order_in
from tests.races.test_two_people_press_the_same_button import at_once

MARKS = {"arrival": 60, "attitude": 70, "result": 50}


def marked(stage: Stage) -> Order:
    """Return an order of the fire brigade that the town has marked."""
    order = order_in(stage, "accepted")
    review_order(order.pk, actor=stage.who("town"), at=stage.at, comment="来得晚", **MARKS)
    return Order.objects.get(pk=order.pk)


def objected(stage: Stage) -> Order:
    order = marked(stage)
    words = {"kind": "object", "text": "按约定时间到场，有照片"}
    answer_review(order.pk, actor=stage.who("department3"), at=stage.at, **words)
    return order


def told(stage: Stage, name: str, kind: str) -> int:
    return Notice.objects.filter(recipient=stage.people[name], kind=kind).count()


@pytest.mark.parametrize(
    ("kind", "text", "blower", "centre"),
    [
        ("accept", "", "", ""),
        ("explain", "路上堵车", "marks_explained", ""),
        ("object", "并未迟到", "marks_objected", "marks_objected"),
    ],
)
def test_the_department_answers_its_marks_once(
    stage: Stage, kind: str, text: str, blower: str, centre: str
) -> None:
    order = marked(stage)
    assert told(stage, "department3", "order_marked") == 1
    answer = partial(answer_review, order.pk, kind=kind, text=text, at=stage.at)
    answer(actor=stage.who("department3"))
    assert ReviewAnswer.objects.get().kind == kind
    assert told(stage, "town", blower) == bool(blower)
    assert told(stage, "supervisor", centre) == told(stage, "assessor", centre) == bool(centre)
    event = CaseEvent.objects.get(step="order.answer_marks")
    assert (event.order_ref, event.details["answer"]) == (order.pk, kind)
    with pytest.raises(StepRefused):
        answer(actor=stage.who("department3"))


def test_an_explanation_and_an_objection_have_words(stage: Stage) -> None:
    order = marked(stage)
    for kind, text in (("explain", " "), ("object", ""), ("shrug", "x")):
        with pytest.raises(BadInput):
            answer_review(
                order.pk, kind=kind, text=text, actor=stage.who("department3"), at=stage.at
            )
    assert not ReviewAnswer.objects.exists()


def test_only_the_unit_marked_answers_and_only_marks_that_are_given(stage: Stage) -> None:
    order = marked(stage)
    for name in ("town", "department2", "supervisor", "assessor", "leader", "admin"):
        with pytest.raises(PermissionDenied):
            answer_review(order.pk, kind="accept", text="", actor=stage.who(name), at=stage.at)
    fresh = order_in(stage, "accepted")
    person = stage.who("department3")
    with pytest.raises(StepRefused):
        answer_review(fresh.pk, kind="accept", text="", actor=person, at=stage.at)


@pytest.mark.parametrize("upheld", [True, False])
@pytest.mark.parametrize("name", ["supervisor", "assessor"])
def test_the_centre_rules_on_an_objection_and_both_sides_are_told(
    stage: Stage, name: str, upheld: bool
) -> None:
    order = objected(stage)
    before = Review.objects.values().get()
    give = partial(rule_on_marks, order.pk, upheld=upheld, reason="照片与定位相符", at=stage.at)
    answer = give(actor=stage.who(name))
    assert (answer.upheld, answer.ruled_by) == (upheld, stage.people[name])
    assert Review.objects.values().get() == before
    kind = "marks_set_aside" if upheld else "marks_stand"
    assert (told(stage, "town", kind), told(stage, "department3", kind)) == (1, 1)
    with pytest.raises(StepRefused):
        give(actor=stage.who(name))


def test_nobody_else_rules_nor_anybody_of_either_side(stage: Stage) -> None:
    order = objected(stage)
    give = partial(rule_on_marks, order.pk, upheld=True, reason="属实", at=stage.at)
    for name in ("leader", "admin", "operator", "town", "department3", "department2"):
        with pytest.raises(PermissionDenied):
            give(actor=stage.who(name))
    for unit, name in ((order.unit, "supervisor"), (order.whistle.blower, "assessor")):
        post = Membership.objects.create(user=stage.people[name], unit=unit, role="community")
        with pytest.raises(PermissionDenied):
            give(actor=stage.who(name))
        post.delete()
    with pytest.raises(BadInput):
        rule_on_marks(order.pk, upheld=True, reason=" ", actor=stage.who("supervisor"), at=stage.at)
    assert ReviewAnswer.objects.get().upheld is None


@pytest.mark.parametrize("kind", ["accept", "explain"])
def test_what_is_no_objection_is_not_ruled_on(stage: Stage, kind: str) -> None:
    order = marked(stage)
    person = stage.who("department3")
    answer_review(order.pk, kind=kind, text="知悉", actor=person, at=stage.at)
    with pytest.raises(StepRefused):
        rule_on_marks(
            order.pk, upheld=True, reason="属实", actor=stage.who("supervisor"), at=stage.at
        )


def test_two_rulings_at_one_moment_are_one(committed_stage: Stage) -> None:
    stage = committed_stage
    order = objected(stage)
    results = at_once(
        *[
            partial(
                rule_on_marks,
                order.pk,
                upheld=name == "assessor",
                reason="已核",
                actor=stage.who(name),
                at=stage.at,
            )
            for name in ("supervisor", "assessor", "supervisor")
        ]
    )
    assert sum(isinstance(result, StepRefused) for result in results) == 2
    assert CaseEvent.objects.filter(step="order.rule_marks").count() == 1


def test_the_department_marks_the_whistle_once_its_result_is_accepted(stage: Stage) -> None:
    person = stage.who("department3")
    give = {"proper": True, "mark": 80, "comment": "", "actor": person, "at": stage.at}
    finished = order_in(stage, "finished")
    with pytest.raises(StepRefused):
        mark_whistle(finished.pk, **give)
    order = order_in(stage, "accepted")
    mark = mark_whistle(order.pk, **give)
    assert (mark.proper, mark.mark, mark.marked_by) == (True, 80, person)
    assert told(stage, "town", "whistle_improper") == 0
    assert CaseEvent.objects.get(step="order.mark_whistle").order_ref == order.pk
    with pytest.raises(StepRefused):
        mark_whistle(order.pk, **give)


def test_an_improper_whistle_is_explained_and_the_town_told(stage: Stage) -> None:
    order = marked(stage)
    give = partial(mark_whistle, order.pk, proper=False, actor=stage.who("department3"))
    for wrong in ({"mark": 40, "comment": ""}, {"mark": 101, "comment": "自己能办"}):
        with pytest.raises(BadInput):
            give(at=stage.at, **wrong)
    give(mark=40, comment="街道自有职权", at=stage.at)
    assert told(stage, "town", "whistle_improper") == 1


def test_whistles_are_marked_by_the_summoned_unit_alone(stage: Stage) -> None:
    order = marked(stage)
    for name in ("town", "department2", "supervisor", "assessor", "admin"):
        with pytest.raises(PermissionDenied):
            mark_whistle(
                order.pk, proper=True, mark=90, comment="", actor=stage.who(name), at=stage.at
            )


def test_where_the_district_does_not_organise_it_departments_mark_no_whistle(stage: Stage) -> None:
    order = marked(stage)
    AssessmentPolicy.objects.update(whistle_marks=False)
    give = {"proper": True, "mark": 90, "comment": "", "actor": stage.who("department3")}
    with pytest.raises(StepRefused):
        mark_whistle(order.pk, at=stage.at, **give)


def test_leaders_mark_the_departments_that_had_orders_until_the_period_is_frozen(
    stage: Stage,
) -> None:
    stage.whistle()
    left = stage.order(stage.whistle(lead="CGW", departments=[]), "CGW")
    advance_order(left.pk, "withdraw", actor=stage.who("town"), at=stage.at, reason="误派")
    span = periods.find("2026-03")
    assert [unit.code for unit in departments_of(span)] == ["XFZD", "ZJW"]
    leader, at = stage.who("leader"), stage.at + timedelta(days=20)
    give = partial(mark_departments, span, actor=leader, at=at)
    assert give({"XFZD": (90, "主动"), "ZJW": (75, "")}) == 2
    assert give({"XFZD": (90, "主动"), "ZJW": (80, "有改进")}) == 1
    assert marks_of(span, leader)["ZJW"].mark == 80
    assert give({"ZJW": None}) == 1
    assert LeaderMark.objects.count() == 1
    for wrong in ({"CGW": (90, "")}, {"XFZD": (101, "")}, {"XFZD": (50, ""), "ZJW": (-1, "")}):
        with pytest.raises(BadInput):
            give(wrong)
    assert LeaderMark.objects.get().mark == 90
    FrozenPeriod.objects.create(
        period=span.name, starts_at=span.starts_at, ends_at=span.ends_at, lines=0, frozen_at=at
    )
    with pytest.raises(StepRefused):
        give({"XFZD": (10, "")})
    assert LeaderMark.objects.get().mark == 90


def test_only_leaders_give_leaders_marks_and_never_of_a_time_to_come(stage: Stage) -> None:
    stage.whistle()
    span = periods.find("2026-03")
    for name in ("assessor", "supervisor", "admin", "department3", "town"):
        with pytest.raises(PermissionDenied):
            mark_departments(span, {"XFZD": (90, "")}, actor=stage.who(name), at=stage.at)
    early = span.starts_at - timedelta(seconds=1)
    with pytest.raises(StepRefused):
        mark_departments(span, {"XFZD": (90, "")}, actor=stage.who("leader"), at=early)
    seen = LeaderMark.objects.create(
        period=span.name,
        unit=stage.order(stage.whistle()).unit,
        mark=88,
        marked_by=stage.people["leader"],
        at=timezone.now(),
    )
    assert LeaderMark.objects.visible_to(stage.who("department3")).get() == seen
    for name in ("department2", "town", "operator"):
        assert not LeaderMark.objects.visible_to(stage.who(name)).exists()
