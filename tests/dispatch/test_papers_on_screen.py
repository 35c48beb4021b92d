"""Directives, matters, meetings, dockets and papers in the browser: who may what, and what it costs."""

from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases.models import Clock
from dispatch.models import Directive, Meeting, Paper, UnclaimedMatter
from dispatch.services.papers import publish_bulletin
from dispatch.weeks import Week
from tests.cast import PEOPLE, TOWN, Stage
from tests.dispatch.conftest import SignIn
from tests.dispatch.papers import directive, entry, matter, meeting, ruled

DIRECTIVE = {
    "title": "整治飞线充电",
    "text": "全面排查飞线充电。",
    "path": "排查\n整治",
    "lead": "XFZD",
    "departments": ["ZJW", "XFZD"],
    "workdays": "3",
}


def status(client: Client, method: str, address: str, body: Any = None) -> int:
    """Make the call, return its status, and take back what it did."""
    with transaction.atomic():
        answer = getattr(client, method)(address, body or {})
        transaction.set_rollback(True)
    return int(answer.status_code)


def test_the_supervisor_issues_a_directive_and_its_units_find_it(
    live: Stage, sign_in: SignIn
) -> None:
    answer = sign_in("supervisor").post("/directives/new/", DIRECTIVE)
    one = Directive.objects.get()
    assert answer.headers["Location"] == f"/directives/{one.pk}/"
    assert [unit.code for unit in one.assists.all()] == ["ZJW"]
    for who in ("department3", "department2", "leader"):
        page = sign_in(who).get("/directives/").content.decode()
        assert one.paper.number in page, who
        assert "整治飞线充电" in sign_in(who).get(f"/directives/{one.pk}/").content.decode()
    assert sign_in("department").get(f"/directives/{one.pk}/").status_code == 404
    assert one.paper.number not in sign_in("department").get("/directives/").content.decode()


def test_a_mistaken_directive_keeps_what_was_typed(live: Stage, sign_in: SignIn) -> None:
    typed = {**DIRECTIVE, "due_at": "2020-01-01T08:00", "workdays": ""}
    answer = sign_in("supervisor").post("/directives/new/", typed)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "整治飞线充电" in page
    assert "The limit must lie ahead" in page
    assert 'value="XFZD" checked' in page


def test_the_lead_reports_the_leader_remarks_the_centre_verifies(
    live: Stage, sign_in: SignIn
) -> None:
    one = directive(live)
    address = f"/directives/{one.pk}/entries/"
    steps = [
        ("department3", {"kind": "progress", "text": "过半", "percent": "55"}),
        ("leader", {"kind": "follow", "text": "抓紧"}),
        ("department3", {"kind": "done", "text": "已完成"}),
        ("supervisor", {"kind": "verified", "text": "现场看过", "lon": "116.68", "lat": "39.92"}),
    ]
    for who, typed in steps:
        assert sign_in(who).post(address, typed).status_code == 302, typed
    page = sign_in("department2").get(f"/directives/{one.pk}/").content.decode()
    for part in ("过半", "抓紧", "已完成", "现场看过", "116.68000"):
        assert part in page
    assert sign_in("department2").post(address, steps[0][1]).status_code == 403
    assert sign_in("department3").post(address, steps[0][1]).status_code == 409
    assert sign_in("town2").post(address, steps[0][1]).status_code == 404


def test_what_a_lead_mistypes_stays(live: Stage, sign_in: SignIn) -> None:
    one = directive(live)
    typed = {"kind": "progress", "text": "过半了", "percent": ""}
    answer = sign_in("department3").post(f"/directives/{one.pk}/entries/", typed)
    assert answer.status_code == 400
    assert "过半了" in answer.content.decode()


def test_from_an_unclaimed_case_to_a_ruling_on_the_list_and_the_whistle(
    live: Stage, sign_in: SignIn
) -> None:
    case = live.case(category="0101")
    town, centre = sign_in("town"), sign_in("supervisor")
    panel = town.get(f"/cases/{case.number}/directives/").content.decode()
    assert f"/matters/new/?case={case.number}" in panel
    form = town.get(f"/matters/new/?case={case.number}").content.decode()
    assert "王小明" not in form
    typed = {"title": "无主杆", "text": "三家都说不是", "category": "0101"}
    town.post(f"/matters/new/?case={case.number}", typed)
    one = UnclaimedMatter.objects.get()
    held = timezone.localtime(timezone.now()).strftime("%Y-%m-%dT%H:%M")
    called = {"kind": "ownership", "held_at": held, "place": "会议室", "matters": [one.pk]}
    centre.post("/meetings/new/", called)
    ruling = {"lead": "CGW", "departments": ["ZJW"], "ruling": "归城管委", "lasting": "on"}
    assert town.post(f"/matters/{one.pk}/rule/", ruling).status_code == 403
    assert centre.post(f"/matters/{one.pk}/rule/", ruling).status_code == 302
    assert centre.post(f"/matters/{one.pk}/rule/", ruling).status_code == 409
    number = UnclaimedMatter.objects.get().number
    everybody = sign_in("department3")
    assert number in everybody.get("/responsibilities/").content.decode()
    assert number in everybody.get("/responsibilities/?q=" + number).content.decode()
    assert number in everybody.get("/papers/?q=归城管委").content.decode()
    assert number in everybody.get("/matters/?tab=ruled&q=三家").content.decode()
    assert number not in everybody.get("/matters/?tab=ruled&q=没有的词").content.decode()
    panel = town.get(f"/cases/{case.number}/directives/").content.decode()
    link = f"/cases/{case.number}/whistle/?ruling={one.pk}"
    assert link in panel
    blow = town.get(link).content.decode()
    assert 'type="radio" name="lead" value="CGW" checked' in blow
    assert 'name="departments" value="ZJW" checked' in blow
    closed = centre.post(f"/meetings/{Meeting.objects.get().pk}/close/", {"minutes": "已议定。"})
    assert closed.status_code == 302
    assert Paper.objects.filter(form="minutes").count() == 1


def test_a_supervisor_writes_a_bulletin_that_every_desk_reads(live: Stage, sign_in: SignIn) -> None:
    one = directive(live)
    typed = {"title": "督查专报第一期", "text": "总体有力", "directives": [one.pk]}
    answer = sign_in("supervisor").post("/papers/new/", typed)
    address = answer.headers["Location"]
    for who in PEOPLE:
        assert one.paper.number in sign_in(who).get(address).content.decode(), who
    assert sign_in("town2").get(f"{address}docx/").status_code == 200
    pdf = sign_in("gridworker").get(f"{address}pdf/")
    assert pdf.headers["Content-Type"] == "application/pdf"


def test_the_docket_of_the_week_opens_freezes_and_stays(live: Stage, sign_in: SignIn) -> None:
    live.whistle(departments=[])
    now = timezone.now()  # not ten minutes ago: that may be last week
    Clock.objects.filter(kind="finish").update(due_at=now)
    code = Week.of(now).code
    page = sign_in("department3").get("/dockets/").content.decode()
    assert f"/dockets/{code}/XFZD/late/" in page
    assert f"/dockets/{code}/{TOWN}/late/" not in page
    rows = sign_in("department3").get(f"/dockets/{code}/XFZD/late/")
    assert live.made[0].number in rows.content.decode()
    assert sign_in("department3").get(f"/dockets/{code}/{TOWN}/late/").status_code == 404
    assert sign_in("leader").get(f"/dockets/{code}/{TOWN}/late/").status_code == 200
    assert sign_in("leader").post(f"/dockets/{code}/freeze/").status_code == 403
    assert sign_in("supervisor").post(f"/dockets/{code}/freeze/").status_code == 302
    assert sign_in("supervisor").post(f"/dockets/{code}/freeze/").status_code == 409
    number = Paper.objects.get().number
    assert number in sign_in("town2").get(f"/dockets/{code}/").content.decode()
    for wrong in ("2031-W01", "2020-W01", "nonsense"):
        assert sign_in("leader").get(f"/dockets/{wrong}/").status_code == 404


def test_only_the_centre_writes(live: Stage, sign_in: SignIn) -> None:
    one = matter(live)
    held = meeting(live, one, held_at=live.at)
    writing = ["/directives/new/", "/meetings/new/", "/papers/new/"]
    writing += [f"/meetings/{held.pk}/change/"]
    for who in PEOPLE:
        wanted = 200 if who == "supervisor" else 403
        client = sign_in(who)
        for address in writing:
            assert status(client, "get", address) == wanted, (who, address)
        closing = f"/meetings/{held.pk}/close/"
        wanted = 302 if who == "supervisor" else 403
        assert status(client, "post", closing, {"minutes": "完"}) == wanted


def test_the_navigation_leads_there(live: Stage, sign_in: SignIn) -> None:
    wanted = {"supervisor", "leader", "department", "department2", "department3", "town", "town2"}
    for who in PEOPLE:
        page = sign_in(who).get("/profile/").content.decode()
        assert ('href="/directives/"' in page) == (who in wanted | {"community"}), who


ADDRESSES = [
    "/directives/",
    "/matters/",
    "/matters/?tab=ruled",
    "/meetings/",
    "/dockets/",
    "/papers/",
]


def fill(live: Stage, count: int) -> None:
    for number in range(count):
        one = directive(live, town=TOWN)
        entry(live, one, "progress", "department3", percent=number)
        waits, settled = matter(live), matter(live)
        meeting(live, waits)
        meeting(live, settled)
        ruled(live, settled, lead="XFZD")
        live.whistle(departments=[])
    publish_bulletin(
        actor=live.who("supervisor"), at=live.at, title="专报", text="专报", directives=[]
    )


@pytest.mark.parametrize("who", ["supervisor", "department3", "town"])
def test_lists_cost_the_same_with_one_row_and_with_many(
    live: Stage, sign_in: SignIn, who: str
) -> None:
    fill(live, 1)
    client = sign_in(who)
    few = {address: queries_of(client, address) for address in ADDRESSES}
    fill(live, 4)
    assert {address: queries_of(client, address) for address in ADDRESSES} == few
    assert max(few.values()) <= 14, few


def queries_of(client: Client, address: str) -> int:
    client.get(address)  # what a process keeps is read
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


def test_pages_of_one_thing_cost_the_same_with_more_on_them(live: Stage, sign_in: SignIn) -> None:
    case = live.case()
    one = directive(live, case=case)
    client = sign_in("supervisor")
    addresses = [f"/directives/{one.pk}/", f"/cases/{case.number}/directives/"]
    few = [queries_of(client, address) for address in addresses]
    for number in range(5):
        entry(live, one, "progress", "department3", percent=number)
        directive(live, case=case)
    assert [queries_of(client, address) for address in addresses] == few


def test_a_meeting_costs_the_same_with_one_matter_and_with_many(
    live: Stage, sign_in: SignIn
) -> None:
    held = meeting(live, matter(live))
    client = sign_in("leader")
    few = queries_of(client, f"/meetings/{held.pk}/")
    for _each in range(5):
        UnclaimedMatter.objects.filter(pk=matter(live).pk).update(meeting=held)
    assert queries_of(client, f"/meetings/{held.pk}/") == few
    assert few <= 16
