"""Reports by the calendar: the plans of a district, when each is due, and the jobs they make."""

from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.locks import hold
from accounts.models import Role, User
from accounts.refusals import BadInput
from assessment import periods
from assessment.models import ReportPlan
from assessment.services.report_papers import ask_report
from dispatch.models import Paper
from dispatch.weeks import Week

Every, Form = ReportPlan.Every, Paper.Form
SHIPPED = (
    (Form.MONTH, Every.MONTH, 3, 8, True),
    (Form.RANKING, Every.MONTH, 3, 8, True),
    (Form.UNIT, Every.MONTH, 3, 9, False),
    (Form.TOWN, Every.MONTH, 3, 9, False),
    (Form.DOCKET, Every.WEEK, 1, 8, True),
)
"""Form, how often, day, hour, whether published to the whole district: what a new district begins with."""


def ensure_plans(at: datetime) -> None:
    """Write the shipped plans where the district has none; their first turn is the next one."""
    if ReportPlan.objects.exists():
        return
    with transaction.atomic():
        hold("assessment.plans")
        if ReportPlan.objects.exists():
            return
        for form, every, day, hour, to_all in SHIPPED:
            plan = ReportPlan(form=form, every=every, day=day, hour=hour, to_all=to_all)
            plan.next_at = turn_after(plan, at)
            plan.save()


def turn_before(plan: ReportPlan, at: datetime) -> datetime:
    """Return the latest turn of the plan at or before the moment, in the district's zone."""
    local = timezone.localtime(at)
    if plan.every == Every.WEEK:
        days = (local.isoweekday() - plan.day) % 7
        turn = _on(local - timedelta(days=days), plan.hour)
        return turn if turn <= local else _on(turn - timedelta(days=7), plan.hour)
    turn = _on(local.replace(day=plan.day), plan.hour)
    if turn <= local:
        return turn
    return _on((local.replace(day=1) - timedelta(days=1)).replace(day=plan.day), plan.hour)


def turn_after(plan: ReportPlan, at: datetime) -> datetime:
    """Return the first turn of the plan after the moment."""
    last = turn_before(plan, at)
    if plan.every == Every.WEEK:
        return _on(last + timedelta(days=7), plan.hour)
    return _on((last.replace(day=1) + timedelta(days=32)).replace(day=plan.day), plan.hour)


def _on(moment: datetime, hour: int) -> datetime:
    return moment.replace(hour=hour, minute=0, second=0, microsecond=0)


def period_of(plan: ReportPlan, turn: datetime) -> str:
    """Return what a turn reports on: the week before, or the month that had ended by then."""
    if plan.every == Every.WEEK:
        return Week.of(turn).before.code
    before, _after = periods.neighbours(periods.running_month(turn))
    assert before is not None
    return before.name


def plan_reports(at: datetime) -> int:
    """Ask for the reports whose turn has come, each once, for its latest turn only; return how many.

    The turn and the job are one transaction: two beats at once ask once, and a beat that stood still for a
    week does not write the weeks it missed.
    """
    ensure_plans(at)
    asked = 0
    with transaction.atomic():
        due = ReportPlan.objects.filter(active=True, next_at__lte=at).order_by("next_at", "pk")
        for plan in due.select_for_update(skip_locked=True):
            period = period_of(plan, turn_before(plan, at))
            plan.next_at = turn_after(plan, at)
            plan.save(update_fields=["next_at"])
            if not _is_there(plan, period):
                units = list(plan.units.values_list("code", flat=True))
                given = {"period": period, "to_all": plan.to_all, "units": units}
                ask_report(plan.form, actor=None, at=at, **given)  # type: ignore[arg-type]
                asked += 1
    return asked


def _is_there(plan: ReportPlan, period: str) -> bool:
    """Tell whether the calendar has written this report already: a plan moved to a later hour repeats nothing."""
    if plan.form == Form.DOCKET:
        return Paper.objects.filter(week=period).exists()
    return Paper.objects.filter(form=plan.form, period=period, issued_by=None).exists()


def may_plan(user: User) -> bool:
    return user.holds(Role.ASSESSOR, Role.ADMIN)


@transaction.atomic
def change_plan(
    pk: int, *, actor: User, at: datetime, active: bool, day: int, hour: int
) -> ReportPlan:
    """Switch a plan on or off and set its day and hour; it goes on with its next turn after now."""
    if not may_plan(actor):
        raise PermissionDenied(_("Assessors and administrators set the calendar of reports."))
    plan = ReportPlan.objects.select_for_update().get(pk=pk)
    most = 7 if plan.every == Every.WEEK else 28
    if not 1 <= day <= most:
        raise BadInput({"day": _("Choose a day from 1 to %(most)s.") % {"most": most}})
    if not 0 <= hour <= 23:
        raise BadInput({"hour": _("Choose an hour from 0 to 23.")})
    plan.active, plan.day, plan.hour = active, day, hour
    plan.next_at = turn_after(plan, at)
    plan.save(update_fields=["active", "day", "hour", "next_at"])
    return plan
