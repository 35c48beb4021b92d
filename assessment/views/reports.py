"""Reports: the papers kept, the form that asks for one, its progress, the calendar, freezing a period."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from assessment.access import check_reads_ranking, reads_figures
from assessment.models import Job, ReportPlan
from assessment.queries import reports as queries
from assessment.report_forms import FreezeForm, PlanForm, ReportFilter, ReportForm, periods_on_offer
from assessment.services.jobs import OPEN
from assessment.services.plans import change_plan, ensure_plans, may_plan
from assessment.services.report_papers import ask_freeze, ask_report, check_makes, may_freeze
from dispatch.forms.parties import accepted
from dispatch.models import Paper


def _check_reads(request: HttpRequest) -> None:
    check_reads_ranking(request.user)


def _tabs(request: HttpRequest, active: str) -> list[dict[str, Any]]:
    """Return the parts of the page that the user may open."""
    labels = {"reports": _("Reports")}
    if reads_figures(request.user):
        labels |= {"report_new": _("Make a report"), "report_plans": _("By the calendar")}
    return [
        {"url": reverse(f"assessment:{name}"), "label": label, "active": name == active}
        for name, label in labels.items()
    ]


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the reports the user may read, narrowed by form and period."""
    _check_reads(request)
    form = ReportFilter(request.GET)
    form.full_clean()
    criteria = form.criteria()
    at = timezone.now()
    context = {
        "tabs": _tabs(request, "reports"),
        "form": form,
        "page": queries.reports_page(request.user, criteria, request.GET.get("cursor", "")),
        "narrowed": any(criteria.values()),
        "jobs": queries.jobs_of(request.user, at),
        "makes": reads_figures(request.user),
    }
    return render(request, "assessment/reports.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show what can be made; POST asks for a report and leads to its progress."""
    check_makes(request.user)
    at = timezone.now()
    offered = periods_on_offer(at)
    begin = {
        "period": request.GET.get("period") or offered[1],
        "form": request.GET.get("form", Paper.Form.MONTH),
        "subject": request.GET.get("subject", ""),
    }
    form = ReportForm(request.POST or None, initial=begin, reader=request.user)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        job = accepted(
            form, lambda: ask_report(given.pop("form"), actor=request.user, at=at, **given)
        )
        if job:
            return redirect("assessment:job", job.pk)
    to_freeze = queries.periods_to_freeze(at) if may_freeze(request.user) else []
    context = {
        "tabs": _tabs(request, "report_new"),
        "form": form,
        "offered": offered,
        "freeze": FreezeForm(offered=to_freeze) if to_freeze else None,
        "may_freeze": may_freeze(request.user),
    }
    return render(
        request, "assessment/report_new.html", context, status=400 if form.errors else 200
    )


@require_POST
def freeze(request: HttpRequest) -> HttpResponse:
    """Ask for a period to be frozen and lead to its progress."""
    at = timezone.now()
    job = ask_freeze(request.POST.get("period", ""), actor=request.user, at=at)
    return redirect("assessment:job", job.pk)


@require_GET
def job(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how far a job is, and what came of it."""
    found = _job(request, pk)
    context = {"job": found, **progress_of(found), "tabs": _tabs(request, "")}
    return render(request, "assessment/job.html", context)


@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the progress of a job, or 204 where it is as the page shows it."""
    found = _job(request, pk)
    shown = progress_of(found)
    if request.GET.get("seen") == shown["seen"]:
        return HttpResponse(status=204)
    return render(request, "assessment/_job.html", {"job": found, **shown})


def _job(request: HttpRequest, pk: int) -> Job:
    return get_object_or_404(queries.job_rows(request.user), pk=pk)


def progress_of(job: Job) -> dict[str, Any]:
    """Return what `assessment/_job.html` shows of a job beside itself."""
    return {
        "open": job.state in OPEN,
        "stage": _(job.stage) if job.stage else "",
        "reason": _(job.error) if job.error else "",
        "title": job.params.get("title", job.key),
        "seen": f"{job.state}.{job.done}.{job.total}.{job.stage}",
    }


@require_http_methods(["GET", "POST"])
def plans(request: HttpRequest) -> HttpResponse:
    """Show which reports are written by the calendar; assessors and administrators set their turns."""
    check_makes(request.user)
    at = timezone.now()
    ensure_plans(at)
    rows = list(ReportPlan.objects.order_by("every", "day", "hour", "pk"))
    changed = request.POST.get("plan", "") if request.method == "POST" else ""
    lines, status = [], 200
    for plan in rows:
        form = PlanForm(request.POST if changed == str(plan.pk) else None, plan=plan)
        if form.is_bound:
            if _changed(request, form, at):
                messages.success(request, _("The calendar of reports is stored."))
                return redirect("assessment:report_plans")
            status = 400
        lines.append({"plan": plan, "form": form, "label": Paper.Form(plan.form).label})
    context = {
        "tabs": _tabs(request, "report_plans"),
        "lines": lines,
        "edits": may_plan(request.user),
    }
    return render(request, "assessment/report_plans.html", context, status=status)


def _changed(request: HttpRequest, form: PlanForm, at: Any) -> bool:
    """Store the turn as typed; where it is refused the form says why."""
    if not may_plan(request.user):
        raise PermissionDenied(_("Assessors and administrators set the calendar of reports."))
    if not form.is_valid():
        return False
    given = form.cleaned_data
    pk = form.plan.pk
    return bool(accepted(form, lambda: change_plan(pk, actor=request.user, at=at, **given)))
