"""A working of many cases: sums over all of them, contributions page by page, nothing lost between two pages."""

import base64
import json
from fractions import Fraction
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import Unit
from assessment import periods
from assessment.api import scores as api
from assessment.services import workings
from assessment.services.freezing import freeze
from assessment.views import workings as pages
from cases.models import Case
from tests.api.calls import V1, caller
from tests.assessment.histories import APRIL, history
from tests.assessment.test_month_page import signed_in
from tests.cast import OTHER_TOWN, TOWN, Stage

MARCH = "2026-03"
UNITS = [("towns", TOWN), ("departments", "CGW")]


@pytest.fixture(autouse=True)
def _fresh_throttles() -> None:
    cache.clear()


@pytest.fixture
def march(stage: Stage) -> Stage:
    history(stage.people, 21, 60)
    return stage


def whole(sort: str, code: str) -> dict[str, Any]:
    """Return every part of a unit's working with all its contributions."""
    span = periods.find(MARCH)
    if sort == "departments":
        return dict(workings.working_of_department(span, code)["parts"])
    found = workings.working_of_town(span, code)
    return found["performance"]["parts"] | found["parts"]


def by_page(sort: str, code: str, part: str, most: int) -> list[Any]:
    """Return the contributions to a part, read page by page."""
    rows, cursor = [], ""
    while True:
        page = workings.contributions_to(
            periods.find(MARCH), code, part, cursor, most, town=sort == "towns"
        )
        assert page is not None
        assert len(page.rows) <= most
        rows += page.rows
        cursor = page.next
        if not cursor:
            return rows


@pytest.mark.parametrize("frozen", [False, True])
@pytest.mark.parametrize(("sort", "code"), UNITS)
def test_pages_hold_every_contribution_once_and_add_up_to_the_sum(
    march: Stage, sort: str, code: str, frozen: bool
) -> None:
    before = whole(sort, code)
    if frozen:
        freeze(periods.find(MARCH), None, APRIL)
    found = whole(sort, code)
    assert found == before
    listed = 0
    for name, part in found.items():
        assert by_page(sort, code, name, 7) == part["contributions"], name
        assert part["listed"] == len(part["contributions"])
        listed += part["listed"]
        counting = [
            Fraction(row["points"]) for row in part["contributions"] if row["points"] != "—"
        ]
        if name in ("results", "timeliness", "marks", "documents", "leaders"):
            assert sum(counting, Fraction(0)) == Fraction(part["sum"]), name
    assert listed > 20


@pytest.mark.parametrize(("sort", "code"), UNITS)
def test_the_call_names_all_or_as_many_as_asked_for_and_where_the_others_are(
    march: Stage, monkeypatch: pytest.MonkeyPatch, sort: str, code: str
) -> None:
    leader, address = (
        caller(march, "leader"),
        f"{V1}/assessment/periods/{MARCH}/{sort}/{code}/working/",
    )
    full = leader.get(address).json()["parts"]
    assert all(part["next"] is None for part in full.values())
    monkeypatch.setattr(api, "MOST", 3)
    cut = leader.get(f"{address}?most=3").json()["parts"]
    assert leader.get(f"{address}?most=0").status_code == 400
    for name, part in full.items():
        rows, link = cut[name]["contributions"], cut[name]["next"]
        assert len(rows) <= 3
        assert cut[name] | {"contributions": 0, "next": 0} == part | {"contributions": 0, "next": 0}
        while link:
            page = leader.get(link).json()
            rows, link = rows + page["results"], page["next"]
        assert rows == part["contributions"]


def test_the_page_of_a_part_goes_on_to_the_end(
    march: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "FIRST", 3)
    monkeypatch.setattr(pages, "FURTHER", 4)
    leader, page = signed_in(march, "leader"), f"/month/{MARCH}/working/town/{TOWN}/"
    html = leader.get(page)
    [results] = html.context["parts"]
    assert f"{page}results/?cursor={results['next']}" in html.content.decode()
    cells, cursor = list(results["rows"]), results["next"]
    while cursor:
        found = leader.get(f"{page}results/?cursor={cursor}")
        cells, cursor = cells + found.context["part"]["rows"], found.context["next"]
    numbers = [row["cells"][0]["text"] for row in cells]
    assert numbers == [row["case"] for row in whole("towns", TOWN)["results"]["contributions"]]


def test_the_database_reads_no_more_lines_than_a_page_shows(march: Stage) -> None:
    with CaptureQueriesContext(connection) as made:
        workings.working_of_town(periods.find(MARCH), TOWN, 3, performed=False)
    listed = [q["sql"] for q in made if 'ORDER BY "number"' in q["sql"]]
    assert len(listed) == 1
    assert listed[0].rstrip().endswith("LIMIT 4")


def test_a_case_kept_from_the_reader_is_named_on_no_page(march: Stage) -> None:
    number = whole("towns", TOWN)["results"]["contributions"][0]["case"]
    accused = Unit.objects.get(code=TOWN)
    Case.objects.filter(number=number).update(kind="report", accused=accused)
    town, address = (
        caller(march, "town"),
        f"{V1}/assessment/periods/{MARCH}/towns/{TOWN}/working/results/",
    )
    assert number not in json.dumps(town.get(address).json())
    assert number in json.dumps(caller(march, "leader").get(address).json())
    page = f"/month/{MARCH}/working/town/{TOWN}/results/"
    assert number not in signed_in(march, "town").get(page).content.decode()
    assert number in signed_in(march, "leader").get(page).content.decode()


def test_no_cursor_names_a_case_kept_from_the_reader(
    march: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = [row["case"] for row in whole("towns", TOWN)["results"]["contributions"]]
    accused, hidden = Unit.objects.get(code=TOWN), {full[1], full[2], full[-1]}
    Case.objects.filter(number__in=hidden).update(kind="report", accused=accused)
    monkeypatch.setattr(api, "MOST", 2)
    town, address = caller(march, "town"), f"{V1}/assessment/periods/{MARCH}/towns/{TOWN}/working/"
    part = town.get(f"{address}?most=2").json()["parts"]["results"]
    seen, link, named = [row["case"] for row in part["contributions"]], part["next"], []
    while link:
        cursor = link.partition("cursor=")[2].replace("%3D", "")
        named.append(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode())
        page = town.get(link).json()
        seen, link = seen + [row["case"] for row in page["results"]], page["next"]
    assert seen == [None if number in hidden else number for number in full]
    assert len(named) > 3
    assert not any(number in text for number in hidden for text in named), named


@pytest.mark.parametrize(
    "cursor",
    [
        *("", "x", "W10", "WzldCg", "WzAsNV0", "WzAsIlx1MDAwMCJd", "bnVsbA"),
        *("WzAsICJcdWQ4MDAiXQ", "W1tb" * 500),
    ],
)
def test_a_cursor_of_nobody_s_is_the_beginning(march: Stage, cursor: str) -> None:
    span = periods.find(MARCH)
    page = workings.contributions_to(span, TOWN, "results", cursor, 5, town=True)
    first = workings.contributions_to(span, TOWN, "results", "", 5, town=True)
    assert page == first


@pytest.mark.parametrize(
    ("who", "path", "status"),
    [
        ("town", f"town/{TOWN}/results", 200),
        ("town", f"performance/{TOWN}/self", 200),
        ("town", f"town/{OTHER_TOWN}/results", 403),
        ("department", "department/CGW/timeliness", 200),
        ("department", "department/ZJW/timeliness", 403),
        ("operator", f"town/{TOWN}/results", 403),
        ("leader", f"town/{TOWN}/none", 404),
        ("leader", f"town/{TOWN}/marks", 404),
    ],
)
def test_a_unit_opens_its_own_contributions_only(
    march: Stage, who: str, path: str, status: int
) -> None:
    assert signed_in(march, who).get(f"/month/{MARCH}/working/{path}/").status_code == status
    sort, code, part = path.split("/")
    kind = "departments" if sort == "department" else "towns"
    address = f"{V1}/assessment/periods/{MARCH}/{kind}/{code}/working/{part}/"
    assert caller(march, who).get(address).status_code == status
