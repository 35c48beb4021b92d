"""What a claim would change is exactly what it changes; what counts and what is charged moves the scores."""

import random
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Unit
from assessment import periods
from assessment.models import (
    AssessmentPolicy,
    Claim,
    Correction,
    ExclusionItem,
    FrozenPeriod,
    LeaderMark,
    Review,
    WhistleMark,
)
from assessment.services.claim_effects import Moved, Standing, effect_of
from assessment.services.figures import Row
from assessment.services.freezing import freeze
from assessment.services.ledger import find_corrections
from assessment.services.reports import reckon
from assessment.services.review_answers import answer_review, rule_on_marks
from cases.models import Callback, Case, CaseEvent, Clock
from dispatch.models import Order
from grids.models import Area
from tests.api.calls import V1, caller
from tests.assessment.appeals import items, reviewed
from tests.assessment.histories import APRIL, History, history
from tests.cast import TOWN, Stage

MARCH = "2026-03"
MAY = APRIL + timedelta(days=35)


@pytest.fixture
def past(stage: Stage) -> Stage:
    """Return the stage with a month by chance behind it."""
    items()
    history(stage.people, 7, 40)
    return stage


def rows_of(stage: Stage, sort: str) -> dict[str, Row]:
    return {row["code"]: row for row in reckon(periods.find(MARCH), stage.at)[sort]}


def claim(stage: Stage, unit: Unit, case: Case, clock: Clock | None = None) -> Claim:
    """Write a claim as it waits for its first review."""
    item = None if clock else ExclusionItem.objects.get(code="T-SUIT")
    kind = "overdue" if clock else "exclusion"
    given = {"kind": kind, "item": item, "clock": clock, "case": case, "unit": unit}
    by = stage.people["town"]
    return Claim.objects.create(
        basis="在诉", evidence="通知书", asked_by=by, asked_at=stage.at, **given
    )


def cases_of_march() -> list[Case]:
    span = periods.find(MARCH)
    answered = Callback.objects.filter(outcome="reached").values("case")
    rows = Case.objects.filter(pk__in=answered, counted=True).exclude(state="merged")
    return list(
        rows.filter(received_at__gte=span.starts_at, received_at__lt=span.ends_at).order_by("pk")
    )


def same(standing: Standing, row: Row) -> bool:
    parts = dict(row.get("parts", {}))
    return (standing.score, standing.rank, standing.rates, standing.parts) == (
        row["score"],
        row["rank"],
        row["rates"],
        parts,
    ) and standing.valid_callbacks == row["valid_callbacks"]


@pytest.mark.parametrize("seed", range(2))
def test_the_effect_of_an_exclusion_is_what_approving_it_does(past: Stage, seed: int) -> None:
    case = random.Random(seed).choice(cases_of_march())
    town = Unit.objects.get(code=case.town_id)
    asked = claim(past, town, case)
    before = rows_of(past, "by_town")[town.code]
    answers = list(Callback.objects.order_by("pk").values())
    found = effect_of(asked)
    assert found.unit
    assert same(found.unit.now, before)
    assert found.unit.moves
    reviewed(past, asked, "yes", "yes")
    after = rows_of(past, "by_town")
    assert same(found.unit.then, after[town.code])
    assert after[town.code]["counted"] == before["counted"] - 1
    assert list(Callback.objects.order_by("pk").values()) == answers
    moved = {other.now.code: other.then for other in found.others}
    everybody = after | rows_of(past, "by_department")
    assert all(same(then, everybody[code]) for code, then in moved.items())
    done = effect_of(asked)
    assert done.unit
    assert not done.unit.moves
    assert not done.others


@pytest.mark.parametrize("seed", range(2))
def test_the_effect_of_an_appeal_is_what_approving_it_does(past: Stage, seed: int) -> None:
    span = periods.find(MARCH)
    live = Order.objects.exclude(state="withdrawn").filter(
        case__received_at__gte=span.starts_at, case__received_at__lt=span.ends_at
    )
    missed = Clock.objects.filter(
        order_ref__in=live.values("pk"), breached_at__isnull=False, exempt_at=None
    )
    once = [
        clock
        for clock in missed.order_by("pk").select_related("unit", "case")
        if Clock.objects.filter(order_ref=clock.order_ref, kind=clock.kind).count() == 1
    ]
    clock = random.Random(seed).choice(once)
    unit = clock.unit
    asked = claim(past, unit, clock.case, clock)
    before = rows_of(past, "by_department")[unit.code]
    found = effect_of(asked)
    assert found.unit
    assert same(found.unit.now, before)
    reviewed(past, asked, "yes", "yes")
    after = rows_of(past, "by_department")[unit.code]
    assert same(found.unit.then, after)
    assert found.unit.then.missed == found.unit.now.missed - 1
    timeliness = (before["parts"]["timeliness"], after["parts"]["timeliness"])
    assert timeliness[0] is not None
    assert timeliness[1] is None or timeliness[1] >= timeliness[0]
    assert Clock.objects.get(pk=clock.pk).breached_at == clock.breached_at


def test_a_rejected_claim_moves_nothing(past: Stage) -> None:
    case = cases_of_march()[0]
    before = rows_of(past, "by_town")
    reviewed(past, claim(past, Unit.objects.get(code=case.town_id), case), "yes", "no")
    assert rows_of(past, "by_town") == before
    assert not CaseEvent.objects.filter(step="counted").exists()


def test_looking_at_the_effect_writes_nothing_and_asks_few_questions(past: Stage) -> None:
    case = cases_of_march()[0]
    asked = claim(past, Unit.objects.get(code=case.town_id), case)
    with CaptureQueriesContext(connection) as few:
        effect_of(asked)
    History(past.people, random.Random(8), written=1000).write(40)
    with CaptureQueriesContext(connection) as many:
        effect_of(asked)
    assert len(many) == len(few) <= 45
    wrote = ("INSERT", "UPDATE", "DELETE")
    assert not [q for q in many.captured_queries if q["sql"].lstrip().upper().startswith(wrote)]


def test_the_effect_on_a_frozen_month_follows_the_rules_and_names_it_was_frozen_with(
    past: Stage,
) -> None:
    case = cases_of_march()[0]
    asked = claim(past, Unit.objects.get(code=case.town_id), case)
    before = effect_of(asked)
    freeze(periods.find(MARCH), None, APRIL)
    AssessmentPolicy.objects.update(
        response_weight="0.3", resolution_weight="0.35", satisfaction_weight="0.35", decimals=0
    )
    Area.objects.filter(code=case.town_id).update(name="新街道")
    Unit.objects.create(code="NEW", name="新局", kind=Unit.Kind.DEPARTMENT)
    found = effect_of(asked)
    assert found == replace(before, frozen=True)
    reviewed(past, asked, "yes", "yes")
    assert find_corrections(FrozenPeriod.objects.get(), MAY)
    entry = Correction.objects.get(part="case", key=case.number)
    assert found.unit
    assert entry.effect["score"] == [found.unit.now.score, found.unit.then.score]


def test_the_effect_by_the_api_is_that_of_the_page(past: Stage) -> None:
    case = cases_of_march()[0]
    asked = claim(past, Unit.objects.get(code=case.town_id), case)
    found = effect_of(asked)
    town = "town" if case.town_id == TOWN else "town2"
    other = {"town": "town2", "town2": "town"}[town]
    answer = caller(past, town).get(f"{V1}/claims/{asked.pk}/effect/").json()
    assert (answer["period"], answer["frozen"]) == (MARCH, False)
    assert found.unit
    assert answer["unit"] == moved_as_json(found.unit)
    assert answer["others"] == [moved_as_json(one) for one in found.others]
    assert caller(past, "assessor").get(f"{V1}/claims/{asked.pk}/effect/").json() == answer
    for stranger in (other, "department", ""):
        status = caller(past, stranger).get(f"{V1}/claims/{asked.pk}/effect/").status_code
        assert status == (404 if stranger else 401)


def moved_as_json(moved: Moved) -> dict[str, Any]:
    sides = {}
    for name in ("now", "then"):
        side = asdict(getattr(moved, name))
        head = {key: side.pop(key) for key in ("code", "name")}
        sides[name] = side
    return head | {"moves": moved.moves} | sides


def reviewed_order() -> Order:
    span = periods.find(MARCH)
    given = Review.objects.filter(
        order__state="reviewed",
        answer=None,
        order__case__received_at__gte=span.starts_at,
        order__case__received_at__lt=span.ends_at,
    )
    found = given.filter(order__unit__code="XFZD").order_by("pk").first()
    assert found
    return found.order


@pytest.mark.parametrize("upheld", [True, False])
def test_marks_set_aside_leave_the_score_and_marks_that_stand_stay(
    past: Stage, upheld: bool
) -> None:
    order = reviewed_order()
    before = rows_of(past, "by_department")["XFZD"]
    person = past.who("department3")
    answer_review(order.pk, kind="object", text="并未迟到", actor=person, at=past.at)
    waiting = rows_of(past, "by_department")["XFZD"]
    assert (waiting["score"], waiting["reviews"]) == (before["score"], before["reviews"])
    centre = past.who("supervisor")
    rule_on_marks(order.pk, upheld=upheld, reason="已核", actor=centre, at=past.at)
    after = rows_of(past, "by_department")["XFZD"]
    assert after["reviews"] == before["reviews"] - upheld
    assert after["struck_reviews"] == before["struck_reviews"] + upheld
    assert (after["parts"]["marks"] != before["parts"]["marks"]) == upheld


def test_marks_of_whistles_make_the_towns_quality(past: Stage) -> None:
    WhistleMark.objects.all().delete()
    order = reviewed_order()
    town = order.whistle.blower.code
    assert rows_of(past, "by_town")[town]["performance"]["parts"]["quality"] is None
    given = {"marked_by": past.people["department3"], "at": past.at}
    WhistleMark.objects.create(order=order, proper=True, mark=80, **given)
    row = rows_of(past, "by_town")[town]
    assert row["performance"]["parts"]["quality"] is not None
    WhistleMark.objects.update(proper=False, comment="不必吹哨")
    worse = rows_of(past, "by_town")[town]
    assert worse["improper"] == 1
    assert worse["performance"]["parts"]["quality"] < row["performance"]["parts"]["quality"]


def test_leaders_marks_are_a_part_of_a_departments_score(past: Stage) -> None:
    LeaderMark.objects.all().delete()
    unit = reviewed_order().unit
    assert rows_of(past, "by_department")[unit.code]["parts"]["leaders"] is None
    given = {"period": MARCH, "unit": unit, "at": past.at}
    LeaderMark.objects.create(mark=70, marked_by=past.people["leader"], **given)
    LeaderMark.objects.create(mark=85, marked_by=past.people["assessor"], **given)
    row = rows_of(past, "by_department")[unit.code]
    assert (row["leader_marks"], row["parts"]["leaders"]) == (2, 77.5)
