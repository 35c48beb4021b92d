"""Reports by the calendar: each turn once, for its latest period, in the district's zone."""

from datetime import datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection

from accounts.refusals import BadInput
from assessment.models import Job, ReportPlan
from assessment.services import plans, work
from assessment.services.plans import (
    change_plan,
    ensure_plans,
    plan_reports,
    turn_after,
    turn_before,
)
from dispatch.models import Paper
from tests.cast import SHANGHAI, Stage

Form = Paper.Form


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def plan(**given: object) -> ReportPlan:
    fields = {"form": "month", "every": "month", "day": 3, "hour": 8}
    return ReportPlan(**(fields | given))


@pytest.mark.parametrize(
    ("given", "at", "before", "after"),
    [
        ({}, "2026-03-04T10:00", "2026-03-03T08:00", "2026-04-03T08:00"),
        ({}, "2026-03-03T08:00", "2026-03-03T08:00", "2026-04-03T08:00"),
        ({}, "2026-03-03T07:59", "2026-02-03T08:00", "2026-03-03T08:00"),
        ({}, "2026-01-02T00:00", "2025-12-03T08:00", "2026-01-03T08:00"),
        ({"day": 28}, "2026-03-01T00:00", "2026-02-28T08:00", "2026-03-28T08:00"),
        ({"day": 28, "hour": 23}, "2025-12-31T23:30", "2025-12-28T23:00", "2026-01-28T23:00"),
        ({"every": "week", "day": 1}, "2026-03-04T10:00", "2026-03-02T08:00", "2026-03-09T08:00"),
        ({"every": "week", "day": 1}, "2026-03-02T07:00", "2026-02-23T08:00", "2026-03-02T08:00"),
        ({"every": "week", "day": 7}, "2026-03-01T09:00", "2026-03-01T08:00", "2026-03-08T08:00"),
    ],
)
def test_turns_follow_the_calendar(given: dict, at: str, before: str, after: str) -> None:
    one = plan(**given)
    assert turn_before(one, moment(at)) == moment(before)
    assert turn_after(one, moment(at)) == moment(after)


def test_a_turn_of_eight_in_the_morning_is_eight_in_the_district(stage: Stage) -> None:
    ensure_plans(moment("2026-03-01T00:00"))
    month = ReportPlan.objects.get(form=Form.MONTH)
    assert month.next_at.isoformat() == "2026-03-03T00:00:00+00:00"


def test_each_shipped_plan_asks_once_and_its_paper_is_written(stage: Stage) -> None:
    stage.case(at=moment("2026-02-10T10:00"))
    ensure_plans(moment("2026-03-01T00:00"))
    assert plan_reports(moment("2026-03-03T07:59")) == 1  # the docket of Monday, 2 March
    assert plan_reports(moment("2026-03-03T08:01")) == 2
    assert plan_reports(moment("2026-03-03T08:02")) == 0
    assert plan_reports(moment("2026-03-03T09:00")) == 2
    asked = {job.params["form"]: job.params["period"] for job in Job.objects.all()}
    assert asked == {
        "docket": "2026-W09",
        **dict.fromkeys(["month", "ranking", "unit", "town"], "2026-02"),
    }
    work.run_jobs(moment("2026-03-03T09:00"))
    assert Paper.objects.get(form=Form.MONTH).to_all
    assert Paper.objects.get(form=Form.MONTH).issued_by is None
    assert set(Job.objects.exclude(params__form="unit").values_list("state", flat=True)) == {"done"}


def test_what_was_missed_is_made_once_for_the_latest_period(stage: Stage) -> None:
    ensure_plans(moment("2026-01-01T00:00"))
    assert plan_reports(moment("2026-04-20T12:00")) == 5
    asked = {job.params["form"]: job.params["period"] for job in Job.objects.all()}
    assert (asked["docket"], asked["month"]) == ("2026-W16", "2026-03")
    later = ReportPlan.objects.values_list("next_at", flat=True)
    assert min(later) > moment("2026-04-20T12:00")


def test_a_plan_that_is_off_asks_for_nothing_and_one_moved_later_repeats_nothing(
    stage: Stage,
) -> None:
    stage.case(at=moment("2026-02-10T10:00"))
    ensure_plans(moment("2026-03-01T00:00"))
    ReportPlan.objects.exclude(form=Form.MONTH).update(active=False)
    assert plan_reports(moment("2026-03-03T09:30")) == 1
    work.run_jobs(moment("2026-03-03T09:30"))
    month = ReportPlan.objects.get(form=Form.MONTH)
    given = {"active": True, "day": 3, "hour": 11, "at": moment("2026-03-03T10:00")}
    change_plan(month.pk, actor=stage.who("assessor"), **given)
    assert plan_reports(moment("2026-03-03T11:00")) == 0
    assert Paper.objects.filter(form=Form.MONTH).count() == 1


def test_two_beats_ask_once(committed_stage: Stage) -> None:
    ensure_plans(moment("2026-03-01T00:00"))
    ready, asked = Barrier(2), []

    def beat() -> None:
        ready.wait()
        asked.append(plan_reports(moment("2026-03-03T09:30")))
        connection.close()

    beats = [Thread(target=beat) for _ in range(2)]
    for one in beats:
        one.start()
    for one in beats:
        one.join()
    assert sum(asked) == 5
    assert Job.objects.count() == 5


def test_assessors_and_administrators_set_the_calendar_others_do_not(stage: Stage) -> None:
    ensure_plans(stage.at)
    docket = ReportPlan.objects.get(form=Form.DOCKET)
    given = {"active": True, "day": 2, "hour": 7, "at": stage.at}
    for who in ("assessor", "admin"):
        changed = change_plan(docket.pk, actor=stage.who(who), **given)
        assert changed.next_at == moment("2026-03-10T07:00")
    for who in ("leader", "supervisor", "town", "department", "operator"):
        with pytest.raises(PermissionDenied):
            change_plan(docket.pk, actor=stage.who(who), **given)
    for wrong in ({"day": 8}, {"day": 0}, {"hour": 24}):
        with pytest.raises(BadInput):
            change_plan(docket.pk, actor=stage.who("assessor"), **(given | wrong))


def test_plans_are_written_once(stage: Stage) -> None:
    ensure_plans(stage.at)
    ReportPlan.objects.filter(form=Form.MONTH).update(active=False)
    ensure_plans(stage.at + timedelta(days=1))
    assert ReportPlan.objects.count() == len(plans.SHIPPED)
