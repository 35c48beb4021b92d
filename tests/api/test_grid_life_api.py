"""The grids' daily life through the API: duty, diary, tasks, snapshots."""

from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cases.models import Case, FieldTask, Snapshot
from grids.models import DiaryEntry, DutyShift
from tests.api.calls import V1, Api, get, post
from tests.api.photos import jpeg
from tests.cast import GRID, OTHER_COMMUNITY, Stage


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.jpg", jpeg(), "image/jpeg")


def snapped(api: Api, who: str = "operator", wanted: int = 201, **given: Any) -> Any:
    body = {"text": "垃圾桶满溢，电话13900004321", "lon": 116.685, "lat": 39.925, "photo": photo()}
    body |= {"name": "李女士", "phone": "13900004321"} | given
    key = {"HTTP_IDEMPOTENCY_KEY": "snap-1"}
    answer = api(who).post(f"{V1}/snapshots/", body, format="multipart", **key)
    assert answer.status_code == wanted, answer.content.decode()
    return answer.json()


def test_a_snapshot_comes_in_masked_is_claimed_and_becomes_a_case(stage: Stage, api: Api) -> None:
    row = snapped(api)
    assert snapped(api)["id"] == row["id"]  # the same key
    assert (row["area"], row["name"], row["phone"]) == (GRID, "李**", "139****21")
    assert "13900004321" not in str(row)
    path = f"/snapshots/{row['id']}"
    post(api, "gridworker", f"{path}/claim/", {}, 403)
    post(api, "town2", f"{path}/claim/", {}, 404)
    post(api, "gridhead", f"{path}/claim/", {}, 200)
    post(api, "community", f"{path}/claim/", {}, 409)
    filed = {"kind": "complaint", "category": "0101"}
    made = post(api, "gridhead", f"{path}/case/", filed, 201)
    case = Case.objects.get(number=made["case"])
    assert (case.channel, case.caller_phone) == ("snapshot", "13900004321")
    shown = api("gridhead").get(row["photo"])
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert api("town2").get(row["photo"]).status_code == 404
    assert get(api, "town", "/snapshots/?waiting=true")["results"] == []


def test_snapshots_are_answered_in_words_and_refused_to_strangers(stage: Stage, api: Api) -> None:
    snapped(api, "department", 403)
    path = f"/snapshots/{snapped(api)['id']}"
    post(api, "gridhead", f"{path}/answer/", {"words": ""}, 400)
    answered = post(api, "gridhead", f"{path}/answer/", {"words": "已清运"}, 200)
    assert (answered["answer"], answered["claimed_by"]) == ("已清运", "gridhead")
    assert Snapshot.objects.get().case is None


def test_a_check_is_asked_for_and_done_by_the_nearest(stage: Stage, api: Api) -> None:
    case = stage.case()
    path = f"/cases/{case.number}/tasks/"
    post(api, "department", path, {"kind": "check"}, 404)
    post(api, "gridworker", path, {"kind": "check"}, 403)
    post(api, "operator", path, {"kind": "patrol"}, 400)
    task = post(api, "operator", path, {"kind": "check", "note": "看看是否属实"}, 201)
    assert (task["assignee"], task["case"]) == ("gridworker", case.number)
    post(api, "operator", path, {"kind": "check"}, 409)
    mine = get(api, "gridworker", "/tasks/?mine=true&open=true")["results"]
    assert [row["id"] for row in mine] == [task["id"]]
    assert get(api, "town2", "/tasks/")["results"] == []
    done = f"/tasks/{task['id']}/done/"
    post(api, "gridworker", done, {"outcome": "true"}, 400)
    post(api, "town2", done, {"outcome": "true"}, 404)
    body = {"outcome": "true", "lon": 116.685, "lat": 39.925, "photos": [photo()]}
    answer = api("gridworker").post(f"{V1}{done}", body, format="multipart")
    assert (answer.status_code, answer.json()["distance_m"]) == (200, 0), answer.content.decode()


def test_a_task_is_given_to_somebody_else_by_the_head(stage: Stage, api: Api) -> None:
    case = stage.case()
    path = f"/cases/{case.number}/tasks/"
    task = post(api, "town", path, {"kind": "check"}, 201)
    to = {"to": stage.people["gridhead"].pk}
    post(api, "gridworker", f"/tasks/{task['id']}/assign/", to, 403)
    post(api, "gridhead", f"/tasks/{task['id']}/assign/", {"to": stage.people["town2"].pk}, 400)
    assert post(api, "gridhead", f"/tasks/{task['id']}/assign/", to, 200)["assignee"] == "gridhead"
    assert FieldTask.objects.get().assignee == stage.people["gridhead"]


def test_the_duty_list_shows_who_is_there_and_who_comes(stage: Stage, api: Api) -> None:
    now, hour = timezone.now(), timedelta(hours=1)
    for begins in (-20 * hour, -hour, 20 * hour):
        DutyShift.objects.create(
            user=stage.people["gridworker"],
            area_id=GRID,
            starts_at=now + begins,
            ends_at=now + begins + 8 * hour,
        )
    rows = get(api, "gridhead", f"/duty/?area={GRID}")["results"]
    assert [row["person"] for row in rows] == ["gridworker", "gridworker"]
    assert get(api, "gridhead", f"/duty/?area={OTHER_COMMUNITY}")["results"] == []
    assert get(api, "town2", "/duty/")["results"] == []
    since = (now - 30 * hour).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert len(get(api, "gridhead", f"/duty/?since={since}")["results"]) == 3


def test_the_diary_is_written_once_and_read_by_the_head(stage: Stage, api: Api) -> None:
    body = {"area": GRID, "text": "走访独居老人", "household": "3-201"}
    key = {"HTTP_IDEMPOTENCY_KEY": "diary-1"}
    post(api, "gridworker", "/diary/", body, 201, **key)
    post(api, "gridworker", "/diary/", body, 201, **key)
    assert DiaryEntry.objects.count() == 1
    post(api, "town2", "/diary/", body, 403)
    post(api, "gridworker", "/diary/", body | {"text": ""}, 400)
    assert [row["author"] for row in get(api, "gridhead", "/diary/")["results"]] == ["gridworker"]
    assert get(api, "department", "/diary/")["results"] == []
