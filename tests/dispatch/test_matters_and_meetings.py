"""What nobody claims: raised, put on a docket, ruled at the meeting, binding and citable afterwards."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from accounts.models import Notice
from accounts.refusals import BadInput, StepRefused
from cases.models import Case, CaseEvent
from cases.services.steps import advance
from dispatch.models import Paper, Responsibility, ResponsibilityChange, UnclaimedMatter
from dispatch.services.matters import raise_matter, rule_matter
from dispatch.services.meetings import call_meeting, close_meeting, set_docket
from dispatch.services.steps import advance_order
from dispatch.sheets import Sheet
from tests.cast import PEOPLE, TOWN, Stage
from tests.dispatch.papers import matter, meeting, ruled


def test_towns_communities_departments_and_the_centre_raise_matters_and_nobody_else(
    stage: Stage,
) -> None:
    raisers = {"town", "town2", "community", "department", "department2", "department3"}
    for who in PEOPLE:
        if who in raisers | {"supervisor"}:
            assert matter(stage, by=who).raised_by.code == PEOPLE[who][1]
        else:
            with pytest.raises(PermissionDenied):
                matter(stage, by=who)
    assert Notice.objects.filter(kind="matter_raised").count() == 7


def test_a_ruling_is_numbered_binding_and_told(stage: Stage) -> None:
    one = matter(stage)
    meeting(stage, one)
    one = ruled(stage, one)
    assert one.number == "确〔2026〕1号"
    assert (one.lead.code, [unit.code for unit in one.assists.all()]) == ("CGW", ["ZJW"])
    paper = Paper.objects.get(form="ruling")
    text = "".join(Sheet.from_json(paper.sheet).paragraphs)
    assert "由区城市管理委员会牵头，区住房和城乡建设委员会配合。由城管委拆除并处置。" in text
    assert "不得就同一事项再提异议" in text
    told = Notice.objects.filter(kind="matter_ruled").values_list("recipient__username", flat=True)
    assert set(told) == {"department", "department2", "town"}


def test_a_ruled_matter_cannot_be_ruled_again(stage: Stage) -> None:
    one = matter(stage)
    meeting(stage, one)
    ruled(stage, one)
    with pytest.raises(StepRefused):
        ruled(stage, one, lead="ZJW", assists=[])
    assert Paper.objects.filter(form="ruling").count() == 1


def test_nothing_is_ruled_off_the_docket_before_the_meeting_or_after_its_end(stage: Stage) -> None:
    translation.activate("en")
    one, two = matter(stage), matter(stage)
    with pytest.raises(StepRefused, match="docket"):
        ruled(stage, one)
    later = meeting(stage, one, held_at=stage.at + timedelta(days=1))
    with pytest.raises(StepRefused, match="not been held"):
        ruled(stage, one)
    held = meeting(stage, two)
    close_meeting(held.pk, actor=stage.who("supervisor"), at=stage.at, minutes="研究继续。")
    assert UnclaimedMatter.objects.get(pk=two.pk).meeting is None
    UnclaimedMatter.objects.filter(pk=two.pk).update(meeting=held)
    with pytest.raises(StepRefused, match="closed"):
        ruled(stage, two)
    with pytest.raises(StepRefused, match="closed"):
        set_docket(held.pk, actor=stage.who("supervisor"), at=stage.at, matters=[])
    assert later.matters.get() == one


@pytest.mark.parametrize("who", ["town", "leader", "department", "admin", "operator"])
def test_only_the_centre_calls_meetings_and_rules(stage: Stage, who: str) -> None:
    one = matter(stage)
    meeting(stage, one)
    with pytest.raises(PermissionDenied):
        _rule_as(stage, one, who)
    actor, at = stage.who(who), stage.at
    with pytest.raises(PermissionDenied):
        call_meeting(actor=actor, at=at, kind="ownership", held_at=at, place="区")


def _rule_as(stage: Stage, one: UnclaimedMatter, who: str) -> None:
    at = stage.at + timedelta(hours=2)
    rule_matter(one.pk, actor=stage.who(who), at=at, lead="CGW", ruling="归城管委")


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"lead": "NOBODY"}, "lead"),
        ({"lead": ""}, "lead"),
        ({"lead": "CENTRE"}, "lead"),
        ({"assists": ["NOBODY"]}, "assists"),
        ({"ruling": " "}, "ruling"),
        ({"lasting": True, "item": "9-99"}, "item"),
    ],
)
def test_what_cannot_be_ruled_is_said_by_field(
    stage: Stage, given: dict[str, Any], field: str
) -> None:
    one = matter(stage)
    meeting(stage, one)
    with pytest.raises(BadInput) as refusal:
        ruled(stage, one, **given)
    assert list(refusal.value.fields) == [field]
    assert UnclaimedMatter.objects.get(pk=one.pk).ruled_at is None
    assert not Paper.objects.exists()


def test_a_lasting_ruling_adds_an_item_to_the_list(stage: Stage) -> None:
    one = matter(stage)
    meeting(stage, one)
    ruled(stage, one, lasting=True)
    item = Responsibility.objects.get(code="确2026-1")
    assert (item.title, item.lead.code, item.ruling.number) == (one.title, "CGW", "确〔2026〕1号")
    assert [unit.code for unit in item.assists.all()] == ["ZJW"]
    change = ResponsibilityChange.objects.get(item=item)
    assert change.before is None
    assert change.after["lead"] == "CGW"


def test_a_lasting_ruling_changes_an_item_and_keeps_how_it_was(stage: Stage) -> None:
    one = matter(stage, title="消防通道被占由谁牵头", category="0306")
    meeting(stage, one)
    ruled(stage, one, lasting=True, item="2-01", lead="ZJW", assists=["XFZD", TOWN])
    item = Responsibility.objects.get(code="2-01")
    assert (item.lead.code, item.person, item.town_assists) == ("ZJW", "", True)
    assert item.basis == "《中华人民共和国消防法》"
    change = item.changes.get()
    assert change.before is not None
    assert (change.before["lead"], change.before["person"]) == ("XFZD", "防火监督科科长")
    assert (change.after["lead"], change.after["assists"]) == ("ZJW", ["XFZD"])
    assert change.after["ruling"] == "确〔2026〕1号"


def test_a_town_ruled_to_lead_stands_for_the_town_of_the_place_on_the_list(stage: Stage) -> None:
    one = matter(stage)
    meeting(stage, one)
    ruled(stage, one, lasting=True, lead=TOWN)
    assert Responsibility.objects.get(code="确2026-1").lead is None


def test_a_matter_of_a_case_stands_in_its_history_and_names_no_caller(stage: Stage) -> None:
    case = stage.case()
    one = matter(stage, case=case, text="王小明（13800001234）反映无人管理")
    assert one.text == "***（***）反映无人管理"
    with pytest.raises(StepRefused):
        matter(stage, case=case)
    meeting(stage, one)
    ruled(stage, one, ruling="王小明反映的事项归城管委")
    steps = CaseEvent.objects.filter(case=case, step__startswith="matter").values_list("step")
    assert [step for (step,) in steps.order_by("pk")] == ["matter.raise", "matter.rule"]
    assert "王小明" not in str(Paper.objects.get().sheet)


def test_no_matter_is_raised_from_a_case_that_has_ended(stage: Stage) -> None:
    case = stage.case()
    advance(case.pk, "reject", actor=stage.who("supervisor"), at=stage.at, reason="重复")
    with pytest.raises(StepRefused):
        matter(stage, case=case)


def test_units_that_a_ruling_named_are_designated_when_the_whistle_is_blown(stage: Stage) -> None:
    case = stage.case()
    one = matter(stage, case=case)
    meeting(stage, one)
    ruled(stage, one)
    whistle = stage.whistle(case, lead="CGW", departments=["XFZD"])
    order = stage.order(whistle, "CGW")
    assert order.designated
    assert not stage.order(whistle, "XFZD").designated
    actor = stage.who("department")
    with pytest.raises(StepRefused):
        advance_order(order.pk, "object", actor=actor, at=stage.at, reason="不属我单位")


def test_a_confidential_matter_stays_with_its_parties(stage: Stage) -> None:
    case = stage.case(confidential=True)
    one = matter(stage, case=case, title="涉密事项甲")
    held = meeting(stage, one)
    seers = {who for who in PEOPLE if _sees(stage, who, one)}
    assert not seers & {"town2", "department", "department2", "department3"}
    with pytest.raises(BadInput):
        ruled(stage, one, lasting=True)
    ruled(stage, one)
    seers = {who for who in PEOPLE if _sees(stage, who, one)}
    assert seers & {"town", "town2", "department", "department2", "department3"} == {
        "town",
        "department",
        "department2",
    }
    paper = Paper.objects.get(form="ruling")
    readers = {who for who in PEOPLE if Paper.objects.visible_to(stage.who(who)).exists()}
    assert not paper.to_all
    assert not readers & {"town2", "department3", "gridworker", "community"}
    at = stage.at + timedelta(hours=3)
    minutes = close_meeting(held.pk, actor=stage.who("supervisor"), at=at, minutes="裁定一件。")
    assert "涉密事项甲" not in str(minutes.sheet)
    assert "（涉密事项，略）" in str(minutes.sheet)


def _sees(stage: Stage, who: str, one: UnclaimedMatter) -> bool:
    return UnclaimedMatter.objects.visible_to(stage.who(who)).filter(pk=one.pk).exists()


def test_the_unit_complained_of_never_sees_the_matter_nor_is_given_it(stage: Stage) -> None:
    case = stage.case(kind="report")
    one = matter(stage, case=case, by="department")
    meeting(stage, one)
    cgw = stage.who("department").posts[0].unit
    assert _sees(stage, "department", one)
    Case.objects.filter(pk=case.pk).update(accused=cgw)
    assert not _sees(stage, "department", one)
    with pytest.raises(BadInput):
        ruled(stage, one, lead="CGW")


def test_an_unruled_matter_off_every_docket_is_its_units_and_the_districts(stage: Stage) -> None:
    one = matter(stage)
    district = {"operator", "callback", "supervisor", "leader", "assessor", "admin"}
    assert {who for who in PEOPLE if _sees(stage, who, one)} == district | {"town"}
    meeting(stage, one)
    assert {who for who in PEOPLE if _sees(stage, who, one)} == set(PEOPLE)


def test_the_minutes_hold_the_rulings_and_how_long_they_waited(stage: Stage) -> None:
    one, two, three = (matter(stage, title=f"事项{n}") for n in "甲乙丙")
    UnclaimedMatter.objects.filter(pk=two.pk).update(raised_at=stage.at - timedelta(days=30))
    held = meeting(stage, one, two, three)
    ruled(stage, one)
    ruled(stage, two, lead="XFZD", assists=[])
    at = stage.at + timedelta(hours=3)
    paper = close_meeting(
        held.pk,
        actor=stage.who("supervisor"),
        at=at,
        minutes="会议要求限期办理。",
        present="各部门",
    )
    assert (paper.number, paper.to_all) == ("区纪要〔2026〕1号", True)
    sheet = Sheet.from_json(paper.sheet)
    assert [row[0] for row in sheet.tables[0].rows] == ["确〔2026〕1号", "确〔2026〕2号"]
    assert [row[4] for row in sheet.tables[0].rows] == ["0", "30"]
    assert "平均等待15天，最长30天。另有1件继续研究。" in "".join(sheet.paragraphs)
    assert UnclaimedMatter.objects.get(pk=three.pk).meeting is None
    assert Notice.objects.filter(kind="paper_issued", recipient__username="town2").count() == 1
    with pytest.raises(StepRefused):
        close_meeting(held.pk, actor=stage.who("supervisor"), at=at, minutes="再来")


def test_a_docket_takes_no_matter_of_another_docket(stage: Stage) -> None:
    one, two = matter(stage), matter(stage)
    meeting(stage, one)
    other = meeting(stage)
    supervisor = stage.who("supervisor")
    with pytest.raises(BadInput):
        set_docket(other.pk, actor=supervisor, at=stage.at, matters=[one.pk])
    set_docket(other.pk, actor=supervisor, at=stage.at, matters=[two.pk])
    set_docket(other.pk, actor=supervisor, at=stage.at, matters=[])
    assert UnclaimedMatter.objects.get(pk=two.pk).meeting is None


def test_raising_costs_a_bounded_number_of_queries(stage: Stage) -> None:
    actor = stage.who("town")
    fields = {"title": "无主井盖", "text": "无人认领", "category": "0101"}
    with CaptureQueriesContext(connection) as caught:
        raise_matter(actor=actor, at=stage.at, **fields)
    assert len(caught) <= 9
