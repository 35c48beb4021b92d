"""Every page of assessment over a year of an older system: its queries do not grow with the rows, and each uses an index."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment import periods
from assessment.services import scores
from bench.history import Year
from bench.history import write as write_year
from cases.models import Case
from tests.cast import TOWN, Stage
from tests.imports.history_file import PLACE, take_over
from tests.plans import read_whole

pytestmark = pytest.mark.django_db

FEW, MANY = 100, 500
"""Few are enough for every town, category, kind and department to have some."""
PERIODS = ("2025", "2025-07")
API = "/api/v1/assessment/periods"
PAGES = {
    "/month/2025/": "leader",
    "/month/2025-07/": "leader",
    "/month/2025-07/?tab=towns": "leader",
    "/month/2025-07/?tab=departments": "leader",
    "/month/2025-07/?tab=categories": "leader",
    "/month/2025-07/?tab=corrections": "leader",
    "/month/2025/orders/?unit=CGW&what=orders": "leader",
    "/month/2025/orders/?unit=CGW&what=valid_callbacks": "leader",
    "/month/2025/orders/?unit=CGW&what=finish_missed": "leader",
    f"/month/2025/whistles/?town={TOWN}&solved=1": "leader",
    f"/month/2025-07/working/town/{TOWN}/": "leader",
    f"/month/2025-07/working/performance/{TOWN}/": "leader",
    "/month/2025-07/working/department/CGW/": "leader",
    "/trend/": "leader",
    "/brief/": "leader",
    "/wall/": "leader",
    "/wall/news/": "leader",
    "/claims/": "assessor",
    "/claims/waiting/": "supervisor",
    "/reviews/": "town",
    "/leader-marks/": "leader",
    "/policies/": "assessor",
    "/reports/": "assessor",
    "/topics/": "leader",
    "/hot-spots/": "leader",
    "/signs/": "assessor",
    "/what-if/": "assessor",
    f"/cases/?town={TOWN}&resolved=yes": "town",
    "/desk/department/?group=settled": "department3",
    "/desk/whistles/": "town",
    f"{API}/2025/": "leader",
    f"{API}/2025-07/towns/": "leader",
    f"{API}/2025-07/departments/": "leader",
    f"{API}/2025-07/departments/CGW/working/": "leader",
}
BIG = {
    "cases_case",
    "cases_caseevent",
    "cases_callback",
    "cases_caseparty",
    "cases_clock",
    "dispatch_whistle",
    "dispatch_order",
    "assessment_frozeninput",
}


def a_year(path: Path, count: int) -> None:
    """Take over so many cases of 2025 and reckon the periods that the pages show."""
    write_year(path, Year(PLACE, count, 2025, seed=count, open_share=0.02).rows())
    with path.open(encoding="utf-8") as file:  # numbers of their own for each size
        text = file.read().replace("-H", f"-{count}H")
    path.write_text(text, encoding="utf-8")
    take_over(path)
    for name in PERIODS:
        span = periods.find(name)
        assert span is not None
        scores.refresh(span, timezone.now())  # later than the import ended


def asked(stage: Stage, page: str, who: str) -> list[str]:
    """Return the statements that a page sends."""
    client = Client()
    client.force_login(stage.who(who))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"
    with CaptureQueriesContext(connection) as captured:
        assert client.get(page).status_code == 200, page
    return [query["sql"] for query in captured]


def whole_readings(statements: Iterable[str]) -> list[str]:
    """Return the big tables that would be read from end to end even if they were too long for it."""
    return [
        f"{table}: {sql[:2000]}"
        for sql in statements
        if sql.startswith(("SELECT", "WITH"))
        for table in read_whole(sql) & BIG
    ]


def test_no_page_asks_more_or_reads_a_table_whole_when_there_are_many_more_cases(
    stage: Stage, tmp_path: Path
) -> None:
    a_year(tmp_path / "few.csv", FEW)
    for page in ("/month/2025/", "/wall/", "/brief/", "/trend/"):
        asked(stage, page, "leader")  # what a process keeps, it has read once
    before = {page: len(asked(stage, page, who)) for page, who in PAGES.items()}
    a_year(tmp_path / "many.csv", MANY)
    assert Case.objects.count() == FEW + MANY
    grown, whole = {}, {}
    for page, who in PAGES.items():
        statements = asked(stage, page, who)
        if len(statements) > before[page]:
            grown[page] = (before[page], len(statements))
        if read := whole_readings(statements):
            whole[page] = read
    assert not grown
    assert not whole
