"""The roll-up and the scores: kept whole, idempotent, refreshed by the task, never older than before."""

from datetime import datetime, timedelta

import pytest
from django.db import connections

from accounts.models import Heartbeat, Unit
from assessment import periods, tasks
from assessment.models import AssessmentPolicy, PeriodFigures, UnitScore
from assessment.services import policies, scores
from assessment.services.reports import report
from tests.assessment.histories import APRIL, MARCH, history
from tests.cast import SHANGHAI, TOWN, Stage

SPAN = "2026-03"


def rows() -> list[tuple]:
    fields = ("period", "group", "unit__code", "score", "rank", "facts", "policy")
    return list(UnitScore.objects.order_by("period", "group", "unit__code").values_list(*fields))


def test_refreshing_twice_gives_once(stage: Stage) -> None:
    history(stage.people, 21, 40)
    span = periods.find(SPAN)
    written = scores.refresh(span, APRIL)
    before = rows()
    assert written == len(before) == 2 + 4  # towns and summonable units of the cast
    assert scores.refresh(span, APRIL + timedelta(minutes=1)) == written
    assert rows() == before
    assert PeriodFigures.objects.count() == 1


def test_scores_are_those_of_the_report(stage: Stage) -> None:
    history(stage.people, 22, 40)
    span = periods.find(SPAN)
    scores.refresh(span, APRIL)
    found = report(span, APRIL)
    said = {row["code"]: (row["score"], row["rank"]) for row in found["by_town"]}
    kept = UnitScore.objects.filter(group="town").values_list("unit__code", "score", "rank")
    assert {code: (float(score), rank) for code, score, rank in kept} == said
    assert PeriodFigures.objects.get().figures == found


def test_the_score_of_a_unit_that_left_is_removed(stage: Stage) -> None:
    history(stage.people, 23, 20)
    span = periods.find(SPAN)
    scores.refresh(span, APRIL)
    Unit.objects.filter(code="GD").update(active=False)
    scores.refresh(span, APRIL + timedelta(minutes=1))
    assert not UnitScore.objects.filter(unit__code="GD").exists()
    assert UnitScore.objects.filter(unit__code="CGW").exists()


def test_an_earlier_run_never_overwrites_a_later_one(stage: Stage) -> None:
    span = periods.find(SPAN)
    scores.refresh(span, APRIL)
    stage.case(at=MARCH)
    assert scores.refresh(span, APRIL - timedelta(seconds=1)) == 0
    assert PeriodFigures.objects.get().computed_at == APRIL
    assert PeriodFigures.objects.get().figures["totals"]["received"] == 0


def test_the_sweep_keeps_the_month_fresh_and_the_rest_hourly(stage: Stage) -> None:
    at = datetime(2026, 3, 10, 9, tzinfo=SHANGHAI)
    scores.refresh_running_period(at)
    assert set(PeriodFigures.objects.values_list("period", flat=True)) == {
        "2026-02",
        "2026-03",
        "2026",
    }
    later = at + timedelta(minutes=5)
    scores.refresh_running_period(later)
    assert dict(PeriodFigures.objects.values_list("period", "computed_at")) == {
        "2026-02": at,
        "2026-03": later,
        "2026": at,
    }
    hour = at + timedelta(hours=1)
    scores.refresh_running_period(hour)
    assert set(PeriodFigures.objects.values_list("computed_at", flat=True)) == {hour}


@pytest.mark.parametrize("name", ["2026-03-10", "2026-W11", "2026-Q1", "2025"])
def test_what_no_sweep_keeps_fresh_is_reckoned_anew_when_it_is_old(stage: Stage, name: str) -> None:
    span = periods.find(name)
    at = min(span.starts_at + timedelta(hours=9), span.ends_at)
    assert scores.figures_of(span, at).figures["totals"]["received"] == 0
    stage.case(at=span.starts_at + timedelta(hours=10))
    soon = at + timedelta(hours=2)
    assert scores.figures_of(span, soon).figures["totals"]["received"] == 0
    later = at + timedelta(hours=3)
    assert scores.figures_of(span, later).figures["totals"]["received"] == 1


def test_what_has_settled_stays_as_it_is_kept(stage: Stage) -> None:
    span = periods.find(SPAN)
    settled = span.ends_at + scores.SETTLES
    kept = scores.figures_of(span, settled)
    assert scores.figures_of(span, settled + timedelta(days=90)).computed_at == kept.computed_at


def test_the_task_leaves_a_heartbeat(stage: Stage) -> None:
    written = tasks.refresh_running_period()
    beat = Heartbeat.objects.get(name="refresh_running_period")
    assert beat.handled == written > 0


def test_a_district_without_a_policy_is_scored_by_the_shipped_one(stage: Stage) -> None:
    AssessmentPolicy.objects.all().delete()
    policy = policies.ensure_default_policy()
    assert policies.ensure_default_policy() == policy
    assert (policy.response_weight, policy.basic_factor) == (
        policies.SHIPPED["response_weight"],
        policies.SHIPPED["basic_factor"],
    )
    policy.full_clean()
    assert AssessmentPolicy.objects.count() == 1


def test_a_month_is_scored_by_the_policy_in_force_at_its_start(stage: Stage) -> None:
    history(stage.people, 24, 40)
    new = AssessmentPolicy.objects.get()
    new.pk, new.name, new.valid_from = None, "30/35/35", (MARCH + timedelta(days=9)).date()
    new.response_weight, new.resolution_weight, new.satisfaction_weight = "0.3", "0.35", "0.35"
    new.save()
    march = report(periods.find("2026-03"), APRIL)
    april = report(periods.find("2026-04"), APRIL)
    assert march["policy"]["name"] == "10/50/40"
    assert april["policy"]["weights"] == {
        "response": "0.3",
        "resolution": "0.35",
        "satisfaction": "0.35",
    }


def test_all_numbers_of_a_report_speak_of_one_moment(committed_stage: Stage) -> None:
    """Outside a transaction of ours the report reads one snapshot, and writes nothing."""
    committed_stage.case(at=MARCH)
    assert not connections["default"].in_atomic_block
    found = report(periods.find(SPAN), APRIL)
    assert found["totals"]["received"] == 1
    assert found["by_town"][0]["code"] == TOWN or found["by_town"][0]["received"] == 0
