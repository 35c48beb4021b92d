"""A community's people read their own cases and three rates, and nobody else's."""

import pytest
from django.utils import timezone

from accounts.models import Unit
from assessment import periods, scoring
from assessment.models import PeriodFigures
from assessment.rules import Rules
from assessment.services import scores
from assessment.services.communities import line_of
from cases.models import Callback
from tests.assessment.histories import APRIL, history
from tests.assessment.test_month_page import signed_in
from tests.cast import COMMUNITY, OTHER_COMMUNITY, PEOPLE, Stage

PAGE = "/community-figures/2026-03/"


def test_the_rates_are_those_of_its_own_valid_callbacks(stage: Stage) -> None:
    history(stage.people, 21, 60)
    scores.refresh(periods.find("2026-03"), APRIL)
    figures = PeriodFigures.objects.get(period="2026-03").figures
    weights = Rules.from_snapshot(figures["policy"]).weights
    for code in (COMMUNITY, OTHER_COMMUNITY):
        row = line_of(figures, code)
        assert row
        said = {name: row.get(name, 0) for name in ("contacted", "resolved", "partly")}
        said |= {name: row.get(name, 0) for name in ("satisfied", "basic")}
        exact = scoring.rates(scoring.Facts(valid=row["valid_callbacks"], **said), weights)
        assert row["rates"] == {
            name: None if rate is None else float(rate) for name, rate in exact.items()
        }
        score = scoring.score(scoring.Facts(valid=row["valid_callbacks"], **said), weights)
        assert row["score"] == (None if score is None else float(score))
    assert line_of(figures, "110112999999") is None


def test_a_community_reads_its_own_line(stage: Stage) -> None:
    history(stage.people, 21, 60)
    scores.refresh(periods.find("2026-03"), APRIL)
    client = signed_in(stage, "community")
    answer = client.get(PAGE)
    row = line_of(PeriodFigures.objects.get(period="2026-03").figures, COMMUNITY)
    assert row
    assert answer.context["row"]["received"] == row["received"] > 0
    assert f"{row['rates']['response']:.2f}" in answer.content.decode()
    assert f"area={COMMUNITY}" in answer.content.decode()
    other = client.get(f"{PAGE}?unit={OTHER_COMMUNITY}")
    assert other.context["row"]["code"] == COMMUNITY
    assert "/community-figures/" in client.get("/cases/").content.decode()


def test_without_callbacks_there_is_no_rate_and_without_cases_no_line(stage: Stage) -> None:
    client = signed_in(stage, "community")
    assert "No case in this period" in client.get(PAGE).content.decode()
    history(stage.people, 21, 20)
    Callback.objects.all().delete()
    scores.refresh(periods.find("2026-03"), timezone.now())
    html = client.get(PAGE).content.decode()
    assert "No data" in html
    assert "Few residents were reached" in html


@pytest.mark.parametrize("name", list(PEOPLE))
def test_who_reads_it(stage: Stage, name: str) -> None:
    wanted = 200 if name == "community" else 403
    assert signed_in(stage, name).get(PAGE).status_code == wanted
    assert Unit.objects.filter(area=COMMUNITY).exists()
