"""The working of a score on its page: contributions that open, the arithmetic, the sum, and the file."""

import csv
import io
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Unit
from assessment import periods
from assessment.services import scores, workings
from assessment.views import workings as pages
from cases.models import Callback, Case
from tests.assessment.histories import APRIL, history
from tests.assessment.test_month_page import signed_in
from tests.cast import OTHER_TOWN, TOWN, Stage

PAGE = "/month/2026-03/working"


def file_of(client: Client, page: str) -> str:
    """Return the text of the file with all contributions."""
    answer = client.get(f"{page}?file=csv")
    assert "attachment" in answer["Content-Disposition"]
    return answer.getvalue().decode("utf-8-sig")


EVERY = [("town", TOWN), ("performance", TOWN), ("department", "CGW")]


@pytest.mark.parametrize(("sort", "code"), EVERY)
def test_the_page_shows_the_arithmetic_the_sum_and_every_part(
    stage: Stage, sort: str, code: str
) -> None:
    history(stage.people, 21, 60)
    answer = signed_in(stage, "leader").get(f"{PAGE}/{sort}/{code}/")
    html = answer.content.decode()
    found = pages._working(periods.find("2026-03"), sort, code)
    assert found["arithmetic"] in html
    assert f"= {found['score']:.2f}" in html
    for part in found["parts"].values():
        assert part.get("weight") == "0" or part["arithmetic"] in html
    assert re.search(r'<a href="/cases/[\w-]+/">', html)


def test_the_month_page_leads_to_every_working(stage: Stage) -> None:
    history(stage.people, 21, 60)
    leader = signed_in(stage, "leader")
    pages_of = "".join(
        leader.get(f"/month/2026-03/?tab={tab}").content.decode()
        for tab in ("towns", "departments")
    )
    addresses = set(re.findall(r'href="(/month/2026-03/working/[^"]+)"', pages_of))
    assert {address.split("/")[4] for address in addresses} == {"town", "performance", "department"}
    assert all(leader.get(address).status_code == 200 for address in addresses)


def test_a_long_part_is_cut_and_the_file_has_all(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    history(stage.people, 22, 60)
    monkeypatch.setattr(pages, "FIRST", 3)
    leader = signed_in(stage, "leader")
    html = leader.get(f"{PAGE}/town/{TOWN}/").content.decode()
    found = workings.working_of_town(periods.find("2026-03"), TOWN)["parts"]["results"]
    every = len(found["contributions"])
    assert every > 3
    assert f"3 of {every} shown" in html
    rows = list(csv.reader(io.StringIO(file_of(leader, f"{PAGE}/town/{TOWN}/"))))
    assert len(rows) == every + 3  # its head, the part, the score


@pytest.mark.parametrize(
    ("name", "url", "status"),
    [
        ("town", f"town/{TOWN}", 200),
        ("town", f"performance/{TOWN}", 200),
        ("town", f"town/{OTHER_TOWN}", 403),
        ("town", "department/CGW", 403),
        ("department", "department/CGW", 200),
        ("department", "department/ZJW", 403),
        ("operator", f"town/{TOWN}", 403),
        ("leader", "town/CGW", 404),
        ("leader", f"department/{TOWN}", 404),
        ("leader", "department/none", 404),
        ("leader", f"other/{TOWN}", 404),
        ("leader", "town/%00", 404),
    ],
)
def test_a_unit_opens_its_own_working_only(stage: Stage, name: str, url: str, status: int) -> None:
    assert signed_in(stage, name).get(f"{PAGE}/{url}/").status_code == status


def test_a_case_kept_from_the_reader_is_not_named(stage: Stage) -> None:
    """A report of wrongdoing against the town counts in its score, and the town does not learn which it is."""
    history(stage.people, 23, 60)
    found = workings.working_of_town(periods.find("2026-03"), TOWN)["parts"]["results"]
    number = found["contributions"][0]["case"]
    page = f"{PAGE}/town/{TOWN}/"
    town = signed_in(stage, "town")
    assert number in town.get(page).content.decode()
    accused = Unit.objects.get(code=TOWN)
    Case.objects.filter(number=number).update(kind="report", accused=accused)
    html = town.get(page).content.decode()
    assert number not in html
    assert number not in file_of(town, page)
    assert "kept from you" in html
    assert number in signed_in(stage, "leader").get(page).content.decode()


def test_what_an_older_system_gave_up_says_no_word_of_ours(stage: Stage) -> None:
    history(stage.people, 23, 60)
    case = Case.objects.filter(received_at__gte=periods.find("2026-03").starts_at, town=TOWN)[0]
    Callback.objects.filter(case=case).delete()
    Case.objects.filter(pk=case.pk).update(
        callback_given_up=True,
        counted=True,
        state="closed",
        handled_at=case.received_at,
        closed_at=case.received_at,
    )
    html = signed_in(stage, "leader").get(f"{PAGE}/town/{TOWN}/").content.decode()
    assert "nobody was reached" in html
    assert "unknown" not in html


def test_the_call_names_no_more_than_the_page(stage: Stage) -> None:
    history(stage.people, 23, 60)
    found = workings.working_of_town(periods.find("2026-03"), TOWN)
    number = found["parts"]["results"]["contributions"][0]["case"]
    accused = Unit.objects.get(code=TOWN)
    Case.objects.filter(number=number).update(kind="report", accused=accused)
    client, address = APIClient(), f"/api/v1/assessment/periods/2026-03/towns/{TOWN}/working/"
    client.force_authenticate(stage.who("town"))
    seen = client.get(address).json()
    assert number not in json.dumps(seen)
    assert seen["score"] == found["score"]
    assert seen["parts"]["results"]["sum"] == found["parts"]["results"]["sum"]
    client.force_authenticate(stage.who("leader"))
    assert number in client.get(address).content.decode()


def test_a_document_about_a_case_of_another_month_names_it_to_nobody_it_accuses(
    stage: Stage,
) -> None:
    """A document counts in the month it was issued in, whenever its case was received."""
    history(stage.people, 23, 60)
    part = workings.working_of_department(periods.find("2026-03"), "CGW")["parts"]["documents"]
    line = part["contributions"][0]
    accused = Unit.objects.get(code="CGW")
    earlier = periods.find("2026-01").starts_at
    Case.objects.filter(number=line["case"]).update(
        kind="report", accused=accused, received_at=earlier
    )
    department, page = signed_in(stage, "department"), f"{PAGE}/department/CGW/"
    for text in (department.get(page).content.decode(), file_of(department, page)):
        assert line["case"] not in text
        assert not re.search(rf"\b{line['document']}\b", text)


@pytest.mark.parametrize("count", [10, 60])
@pytest.mark.parametrize(("sort", "code"), EVERY)
def test_the_page_costs_few_queries(stage: Stage, sort: str, code: str, count: int) -> None:
    history(stage.people, 24, count)
    scores.refresh(periods.find("2026-03"), APRIL)
    leader = signed_in(stage, "leader")
    leader.get(f"{PAGE}/{sort}/{code}/")
    with CaptureQueriesContext(connection) as queries:
        leader.get(f"{PAGE}/{sort}/{code}/")
    assert len(queries) <= 29, [q["sql"] for q in queries]
