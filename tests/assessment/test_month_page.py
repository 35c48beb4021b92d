"""The month page: who reads it, that every number opens what it counts, and how many queries it costs."""

import re
from datetime import datetime, timedelta
from html import unescape

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from assessment import periods
from assessment.models import PeriodFigures
from assessment.services import scores
from tests.assessment.histories import APRIL, MARCH, history
from tests.cast import SHANGHAI, TOWN, Stage

PAGE = "/month/2026-03/"
LINK = re.compile(r'<a href="([^"]+)" data-count="(\d+)"')
TOTAL = re.compile(r'(?:data-total="|<span class="muted">\s*)([\d,]+\+?)')


def signed_in(stage: Stage, name: str) -> Client:
    client = Client()
    client.force_login(stage.who(name))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def links_of(client: Client, page: str = PAGE) -> list[tuple[str, int]]:
    """Return every linked number of the page with the address it opens."""
    html = client.get(page).content.decode()
    return [(unescape(url), int(count)) for url, count in LINK.findall(html)]


def counted(client: Client, url: str) -> int:
    """Return the count that the list behind a link states."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    html = answer.content.decode()
    found = TOTAL.search(html[html.index('class="pager') :])
    assert found, url
    return int(found[1].replace(",", ""))


def test_every_number_opens_a_list_of_as_many(stage: Stage) -> None:
    history(stage.people, 11, 40)
    leader = signed_in(stage, "leader")
    links = dict(links_of(leader))
    for category in ("01", "03"):
        links |= dict(links_of(leader, f"{PAGE}?category={category}"))
    assert len(links) > 100
    assert any("category=0306" in url for url in links)
    found = {url: counted(leader, url) for url in links}
    assert found == links


def test_every_point_of_a_chart_opens_as_many(stage: Stage) -> None:
    history(stage.people, 12, 40)
    leader = signed_in(stage, "leader")
    context = leader.get(PAGE).context
    for name in ("days_chart", "category_chart", "channel_chart"):
        chart = context[name]
        assert chart["urls"]
        for url, value in zip(chart["urls"], chart["series"][0]["values"], strict=True):
            assert counted(leader, url) == value


@pytest.mark.parametrize("name", ["leader", "assessor", "supervisor", "admin"])
def test_readers_see_all_figures(stage: Stage, name: str) -> None:
    stage.case(at=MARCH)
    html = signed_in(stage, name).get(PAGE).content.decode()
    assert "Response rate" in html
    assert "Departments ranked" in html


@pytest.mark.parametrize("name", ["operator", "callback", "gridworker", "gridhead", "community"])
def test_others_are_refused(stage: Stage, name: str) -> None:
    client = signed_in(stage, name)
    for url in (
        PAGE,
        "/month/",
        PAGE + "orders/?unit=CGW",
        PAGE + "whistles/",
        PAGE + "whistles/?town=" + TOWN,
    ):
        assert client.get(url).status_code == 403, url
    assert client.post(PAGE + "refresh/").status_code == 403


def test_strangers_are_sent_to_sign_in(stage: Stage) -> None:
    for url in (PAGE, "/month/", PAGE + "orders/", PAGE + "whistles/"):
        assert Client().get(url).status_code == 302


def test_a_town_reads_the_ranking_and_opens_its_own_line_only(stage: Stage) -> None:
    history(stage.people, 13, 40)
    town = signed_in(stage, "town")
    html = town.get(PAGE).content.decode()
    assert "Towns ranked" in html
    assert "杨庄街道" in html
    assert "Response rate" not in html
    links = dict(links_of(town))
    assert links
    assert all(f"town={TOWN}" in url for url in links)
    assert {url: counted(town, url) for url in links} == links
    assert town.get(PAGE + "orders/?unit=CGW&what=orders").status_code == 403
    assert town.get(PAGE + "whistles/?town=110112012").status_code == 403
    assert town.post(PAGE + "refresh/").status_code == 403


def test_a_department_opens_its_own_line_only(stage: Stage) -> None:
    history(stage.people, 14, 40)
    department = signed_in(stage, "department")
    links = dict(links_of(department))
    assert links
    assert all("unit=CGW" in url for url in links)
    assert {url: counted(department, url) for url in links} == links
    assert department.get(PAGE + "orders/?unit=ZJW").status_code == 403


def test_a_month_without_cases_says_so(stage: Stage) -> None:
    html = signed_in(stage, "leader").get("/month/2026-01/").content.decode()
    assert "No case was received in this period" in html
    assert "No data" in html
    assert "0.00" not in html


@pytest.mark.parametrize("name", ["2026-13", "26-01", "nonsense", "2026-3", "99999", "冬"])
def test_an_unknown_period_is_a_clear_error(stage: Stage, name: str) -> None:
    answer = signed_in(stage, "leader").get(f"/month/{name}/")
    assert answer.status_code == 400
    assert "There is no period" in answer.content.decode()


def test_an_unknown_number_is_not_found(stage: Stage) -> None:
    leader = signed_in(stage, "leader")
    for given in ("unit=CGW&what=nonsense", "unit=%00"):
        assert leader.get(f"{PAGE}orders/?{given}").status_code == 404
    assert leader.get(PAGE + "whistles/?town=%00").status_code == 404


def test_the_page_of_today_is_the_running_month_with_its_neighbours(stage: Stage) -> None:
    answer = signed_in(stage, "leader").get("/month/")
    span = periods.running_month(datetime.now(SHANGHAI))
    assert answer.context["span"] == span
    assert answer.context["running"]
    assert answer.context["after"] is None  # nothing can have been received in a month to come
    before = answer.context["before"]
    assert before.ends_at == span.starts_at
    assert f"/month/{before.name}/" in answer.content.decode()


def test_the_page_reads_the_roll_up_and_says_when_it_was_reckoned(stage: Stage) -> None:
    stage.case(at=MARCH)
    leader = signed_in(stage, "leader")
    leader.get(PAGE)
    stage.case(at=MARCH + timedelta(hours=1))
    answer = leader.get(PAGE)
    assert answer.context["whole"]["received"].value == 1
    assert answer.context["computed_at"] == PeriodFigures.objects.get().computed_at
    assert leader.post(PAGE + "refresh/").status_code == 302
    assert leader.get(PAGE).context["whole"]["received"].value == 2


@pytest.mark.parametrize("count", [1, 30])
def test_the_page_costs_few_queries(stage: Stage, count: int) -> None:
    history(stage.people, 15, count)
    scores.refresh(periods.find("2026-03"), APRIL)
    leader = signed_in(stage, "leader")
    leader.get(PAGE)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        leader.get(PAGE)
    assert len(queries) <= 8, [q["sql"] for q in queries]


@pytest.mark.parametrize("url", ["orders/?unit=CGW&what=orders", "whistles/"])
@pytest.mark.parametrize("count", [5, 30])
def test_the_lists_cost_few_queries(stage: Stage, url: str, count: int) -> None:
    history(stage.people, 16, count)
    leader = signed_in(stage, "leader")
    leader.get(PAGE + url)
    with CaptureQueriesContext(connection) as queries:
        leader.get(PAGE + url)
    assert len(queries) <= 8, [q["sql"] for q in queries]
