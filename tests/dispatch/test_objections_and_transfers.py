"""Objections with evidence, numbered rulings and their charges; the limit of transfers and the problem case."""

from contextlib import suppress
from datetime import timedelta
from io import BytesIO
from random import Random
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from accounts.models import Notice
from accounts.refusals import BadInput, StepRefused
from cases.filters import CaseFilters
from cases.models import Attachment, Case, CaseEvent, Clock
from cases.services.callbacks import record_callback
from cases.services.problems import MOST_REDOS
from cases.services.steps import advance
from dispatch.models import Objection, Order, OrderState, Whistle
from dispatch.rules import MOST_TRANSFERS, steps_for
from dispatch.services.parties import parties_of
from dispatch.services.rulings import rule
from dispatch.services.steps import advance_order
from tests.cast import OTHER_TOWN, TOWN, Stage

STAFF = {"XFZD": "department3", "ZJW": "department2", "CGW": "department"}


def object_to(stage: Stage, order: Order, **given: Any) -> Order:
    actor = stage.who(STAFF[order.unit.code])
    details = {"reason": "不属本单位职责"} | given
    return advance_order(order.pk, "object", actor=actor, at=stage.at, **details)


def ruled(stage: Stage, order: Order, upheld: bool, **given: Any) -> Objection:
    details = {"reason": "依据权责清单"} | given
    rule(order.pk, actor=stage.who("supervisor"), at=stage.at, upheld=upheld, **details)
    return Objection.objects.get(order=order)


def photo() -> SimpleUploadedFile:
    out = BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    return SimpleUploadedFile("牌子.png", out.getvalue())


def test_an_objection_carries_its_evidence_and_photos(stage: Stage) -> None:
    order = object_to(
        stage, stage.order(stage.whistle()), evidence="产权登记在供电公司名下", photos=[photo()]
    )
    objection = Objection.objects.get(order=order)
    assert objection.evidence == "产权登记在供电公司名下"
    assert objection.sender is not None
    assert objection.sender.code == TOWN
    assert Attachment.objects.get(order_ref=order.pk).step == "object"


def test_a_failed_objection_is_charged_to_the_objector_an_upheld_one_to_the_sender(
    stage: Stage,
) -> None:
    failed = ruled(stage, object_to(stage, stage.order(stage.whistle())), upheld=False)
    upheld = ruled(stage, object_to(stage, stage.order(stage.whistle())), upheld=True)
    assert [(o.number, o.charged_to and o.charged_to.code) for o in (failed, upheld)] == [
        ("裁〔2026〕1号", "XFZD"),
        ("裁〔2026〕2号", TOWN),
    ]


def test_rulings_cite_rulings_and_only_such_as_exist(stage: Stage) -> None:
    first = ruled(stage, object_to(stage, stage.order(stage.whistle())), upheld=True)
    with pytest.raises(BadInput, match="裁〔2026〕9号"):
        object_to(stage, stage.order(stage.whistle()), cites=["裁〔2026〕9号"])
    order = object_to(stage, stage.order(stage.whistle()), cites=[first.number])
    assert list(Objection.objects.get(order=order).cites.all()) == [first]
    other = ruled(stage, object_to(stage, stage.order(stage.whistle())), upheld=False)
    second = ruled(stage, order, upheld=True, cites=[other.number])
    assert set(second.cites.all()) == {first, other}
    assert list(first.cited_by.all()) == [second]


def test_a_designated_unit_may_not_object_again(stage: Stage) -> None:
    order = object_to(stage, stage.order(stage.whistle()))
    ruled(stage, order, upheld=False)
    with pytest.raises(StepRefused):
        object_to(stage, order)
    other = object_to(stage, stage.order(order.whistle, "ZJW"))
    ruled(stage, other, upheld=True, new_unit="CGW")
    with pytest.raises(StepRefused):
        object_to(stage, stage.order(order.whistle, "CGW"))


def test_upheld_objections_and_withdrawn_leads_count_and_nothing_else(stage: Stage) -> None:
    whistle = stage.whistle(departments=["ZJW", "CGW"])
    case = whistle.case
    ruled(stage, object_to(stage, stage.order(whistle, "ZJW")), upheld=True)
    assert transfers(case) == 1
    advance_order(stage.order(whistle, "CGW").pk, "withdraw", actor=stage.who("town"), at=stage.at)
    assert transfers(case) == 1, "an assisting unit was only not needed"
    ruled(stage, object_to(stage, stage.order(whistle)), upheld=False)
    assert transfers(case) == 1, "it stayed where it was"
    advance_order(stage.order(whistle).pk, "withdraw", actor=stage.who("town"), at=stage.at)
    assert transfers(case) == 2


def passed_on_three_times(stage: Stage) -> tuple[Case, Order]:
    """Return a problem case and the order that it stays with; an objection of another still waits."""
    whistle = stage.whistle(departments=["ZJW", "CGW"])
    waiting = object_to(stage, stage.order(whistle, "CGW"))
    ruled(stage, object_to(stage, stage.order(whistle, "ZJW")), upheld=True)
    ruled(stage, object_to(stage, stage.order(whistle)), upheld=True, new_unit="GD")
    named = stage.order(whistle, "GD")
    advance_order(named.pk, "withdraw", actor=stage.who("town"), at=stage.at)
    return Case.objects.get(pk=whistle.case_id), waiting


def transfers(case: Case) -> int:
    return Case.objects.get(pk=case.pk).transfers


def test_the_third_transfer_makes_a_problem_case_and_all_are_told(stage: Stage) -> None:
    case, _waiting = passed_on_three_times(stage)
    assert (case.transfers, case.problem_at) == (3, stage.at)
    event = CaseEvent.objects.get(case=case, step="problem")
    assert event.details == {"transfers": 3}
    told = Notice.objects.filter(kind="case_problem").values_list("recipient__username", flat=True)
    assert set(told) == {"supervisor", "leader"}
    filters = {"reader": stage.who("leader"), "at": stage.at, "queryset": Case.objects.all()}
    assert list(CaseFilters({"problem": "1"}, **filters).found()) == [case]
    assert case not in CaseFilters({"problem": "0"}, **filters).found()


def test_from_then_on_it_stays_where_it_is(stage: Stage) -> None:
    case, waiting = passed_on_three_times(stage)
    with pytest.raises(BadInput) as refusal:
        ruled(stage, waiting, upheld=True)
    assert "upheld" in refusal.value.fields
    ruled(stage, waiting, upheld=False)
    with pytest.raises(StepRefused):
        advance_order(waiting.pk, "withdraw", actor=stage.who("town"), at=stage.at)
    assert transfers(case) == 3
    assert "object" not in steps_for(Order.objects.get(pk=waiting.pk), stage.who("department"))


def test_a_case_redone_for_the_third_time_is_a_problem_case_and_nobody_objects(
    stage: Stage,
) -> None:
    case = stage.case()
    for _ in range(MOST_REDOS):
        assert Case.objects.get(pk=case.pk).problem_at is None
        redo(stage, case)
    case = Case.objects.get(pk=case.pk)
    assert (case.round, case.problem_at) == (4, stage.at)
    assert CaseEvent.objects.get(case=case, step="problem").details == {"redos": 3}
    whistle = stage.whistle(case)
    assert all(order.designated for order in whistle.orders.all())
    with pytest.raises(StepRefused):
        object_to(stage, stage.order(whistle))


def redo(stage: Stage, case: Case) -> None:
    advance(case.pk, "handle", actor=stage.who("town"), at=stage.at)
    advance(case.pk, "finish", actor=stage.who("town"), at=stage.at, result="已清理")
    advance(case.pk, "reopen", actor=stage.who("callback"), at=stage.at, reason="未解决")


@pytest.mark.parametrize("seed", range(8))
def test_no_random_path_passes_a_case_on_more_often_than_the_limit(stage: Stage, seed: int) -> None:
    rng = Random(seed)
    case = stage.case()
    for _ in range(45):
        stage.at += timedelta(minutes=2)
        with suppress(StepRefused, BadInput, PermissionDenied):
            rng.choice(MOVES)(stage, case, rng)
        now = Case.objects.get(pk=case.pk)
        assert now.transfers <= MOST_TRANSFERS
        assert (now.problem_at is not None) == (
            now.transfers == MOST_TRANSFERS or now.round > MOST_REDOS
        )
        upheld = Objection.objects.filter(order__case=case, upheld=True).count()
        assert upheld <= MOST_TRANSFERS
        if now.problem_at is not None:
            raised = Objection.objects.filter(order__case=case, raised_at__gt=now.problem_at)
            assert not raised.exists()


def blow(stage: Stage, case: Case, rng: Random) -> None:
    lead, *others = rng.sample(sorted(STAFF), rng.randint(1, 3))
    stage.whistle(case, lead=lead, departments=others)


def an_order(case: Case, rng: Random, *states: str) -> Order:
    orders = list(Order.objects.filter(case=case, state__in=states).select_related("unit"))
    if not orders:
        raise StepRefused("none")
    return rng.choice(orders)


def raise_one(stage: Stage, case: Case, rng: Random) -> None:
    order = an_order(case, rng, OrderState.ISSUED, OrderState.ACKNOWLEDGED)
    if order.unit.code in STAFF:
        object_to(stage, order)


def rule_one(stage: Stage, case: Case, rng: Random) -> None:
    order = an_order(case, rng, OrderState.OBJECTED)
    upheld = rng.random() < 0.8
    new = rng.choice(["", "GD", *STAFF]) if upheld else ""
    ruled(stage, order, upheld, new_unit=new)


def withdraw_one(stage: Stage, case: Case, rng: Random) -> None:
    order = an_order(case, rng, "issued", "acknowledged", "reported", "objected")
    advance_order(order.pk, "withdraw", actor=stage.who("town"), at=stage.at)


def handle_and_redo(stage: Stage, case: Case, rng: Random) -> None:
    if rng.random() < 0.3:
        redo(stage, case)


MOVES = [blow, blow, raise_one, raise_one, rule_one, rule_one, withdraw_one, handle_and_redo]


def test_a_report_is_never_given_to_the_unit_it_complains_of(stage: Stage) -> None:
    case = stage.case(kind="report", accused="XFZD", category="0306")
    with pytest.raises(BadInput) as lead:
        stage.whistle(case)
    assert "lead" in lead.value.fields
    with pytest.raises(BadInput) as assisting:
        stage.whistle(case, lead="CGW", departments=["XFZD"])
    assert "departments" in assisting.value.fields
    whistle = stage.whistle(case, lead="CGW", departments=["ZJW"])
    order = object_to(stage, stage.order(whistle, "CGW"))
    with pytest.raises(BadInput) as designation:
        ruled(stage, order, upheld=True, new_unit="XFZD")
    assert "new_unit" in designation.value.fields
    assert Order.objects.get(pk=order.pk).state == "objected"
    plain = stage.case(accused="XFZD")
    assert stage.whistle(plain).orders.count() == 2, "a complaint is given to it as ever"


def test_orders_whistles_and_rulings_of_the_report_are_kept_from_the_unit(stage: Stage) -> None:
    case = stage.case(kind="report", accused=TOWN)
    whistle = stage.whistle(case, by="supervisor", level="district")
    ruling = ruled(stage, object_to(stage, stage.order(whistle)), upheld=False)
    for name, sees in (
        ("town", False),
        ("supervisor", True),
        ("community", True),
        ("town2", False),
    ):
        user = stage.who(name)
        assert (whistle in Whistle.objects.visible_to(user)) is sees, name
        assert Order.objects.visible_to(user).filter(case=case).exists() is sees, name
        assert (ruling in Objection.objects.visible_to(user)) is sees, name
    told = Notice.objects.filter(case_number=case.number, recipient__username="town")
    assert not told.exists()


def test_documents_about_the_report_are_written_to_the_centre_instead(stage: Stage) -> None:
    whistle = stage.whistle(
        stage.case(kind="report", accused=TOWN), by="supervisor", level="district"
    )
    clocks = Clock.objects.running().filter(case=whistle.case).select_related("case", "unit")
    for clock in clocks:
        named = parties_of(clocks).of(clock, ("town", "blower", "centre"))
        assert [party.unit.code for party in named] == ["CENTRE"]


def test_a_unit_at_work_on_a_case_is_not_accused_before_its_order_is_withdrawn(
    stage: Stage,
) -> None:
    whistle = stage.whistle()
    given: dict[str, Any] = {"actor": stage.who("operator"), "at": stage.at, "reason": "举报"}
    with pytest.raises(BadInput) as refusal:
        advance(whistle.case_id, "correct", kind="report", accused="XFZD", **given)
    assert "accused" in refusal.value.fields
    advance_order(stage.order(whistle).pk, "withdraw", actor=stage.who("town"), at=stage.at)
    advance(whistle.case_id, "correct", kind="report", accused="XFZD", **given)
    assert not Order.objects.of(stage.who("department3")).exists()
    assert not Order.objects.visible_to(stage.who("department3")).exists()


def test_rulings_are_read_by_all_who_work_with_cases_but_not_those_of_confidential_ones(
    stage: Stage,
) -> None:
    plain = ruled(stage, object_to(stage, stage.order(stage.whistle())), upheld=True)
    secret_case = stage.case(confidential=True)
    secret = ruled(stage, object_to(stage, stage.order(stage.whistle(secret_case))), upheld=True)
    assert list(Objection.objects.visible_to(stage.who("town2")).rulings()) == [plain]
    assert set(Objection.objects.visible_to(stage.who("town")).rulings()) == {plain, secret}
    pending = object_to(stage, stage.order(stage.whistle()))
    assert not Objection.objects.visible_to(stage.who("town2")).filter(order=pending).exists()
    assert OTHER_TOWN


def test_the_resident_sends_it_back_a_third_time_by_callback(stage: Stage) -> None:
    case = stage.case()
    for _ in range(2):
        redo(stage, case)
    advance(case.pk, "handle", actor=stage.who("town"), at=stage.at)
    advance(case.pk, "finish", actor=stage.who("town"), at=stage.at, result="已清理")
    record_callback(
        case.pk,
        actor=stage.who("callback"),
        at=stage.at,
        outcome="reached",
        contacted=True,
        resolved="no",
        satisfied="dissatisfied",
        then="reopen",
    )
    assert Case.objects.get(pk=case.pk).problem_at == stage.at
