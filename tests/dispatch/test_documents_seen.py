"""Who sees a document, who may answer it and who may take its files, on screen and by the API."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from fontTools import subset  # type: ignore[import-untyped]
from pytest_django import Settings

from accounts.models import Membership, Unit, User
from cases.models import CaseParty, Clock
from dispatch.models import Document
from dispatch.services.ladders import sweep_ladders
from dispatch.sheets.pdf import font_path
from tests.api.calls import V1, caller
from tests.cast import PEOPLE, Stage
from tests.dispatch.ladders import make_ladder

DISTRICT = {"operator", "callback", "supervisor", "leader", "assessor", "admin"}
OF_THE_PLACE = {"town", "community", "gridhead", "gridworker"}
SEE = DISTRICT | OF_THE_PLACE | {"department3"}


@pytest.fixture
def letter(stage: Stage) -> Document:
    """Return a reminder letter to 消防, written this very moment, its answer awaited."""
    make_ladder()
    return write_letters(stage)[0]


def write_letters(stage: Stage, count: int = 1) -> list[Document]:
    """Return so many reminder letters to 消防, written now."""
    stage.at = timezone.now() - timedelta(days=30)
    for _each in range(count):
        stage.whistle(departments=[])
    now = timezone.now()
    fresh = Clock.objects.filter(kind="acknowledge", rung=0)
    ids = list(fresh.values_list("pk", flat=True))
    fresh.update(rung=2, due_at=now - timedelta(hours=1), alerted_at=now, alert_at=now)
    sweep_ladders(now)
    Clock.objects.filter(pk__in=ids).update(alert_at=None)
    return list(Document.objects.filter(clock__in=ids, form="reminder"))


def browser(stage: Stage, who: str) -> Client:
    client = Client()
    if who:
        client.force_login(User.objects.get(pk=stage.people[who].pk))
    return client


def undone(client: Client, method: str, address: str, body: dict[str, str] | None = None) -> int:
    """Make the call, return its status, and take back what it did."""
    with transaction.atomic():
        answer = getattr(client, method)(address, body)
        transaction.set_rollback(True)
    return int(answer.status_code)


@pytest.fixture(scope="module")
def few_letters(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a font of a few letters: to embed one of all Chinese takes a second a paper."""
    path = str(tmp_path_factory.mktemp("font") / "few.ttf")
    subset.main([str(font_path()), "--text=0123456789", f"--output-file={path}"])
    return path


@pytest.mark.parametrize("page", ["document", "document_docx", "document_pdf"])
def test_a_document_and_its_files_are_for_those_who_see_its_case_or_are_written_to(
    stage: Stage, letter: Document, page: str, few_letters: str, settings: Settings
) -> None:
    settings.DOCUMENT_FONT = few_letters
    address = reverse(f"dispatch:{page}", args=[letter.pk])
    answers = {who: undone(browser(stage, who), "get", address) for who in [*PEOPLE, ""]}
    assert answers == {who: 200 if who in SEE else 404 for who in PEOPLE} | {"": 302}


def test_the_unit_addressed_answers_and_nobody_else(stage: Stage, letter: Document) -> None:
    address = reverse("dispatch:document_answer", args=[letter.pk])
    said = {"text": "已经到场，正在清理"}
    answers = {who: undone(browser(stage, who), "post", address, said) for who in [*PEOPLE, ""]}
    wanted = {who: 403 if who in SEE else 404 for who in PEOPLE}
    assert answers == wanted | {"department3": 302, "": 302}


def test_the_api_shows_and_answers_to_the_same_people(stage: Stage, letter: Document) -> None:
    shown, answered = f"{V1}/documents/{letter.pk}/", f"{V1}/documents/{letter.pk}/answer/"
    reads = {who: undone(caller(stage, who), "get", shown) for who in [*PEOPLE, ""]}
    assert reads == {who: 200 if who in SEE else 404 for who in PEOPLE} | {"": 401}
    said = {"text": "已经到场"}
    writes = {who: undone(caller(stage, who), "post", answered, said) for who in [*PEOPLE, ""]}
    wanted = {who: 403 if who in SEE else 404 for who in PEOPLE}
    assert writes == wanted | {"department3": 200, "": 401}


def test_a_list_holds_what_one_may_see(stage: Stage, letter: Document) -> None:
    for who in PEOPLE:
        rows = caller(stage, who).get(f"{V1}/documents/").json()["results"]
        assert [row["id"] for row in rows] == ([letter.pk] if who in SEE else []), who
        page = browser(stage, who).get(reverse("dispatch:documents") + "?tab=all")
        assert (letter.number in page.content.decode()) == (who in SEE), who


def test_the_api_finds_what_waits_for_ones_own_answer(stage: Stage, letter: Document) -> None:
    address = f"{V1}/documents/?to_answer="
    found = {who: len(caller(stage, who).get(f"{address}true").json()["results"]) for who in PEOPLE}
    assert found == {who: int(who == "department3") for who in PEOPLE}
    assert caller(stage, "leader").get(f"{address}false").json()["results"][0]["id"] == letter.pk
    assert caller(stage, "department3").get(f"{address}false").json()["results"] == []


def test_the_api_tells_who_may_answer_and_shows_no_caller(stage: Stage, letter: Document) -> None:
    address = f"{V1}/documents/{letter.pk}/"
    shown = caller(stage, "department3").get(address).json()
    assert shown["may_answer"] is True
    assert caller(stage, "leader").get(address).json()["may_answer"] is False
    assert (shown["number"], shown["standing"]) == (letter.number, "open")
    assert shown["to"] == "区消防救援支队"
    assert "王小明" not in str(shown)


def test_whoever_a_document_is_copied_to_sees_it_without_seeing_the_case(stage: Stage) -> None:
    make_ladder()
    [letter] = write_letters(stage)
    elsewhere = Unit.objects.get(code="110112012")
    letter.cc.add(elsewhere)
    assert undone(browser(stage, "town2"), "get", f"/documents/{letter.pk}/") == 200
    for page in (f"/documents/{letter.pk}/", "/documents/?tab=all"):
        shown = browser(stage, "town2").get(page).content.decode()
        assert letter.case.number in shown
        assert f"/cases/{letter.case.number}/" not in shown  # it would be refused
    assert undone(browser(stage, "department"), "get", f"/documents/{letter.pk}/") == 404


def test_the_unit_addressed_sees_its_document_when_the_case_is_no_longer_its_own(
    stage: Stage, letter: Document
) -> None:
    CaseParty.objects.all().delete()
    assert undone(browser(stage, "department3"), "get", f"/documents/{letter.pk}/") == 200


def test_a_person_without_a_role_sees_none(stage: Stage, letter: Document) -> None:
    Membership.objects.filter(user=stage.people["department3"]).delete()
    client = browser(stage, "department3")
    assert undone(client, "get", f"/documents/{letter.pk}/") == 404
    assert letter.number not in client.get("/documents/").content.decode()


def queries_of(client: Client, address: str) -> int:
    client.get(address)  # what a process keeps is read
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200
    return len(caught)


@pytest.mark.parametrize("who", ["department3", "town", "supervisor"])
@pytest.mark.parametrize("address", ["/documents/?tab=mine", "/documents/?tab=all"])
def test_the_list_costs_the_same_with_one_document_and_with_many(
    stage: Stage, letter: Document, who: str, address: str
) -> None:
    client = browser(stage, who)
    one = queries_of(client, address)
    write_letters(stage, 6)
    assert queries_of(client, address) == one
    assert one <= 14


def test_the_list_of_the_api_costs_the_same_with_one_document_and_with_many(
    stage: Stage, letter: Document
) -> None:
    client = caller(stage, "department3")
    one = queries_of(client, f"{V1}/documents/")
    write_letters(stage, 6)
    assert queries_of(client, f"{V1}/documents/") == one
    assert one <= 6
