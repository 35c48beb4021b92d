"""Documents on screen: the list, the sheet in official form, its answer, and what other pages say of them."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Clock
from dispatch.models import Document
from dispatch.services.documents import answer_document
from dispatch.services.ladders import sweep_ladders
from tests.api.calls import V1, caller
from tests.cast import Stage
from tests.dispatch.ladders import make_ladder
from tests.dispatch.test_documents_seen import browser, write_letters

SAID = {"text": "已经到场，正在清理"}


@pytest.fixture
def letter(stage: Stage) -> Document:
    make_ladder()
    return write_letters(stage)[0]


def page(stage: Stage, who: str, address: str) -> str:
    client = browser(stage, who)
    client.cookies["django_language"] = "en"
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_sheet_says_all_that_an_official_document_says(stage: Stage, letter: Document) -> None:
    shown = page(stage, "department3", f"/documents/{letter.pk}/")
    for part in (
        letter.number,
        "提醒函",
        "区消防救援支队：",
        "区城市管理指挥中心",
        letter.case.number,
        "消防通道被私家车堵住了",
        "抄送：潞邑街道。",
        "印发",
        "sheet-blue",
    ):
        assert part in shown, part
    assert "工作时" in shown or "工作小时" in shown  # why the deadline was what it was
    for secret in ("王小明", "13800001234"):
        assert secret not in shown


def test_the_caller_is_in_no_document_even_where_the_text_names_them(stage: Stage) -> None:
    make_ladder()
    case = stage.case(text="王小明（13800001234）反映消防通道被堵")
    stage.at = timezone.now()
    stage.whistle(case, departments=[])
    write_letters(stage)
    for document in Document.objects.all():
        assert "王小明" not in str(document.sheet)
        assert "13800001234" not in str(document.sheet)


def test_an_answer_is_typed_kept_and_shown(stage: Stage, letter: Document) -> None:
    client, address = browser(stage, "department3"), f"/documents/{letter.pk}/"
    assert "<textarea" in client.get(address).content.decode()
    answer = client.post(f"{address}answer/", SAID, follow=True)
    assert SAID["text"] in answer.content.decode()
    assert "<textarea" not in answer.content.decode()
    assert SAID["text"] in page(stage, "supervisor", address)


def test_an_empty_answer_is_refused_at_its_field(stage: Stage, letter: Document) -> None:
    client = browser(stage, "department3")
    answer = client.post(f"/documents/{letter.pk}/answer/", {"text": "   "})
    assert answer.status_code == 400
    assert "invalid-feedback" in answer.content.decode()
    long = client.post(f"/documents/{letter.pk}/answer/", {"text": "长" * 4001})
    assert long.status_code == 400
    assert "长长长" in long.content.decode()


def test_a_second_answer_is_a_conflict(stage: Stage, letter: Document) -> None:
    client = browser(stage, "department3")
    client.post(f"/documents/{letter.pk}/answer/", SAID)
    assert client.post(f"/documents/{letter.pk}/answer/", SAID).status_code == 409
    api = caller(stage, "department3")
    answer = api.post(f"{V1}/documents/{letter.pk}/answer/", SAID)
    assert (answer.status_code, answer.json()["code"]) == (409, "step_refused")


def test_the_list_begins_with_what_must_be_answered(stage: Stage, letter: Document) -> None:
    address = reverse("dispatch:documents")
    assert "<mark" not in page(stage, "department3", address)
    shown = page(stage, "department3", address)
    assert 'aria-current="page">To be answered by us' in shown
    assert letter.number in shown
    answer_document(letter.pk, actor=stage.who("department3"), at=timezone.now(), text=SAID["text"])
    after = page(stage, "department3", address)
    assert 'aria-current="page">All documents' in after
    assert "Nothing waits for your answer" in page(stage, "department3", address + "?tab=mine")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("form=reminder", True),
        ("form=urge", False),
        ("colour=blue", True),
        ("colour=red", False),
        ("unit=XFZD", True),
        ("unit=CGW", True),  # a unit no document was written to is no choice, and narrows nothing
        ("standing=open", True),
        ("standing=late", False),
        ("standing=answered", False),
        ("standing=answered_late", False),
        ("standing=ended", False),
        ("q=〔", True),
        ("q=99999", False),
        ("form=nonsense", True),
    ],
)
def test_the_list_is_narrowed(stage: Stage, letter: Document, query: str, found: bool) -> None:
    shown = page(stage, "leader", f"/documents/?tab=all&{query}")
    assert (f">{letter.number}<" in shown) == found
    if not found:
        assert "No document fits" in shown


@pytest.mark.parametrize("standing", ["late", "answered", "answered_late", "ended"])
def test_every_standing_is_found_by_filter_and_api(
    stage: Stage, letter: Document, standing: str
) -> None:
    clock = Clock.objects.filter(document_ref=letter.pk)
    if "late" in standing:
        clock.update(due_at=timezone.now() - timedelta(hours=1))
    if "answered" in standing:
        actor = stage.who("department3")
        answer_document(letter.pk, actor=actor, at=timezone.now(), text=SAID["text"])
    if standing == "ended":
        clock.update(stopped_at=timezone.now())
    assert letter.number in page(stage, "leader", f"/documents/?tab=all&standing={standing}")
    api = caller(stage, "leader")
    [row] = api.get(f"{V1}/documents/?standing={standing}").json()["results"]
    assert (row["id"], row["standing"]) == (letter.pk, standing)


def test_pages_follow_one_another_and_lose_nothing(stage: Stage) -> None:
    make_ladder()
    letters = write_letters(stage, 53)
    first = browser(stage, "department3").get("/documents/?tab=all")
    then = browser(stage, "department3").get(
        "/documents/", {"tab": "all", "cursor": first.context["page"].next}
    )
    seen = [row.document.pk for row in [*first.context["page"].rows, *then.context["page"].rows]]
    assert sorted(seen) == sorted(letter.pk for letter in letters)
    mine = browser(stage, "department3").get("/documents/?tab=mine")
    rest = browser(stage, "department3").get(
        "/documents/", {"tab": "mine", "cursor": mine.context["page"].next}
    )
    waiting = [row.document.pk for row in [*mine.context["page"].rows, *rest.context["page"].rows]]
    assert sorted(waiting) == sorted(seen)


def test_the_page_of_the_case_fetches_its_documents(stage: Stage, letter: Document) -> None:
    number = letter.case.number
    panel = reverse("dispatch:documents_of", args=[number])
    assert f'hx-get="{panel}"' in page(stage, "town", f"/cases/{number}/")
    assert letter.number in page(stage, "town", panel)
    without = reverse("dispatch:documents_of", args=[stage.case().number])
    assert page(stage, "town", without).strip() == ""
    assert browser(stage, "town2").get(panel).status_code == 404


def test_a_case_with_many_documents_shows_the_newest_and_keeps_the_rest_at_hand(
    stage: Stage,
) -> None:
    make_ladder()
    stage.at = timezone.now() - timedelta(days=30)
    case = stage.whistle().case
    sweep_ladders(timezone.now())
    shown = page(stage, "town", reverse("dispatch:documents_of", args=[case.number]))
    assert "All 10 documents" in shown
    for number in Document.objects.values_list("number", flat=True):
        assert shown.count(f">{number}<") == 1


@pytest.mark.parametrize(
    ("who", "desk"),
    [
        ("department3", "dispatch:desk"),
        ("town", "cases:town_desk"),
        ("town", "dispatch:whistles"),
        ("supervisor", "dispatch:centre"),
    ],
)
def test_every_desk_asks_what_waits_for_an_answer(stage: Stage, who: str, desk: str) -> None:
    waiting = reverse("dispatch:documents_waiting")
    assert f'hx-get="{waiting}"' in page(stage, who, reverse(desk))


def test_who_must_answer_is_told_at_the_desk_and_the_centre_of_what_is_late(
    stage: Stage, letter: Document
) -> None:
    waiting = reverse("dispatch:documents_waiting")
    assert "1 document waits for your answer" in page(stage, "department3", waiting)
    for who in ("department", "supervisor", "leader"):
        assert page(stage, who, waiting).strip() == ""
    Clock.objects.filter(document_ref=letter.pk).update(due_at=timezone.now() - timedelta(hours=1))
    assert "past their time without an answer" in page(stage, "supervisor", waiting)


def test_the_timeline_names_the_documents(stage: Stage, letter: Document) -> None:
    shown = page(stage, "town", f"/cases/{letter.case.number}/")
    assert "Reminder letter" in shown
    assert letter.number in shown
