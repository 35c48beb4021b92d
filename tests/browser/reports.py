"""Screens of reports: the list, the form, the calendar, a job under way, a bulletin with charts and a map."""

from assessment.models import Job
from assessment.services import jobs, work
from assessment.services.plans import ensure_plans
from assessment.services.report_papers import ask_report
from dispatch.models import Paper
from tests.cast import Stage


def reported(stage: Stage) -> list[str]:
    """Write the bulletin and the sheets of the running month; return the screens for the assessor."""
    assessor = stage.who("assessor")
    stage.whistle()
    ensure_plans(stage.at)
    period = f"{stage.at:%Y-%m}"
    for form in (Paper.Form.MONTH, Paper.Form.UNIT):
        ask_report(form, actor=assessor, at=stage.at, period=period)
    work.run_jobs(stage.at)
    waits = jobs.ask(Job.Kind.REPORT, "waits", {"title": "工作专报"}, assessor, stage.at)
    done = Job.objects.exclude(paper=None).get()
    bulletin, sheet = Paper.objects.get(form="month"), Paper.objects.filter(form="unit").first()
    assert sheet is not None
    return [
        "/reports/",
        "/reports/new/",
        "/reports/plans/",
        f"/reports/jobs/{waits.pk}/",
        f"/reports/jobs/{done.pk}/",
        f"/papers/{bulletin.pk}/",
        f"/papers/{sheet.pk}/",
    ]
