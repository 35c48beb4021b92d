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
from assessment.models import AssessmentPolicy, PeriodFigures, Review, ReviewAnswer, WhistleMark
from assessment.services import scores, standing
from assessment.views.ranks import by_performance
from cases.models import Clock
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


TABS = ("overview", "towns", "departments", "categories", "lists", "corrections")


def test_every_number_opens_a_list_of_as_many(stage: Stage) -> None:
    history(stage.people, 11, 40)
    leader = signed_in(stage, "leader")
    links = {url: count for tab in TABS for url, count in links_of(leader, f"{PAGE}?tab={tab}")}
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
    links = dict(links_of(town, f"{PAGE}?tab=towns"))
    assert links
    assert all(f"town={TOWN}" in url for url in links)
    assert {url: counted(town, url) for url in links} == links
    assert town.get(PAGE + "orders/?unit=CGW&what=orders").status_code == 403
    assert town.get(PAGE + "whistles/?town=110112012").status_code == 403
    assert town.post(PAGE + "refresh/").status_code == 403


def test_a_department_opens_its_own_line_only(stage: Stage) -> None:
    history(stage.people, 14, 40)
    department = signed_in(stage, "department")
    links = dict(links_of(department, f"{PAGE}?tab=departments"))
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
    for tab in TABS:
        page = f"{PAGE}?tab={tab}"
        leader.get(page)
        with CaptureQueriesContext(connection) as queries:
            leader.get(page)
        assert len(queries) <= 12, [q["sql"] for q in queries]


@pytest.mark.parametrize("url", ["orders/?unit=CGW&what=orders", "whistles/"])
@pytest.mark.parametrize("count", [5, 30])
def test_the_lists_cost_few_queries(stage: Stage, url: str, count: int) -> None:
    history(stage.people, 16, count)
    leader = signed_in(stage, "leader")
    leader.get(PAGE + url)
    with CaptureQueriesContext(connection) as queries:
        leader.get(PAGE + url)
    assert len(queries) <= 8, [q["sql"] for q in queries]


def test_a_town_sees_the_ranking_only(stage: Stage) -> None:
    town = signed_in(stage, "town")
    for tab in ("categories", "lists", "corrections"):
        answer = town.get(f"{PAGE}?tab={tab}")
        assert answer.context["tab"] == "overview"
        assert [one["label"] for one in answer.context["tabs"]] == [
            "Overview",
            "Towns",
            "Departments",
        ]


def test_a_unit_below_the_fewest_cases_has_no_rank_and_the_page_says_why(stage: Stage) -> None:
    AssessmentPolicy.objects.update(min_cases=500)
    history(stage.people, 17, 40)
    WhistleMark.objects.all().delete()  # what a town's whistles are worth is not known then
    html = signed_in(stage, "leader").get(f"{PAGE}?tab=towns").content.decode()
    assert html.count("fewer than 500, not ranked") == 2


def test_what_is_not_told_apart_is_called_so(stage: Stage) -> None:
    AssessmentPolicy.objects.update(min_cases=1)
    history(stage.people, 18, 60)
    html = signed_in(stage, "leader").get(f"{PAGE}?tab=towns").content.decode()
    assert "not told apart from" in html
    assert re.search(r"places 1–\d", html)


def test_pooled_and_averaged_figures_are_both_labelled(stage: Stage) -> None:
    history(stage.people, 18, 40)
    html = signed_in(stage, "leader").get(f"{PAGE}?tab=towns").content.decode()
    assert "pooled: each callback counts the same" in html
    assert "each town counts the same" in html


def test_a_period_is_chosen_by_its_name(stage: Stage) -> None:
    leader = signed_in(stage, "leader")
    for name in ("2026-03-04", "2026-W10", "2026-Q1", "2026", "2026-02"):
        answer = leader.get(f"/month/?period={name}&tab=towns")
        assert (answer.status_code, answer["Location"]) == (302, f"/month/{name}/?tab=towns")
        shown = leader.get(answer["Location"])
        assert shown.status_code == 200
        assert any(name in group["periods"] for group in shown.context["choices"])
    assert leader.get("/month/?period=nonsense").status_code == 400


def test_figures_kept_by_an_older_version_are_still_shown(stage: Stage) -> None:
    history(stage.people, 19, 30)
    leader = signed_in(stage, "leader")
    leader.get(PAGE)
    kept = PeriodFigures.objects.get()
    new = {
        *("group", "group_name", "unranked", "partly", "unreached", "awaiting", "bounds", "redone"),
        *("self_handled", "handled", "whistled", "whistle_marks", "improper", "upheld_against"),
        *("performance", "struck_reviews", "town_weights", "documents", "leader_marks"),
        *standing.NOTHING,
    }
    for key in ("by_town", "by_department"):
        kept.figures[key] = [
            {name: value for name, value in row.items() if name not in new}
            for row in kept.figures[key]
        ]
    for name in ("unreached", "awaiting", "partly", "attempts", "whistled"):
        kept.figures["totals"].pop(name, None)
    for name in ("groups", "bounds"):
        kept.figures.pop(name)
    policy = kept.figures["policy"]
    weights = ("marks", "timeliness", "results")
    kept.figures["policy"] = {
        name: policy[name] for name in ("name", "weights", "basic_factor", "tie_rule")
    } | {"department_weights": {name: policy["department_weights"][name] for name in weights}}
    kept.policy = kept.figures["policy"]
    kept.save()
    for tab in TABS:
        assert leader.get(f"{PAGE}?tab={tab}").status_code == 200


def test_what_is_set_aside_is_in_no_number_and_in_no_list(stage: Stage) -> None:
    """A missed limit that is not charged and marks that were struck count nowhere."""
    history(stage.people, 11, 60)
    at = APRIL
    missed = Clock.objects.filter(breached_at__isnull=False)
    assert missed.exists()
    missed.filter(pk__in=missed.values("pk")[:20]).update(exempt_at=at)
    reviews = list(Review.objects.order_by("pk")[:5])
    for review in reviews:
        struck = {
            "kind": "object",
            "answered_by": review.reviewer,
            "answered_at": at,
            "upheld": True,
            "ruling": "评分依据不实",
            "ruled_by": review.reviewer,
            "ruled_at": at,
        }
        ReviewAnswer.objects.update_or_create(review=review, defaults=struck)
    leader = signed_in(stage, "leader")
    links = {
        url: count
        for tab in ("towns", "departments")
        for url, count in links_of(leader, f"{PAGE}?tab={tab}")
        if "charged" in url or "what=" in url
    }
    assert links
    assert {url: counted(leader, url) for url in links} == links


def test_the_performance_of_towns_stands_in_the_order_of_its_own_ranks() -> None:
    ranks = {"a": 3, "b": 1, "c": None, "d": 2}
    rows = [{"name": name, "performance": {"rank": rank}} for name, rank in ranks.items()]
    (group,) = by_performance([{"name": "", "rows": [*rows, {"name": "e", "performance": None}]}])
    assert [row["name"] for row in group["rows"]] == ["b", "d", "a", "c"]
