"""Work directives: numbered, followed, reported on, verified; late ones told once a day."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from accounts.models import Notice
from accounts.refusals import BadInput, StepRefused
from cases.models import Case, CaseEvent
from dispatch.models import Directive, Paper, TownLeader
from dispatch.services.directive_notices import sweep_directives
from dispatch.services.directives import Order, issue_directive
from dispatch.services.papers import publish_bulletin
from dispatch.sheets import Sheet
from tests.cast import PEOPLE, SHANGHAI, TOWN, Stage
from tests.dispatch.papers import directive, entry, matter, meeting, ruled

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def told(kind: str) -> set[str]:
    rows = Notice.objects.filter(kind=kind)
    return set(rows.values_list("recipient__username", flat=True))


@pytest.fixture
def in_charge(stage: Stage) -> None:
    TownLeader.objects.create(town=TOWN, user=stage.people["leader"])


def test_a_directive_is_numbered_names_its_leader_and_is_told(
    stage: Stage, in_charge: None
) -> None:
    one = directive(stage, case=stage.case())
    assert one.paper.number == "区指令〔2026〕1号"
    assert one.leader.username == "leader"
    assert told("directive_issued") == {"department3", "department2", "leader"}
    sheet = Sheet.from_json(one.paper.sheet)
    assert sheet.title == "关于整治消防通道的工作指令"
    assert sheet.to == "区消防救援支队"
    text = "".join(sheet.paragraphs)
    for part in (
        "（1）摸底排查；（2）集中整治；（3）验收销号。",
        "2026年3月6日10:00前",
        "由leader包保跟踪",
    ):
        assert part in text
    assert sheet.copies == ("区住房和城乡建设委员会", "leader")
    assert CaseEvent.objects.filter(step="directive.issue", case=one.case).count() == 1


def test_the_limit_in_workdays_is_counted_on_the_leads_calendar(stage: Stage) -> None:
    friday = datetime(2026, 3, 6, 10, tzinfo=SHANGHAI)
    stage.at = friday
    one = directive(stage, due_at=None, workdays=Decimal(2))
    assert one.due_at == datetime(2026, 3, 10, 10, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"title": ""}, "title"),
        ({"text": " "}, "text"),
        ({"path": "\n"}, "path"),
        ({"path": "一步\n" * 13}, "path"),
        ({"lead": "NOBODY"}, "lead"),
        ({"assists": ["NOBODY"]}, "assists"),
        ({"due_at": None}, "due_at"),
        ({"workdays": Decimal(1)}, "due_at"),
        ({"due_at": None, "workdays": Decimal(0)}, "workdays"),
        ({"due_at": datetime(2026, 3, 4, 9, tzinfo=SHANGHAI)}, "due_at"),
        ({"town": "999999999"}, "town"),
    ],
)
def test_what_cannot_be_directed_is_said_by_field(
    stage: Stage, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        directive(stage, **given)
    assert list(refusal.value.fields) == [field]
    assert not Paper.objects.exists()


def test_only_the_centre_directs(stage: Stage) -> None:
    order = Order("整治", "整治", "整治", "XFZD", due_at=stage.at + DAY)
    for who in set(PEOPLE) - {"supervisor"}:
        actor = stage.who(who)
        with pytest.raises(PermissionDenied):
            issue_directive(order, actor=actor, at=stage.at)


def test_from_progress_to_verified_each_step_is_its_owners(stage: Stage) -> None:
    one = directive(stage)
    allowed = {
        "progress": {"department3"},
        "done": {"department3"},
        "follow": {"leader"},
    }
    for kind, owners in allowed.items():
        for who in {"department", "department2", "town", "supervisor", "admin"} - owners:
            with pytest.raises(PermissionDenied):
                entry(stage, one, kind, who, percent=10)
    assert entry(stage, one, "progress", "department3", percent=40).state == "issued"
    assert entry(stage, one, "follow", "leader").state == "issued"
    with pytest.raises(StepRefused):
        entry(stage, one, "verified", "supervisor")
    one = entry(stage, one, "done", "department3")
    assert (one.state, one.alert_at, one.entries.last().percent) == ("reported", None, 100)
    with pytest.raises(StepRefused):
        entry(stage, one, "progress", "department3", percent=50)
    with pytest.raises(PermissionDenied):
        entry(stage, one, "verified", "leader")
    one = entry(stage, one, "sent_back", "supervisor")
    assert (one.state, one.reported_at) == ("issued", None)
    entry(stage, one, "done", "department3")
    one = entry(stage, one, "verified", "supervisor", lon=116.68, lat=39.92)
    assert one.state == "verified"
    with pytest.raises(StepRefused):
        entry(stage, one, "sent_back", "supervisor")
    assert [e.kind for e in one.entries.order_by("pk")] == [
        "progress",
        "follow",
        "done",
        "sent_back",
        "done",
        "verified",
    ]
    assert told("directive_done") == {"supervisor", "department2"}
    assert told("directive_followed") == {"department3", "supervisor"}
    assert told("directive_verified") == {"department3", "department2"}


@pytest.mark.parametrize("percent", [None, -1, 100, 101])
def test_progress_is_a_share_below_all(stage: Stage, percent: int | None) -> None:
    one = directive(stage)
    with pytest.raises(BadInput):
        entry(stage, one, "progress", "department3", percent=percent)


def test_an_overdue_directive_is_told_once_a_day_until_it_is_done(
    stage: Stage, in_charge: None
) -> None:
    one = directive(stage, case=stage.case(), due_at=stage.at + DAY)
    assert sweep_directives(one.due_at - HOUR) == 0
    assert sweep_directives(one.due_at) == 1
    assert told("directive_late") == {"department3", "supervisor", "leader"}
    assert sweep_directives(one.due_at + 2 * HOUR) == 0
    assert Notice.objects.filter(kind="directive_late").count() == 3
    assert sweep_directives(one.due_at + DAY) == 1
    assert sweep_directives(one.due_at + DAY) == 0
    assert Notice.objects.filter(kind="directive_late").count() == 6
    entry(stage, one, "done", "department3", at=one.due_at + DAY)
    assert sweep_directives(one.due_at + 5 * DAY) == 0
    entry(stage, one, "sent_back", "supervisor", at=one.due_at + 5 * DAY)
    assert sweep_directives(one.due_at + 5 * DAY + HOUR) == 0
    assert sweep_directives(one.due_at + 6 * DAY) == 1


def test_a_directive_on_a_case_names_no_caller(stage: Stage) -> None:
    case = stage.case(confidential=True)
    one = directive(stage, case=case, text="王小明 13800001234 反映", path="联系王小明\n整改")
    assert "王小明" not in str(one.paper.sheet)
    assert case.number not in str(one.paper.sheet)
    with pytest.raises(BadInput):
        publish_bulletin(
            actor=stage.who("supervisor"),
            at=stage.at,
            title="通报",
            text="通报",
            directives=[one.pk],
        )


def test_a_directive_cites_the_ruling_it_rests_on(stage: Stage) -> None:
    one = matter(stage)
    meeting(stage, one)
    one = ruled(stage, one)
    given = directive(stage, matter=one, lead="CGW")
    assert "依据。确〔2026〕1号裁定。" in "".join(Sheet.from_json(given.paper.sheet).paragraphs)


def test_the_unit_complained_of_is_not_directed_and_sees_nothing(stage: Stage) -> None:
    case = stage.case(kind="report")
    one = directive(stage, case=case)
    accused = stage.who("department3").posts[0].unit
    Case.objects.filter(pk=case.pk).update(accused=accused)
    assert not Directive.objects.visible_to(stage.who("department3")).exists()
    assert not Paper.objects.visible_to(stage.who("department3")).exists()
    with pytest.raises(BadInput):
        directive(stage, case=case)
    assert Directive.objects.visible_to(stage.who("department2")).get() == one


def test_a_directive_is_seen_by_its_units_its_town_and_the_district(stage: Stage) -> None:
    directive(stage, town=TOWN)
    seers = {who for who in PEOPLE if Directive.objects.visible_to(stage.who(who)).exists()}
    district = {"operator", "callback", "supervisor", "leader", "assessor", "admin"}
    assert seers == district | {"department2", "department3", "town"}


def test_a_bulletin_tells_the_whole_district_how_directives_stand(stage: Stage) -> None:
    late, done = directive(stage, due_at=stage.at + HOUR), directive(stage, lead="CGW")
    entry(stage, done, "done", "department")
    paper = publish_bulletin(
        actor=stage.who("supervisor"),
        at=stage.at + 3 * DAY,
        title="关于消防通道整治情况的督查专报",
        text="总体推进有力。\n个别单位逾期。",
        directives=[late.pk, done.pk],
    )
    assert paper.number == "区督报〔2026〕1号"
    rows = Sheet.from_json(paper.sheet).tables[0].rows
    assert [row[4] for row in rows] == ["逾期3天未办结", "已报办结，待核验"]
    for who in PEOPLE:
        assert paper in Paper.objects.visible_to(stage.who(who)), who
    for who in ("town", "leader", "department3"):
        with pytest.raises(PermissionDenied):
            publish_bulletin(
                actor=stage.who(who), at=stage.at, title="a", text="b", directives=[late.pk]
            )


@pytest.mark.django_db(transaction=True)
def test_numbers_are_gapless_where_several_are_issued_at_once(committed_stage: Stage) -> None:
    stage = committed_stage
    actor = stage.who("supervisor")

    def issue(number: int) -> str:
        try:
            # Every fourth fails after its number was taken: it must be free again.
            lead = "XFZD" if number % 4 else "NOBODY"
            order = Order(f"整治{number}", "整治", "整治", lead, due_at=stage.at + DAY)
            return issue_directive(order, actor=actor, at=stage.at).paper.number
        except BadInput:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        numbers = [number for number in pool.map(issue, range(16)) if number]
    assert sorted(numbers) == sorted(f"区指令〔2026〕{n}号" for n in range(1, 13))
