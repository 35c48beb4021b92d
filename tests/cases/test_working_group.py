"""The working group of a case: who reads and writes, what it keeps, whom it tells, what it costs."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts import quiet_hours
from accounts.models import Membership, Notice, QuietSpan
from accounts.refusals import BadInput, StepRefused
from cases.lifecycle import State
from cases.models import Case, CaseEvent, GroupFile, GroupMessage
from cases.services.group import post_message
from cases.services.steps import advance
from tests.api.calls import V1, Api
from tests.cases import group_files as files
from tests.cast import Stage

Enter = Callable[[str], Client]
HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _empty_storage(settings: Settings, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def url(case: Case, **query: Any) -> str:
    return reverse("cases:group", args=[case.number], query=query or None)


def write(stage: Stage, case: Case, who: str = "town", **given: Any) -> GroupMessage:
    fields: dict[str, Any] = {"at": stage.at, "text": "请今天下午到场"}
    return post_message(case.pk, actor=stage.who(who), **(fields | given))


def kept_files(case: Case) -> list[Path]:
    folder = Path(default_storage.path("")) / "cases" / case.number / "group"
    return sorted(folder.glob("*")) if folder.exists() else []


SEES = {
    "operator": True,
    "town": True,
    "community": True,
    "gridworker": True,
    "department3": True,
    "department2": True,
    "supervisor": True,
    "leader": True,
    "town2": False,
    "department": False,
}


@pytest.mark.parametrize("confidential", [False, True])
@pytest.mark.parametrize("name", SEES)
def test_whoever_sees_the_case_reads_and_writes_and_nobody_else(
    live: Stage, enter: Enter, api: Api, name: str, confidential: bool
) -> None:
    case = live.whistle(live.case(confidential=confidential)).case
    sent = write(live, case, files=[files.upload("方案.pdf", files.PDF)])
    [file] = GroupFile.objects.filter(message=sent)
    client, program = enter(name), api(name)
    wanted = 200 if SEES[name] else 404
    assert client.get(url(case), headers=HTMX).status_code == wanted
    assert client.get(url(case, after=0), headers=HTMX).status_code == wanted
    fetched = client.get(reverse("cases:group_file", args=[file.token]))
    called_for = program.get(f"{V1}/group_files/{file.token}/")
    assert (fetched.status_code, called_for.status_code) == (wanted, wanted)
    for answer in (fetched, called_for):
        assert not answer.streaming or b"".join(answer) == files.PDF  # type: ignore[arg-type]
    assert program.get(f"{V1}/cases/{case.number}/messages/").status_code == wanted
    posted = client.post(url(case), {"text": "收到"}, headers=HTMX)
    assert posted.status_code == (204 if SEES[name] else 404)
    called = program.post(f"{V1}/cases/{case.number}/messages/", {"text": "收到"})
    assert called.status_code == (201 if SEES[name] else 404)
    assert GroupMessage.objects.count() == (3 if SEES[name] else 1)


def test_a_stranger_is_sent_to_the_sign_in(live: Stage) -> None:
    case = live.case()
    assert Client().get(url(case)).status_code == 302
    assert Client().post(url(case), {"text": "x"}).status_code == 302
    assert not GroupMessage.objects.exists()


def test_a_message_and_its_files_cannot_be_changed_or_deleted(live: Stage) -> None:
    write(live, live.case(), files=[files.upload("方案.pdf", files.PDF)])
    for statement in (
        "UPDATE cases_groupmessage SET text = ''",
        "DELETE FROM cases_groupmessage",
        "UPDATE cases_groupfile SET name = ''",
        "DELETE FROM cases_groupfile",
    ):
        with (
            connection.cursor() as cursor,
            pytest.raises(DatabaseError, match="never edited or deleted"),
            transaction.atomic(),
        ):
            cursor.execute(statement)


def test_news_are_answered_with_what_came_and_silence_with_204(live: Stage, enter: Enter) -> None:
    case = live.case()
    first = write(live, case)
    client = enter("operator")
    assert client.get(url(case, after=first.pk), headers=HTMX).status_code == 204
    write(live, case, "community", text="物业已到")
    answer = client.get(url(case, after=first.pk), headers=HTMX)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "物业已到" in page
    assert "请今天下午到场" not in page
    assert f"after={GroupMessage.objects.latest('pk').pk}" in page


def test_asking_for_news_costs_four_small_queries(live: Stage, enter: Enter) -> None:
    case = live.whistle().case
    last = write(live, case)
    client = enter("department3")
    with CaptureQueriesContext(connection) as captured:
        assert client.get(url(case, after=last.pk), headers=HTMX).status_code == 204
    assert len(captured) <= 4, [q["sql"] for q in captured]


def test_the_panel_costs_the_same_with_one_message_and_with_many(
    live: Stage, enter: Enter, api: Api
) -> None:
    case = live.case()
    client, program = enter("operator"), api("operator")

    def cost(act: Callable[[], Any]) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert act().status_code == 200
        return len(captured)

    def both() -> tuple[int, int]:
        panel = cost(lambda: client.get(url(case), headers=HTMX))
        return panel, cost(lambda: program.get(f"{V1}/cases/{case.number}/messages/"))

    write(live, case, files=[files.upload("方案.pdf", files.PDF)])
    few = both()
    for number in range(6):
        write(
            live, case, "community", text=f"第{number}条", files=[files.upload("a.amr", files.AMR)]
        )
    assert both() == few


def test_only_the_last_fifty_are_shown_and_the_rest_is_a_page_away(
    live: Stage, enter: Enter
) -> None:
    case = live.case()
    for number in range(53):
        write(live, case, text=f"第{number:02}条")
    client = enter("town")
    page = client.get(url(case), headers=HTMX).content.decode()
    assert "第03条" in page
    assert "第02条" not in page
    before = GroupMessage.objects.get(text="第03条").pk
    assert f"before={before}" in page
    earlier = client.get(url(case, before=before), headers=HTMX).content.decode()
    assert "第02条" in earlier
    assert "第03条" not in earlier
    assert "<form" not in earlier


def test_what_was_typed_comes_back_with_the_refusal(live: Stage, enter: Enter) -> None:
    case = live.case()
    typed = {"text": "见附件", "files": [files.upload("程序.exe", b"MZ\x90\x00")]}
    page = enter("town").post(url(case), typed)
    assert page.status_code == 400
    assert "见附件</textarea>" in page.content.decode()
    assert "程序.exe" in page.content.decode()
    part = enter("town").post(url(case), {"text": "  "}, headers=HTMX)
    assert (part.status_code, "<textarea" in part.content.decode()) == (400, False)
    assert (GroupMessage.objects.count(), kept_files(case)) == (0, [])


def test_without_scripts_the_page_comes_back_with_the_message(live: Stage, enter: Enter) -> None:
    case = live.case()
    page = enter("town").post(url(case), {"text": "请物业配合"}, follow=True).content.decode()
    assert "请物业配合" in page
    assert "<html" in page


def test_the_caller_stays_masked_in_messages_and_names_of_files(
    live: Stage, enter: Enter, api: Api
) -> None:
    case = live.whistle().case
    text, name = "王小明 13800001234 在家", "王小明13800001234.pdf"
    write(live, case, text=text, files=[files.upload(name, files.PDF)])
    client = enter("department3")
    whole = client.get(url(case)).content.decode() + client.get(url(case, after=0)).content.decode()
    whole += api("department3").get(f"{V1}/cases/{case.number}/messages/").content.decode()
    assert "13800001234" not in whole
    assert "王小明" not in whole
    assert "13800001234" in enter("supervisor").get(url(case)).content.decode()


def test_a_file_is_sent_to_be_saved_under_its_own_name(live: Stage, enter: Enter) -> None:
    case = live.case()
    sent = write(live, case, text="", files=[files.upload("拆除 方案.pdf", files.PDF)])
    [file] = sent.files.all()
    answer = enter("town").get(reverse("cases:group_file", args=[file.token]))
    assert b"".join(answer) == files.PDF  # type: ignore[arg-type]
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    kind, _semicolon, name = answer["Content-Disposition"].partition("; ")
    assert kind == "attachment"
    assert name == "filename*=utf-8''%E6%8B%86%E9%99%A4%20%E6%96%B9%E6%A1%88.pdf"
    assert [path.name for path in kept_files(case)] == [str(file.token)]


def test_a_photo_is_drawn_anew(live: Stage) -> None:
    sent = write(live, live.case(), files=[files.upload("现场.png", files.picture("PNG"))])
    [file] = sent.files.all()
    assert (file.name, file.content_type) == ("现场.jpg", "image/jpeg")
    with file.file.open() as kept:
        assert kept.read()[:2] == b"\xff\xd8"


def test_where_the_message_fails_no_file_stays(live: Stage) -> None:
    case = live.case()
    with connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE cases_groupfile ADD CONSTRAINT no_boom CHECK (name <> 'boom.pdf')"
        )
    both = [files.upload("方案.pdf", files.PDF), files.upload("boom.pdf", files.PDF)]
    with pytest.raises(DatabaseError), transaction.atomic():
        write(live, case, files=both)
    assert (GroupMessage.objects.count(), kept_files(case)) == (0, [])


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"text": " \n "}, "text"),
        ({"text": "长" * 2001}, "text"),
        ({"files": [files.upload("a.pdf", files.PDF)] * 7}, "files"),
        ({"files": [files.upload("大.pdf", files.PDF + bytes(20 * 1024 * 1024))]}, "files"),
        ({"whistle_ref": 987654}, "whistle"),
    ],
)
def test_what_cannot_be_taken_is_said_by_field(
    live: Stage, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadInput) as refused:
        write(live, live.case(), **given)
    assert list(refused.value.fields) == [field]


def test_a_case_that_has_ended_is_read_only(live: Stage, enter: Enter) -> None:
    case = live.case()
    write(live, case)
    reason = "已由物业解决"
    advance(case.pk, "reject", actor=live.who("operator"), at=live.at, reason=reason)
    assert Case.objects.get(pk=case.pk).state == State.REJECTED
    with pytest.raises(StepRefused):
        write(live, case)
    client = enter("town")
    page = client.get(url(case), headers=HTMX).content.decode()
    assert "请今天下午到场" in page
    assert "<form" not in page
    assert client.post(url(case), {"text": "再问"}, headers=HTMX).status_code == 409


def test_a_message_about_a_whistle_shows_there_and_in_the_case(live: Stage, enter: Enter) -> None:
    whistle = live.whistle()
    other = live.whistle()
    case = whistle.case
    write(live, case, text="全案须知")
    client = enter("department3")
    client.post(url(case, whistle=whistle.pk), {"text": "本哨须知"}, headers=HTMX)
    assert client.post(url(case, whistle=other.pk), {"text": "别案"}).status_code == 400
    here = client.get(url(case, whistle=whistle.pk)).content.decode()
    whole = client.get(url(case)).content.decode()
    elsewhere = client.get(url(case, whistle=other.pk)).content.decode()
    assert [("全案须知" in page, "本哨须知" in page) for page in (here, whole, elsewhere)] == [
        (True, True),
        (True, True),
        (True, False),
    ]


def told(case: Case) -> set[str]:
    notices = Notice.objects.filter(kind="group_message", case_number=case.number)
    return set(notices.values_list("recipient__username", flat=True))


def test_the_other_units_are_told_at_most_once_in_ten_minutes(live: Stage) -> None:
    case = live.whistle().case
    write(live, case)
    assert told(case) == {"department2", "department3"}
    write(live, case, at=live.at + timedelta(minutes=9))
    assert Notice.objects.filter(kind="group_message").count() == 2
    write(live, case, "department3", at=live.at + timedelta(minutes=9))
    assert told(case) == {"department2", "department3", "town"}
    assert Notice.objects.filter(kind="group_message").count() == 3
    write(live, case, at=live.at + timedelta(minutes=11))
    assert Notice.objects.filter(kind="group_message").count() == 5


def test_a_colleague_is_not_told_of_ones_own_message(live: Stage) -> None:
    case = live.case()
    Membership.objects.create(
        user=live.people["town2"], unit=live.who("town").posts[0].unit, role="town"
    )
    write(live, case)
    assert told(case) == set()
    write(live, case, "operator")
    assert told(case) == {"town", "town2"}


def test_at_night_a_message_rings_in_the_morning(live: Stage) -> None:
    case = live.whistle().case
    morning = live.at + timedelta(hours=6)
    QuietSpan.objects.create(begins_at=live.at - timedelta(hours=1), ends_at=morning)
    quiet_hours.forget()
    write(live, case)
    notice = Notice.objects.filter(kind="group_message").latest("pk")
    assert (notice.ring_at, notice.urgent) == (morning, False)


def test_the_record_gets_one_line_a_day(live: Stage, enter: Enter) -> None:
    case = live.case()
    noon = timezone.localtime(live.at).replace(hour=12)
    for hours in (0, 1, 25):
        write(live, case, at=noon + timedelta(hours=hours))
    assert CaseEvent.objects.filter(case=case, step="group").count() == 2
    page = enter("town").get(case.get_absolute_url()).content.decode()
    assert "Messages in the working group" in page


def test_a_program_writes_once_under_one_key_and_reads_on_from_the_last(
    live: Stage, api: Api
) -> None:
    case = live.whistle().case
    path = f"{V1}/cases/{case.number}/messages/"
    client = api("department3")

    def send() -> Any:
        body = {"text": "方案已报", "files": [files.upload("方案.pdf", files.PDF)]}
        return client.post(path, body, format="multipart", headers={"Idempotency-Key": "one"})

    first, second = send(), send()
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert first.json()["unit"] == "XFZD"
    [file] = first.json()["files"]
    assert b"".join(client.get(file["url"])) == files.PDF
    assert len(kept_files(case)) == 1
    later = write(live, case, text="收到").pk
    new = client.get(f"{path}?after={first.json()['id']}").json()["results"]
    assert [row["id"] for row in new] == [later]
    assert client.post(path, {"text": ""}).json()["fields"].keys() == {"text"}
