"""Photos come in by multipart and go out to whoever sees the case."""

from django.core.files.uploadedfile import SimpleUploadedFile

from tests.api.calls import V1, Api, get
from tests.api.photos import jpeg
from tests.api.test_journey_through_api import REQUEST
from tests.cast import Stage


def photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("photo.jpg", jpeg(), "image/jpeg")


def test_a_grid_worker_sends_photos_with_the_request(stage: Stage, api: Api) -> None:
    body = REQUEST | {"channel": "grid", "photos": [photo(), photo()]}
    answer = api("gridworker").post(f"{V1}/cases/", body, format="multipart")
    assert answer.status_code == 201, answer.content.decode()
    kept = get(api, "town", f"/cases/{answer.json()['number']}/")["attachments"]
    assert [row["step"] for row in kept] == ["receive", "receive"]
    shown = api("town").get(kept[0]["url"])
    assert (shown.status_code, shown["Content-Type"]) == (200, "image/jpeg")
    assert b"".join(shown)[:2] == b"\xff\xd8"
    assert api("town2").get(kept[0]["url"]).status_code == 404


def test_a_department_reports_in_and_finishes_with_photos(stage: Stage, api: Api) -> None:
    order = stage.order(stage.whistle()).pk
    client = api("department3")
    client.post(f"{V1}/orders/{order}/steps/acknowledge/", {})
    for step, body in (
        ("report_in", {"lon": "116.6851", "lat": "39.9251", "note": "到场"}),
        ("finish", {"result": "已清理"}),
    ):
        path = f"{V1}/orders/{order}/steps/{step}/"
        answer = client.post(path, body | {"photos": photo()}, format="multipart")
        assert answer.status_code == 200, answer.content.decode()
    assert [row["step"] for row in answer.json()["attachments"]] == ["report_in", "finish"]
    assert answer.json()["distance_m"] < 50


def test_what_is_no_photo_is_refused_by_name(stage: Stage, api: Api) -> None:
    text = SimpleUploadedFile("photo.jpg", b"no photo at all", "image/jpeg")
    body = REQUEST | {"photos": [text]}
    answer = api("gridworker").post(f"{V1}/cases/", body, format="multipart")
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["photos"])
