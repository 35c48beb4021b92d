"""Claims: who raises them, two reviews by two people, and that only what counts changes, never what happened."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction

from accounts.models import Membership, Notice, Unit
from accounts.refusals import BadInput, StepRefused
from assessment.models import Claim
from assessment.services.claims import (
    ask,
    items_for,
    limits_to_appeal,
    photos_of,
    review,
    units_claiming,
    withdraw,
)
from cases.models import Callback, Case, CaseEvent, Clock
from cases.services.counting import exempt_clock, set_counted
from dispatch.services.steps import advance_order
from tests.api.photos import jpeg
from tests.assessment.appeals import (
    appeal,
    exclusion,
    items,
    miss,
    missed,
    reviewed,
    town_claims,
)
from tests.cast import OTHER_TOWN, TOWN, Stage
from tests.races.test_two_people_press_the_same_button import at_once


@pytest.fixture
def listed(stage: Stage) -> Stage:
    """Return the stage of a district with a list of what is not counted."""
    items()
    return stage


def told(stage: Stage, name: str, kind: str) -> int:
    return Notice.objects.filter(recipient=stage.people[name], kind=kind).count()


def test_two_reviews_take_a_case_out_of_the_count_and_leave_what_happened(listed: Stage) -> None:
    case = listed.case()
    answer = {"outcome": "reached", "contacted": False, "resolved": "no", "satisfied": "basic"}
    Callback.objects.create(case=case, round=1, attempt=1, at=listed.at, **answer)
    before = list(Callback.objects.values())
    claim = town_claims(listed, case)
    assert claim.state == "asked"
    assert told(listed, "supervisor", "claim_waits") == 1

    claim = reviewed(listed, claim, "yes")
    assert (claim.state, claim.first_by) == ("passed", listed.people["supervisor"])
    assert Case.objects.get(pk=case.pk).counted
    assert (told(listed, "assessor", "claim_waits"), told(listed, "town", "claim_passed")) == (1, 1)

    review(claim.pk, approve=True, words="同意", actor=listed.who("assessor"), at=listed.at)
    assert Claim.objects.get(pk=claim.pk).state == "approved"
    assert not Case.objects.get(pk=case.pk).counted
    event = CaseEvent.objects.get(case=case, step="counted")
    assert event.details["counted"] is False
    assert "诉讼、仲裁中的事项" in event.details["basis"]
    assert told(listed, "town", "claim_approved") == 1
    assert list(Callback.objects.values()) == before


@pytest.mark.parametrize("answers", [("no",), ("yes", "no")])
def test_a_refusal_at_either_end_is_kept_and_a_new_claim_is_a_new_row(
    listed: Stage, answers: tuple[str, ...]
) -> None:
    claim = reviewed(listed, town_claims(listed), *answers)
    assert claim.state == "rejected"
    assert claim.case.counted
    assert told(listed, "town", "claim_rejected") == 1
    for who in ("supervisor", "assessor"):
        with pytest.raises(StepRefused):
            review(claim.pk, approve=True, words="再看", actor=listed.who(who), at=listed.at)
    again = town_claims(listed, claim.case)
    assert again.pk != claim.pk
    assert Claim.objects.filter(case=claim.case).count() == 2


def test_a_missed_limit_stands_and_is_charged_no_more(listed: Stage) -> None:
    clock = missed(listed)
    breached, due = clock.breached_at, clock.due_at
    claim = ask(clock.case_id, appeal(clock), actor=listed.who("department3"), at=listed.at)
    reviewed(listed, claim, "yes", "yes")
    clock.refresh_from_db()
    assert clock.exempt_at is not None
    assert (clock.breached_at, clock.due_at) == (breached, due)
    event = CaseEvent.objects.get(step="exempt")
    assert (event.order_ref, event.unit) == (clock.order_ref, clock.unit)


def test_a_limit_is_appealed_once_even_after_a_refusal(listed: Stage) -> None:
    clock = missed(listed)
    again = partial(ask, clock.case_id, appeal(clock), actor=listed.who("department3"))
    claim = again(at=listed.at)
    with pytest.raises(StepRefused):
        again(at=listed.at)
    withdraw(claim.pk, actor=listed.who("department3"), at=listed.at)
    reviewed(listed, again(at=listed.at), "no")
    assert limits_to_appeal(clock.case, [clock.unit]) == []
    with pytest.raises(StepRefused):
        again(at=listed.at)


def test_only_a_limit_of_ones_own_that_was_missed_is_appealed(listed: Stage) -> None:
    case = listed.case()
    clock = missed(listed, case)
    other = Clock.objects.get(order_ref=listed.order(case.whistles.get(), "ZJW").pk, kind="finish")
    actor = listed.who("department3")
    with pytest.raises(BadInput):
        ask(case.pk, replace(appeal(clock), clock=other.pk), actor=actor, at=listed.at)
    with pytest.raises(PermissionDenied):
        ask(case.pk, appeal(other), actor=actor, at=listed.at)
    kept = Clock.objects.get(order_ref=clock.order_ref, kind="report_in")
    with pytest.raises(StepRefused):
        ask(case.pk, appeal(kept), actor=actor, at=listed.at)


def test_an_exclusion_names_a_valid_item_the_facts_and_the_proof(listed: Stage) -> None:
    case = listed.case()
    assert "T-SUIT" in [item.code for item in items_for(case)]
    for wrong in (
        {"item": "T-ENDED"},
        {"item": "T-COMING"},
        {"item": ""},
        {"basis": " "},
        {"evidence": ""},
        {"kind": "other"},
    ):
        with pytest.raises(BadInput) as refused:
            ask(case.pk, exclusion(**wrong), actor=listed.who("town"), at=listed.at)
        assert list(refused.value.fields) == list(wrong)
    assert not Claim.objects.exists()


def test_a_case_not_counted_or_claimed_already_is_not_claimed_again(listed: Stage) -> None:
    claim = town_claims(listed)
    with pytest.raises(StepRefused):
        town_claims(listed, claim.case)
    listed.whistle(claim.case)
    department = exclusion(unit="XFZD")
    with pytest.raises(StepRefused):
        ask(claim.case_id, department, actor=listed.who("department3"), at=listed.at)
    reviewed(listed, claim, "yes", "yes")
    with pytest.raises(StepRefused):
        town_claims(listed, claim.case)


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("town2", OTHER_TOWN),
        ("town2", TOWN),
        ("department", "CGW"),
        ("department3", TOWN),
        ("community", TOWN),
        ("supervisor", "CENTRE"),
        ("operator", TOWN),
    ],
)
def test_nobody_else_claims(listed: Stage, name: str, unit: str) -> None:
    case = listed.whistle().case
    with pytest.raises(PermissionDenied):
        ask(case.pk, exclusion(unit=unit), actor=listed.who(name), at=listed.at)


def test_a_summoned_department_claims_and_one_that_left_does_not(listed: Stage) -> None:
    whistle = listed.whistle()
    person = listed.who("department3")
    assert [unit.code for unit in units_claiming(person, whistle.case)] == ["XFZD"]
    order = listed.order(whistle)
    advance_order(order.pk, "withdraw", actor=listed.who("town"), at=listed.at, reason="误派")
    assert units_claiming(listed.who("department3"), whistle.case) == []
    miss(listed, order)  # it may still say why it was late; the case is none of its any more
    with pytest.raises(PermissionDenied):
        ask(whistle.case_id, exclusion(unit="XFZD"), actor=person, at=listed.at)


@pytest.mark.parametrize("state", ["asked", "passed"])
def test_each_review_belongs_to_one_role_and_nobody_reviews_for_their_own(
    listed: Stage, state: str
) -> None:
    claim = reviewed(listed, town_claims(listed), *["yes"][: state == "passed"])
    mine = "supervisor" if state == "asked" else "assessor"
    others = {"supervisor", "assessor", "leader", "admin", "town", "operator", "callback"} - {mine}
    for name in sorted(others):
        with pytest.raises(PermissionDenied):
            review(claim.pk, approve=True, words="同意", actor=listed.who(name), at=listed.at)
    town = Unit.objects.get(code=TOWN)
    Membership.objects.create(user=listed.people[mine], unit=town, role="community")
    with pytest.raises(PermissionDenied):
        review(claim.pk, approve=True, words="同意", actor=listed.who(mine), at=listed.at)
    assert Claim.objects.get(pk=claim.pk).state == state


def test_one_person_with_both_posts_reviews_once(listed: Stage) -> None:
    centre = Unit.objects.get(code="CENTRE")
    Membership.objects.create(user=listed.people["supervisor"], unit=centre, role="assessor")
    claim = reviewed(listed, town_claims(listed), "yes")
    with pytest.raises(PermissionDenied):
        review(claim.pk, approve=True, words="同意", actor=listed.who("supervisor"), at=listed.at)
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=claim.pk).update(second_by=listed.people["supervisor"])


def test_a_review_without_words_is_none(listed: Stage) -> None:
    claim = town_claims(listed)
    with pytest.raises(BadInput):
        review(claim.pk, approve=True, words=" ", actor=listed.who("supervisor"), at=listed.at)
    assert Claim.objects.get(pk=claim.pk).state == "asked"


def test_a_claim_is_taken_back_by_its_unit_until_it_is_decided(listed: Stage) -> None:
    claim = reviewed(listed, town_claims(listed), "yes")
    for name in ("town2", "supervisor", "operator"):
        with pytest.raises(PermissionDenied):
            withdraw(claim.pk, actor=listed.who(name), at=listed.at)
    withdraw(claim.pk, actor=listed.who("town"), at=listed.at)
    with pytest.raises(StepRefused):
        review(claim.pk, approve=True, words="同意", actor=listed.who("assessor"), at=listed.at)
    decided = reviewed(listed, town_claims(listed, claim.case), "yes", "yes")
    with pytest.raises(StepRefused):
        withdraw(decided.pk, actor=listed.who("town"), at=listed.at)


def test_claims_are_read_by_the_district_and_the_claiming_unit_only(listed: Stage) -> None:
    case = listed.whistle().case
    claim = town_claims(listed, case)
    readers = {
        name
        for name in listed.people
        if Claim.objects.visible_to(listed.who(name)).filter(pk=claim.pk).exists()
    }
    district = {"operator", "callback", "supervisor", "leader", "assessor", "admin"}
    assert readers == {"town"} | district


def test_the_claim_on_a_report_of_wrongdoing_is_kept_from_the_unit_complained_of(
    listed: Stage,
) -> None:
    case = listed.case(kind="report", accused="CENTRE", category="0101")
    claim = town_claims(listed, case)
    assert not Claim.objects.visible_to(listed.who("supervisor")).exists()
    with pytest.raises(PermissionDenied):
        review(claim.pk, approve=True, words="同意", actor=listed.who("supervisor"), at=listed.at)
    assert told(listed, "assessor", "claim_waits") == 0


def test_photos_of_a_claim_stay_with_it(listed: Stage) -> None:
    case, photo = listed.case(), SimpleUploadedFile("notice.jpg", jpeg(), "image/jpeg")
    ask(case.pk, exclusion(), actor=listed.who("town"), at=listed.at, photos=[photo])
    claim = Claim.objects.get()
    assert len(photos_of(claim)) == 1


def test_what_counts_has_one_writer_that_says_what_it_did(listed: Stage) -> None:
    case = listed.case()
    words = {"reason": "同意", "basis": "诉讼"}
    with pytest.raises(StepRefused):
        set_counted(case.pk, counted=True, actor=None, at=listed.at, **words)
    set_counted(case.pk, counted=False, actor=None, at=listed.at, **words)
    set_counted(case.pk, counted=True, actor=None, at=listed.at, **words)
    told = [e.details["counted"] for e in CaseEvent.objects.filter(step="counted").order_by("pk")]
    assert told == [False, True]
    clock = missed(listed, case)
    exempt_clock(clock.pk, actor=None, at=listed.at, **words)
    with pytest.raises(StepRefused):
        exempt_clock(clock.pk, actor=None, at=listed.at, **words)


@pytest.fixture
def racing(committed_stage: Stage) -> Stage:
    items()
    return committed_stage


def test_two_reviewers_at_one_moment_decide_once(racing: Stage) -> None:
    claim = reviewed(racing, town_claims(racing), "yes")
    second: Callable[..., object] = partial(review, claim.pk, words="同意", at=racing.at)
    results = at_once(
        *[
            partial(second, approve=approve, actor=racing.who("assessor"))
            for approve in (True, False, True)
        ]
    )
    assert sum(isinstance(result, StepRefused) for result in results) == 2
    claim.refresh_from_db()
    case = Case.objects.get(pk=claim.case_id)
    assert case.counted == (claim.state == "rejected")
    assert CaseEvent.objects.filter(step="counted").count() == (claim.state == "approved")
