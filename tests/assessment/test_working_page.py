"""The working of a score on its page: contributions that open, the arithmetic, the sum, and the file."""

import csv
import io
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Unit
from assessment import periods
from assessment.services import scores, workings
from assessment.views import workings as pages
from cases.models import Case
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


@pytest.mark.parametrize("count", [10, 60])
@pytest.mark.parametrize(("sort", "code"), EVERY)
def test_the_page_costs_few_queries(stage: Stage, sort: str, code: str, count: int) -> None:
    history(stage.people, 24, count)
    scores.refresh(periods.find("2026-03"), APRIL)
    leader = signed_in(stage, "leader")
    leader.get(f"{PAGE}/{sort}/{code}/")
    with CaptureQueriesContext(connection) as queries:
        leader.get(f"{PAGE}/{sort}/{code}/")
    assert len(queries) <= 24, [q["sql"] for q in queries]
