"""The grids' daily life on screen: tasks, snapshots, duty, diary, meetings, heads, volunteers; and the public pages."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client, override_settings
from django.utils import timezone

from accounts.models import User
from cases.models import Case, Deliberation, FieldTask, Opinion, Snapshot
from cases.services.deliberations import Said, record_meeting
from cases.services.tasks import give_patrol, give_task
from grids.models import BuildingHead, DiaryEntry, DutyShift, Position, VolunteerTeam
from grids.services.diary import write_entry
from grids.services.heads import elect_head
from grids.services.volunteers import record_service, save_team
from tests.cases.conftest import Enter
from tests.cases.test_field_tasks import handled, photo
from tests.cases.test_screens_ask_few_questions import _asked
from tests.cases.test_snapshots import sent
from tests.cast import COMMUNITY, GRID, Stage

PAGES = ["", "snapshots/", "duty/", "diary/", "meetings/", "heads/", "volunteers/"]
INSIDE = ("gridworker", "gridhead", "community", "town", "supervisor", "leader")
SNAP: dict[str, Any] = {
    "text": "路灯不亮，找李女士13900004321",
    "place": "",
    "area": "",
    "lon": "116.685",
    "lat": "39.925",
    "address": "3号楼西侧",
    "name": "李女士",
    "phone": "13900004321",
}


@pytest.fixture
def resident(live: Stage) -> Client:
    client = Client()
    client.cookies["django_language"] = "en"
    return client


def snap(client: Client, **given: Any) -> Any:
    fields = SNAP | {"once": str(uuid4()), "photo": photo()} | given
    return client.post("/snap/", fields, follow=True)


# --- who may look


@pytest.mark.parametrize("path", PAGES)
def test_the_pages_belong_to_the_grids_and_those_above_them(enter: Enter, path: str) -> None:
    for name in INSIDE:
        assert enter(name).get(f"/grid-life/{path}").status_code == 200, (name, path)
    for name in ("operator", "callback", "department", "assessor", "admin"):
        assert enter(name).get(f"/grid-life/{path}").status_code == 403, (name, path)


# --- tasks


def test_a_task_is_done_from_the_phone(live: Stage, enter: Enter) -> None:
    case = live.case()
    town = enter("town")
    panel = town.get(f"/cases/{case.number}/tasks/").content.decode()
    assert "Send somebody to check it" in panel
    asked = town.post(
        f"/cases/{case.number}/tasks/ask/", {"kind": "check", "note": "看看"}, follow=True
    )
    assert "gridworker is told" in asked.content.decode()
    task = FieldTask.objects.get()
    phone = enter("gridworker")
    assert [card["task"] for card in phone.get("/desk/grid/").context["tasks"]] == [task]
    path = f"/grid-life/tasks/{task.pk}/"
    refused = phone.post(path, {"outcome": "true", "note": "属实，已拍照"})
    assert refused.status_code == 400
    assert "Take a photo" in refused.content.decode()
    assert "属实，已拍照" in refused.content.decode()
    found = {
        "outcome": "true",
        "note": "属实",
        "lon": "116.685",
        "lat": "39.925",
        "photos": photo(),
    }
    assert phone.post(path, found).status_code == 302
    task.refresh_from_db()
    assert (task.outcome, task.distance_m) == ("true", 0)
    assert Position.objects.get().user.username == "gridworker"
    again = phone.post(path, found)
    assert again.status_code == 409


def test_a_verification_is_done_and_the_case_closed(live: Stage, enter: Enter) -> None:
    case = handled(live)
    phone = enter("gridworker")
    phone.post(f"/grid-life/tasks/{case.tasks.get().pk}/", {"outcome": "solved", "note": ""})
    case.refresh_from_db()
    assert case.state == "closed"


def test_heads_send_patrols_and_give_tasks_to_others(live: Stage, enter: Enter) -> None:
    head = enter("gridhead")
    due = (timezone.localtime() + timedelta(hours=5)).strftime("%Y-%m-%dT%H:%M")
    refused = head.post("/grid-life/patrol/", {"area": GRID, "title": "", "due_at": due, "to": ""})
    assert refused.status_code == 400
    patrol = {"area": GRID, "title": "沿河步道", "due_at": due, "to": ""}
    assert head.post("/grid-life/patrol/", patrol).status_code == 302
    task = FieldTask.objects.get()
    to = {"to": live.people["gridhead"].pk}
    assert enter("gridworker").post(f"/grid-life/tasks/{task.pk}/assign/", to).status_code == 403
    assert enter("gridworker").post("/grid-life/patrol/", patrol).status_code == 403
    assert head.post(f"/grid-life/tasks/{task.pk}/assign/", to).status_code == 302
    task.refresh_from_db()
    assert task.assignee == live.people["gridhead"]
    assert enter("town2").get(f"/grid-life/tasks/{task.pk}/").status_code == 404


def test_a_position_is_sent_only_by_pressing(live: Stage, enter: Enter) -> None:
    phone = enter("gridworker")
    phone.get("/grid-life/")
    assert not Position.objects.exists()
    assert phone.post("/grid-life/position/", {"lon": "", "lat": ""}).status_code == 400
    assert phone.post("/grid-life/position/", {"lon": "116.68", "lat": "39.92"}).status_code == 302
    assert Position.objects.get().user.username == "gridworker"


# --- snapshots


def test_a_resident_sends_a_photo_and_follows_it_by_the_link(
    live: Stage, enter: Enter, resident: Client
) -> None:
    answer = snap(resident)
    snapshot = Snapshot.objects.get()
    receipt = f"/snap/{snapshot.token}/"
    assert answer.redirect_chain == [(receipt, 302)]
    assert snapshot.area_id == GRID
    assert "Waits for the grid head" in answer.content.decode()
    head = enter("gridhead")
    desk = head.get("/desk/grid/").content.decode()
    assert "路灯不亮" in desk
    assert "13900004321" not in desk
    head.post(f"/grid-life/snapshots/{snapshot.pk}/claim/")
    page = f"/grid-life/report/snapshot/{snapshot.pk}/"
    begun = head.get(page)
    assert begun.context["form"]["text"].value() == "路灯不亮，找******"
    filed = {
        "text": "路灯不亮",
        "category": "0101",
        "kind": "complaint",
        "urgency": "normal",
        "place": "",
        "area": GRID,
        "lon": "116.685",
        "lat": "39.925",
        "address": "3号楼西侧",
    }
    assert head.post(page, filed).status_code == 302
    case = Case.objects.get()
    assert (case.channel, case.caller_phone, case.attachments.count()) == (
        "snapshot",
        "13900004321",
        1,
    )
    assert head.post(page, filed).status_code == 409
    assert case.number in resident.get(receipt).content.decode()


def test_the_receipt_says_nothing_personal_and_a_forged_one_nothing_at_all(
    live: Stage, enter: Enter, resident: Client
) -> None:
    snap(resident)
    snapshot = Snapshot.objects.get()
    enter("gridhead").post(f"/grid-life/snapshots/{snapshot.pk}/claim/")
    words = {"words": "已通知路灯所，电话13900004321"}
    enter("gridhead").post(f"/grid-life/snapshots/{snapshot.pk}/answer/", words)
    answer = resident.get(f"/snap/{snapshot.token}/")
    page = answer.content.decode()
    assert "已通知路灯所" in page
    for secret in ("李女士", "13900004321", "gridhead", "路灯不亮", "3号楼", "/photo/"):
        assert secret not in page
    assert answer["X-Robots-Tag"] == "noindex"
    assert resident.get(f"/snap/{uuid4()}/").status_code == 404
    assert resident.get(f"/grid-life/snapshots/{snapshot.pk}/photo/").status_code == 302


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"photo": ""}, "Take a photo"),
        ({"text": ""}, "This field is required"),
        ({"lon": "", "lat": "", "address": ""}, "Say where it is"),
        ({"lon": "0", "lat": "0"}, "outside the district"),
        ({"phone": "rings"}, "6 to 19 digits"),
    ],
)
def test_what_is_missing_is_said_and_the_words_are_kept(
    resident: Client, given: dict[str, Any], said: str
) -> None:
    answer = snap(resident, **given)
    assert answer.status_code == 400
    page = answer.content.decode()
    assert said in page
    assert "3号楼西侧" in page or "address" in given
    assert not Snapshot.objects.exists()


@override_settings(SNAPSHOTS_PER_HOUR=2)
def test_a_flood_from_one_address_is_stopped(resident: Client) -> None:
    assert [snap(resident).status_code for _ in range(3)] == [200, 200, 429]
    assert Snapshot.objects.count() == 2


def test_pressing_send_twice_is_one_snapshot(resident: Client) -> None:
    once = str(uuid4())
    assert snap(resident, once=once).redirect_chain == snap(resident, once=once).redirect_chain
    assert Snapshot.objects.count() == 1


def test_a_claimed_snapshot_is_refused_to_the_second(live: Stage, enter: Enter) -> None:
    snapshot = sent(live)
    path = f"/grid-life/snapshots/{snapshot.pk}"
    assert enter("community").post(f"{path}/claim/").status_code == 302
    late = enter("gridhead").post(f"{path}/claim/")
    assert late.status_code == 409
    assert "was faster" in late.content.decode()
    assert enter("town2").post(f"{path}/claim/").status_code == 404
    assert enter("gridworker").post(f"{path}/claim/").status_code == 403
    photo = enter("gridhead").get(f"{path}/photo/")
    assert (photo["Content-Type"], b"".join(photo)[:2]) == ("image/jpeg", b"\xff\xd8")  # type: ignore[arg-type]
    assert enter("community").post(f"{path}/release/").status_code == 302
    snapshot.refresh_from_db()
    assert snapshot.claimed_by is None


# --- duty


def test_the_duty_list_is_kept_on_screen_copied_and_exported(live: Stage, enter: Enter) -> None:
    town = enter("community")
    today = timezone.localdate()
    monday = today - timedelta(days=today.weekday())
    shift = {
        "area": GRID,
        "user": live.people["gridworker"].pk,
        "starts_at": f"{monday}T08:00",
        "ends_at": f"{monday}T18:00",
        "note": "=早班",
    }
    assert town.post(f"/grid-life/duty/?area={COMMUNITY}", shift).status_code == 302
    again = town.post(f"/grid-life/duty/?area={COMMUNITY}", shift)
    assert again.status_code == 400
    town.post(f"/grid-life/duty/copy/?area={COMMUNITY}&week={monday}", {"weeks": 3})
    assert DutyShift.objects.count() == 4
    table = enter("gridworker").get(f"/grid-life/duty/export/?area={COMMUNITY}&week={monday}")
    text = table.content.decode("utf-8-sig")
    assert "gridworker" in text
    assert "'=早班" in text  # never a formula
    row = DutyShift.objects.order_by("pk").first()
    assert row is not None
    assert enter("gridhead").post(f"/grid-life/duty/{row.pk}/remove/").status_code == 403
    assert enter("town2").post(f"/grid-life/duty/{row.pk}/remove/").status_code == 404
    assert town.post(f"/grid-life/duty/{row.pk}/remove/").status_code == 302
    page = enter("gridworker").get("/grid-life/duty/").content.decode()
    assert "Nobody has the duty now" in page  # the second grid
    assert "Put somebody on duty" not in page


def test_residents_read_the_name_and_phone_of_their_worker_and_no_more(
    live: Stage, resident: Client
) -> None:
    User.objects.filter(username="gridworker").update(phone="13300005555", display_name="老马")
    User.objects.filter(username="community").update(phone="13300006666", display_name="书记")
    page = resident.get(f"/grids/{GRID}/duty/").content.decode()
    assert "老马" in page
    assert "tel:13300005555" in page
    assert "13300006666" not in page
    assert resident.get(f"/grids/{COMMUNITY}/duty/").status_code == 404
    empty = resident.get("/grids/110112013001002/duty/").content.decode()
    assert "Nobody is named" in empty


# --- diary, heads, meetings, volunteers


def test_the_diary_is_written_read_and_made_a_case(live: Stage, enter: Enter) -> None:
    phone = enter("gridworker")
    entry = {"area": GRID, "household": "3-201 张家", "text": "水管渗漏", "visited_at": ""}
    assert phone.post("/grid-life/diary/", entry | {"text": ""}).status_code == 400
    assert phone.post("/grid-life/diary/", entry).status_code == 302
    row = DiaryEntry.objects.get()
    page = enter("gridhead").get("/grid-life/diary/")
    assert page.context["counts"] == [{"name": "gridworker", "count": 1, "cases": 0}]
    make = phone.get(f"/grid-life/report/diary/{row.pk}/")
    assert make.context["form"]["text"].value() == "水管渗漏"
    assert enter("town2").get(f"/grid-life/report/diary/{row.pk}/").status_code == 404
    assert "水管渗漏" not in enter("town2").get("/grid-life/diary/").content.decode()


def test_heads_are_elected_on_screen_with_masked_phones_above(live: Stage, enter: Enter) -> None:
    head = {
        "area": GRID,
        "building": "3号楼",
        "name": "周阿姨",
        "phone": "13700001111",
        "households": "48",
        "elected_on": "2026-01-05",
    }
    assert enter("gridhead").post("/grid-life/heads/", head | {"name": ""}).status_code == 400
    assert enter("gridhead").post("/grid-life/heads/", head).status_code == 302
    assert "13700001111" in enter("gridworker").get("/grid-life/heads/").content.decode()
    above = enter("town").get("/grid-life/heads/").content.decode()
    assert "137****11" in above
    assert "13700001111" not in above
    assert "周阿姨" not in enter("town2").get("/grid-life/heads/").content.decode()
    row = BuildingHead.objects.get()
    assert enter("gridworker").post(f"/grid-life/heads/{row.pk}/retire/").status_code == 403
    assert enter("community").post(f"/grid-life/heads/{row.pk}/retire/").status_code == 302


def test_a_meeting_is_recorded_line_by_line_and_its_opinion_made_a_case(
    live: Stage, enter: Enter
) -> None:
    client = enter("community")
    held = (timezone.localtime() - timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M")
    given = {
        "area": COMMUNITY,
        "topic": "停车与充电",
        "held_at": held,
        "place": "议事厅",
        "people": "18",
        "minutes": "",
        "opinions": "李大爷：增设充电桩\n晚上路灯太暗\n",
    }
    assert client.post("/grid-life/meetings/new/", given | {"topic": ""}).status_code == 400
    assert client.post("/grid-life/meetings/new/", given).status_code == 302
    rows = list(Opinion.objects.order_by("position").values_list("speaker", "text"))
    assert rows == [("李大爷", "增设充电桩"), ("", "晚上路灯太暗")]
    meeting = Deliberation.objects.get()
    client.post(f"/grid-life/meetings/{meeting.pk}/opinions/", {"text": "电梯检修"})
    opinion = meeting.opinions.get(position=1)
    filed = {
        "text": "增设充电桩",
        "category": "0101",
        "kind": "suggestion",
        "urgency": "normal",
        "place": "",
        "area": GRID,
        "lon": "",
        "lat": "",
        "address": "",
    }
    assert client.post(f"/grid-life/report/opinion/{opinion.pk}/", filed).status_code == 302
    case = Case.objects.get()
    back = client.get(f"/cases/{case.number}/tasks/").content.decode()
    assert f"/grid-life/meetings/{meeting.pk}/" in back
    shown = client.get(f"/grid-life/meetings/{meeting.pk}/").content.decode()
    assert case.number in shown
    assert shown.count(">heard<") == 2
    assert enter("gridworker").get("/grid-life/meetings/new/").status_code == 403
    assert enter("town2").get(f"/grid-life/meetings/{meeting.pk}/").status_code == 404


def test_teams_serve_and_the_month_is_summed_and_exported(live: Stage, enter: Enter) -> None:
    team = {
        "area": COMMUNITY,
        "name": "红马甲",
        "leader": "赵老师",
        "phone": "",
        "members": "12",
        "active": "on",
    }
    assert enter("gridworker").post("/grid-life/volunteers/new/", team).status_code == 403
    assert enter("community").post("/grid-life/volunteers/new/", team).status_code == 302
    row = VolunteerTeam.objects.get()
    began = timezone.localtime().strftime("%Y-%m-%dT00:00")
    service = {
        "team": row.pk,
        "title": "清扫楼道",
        "began_at": began,
        "hours": "2.5",
        "people": "8",
    }
    assert enter("gridworker").post("/grid-life/volunteers/", service).status_code == 302
    sums = enter("town").get("/grid-life/volunteers/").context["sums"]
    assert (sums["services"], sums["came"], str(sums["worked"])) == (1, 8, "20.0")
    table = enter("town").get("/grid-life/volunteers/export/").content.decode("utf-8-sig")
    assert "红马甲,12,1,8,20.00" in table
    assert "红马甲" not in enter("town2").get("/grid-life/volunteers/export/").content.decode()
    assert enter("town2").get(f"/grid-life/volunteers/{row.pk}/").status_code == 404


# --- what pages cost


def fill(stage: Stage) -> None:
    """Add one more of everything."""
    at, community, worker = stage.at, stage.who("community"), stage.who("gridworker")
    handled(stage)
    give_task(stage.case().pk, "check", actor=stage.who("town"), at=at)
    give_patrol(actor=community, at=at, area=GRID, title="巡查", due_at=at + timedelta(days=1))
    sent(stage)
    write_entry(actor=worker, at=at, area=GRID, text="走访")
    meeting = {"area": COMMUNITY, "topic": "停车", "held_at": at, "opinions": [Said("加桩")]}
    record_meeting(actor=community, at=at, **meeting)
    n = BuildingHead.objects.count()
    elect_head(
        actor=community, area=GRID, building=f"{n}号楼", name="周", elected_on=timezone.localdate()
    )
    team = save_team(actor=community, area=COMMUNITY, name=f"第{n}队")
    record_service(
        actor=worker,
        at=at,
        team=team.pk,
        title="清扫",
        began_at=at,
        hours=team.members + 2,
        people=3,
    )
    begins = at + timedelta(hours=n)
    DutyShift.objects.create(
        user=worker, area_id=GRID, starts_at=begins, ends_at=begins + timedelta(hours=1)
    )


def test_pages_ask_as_little_for_many_rows_as_for_one(live: Stage, enter: Enter) -> None:
    paths = [*(f"/grid-life/{page}" for page in PAGES), "/desk/grid/"]
    client = enter("gridhead")
    fill(live)
    for path in paths:
        client.get(path)
    one = {path: _asked(client, path) for path in paths}
    for _ in range(4):
        fill(live)
    assert {path: _asked(client, path) for path in paths} == one
    assert max(one.values()) <= 12, one
