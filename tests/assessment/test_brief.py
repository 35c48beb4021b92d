"""The morning brief: what it says of a living district, to whom, at what cost; and the notice that it is ready."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Notice, Unit, User
from assessment.models import Claim, ExclusionItem
from assessment.services.brief import announce, brief_of
from cases.models import Case, Clock
from dispatch.models import TownLeader
from dispatch.services.steps import advance_order
from tests.cast import OTHER_TOWN, SHANGHAI, TOWN, Stage
from tests.plans import read_whole

MONDAY = datetime(2026, 3, 9, 9, 0, tzinfo=SHANGHAI)
FRIDAY_MORNING = datetime(2026, 3, 6, 7, 30, tzinfo=SHANGHAI)


def client_of(stage: Stage, name: str) -> Client:
    client = Client()
    client.force_login(stage.who(name))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def changes_of(stage: Stage, at: datetime = MONDAY, who: str = "leader") -> dict[str, int]:
    return {change.what: change.count for change in brief_of(stage.who(who), at).changes}


def test_what_changed_is_counted_from_the_last_working_morning(stage: Stage) -> None:
    inside = (FRIDAY_MORNING, MONDAY - timedelta(days=1), MONDAY - timedelta(hours=2))
    for at in (*inside, FRIDAY_MORNING - timedelta(seconds=1), MONDAY - timedelta(minutes=5)):
        stage.at = at
        stage.case()
    first, second, *_rest = stage.made
    Case.objects.filter(pk=first.pk).update(problem_at=FRIDAY_MORNING + timedelta(hours=1))
    Clock.objects.filter(case=second).update(breached_at=MONDAY - timedelta(hours=3))
    found = changes_of(stage)
    assert found["received"] == 3
    assert found["problems"] == 1
    assert found["late"] == 1  # one case, however many of its limits
    assert found["emergencies"] == found["documents"] == found["objections"] == 0


def test_a_new_emergency_is_named(stage: Stage) -> None:
    stage.at = FRIDAY_MORNING + timedelta(hours=3)
    whistle = stage.whistle(kind="emergency")
    stage.whistle()
    blown = next(
        c for c in brief_of(stage.who("leader"), MONDAY).changes if c.what == "emergencies"
    )
    assert (blown.count, blown.numbers) == (1, (whistle.case.number,))


def thirty_after_weeks_of_two(stage: Stage, weeks: int) -> None:
    """Receive two cases in each of so many weeks, and thirty this morning."""
    first = stage.case()
    moments = [MONDAY - timedelta(weeks=n, hours=5) for n in range(1, weeks + 1)] * 2
    moments += [MONDAY - timedelta(hours=4)] * 30
    Case.objects.filter(pk=first.pk).update(received_at=moments.pop())
    for number, at in enumerate(moments):
        case = Case.objects.get(pk=first.pk)
        case.pk, case.number, case.received_at = None, f"X{number}", at
        case.save(force_insert=True)


def test_a_count_unlike_the_usual_says_so_and_its_list_counts_the_same(stage: Stage) -> None:
    thirty_after_weeks_of_two(stage, 8)
    received = brief_of(stage.who("leader"), MONDAY).changes[0]
    assert received.count == 30
    assert received.difference is not None
    assert (received.difference.median, received.difference.by) == (2, 28)


def test_weeks_from_before_the_first_case_on_file_are_not_what_is_usual(stage: Stage) -> None:
    """A district whose product came seven weeks ago has three worked like this one: too few to say what is usual."""
    thirty_after_weeks_of_two(stage, 7)
    brief = brief_of(stage.who("leader"), MONDAY)
    assert (brief.compared, brief.changes[0].difference) == (3, None)


@pytest.mark.parametrize("what", ["received", "closed", "problem", "breached"])
def test_the_lists_behind_the_counts_count_the_same(stage: Stage, what: str) -> None:
    now = timezone.now()
    stage.at = now - timedelta(days=40)
    for hours in (30, 300):
        case, then = stage.case(), now - timedelta(hours=hours)
        Clock.objects.filter(case=case).update(breached_at=then)
        ended = {"state": "rejected", "closed_at": then}
        Case.objects.filter(pk=case.pk).update(received_at=then, problem_at=then, **ended)
    since, until = (
        timezone.localtime(moment).replace(tzinfo=None).isoformat()
        for moment in (now - timedelta(hours=200), now)
    )
    leader = client_of(stage, "leader")
    url = f"/cases/?{what}_from={since}&{what}_to={until}"
    assert [case.pk for case in leader.get(url).context["cases"]] == [stage.made[0].pk]
    assert len(leader.get(f"/cases/?{what}_from={since[:4]}-01-01").context["cases"]) == 2
    assert len(leader.get(f"/cases/?{what}_to={since}").context["cases"]) == 1


def test_what_falls_due_today_is_listed_with_its_reason_and_who_owes_it(stage: Stage) -> None:
    stage.at = MONDAY - timedelta(minutes=20)
    plain, urgent = stage.case(), stage.case(urgency="critical")
    Case.objects.filter(pk=urgent.pk).update(urged=3, level="district")
    Clock.objects.filter(case__in=[plain, urgent]).update(due_at=MONDAY + timedelta(hours=2))
    later = stage.case()
    Clock.objects.filter(case=later).update(due_at=MONDAY + timedelta(days=1))
    past = stage.case()
    Clock.objects.filter(case=past).update(due_at=MONDAY - timedelta(minutes=1))
    found = brief_of(stage.who("leader"), MONDAY)
    assert [line.number for line in found.lines] == [urgent.number, plain.number]
    assert found.lines[0].risks == ["critical", "urged", "passed_up"]
    assert found.lines[0].unit in (TOWN, "HOTLINE", "CENTRE")
    running = Clock.objects.running().filter(case__in=[plain, urgent]).count()
    assert found.due == sum(load.count for load in found.loads) == running > 2
    assert f"{found.until:%H:%M}" == "18:00"


def test_the_leader_in_charge_of_a_town_sees_it_first(stage: Stage) -> None:
    stage.at = MONDAY - timedelta(minutes=20)
    first, mine = stage.case(), stage.case()
    Case.objects.filter(pk=mine.pk).update(town_id=OTHER_TOWN)
    Clock.objects.filter(case=first).update(due_at=MONDAY + timedelta(hours=1))
    Clock.objects.filter(case=mine).update(due_at=MONDAY + timedelta(hours=2))
    TownLeader.objects.create(town=OTHER_TOWN, user=stage.who("leader"))
    lines = brief_of(stage.who("leader"), MONDAY).lines
    assert [(line.number, line.own) for line in lines] == [
        (mine.number, True),
        (first.number, False),
    ]
    others = brief_of(stage.who("supervisor"), MONDAY).lines
    assert [line.number for line in others] == [first.number, mine.number]


def test_an_emergency_nobody_has_acknowledged_needs_a_call_with_the_phones_of_the_unit(
    stage: Stage,
) -> None:
    stage.at = MONDAY - timedelta(minutes=20)
    whistle = stage.whistle(kind="emergency", departments=[])
    User.objects.filter(username="department3").update(phone="010-80540012")
    found = brief_of(stage.who("leader"), MONDAY)
    assert [(named.call.why, named.name) for named in found.calls] == [
        ("emergency", "区消防救援支队")
    ]
    assert found.calls[0].phones == (("department3", "010-80540012"),)
    order = stage.order(whistle)
    advance_order(order.pk, "acknowledge", actor=stage.who("department3"), at=MONDAY)
    assert brief_of(stage.who("leader"), MONDAY).calls == []


def test_a_resident_who_urged_three_times_is_called_about_with_the_unit_that_owes_the_result(
    stage: Stage,
) -> None:
    stage.at = MONDAY - timedelta(days=3)
    whistle = stage.whistle(departments=[])
    own = stage.case()
    Case.objects.update(urged=3)
    calls = brief_of(stage.who("leader"), MONDAY).calls
    assert {(one.call.number, one.name) for one in calls} == {
        (whistle.case.number, "区消防救援支队"),
        (own.number, "潞邑街道"),
    }


def test_an_old_objection_calls_for_the_centre(stage: Stage) -> None:
    stage.at = MONDAY - timedelta(days=5)
    order = stage.order(stage.whistle(), "ZJW")
    reason = "不属于我单位职责"
    advance_order(order.pk, "object", actor=stage.who("department2"), at=stage.at, reason=reason)
    found = brief_of(stage.who("leader"), MONDAY)
    assert [(one.call.why, one.name) for one in found.calls] == [
        ("objection", "区城市管理指挥中心")
    ]
    assert changes_of(stage)["objections"] == 1


def test_nothing_at_all_is_said_calmly(stage: Stage) -> None:
    html = client_of(stage, "leader").get("/brief/").content.decode()
    assert "Nothing falls due today any more." in html
    assert "Nobody needs a call this morning." in html
    assert "No data" in html


def test_guarded_cases_keep_their_place_and_callers_are_never_named(stage: Stage) -> None:
    stage.at = timezone.now() - timedelta(minutes=20)
    stage.case(confidential=True)
    stage.case(kind="report")
    Clock.objects.update(due_at=timezone.now() + timedelta(seconds=30))
    lines = brief_of(stage.who("leader"), timezone.now()).lines
    assert len(lines) == 2
    assert all(line.guarded and not line.place and not line.category for line in lines)
    html = client_of(stage, "leader").get("/brief/").content.decode()
    assert "王小明" not in html
    assert "13800001234" not in html


def test_what_is_kept_from_a_unit_complained_of_is_kept_from_its_leader(stage: Stage) -> None:
    stage.at = MONDAY - timedelta(minutes=20)
    case = stage.case(kind="report")
    Case.objects.filter(pk=case.pk).update(accused=Unit.objects.get(code="CENTRE"))
    Clock.objects.filter(case=case).update(due_at=MONDAY + timedelta(hours=1))
    now = brief_of(stage.who("leader"), MONDAY)
    assert (now.due, now.lines) == (0, [])
    later = brief_of(stage.who("leader"), MONDAY + timedelta(days=1))
    assert (later.changes[0].count, later.yesterday.received) == (0, 0)
    Case.objects.filter(pk=case.pk).update(accused=Unit.objects.get(code="CGW"))
    assert brief_of(stage.who("leader"), MONDAY).due > 0
    assert brief_of(stage.who("leader"), MONDAY + timedelta(days=1)).yesterday.received == 1


@pytest.mark.parametrize("name", ["leader", "supervisor", "assessor", "admin"])
def test_readers_of_figures_read_it_on_the_page_and_by_the_api(stage: Stage, name: str) -> None:
    stage.whistle(kind="emergency")
    client = client_of(stage, name)
    assert client.get("/brief/").status_code == 200
    said = client.get("/api/v1/assessment/brief/").json()
    assert {change["what"] for change in said["changes"]} >= {"received", "claims", "late"}
    assert said["calls"]
    assert said["calls"][0]["why"] == "emergency"


@pytest.mark.parametrize("name", ["town", "department", "operator", "gridworker", "community"])
def test_others_are_refused(stage: Stage, name: str) -> None:
    client = client_of(stage, name)
    assert client.get("/brief/").status_code == 403
    assert client.get("/api/v1/assessment/brief/").status_code == 403


@pytest.mark.parametrize("count", [1, 12])
def test_the_page_costs_the_same_queries_however_much_there_is(stage: Stage, count: int) -> None:
    stage.at = timezone.now() - timedelta(minutes=30)
    for _ in range(count):
        stage.whistle(kind="emergency")
        Case.objects.filter(pk=stage.case().pk).update(urged=4)
    Clock.objects.update(due_at=timezone.now() + timedelta(minutes=1))
    leader = client_of(stage, "leader")
    leader.get("/brief/")
    with CaptureQueriesContext(connection) as queries_:
        leader.get("/brief/")
    assert len(queries_) <= 27, "\n".join(q["sql"][:150] for q in queries_)


def test_no_query_reads_a_large_table_whole(stage: Stage) -> None:
    with CaptureQueriesContext(connection) as made:
        brief_of(stage.who("leader"), MONDAY)
    large = ("cases_case", "cases_clock", "cases_callback", "dispatch_", "cases_caseevent")
    asked = [query["sql"] for query in made.captured_queries if "SELECT" in query["sql"]]
    for sql in asked:
        assert not [table for table in read_whole(sql) if table.startswith(large)], sql


# --- the notice

READY = datetime(2026, 3, 9, 7, 30, tzinfo=SHANGHAI)


def test_leaders_are_told_once_on_a_workday_morning(stage: Stage) -> None:
    assert announce(READY - timedelta(seconds=1)) == 0
    assert announce(READY) == 1
    assert announce(READY + timedelta(minutes=1)) == 0
    notice = Notice.objects.get(kind="brief_ready")
    assert notice.recipient == stage.people["leader"]
    assert announce(READY + timedelta(days=1)) == 1


def test_nobody_is_told_on_a_day_off_or_in_the_afternoon(stage: Stage) -> None:
    assert announce(READY - timedelta(days=1)) == 0  # a Sunday
    assert announce(READY.replace(hour=12)) == 0
    assert not Notice.objects.filter(kind="brief_ready").exists()


def test_the_notice_leads_to_the_page(stage: Stage) -> None:
    announce(READY)
    Notice.objects.update(delivered_at=READY)
    html = client_of(stage, "leader").get("/notices/").content.decode()
    assert "/brief/" in html
    assert "morning brief" in html


def test_claims_that_wait_are_counted(stage: Stage) -> None:
    item = ExclusionItem.objects.create(
        code="1", title="不属实", basis="清单", valid_from=MONDAY.date()
    )
    given = {"kind": "exclusion", "item": item, "basis": "不属实", "evidence": "现场照片"}
    town = {"unit": Unit.objects.get(code=TOWN), "asked_by": stage.who("town"), "asked_at": MONDAY}
    for state in ("asked", "passed", "rejected"):
        Claim.objects.create(case=stage.case(), state=state, **given, **town)
    assert changes_of(stage)["claims"] == 2


def test_the_desk_of_a_leader_is_the_brief(stage: Stage) -> None:
    assert client_of(stage, "leader").get("/").headers["Location"] == "/brief/"
