"""The trend over a year: honest ratios, from kept roll-ups, with bounded work, and for one's own unit only."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from assessment import periods
from assessment.models import FrozenPeriod, PeriodFigures
from assessment.services import scores, trend
from assessment.services.trend import DEPARTMENT, DISTRICT, TOWN, measure_of, trend_of
from assessment.trends import Month, Sort, Standing, change, lines_of
from dispatch.models import HistoryImport
from tests.assessment.histories import APRIL, history
from tests.cast import OTHER_TOWN, SHANGHAI, Stage
from tests.cast import TOWN as TOWN_CODE

MAY = datetime(2026, 5, 6, 9, 0, tzinfo=SHANGHAI)


def month(value: object, standing: Standing = Standing.KEPT) -> Month:
    return Month("m", standing, None if value is None else Decimal(str(value)))


@pytest.mark.parametrize(
    ("now", "then", "sort", "said"),
    [
        (110, 100, Sort.COUNT, "10.0"),
        (100, 110, Sort.COUNT, "-9.1"),
        (1, 3, Sort.COUNT, "-66.7"),
        (2005, 2000, Sort.COUNT, "0.3"),  # 0.25: half up
        (5, 0, Sort.COUNT, None),  # not +100 %
        (0, 0, Sort.COUNT, None),
        (0, 5, Sort.COUNT, "-100.0"),
        (None, 5, Sort.COUNT, None),
        (5, None, Sort.COUNT, None),
        ("93.81", "92.10", Sort.RATE, "1.71"),
        ("0", "0", Sort.RATE, "0"),
        (None, "92.10", Sort.RATE, None),
        ("90.23", "92.18", Sort.SCORE, "-1.95"),
    ],
)
def test_a_ratio_is_stated_only_where_there_is_something_to_divide_by(
    now: object, then: object, sort: Sort, said: str | None
) -> None:
    found = change(month(now), month(then), sort)
    assert found == (None if said is None else Decimal(said))


def test_a_month_still_running_has_rates_to_compare_and_no_counts() -> None:
    running = month(50, Standing.RUNNING)
    assert change(running, month(100), Sort.COUNT) is None
    assert change(running, month(40), Sort.RATE) == 10
    assert change(month(40), None, Sort.RATE) is None


def test_each_month_stands_beside_the_one_before_and_the_same_of_last_year() -> None:
    months = [Month(f"{n}", Standing.KEPT, Decimal(n)) for n in range(25)]
    lines = lines_of(months, Sort.COUNT)
    assert [line.month.name for line in lines] == [str(n) for n in range(12, 25)]
    assert [line.before.name for line in lines if line.before] == [str(n) for n in range(11, 24)]
    assert [line.year_before.name for line in lines if line.year_before] == [
        str(n) for n in range(13)
    ]


# --- from kept roll-ups


def keep(stage: Stage, *names: str) -> None:
    for name in names:
        scores.refresh(periods.find(name), MAY)


def values(sort: str, code: str, what: str, at: datetime = MAY) -> dict[str, Any]:
    measure = measure_of(sort, what)
    assert measure
    found = trend_of(sort, code, measure, at)
    return {line.month.name: line.month.value for line in found.lines}


def test_every_figure_is_that_of_the_month_s_report(stage: Stage) -> None:
    history(stage.people, 21, 60)
    keep(stage, "2026-03")
    figures = PeriodFigures.objects.get(period="2026-03").figures
    town = next(row for row in figures["by_town"] if row["code"] == TOWN_CODE)
    unit = next(row for row in figures["by_department"] if row["code"] == "ZJW")
    exact = lambda value: None if value is None else Decimal(str(value))  # noqa: E731
    for sort, code, row in ((DISTRICT, "", figures), (TOWN, TOWN_CODE, town)):
        counts = row.get("totals", row)
        for what, name in (("received",) * 2, ("closed",) * 2, ("late", "breached")):
            assert values(sort, code, what)["2026-03"] == counts[name], (sort, what)
        assert values(sort, code, "resolution")["2026-03"] == exact(row["rates"]["resolution"])
        assert values(sort, code, "score")["2026-03"] == exact(row["score"])
    assert values(DEPARTMENT, "ZJW", "orders")["2026-03"] == unit["orders"]
    assert values(DEPARTMENT, "ZJW", "timeliness")["2026-03"] == exact(unit["parts"]["timeliness"])
    missed = sum(limit["missed"] for limit in unit["limits"].values())
    assert values(DEPARTMENT, "ZJW", "late")["2026-03"] == missed
    first = figures["by_category"][0]
    of_category = values(DISTRICT, "", f"category:{first['code']}")
    assert of_category["2026-03"] == first["received"]


def test_a_frozen_month_shows_what_was_frozen(stage: Stage) -> None:
    history(stage.people, 22, 20)
    keep(stage, "2026-03")
    kept = PeriodFigures.objects.get(period="2026-03")
    FrozenPeriod.objects.create(
        period="2026-03",
        starts_at=kept.starts_at,
        ends_at=kept.ends_at,
        figures='{"totals": {"received": 4711}, "rates": {}, "score": null, "by_category": [], '
        '"by_department": []}',
        figures_hash="x",
        inputs_hash="x",
        lines=1,
        frozen_at=MAY,
    )
    assert values(DISTRICT, "", "received")["2026-03"] == 4711


def test_reading_reckons_nothing_and_says_which_months_are_left(stage: Stage) -> None:
    stage.case(at=datetime(2025, 12, 3, 9, 0, tzinfo=SHANGHAI))
    measure = measure_of(DISTRICT, "received")
    assert measure
    months = ["2025-12", "2026-01", "2026-02", "2026-03", "2026-04", "2026-05"]
    assert trend_of(DISTRICT, "", measure, MAY).missing == months
    assert not PeriodFigures.objects.exists()
    assert trend.reckon_missing(MAY) == 4
    found = trend_of(DISTRICT, "", measure, MAY)
    assert found.missing == months[:4]
    assert set(PeriodFigures.objects.values_list("period", flat=True)) == {"2026-04", "2026-05"}
    standing = {line.month.name: line.month.standing for line in found.lines}
    assert standing["2026-05"] == Standing.RUNNING
    assert standing["2026-04"] == Standing.KEPT
    assert standing["2026-03"] == Standing.MISSING
    assert standing["2025-11"] == Standing.BEFORE


@pytest.mark.parametrize(("seconds", "runs"), [(60.0, [4, 0]), (0.0, [1, 1, 1, 1, 0])])
def test_the_sweep_keeps_months_for_a_short_while_and_stops_when_all_are_there(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, seconds: float, runs: list[int]
) -> None:
    monkeypatch.setattr(trend, "ENOUGH", seconds)
    stage.case(at=datetime(2025, 12, 3, 9, 0, tzinfo=SHANGHAI))
    done = [trend.keep_months(MAY + timedelta(minutes=n)) for n in range(len(runs))]
    assert done == runs
    assert set(PeriodFigures.objects.values_list("period", flat=True)) == {
        "2025-12",
        "2026-01",
        "2026-02",
        "2026-03",
    }


def test_months_reckoned_before_history_was_imported_are_reckoned_once_more(stage: Stage) -> None:
    stage.case(at=datetime(2026, 1, 3, 9, 0, tzinfo=SHANGHAI))
    assert trend.keep_months(MAY) == 3
    HistoryImport.objects.create(
        sha256="0" * 64,
        name="history.csv",
        size=1,
        started_at=MAY,
        finished_at=MAY + timedelta(minutes=1),
    )
    assert trend.keep_months(MAY + timedelta(minutes=5)) == 3
    assert trend.keep_months(MAY + timedelta(minutes=9)) == 0


def test_what_was_reckoned_before_the_last_callbacks_is_reckoned_once_more(stage: Stage) -> None:
    stage.case(at=datetime(2026, 3, 3, 9, 0, tzinfo=SHANGHAI))
    scores.refresh(periods.find("2026-03"), APRIL + timedelta(days=20))
    assert trend.keep_months(MAY - timedelta(days=2)) == 0  # 33 days after its end
    assert trend.keep_months(MAY) == 1
    assert trend.keep_months(MAY + timedelta(days=5)) == 0


# --- on screen


def client_of(stage: Stage, name: str) -> Client:
    client = Client()
    client.force_login(stage.who(name))
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    return client


def test_a_unit_follows_its_own_line_and_no_other(stage: Stage) -> None:
    stage.case(at=timezone.now() - timedelta(days=3))
    town = client_of(stage, "town")
    answer = town.get("/trend/")
    assert answer.status_code == 200
    assert answer.context["unit"] == TOWN_CODE
    assert town.get(f"/trend/?unit={OTHER_TOWN}").status_code == 403
    assert town.get("/trend/?unit=CGW").status_code == 403
    assert b"The whole district" not in answer.content
    assert town.post("/trend/reckon/").status_code == 403
    assert client_of(stage, "department").get("/trend/").context["unit"] == "CGW"


@pytest.mark.parametrize("name", ["operator", "callback", "gridworker", "community"])
def test_others_are_refused(stage: Stage, name: str) -> None:
    assert client_of(stage, name).get("/trend/").status_code == 403


def test_readers_follow_whom_they_like_and_nonsense_is_not_found(stage: Stage) -> None:
    leader = client_of(stage, "leader")
    assert leader.get(f"/trend/?unit={OTHER_TOWN}&what=score").context["what"] == "score"
    assert leader.get("/trend/?unit=CGW&what=whistles").context["what"] == "orders"
    for url in ("/trend/?unit=nonsense", "/trend/?unit=DW"):
        assert leader.get(url).status_code == 404
    assert leader.get("/trend/?what=category:%00x").status_code == 200


def test_few_callbacks_and_months_not_reckoned_are_marked(stage: Stage) -> None:
    now = timezone.now()
    stage.case(at=now - timedelta(days=120))
    leader = client_of(stage, "leader")
    html = leader.get("/trend/").content.decode()
    assert "not reckoned yet" in html
    while leader.get("/trend/").context["missing"]:
        assert leader.post("/trend/reckon/", {"what": "score"}).status_code == 302
    html = leader.get("/trend/?what=score").content.decode()
    assert "fewer than 1 callbacks" in html
    assert "No data" in html


@pytest.mark.parametrize("count", [1, 40])
def test_the_page_costs_few_queries(stage: Stage, count: int) -> None:
    history(stage.people, 23, count)
    stage.case(at=timezone.now() - timedelta(days=700))
    leader = client_of(stage, "leader")
    leader.get("/trend/")
    with CaptureQueriesContext(connection) as before:
        assert leader.get("/trend/").context["missing"]
    for span in trend.months_back(timezone.now(), 25):
        scores.refresh(span, timezone.now())
    with CaptureQueriesContext(connection) as made:
        assert not leader.get("/trend/").context["missing"]
    assert len(made) == len(before) <= 12, "\n".join(q["sql"][:150] for q in made)
