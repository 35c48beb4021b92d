"""Deliberation meetings: opinions become cases one by one, or were heard."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from accounts.refusals import BadInput, StepRefused
from cases.models import Deliberation, Opinion
from cases.services.deliberations import Said, add_opinions, record_meeting
from cases.services.origins import make_case
from grids.places import Place
from grids.services.diary import write_entry
from tests.cast import COMMUNITY, GRID, Stage

PLACE = Place(GRID, 116.685, 39.925)
DETAILS: dict[str, Any] = {"kind": "suggestion", "category": "0101", "text": "增设充电桩"}


def met(stage: Stage, **given: Any) -> Deliberation:
    fields = {
        "actor": stage.who("community"),
        "at": stage.at,
        "area": COMMUNITY,
        "topic": "停车与充电",
        "held_at": stage.at - timedelta(hours=2),
        "place": "社区议事厅",
        "people": 18,
        "opinions": [Said("增设充电桩", "李大爷"), Said("  "), Said("晚上路灯太暗")],
    }
    return record_meeting(**(fields | given))


def test_opinions_are_kept_in_order_and_more_can_be_added(stage: Stage) -> None:
    meeting = met(stage)
    add_opinions(meeting.pk, actor=stage.who("gridhead"), opinions=[Said("电梯该检修了")])
    rows = meeting.opinions.order_by("position").values_list("position", "text", "speaker")
    assert list(rows) == [
        (1, "增设充电桩", "李大爷"),
        (2, "晚上路灯太暗", ""),
        (3, "电梯该检修了", ""),
    ]


def test_an_opinion_becomes_a_case_once(stage: Stage) -> None:
    opinion = met(stage).opinions.get(position=1)
    who = stage.who("community")
    case = make_case("opinion", opinion.pk, actor=who, at=stage.at, place=PLACE, **DETAILS)
    opinion.refresh_from_db()
    assert (opinion.case, case.channel, case.caller_name) == (case, "grid", "")
    with pytest.raises(StepRefused):
        make_case("opinion", opinion.pk, actor=who, at=stage.at, place=PLACE, **DETAILS)
    assert Opinion.objects.filter(case=None).count() == 1  # heard


def test_an_entry_of_the_diary_becomes_a_case_once(stage: Stage) -> None:
    who = stage.who("gridworker")
    entry = write_entry(actor=who, at=stage.at, area=GRID, text="独居老人家水管渗漏")
    case = make_case("diary", entry.pk, actor=who, at=stage.at, place=PLACE, **DETAILS)
    entry.refresh_from_db()
    assert entry.case_number == case.number
    with pytest.raises(StepRefused):
        make_case("diary", entry.pk, actor=who, at=stage.at, place=PLACE, **DETAILS)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"topic": ""}, "topic"),
        ({"area": "110112013"}, "area"),
        ({"people": -1}, "people"),
        ({"opinions": [Said("长" * 501)]}, "text"),
    ],
)
def test_a_meeting_that_says_nothing_is_refused(
    stage: Stage, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        met(stage, **({"actor": stage.who("town")} | given))
    assert list(refused.value.fields) == [field]


def test_meetings_belong_to_their_area(stage: Stage) -> None:
    opinion = met(stage).opinions.get(position=1)
    for name in ("town2", "gridworker", "department", "operator"):
        with pytest.raises(PermissionDenied):
            met(stage, actor=stage.who(name))
    with pytest.raises(PermissionDenied):
        make_case(
            "opinion", opinion.pk, actor=stage.who("town2"), at=stage.at, place=PLACE, **DETAILS
        )
    seeing = {n for n in stage.people if Deliberation.objects.visible_to(stage.who(n)).exists()}
    assert {"gridworker", "gridhead", "community", "town", "leader"} <= seeing
    assert not {"town2", "department", "department3"} & seeing
    assert not Opinion.objects.visible_to(stage.who("town2")).exists()
