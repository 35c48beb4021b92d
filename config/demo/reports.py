"""Reports of the demo district: last month's bulletin, ranking and some sheets, as the calendar writes them."""

from datetime import datetime

from assessment import periods
from assessment.services import jobs, work
from assessment.services.plans import ensure_plans
from assessment.services.report_papers import ask_report
from dispatch.models import Paper

Form = Paper.Form
SHEETS: dict[str, list[str]] = {
    Form.MONTH: [],
    Form.RANKING: [],
    Form.UNIT: ["CGW", "ZJW", "XFZD"],
    Form.TOWN: ["110112013", "110112012"],
}
"""What is written, and for the sheets the units of the demo's people."""


def write_reports(until: datetime) -> None:
    """Write last month's papers, from its figures as they stand; the calendar goes on from now."""
    ensure_plans(until)
    month, _next = periods.neighbours(periods.running_month(until))
    assert month is not None
    for form, units in SHEETS.items():
        given = {"period": month.name, "to_all": not units, "units": units}
        ask_report(form, actor=None, at=until, **given)  # type: ignore[arg-type]
        job = jobs.claim(until)
        assert job is not None
        work.do(job, lambda: until)
