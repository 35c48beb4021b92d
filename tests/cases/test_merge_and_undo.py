"""A merge can be undone: nothing is left of it but its history. Who reported the same is told and may rate."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.forms.models import model_to_dict
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.refusals import BadInput, StepRefused
from assessment import periods
from assessment.services.reports import report
from cases.merged import to_inform
from cases.models import Callback, Case, Clock, FieldTask, Request
from cases.services.breaches import sweep_breaches
from cases.services.callbacks import rate_by_link, rating_token, record_callback
from cases.services.intake import look_alikes
from cases.services.lives import deadline_of
from cases.services.steps import advance, steps_for, sweep_holds
from cases.waiting import at_town_desk
from tests.cast import PEOPLE, Stage

REFUSALS = (StepRefused, BadInput)
STEPS = st.sampled_from(
    ["handle", "contact", "correct", "ask_extension", "ask_hold", "hold", "resume", "pass", "sweep"]
)


def everything(stage: Stage, case: Case) -> dict[str, Any]:
    """Return all that a merge could have changed, as anybody would see it."""
    row = Case.objects.get(pk=case.pk)
    clocks = list(Clock.objects.filter(case=row).order_by("pk"))
    return {
        "case": model_to_dict(row) | {"state": row.state},
        "clocks": [model_to_dict(clock) for clock in clocks],
        "entries": [list(clock.entries.order_by("pk").values()) for clock in clocks],
        "explained": [deadline_of(clock).as_dict() for clock in clocks],
        "requests": list(Request.objects.filter(case=row).order_by("pk").values()),
        "tasks": list(FieldTask.objects.filter(case=row).order_by("pk").values()),
        "callbacks": list(Callback.objects.filter(case=row).values()),
        "steps": {name: steps_for(row, stage.who(name)) for name in ("town", "operator")},
        "seen": {
            name: set(Case.objects.visible_to(stage.who(name)).values_list("pk", flat=True))
            for name in PEOPLE
        },
        "desk": set(at_town_desk(stage.who("town")).values_list("pk", flat=True)),
        "alike": set(
            look_alikes(
                stage.who("town"), area=row.area_id, category=row.category_id, text=row.text
            ).values_list("pk", flat=True)
        ),
    }


def live(stage: Stage, case: Case, steps: list[str], wait: int) -> None:
    """Let the case live some of its life; what is refused is left out."""
    who = {"correct": "operator", "hold": "supervisor", "resume": "supervisor"}
    until = (stage.at + timedelta(days=20)).date()
    details: dict[str, dict[str, Any]] = {
        "contact": {"how": "phone"},
        "correct": {"urgency": "urgent", "reason": "记错"},
        "ask_extension": {"limit": Decimal(2), "reason": "等配件"},
        "ask_hold": {"until": until, "reason": "停暖后施工"},
        "hold": {"until": until, "reason": "停暖后施工"},
    }
    for step in steps:
        stage.at += timedelta(minutes=wait)
        if step == "sweep":
            sweep_holds(stage.at)
            sweep_breaches(stage.at)
        elif step != "pass":
            actor = stage.who(who.get(step, "town"))
            try:
                with transaction.atomic():
                    advance(case.pk, step, actor=actor, at=stage.at, **details.get(step, {}))
            except REFUSALS:
                continue


def merged(stage: Stage, case: Case, into: Case, **given: Any) -> Case:
    actor = stage.who(given.get("by", "operator"))
    return advance(case.pk, "merge", actor=actor, at=stage.at, into=into.number)


def unmerged(stage: Stage, case: Case) -> Case:
    return advance(case.pk, "unmerge", actor=stage.who("operator"), at=stage.at)


@pytest.mark.django_db
def test_merge_then_undo_is_as_if_nothing_had_been(stage: Stage) -> None:
    begin = stage.at

    @settings(
        max_examples=25,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(
        steps=st.lists(STEPS, max_size=6),
        wait=st.sampled_from([1, 90, 1500]),
        apart=st.sampled_from([0, 5, 20_000]),
        phone=st.sampled_from(["13800001234", ""]),
        urgency=st.sampled_from(["normal", "critical"]),
        chain=st.booleans(),
    )
    def is_identity(
        steps: list[str], wait: int, apart: int, phone: str, urgency: str, chain: bool
    ) -> None:
        stage.at = begin
        with transaction.atomic():
            other, third = stage.case(), stage.case()
            case = stage.case(caller_phone=phone, urgency=urgency)
            live(stage, case, steps, wait)
            sweep_breaches(stage.at)
            before = everything(stage, case)
            if Case.objects.get(pk=case.pk).state in ("received", "handling"):
                merged(stage, case, other)
                assert not case.clocks.running().exists()
                if chain:
                    merged(stage, other, third)
                stage.at += timedelta(minutes=apart)
                unmerged(stage, case)
                _forget_the_rest(before, after := everything(stage, case))
                assert after == before
                assert [e.step for e in case.events.order_by("pk")][-2:] == ["merge", "unmerge"]
                _breaches_come_as_without_a_merge(stage, case, before)
            transaction.set_rollback(True)

    is_identity()


def _forget_the_rest(before: dict[str, Any], after: dict[str, Any]) -> None:
    """Look at the case itself: that another case was merged elsewhere is not its matter."""
    pk = after["case"]["id"]
    for found in (before, after):
        found["desk"] &= {pk}
        found["alike"] &= {pk}


def _breaches_come_as_without_a_merge(stage: Stage, case: Case, before: dict[str, Any]) -> None:
    sweep_breaches(stage.at)
    late = {c["id"] for c in before["clocks"] if c["stopped_at"] is None and c["due_at"]}
    known = {c["id"]: c["breached_at"] is not None for c in before["clocks"]}
    due = {c["id"]: c["due_at"] for c in before["clocks"]}
    for clock in Clock.objects.filter(pk__in=late):
        missed = known[clock.pk] or due[clock.pk] < stage.at
        assert (clock.breached_at is not None) == missed


def test_two_cases_merged_into_each_other_end_as_one(stage: Stage) -> None:
    first, second = stage.case(), stage.case()
    merged(stage, first, second)
    with pytest.raises(BadInput):
        merged(stage, second, first)


@pytest.mark.slow
def test_two_people_who_merge_two_cases_into_each_other_at_once_end_with_one_merge(
    committed_stage: Stage,
) -> None:
    stage = committed_stage
    pairs = [(stage.case(), stage.case()) for _ in range(4)]
    ways = [way for one, two in pairs for way in ((one, two), (two, one))]

    def attempt(way: tuple[Case, Case]) -> bool:
        try:
            merged(stage, *way)
        except REFUSALS:
            return False
        finally:
            connection.close()
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(attempt, ways)) == len(pairs)
    assert Case.objects.filter(state="merged").count() == len(pairs)


def test_an_undo_comes_too_late_only_where_the_matter_has_ended(stage: Stage) -> None:
    parent, open_parent = stage.case(), stage.case()
    old, other = stage.case(), stage.case()
    merged(stage, old, parent)
    merged(stage, other, open_parent)
    advance(parent.pk, "reject", actor=stage.who("operator"), at=stage.at, reason="撤回")
    stage.at += timedelta(days=31)
    with pytest.raises(StepRefused, match="30"):
        unmerged(stage, old)
    assert unmerged(stage, other).state == "received"


def test_only_those_who_merge_may_undo(stage: Stage) -> None:
    parent, case = stage.case(), stage.case()
    case = merged(stage, case, parent)
    for name, may in {"operator": True, "town": True, "town2": False, "callback": False}.items():
        assert ("unmerge" in steps_for(case, stage.who(name))) is may, name


def finish(stage: Stage, case: Case) -> Case:
    town = stage.who("town")
    advance(case.pk, "handle", actor=town, at=stage.at)
    return advance(case.pk, "finish", actor=town, at=stage.at, result="已清理")


def test_every_reporter_of_a_merged_case_waits_to_be_told_also_through_a_chain(
    stage: Stage,
) -> None:
    far, near, silent, stays = stage.case(), stage.case(), stage.case(caller_phone=""), stage.case()
    merged(stage, far, near)
    merged(stage, near, stays)
    merged(stage, silent, stays)
    assert not to_inform().exists()
    finish(stage, stays)
    assert set(to_inform()) == {far, near}
    who = stage.who("callback")
    record_callback(near.pk, actor=who, at=stage.at, outcome="no_answer")
    record_callback(near.pk, actor=who, at=stage.at, outcome="no_answer")
    answers: dict[str, Any] = {"contacted": False, "resolved": "no", "satisfied": "dissatisfied"}
    rate_by_link(rating_token(far), at=stage.at, **answers)
    assert not to_inform().exists()
    far.refresh_from_db()
    assert far.state == "merged"
    with pytest.raises(StepRefused):
        rate_by_link(rating_token(far), at=stage.at, **answers)


def test_the_answer_of_a_merged_reporter_counts_only_after_the_undo(stage: Stage) -> None:
    twin, stays = stage.case(), stage.case()
    merged(stage, twin, stays)
    finish(stage, stays)
    answers: dict[str, Any] = {"contacted": True, "resolved": "no", "satisfied": "dissatisfied"}
    record_callback(twin.pk, actor=stage.who("callback"), at=stage.at, outcome="reached", **answers)

    def valid() -> int:
        return report(periods.find("2026-03"), stage.at)["totals"]["valid_callbacks"]

    assert valid() == 0
    back = unmerged(stage, twin)
    assert (back.state, back.round) == ("received", 2)
    assert valid() == 1
    finish(stage, twin)
    record_callback(twin.pk, actor=stage.who("callback"), at=stage.at, outcome="reached", **answers)
    assert Case.objects.get(pk=twin.pk).state == "rated"
