"""The leaders' marks of departments: one page for a period, saved together, until the period is frozen."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.refusals import BadInput
from assessment import periods
from assessment.models import FrozenPeriod
from assessment.services import leader_marks
from assessment.two_way_forms import LeaderMarksForm


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, period: str = "") -> HttpResponse:
    """Show the departments with orders in the period and the leader's marks of them; POST keeps the marks."""
    at, leader = timezone.now(), request.user
    leader_marks.check_leader(leader)
    span = periods.find(period) if period else periods.running_month(at)
    form = LeaderMarksForm(
        request.POST or None,
        units=leader_marks.departments_of(span),
        own=leader_marks.marks_of(span, leader),
        counts=leader_marks.marks_counted(span),
    )
    if request.method == "POST":
        leader_marks.check_marking(span, leader, at)
        if form.is_valid():
            try:
                leader_marks.mark_departments(span, form.marks(), actor=leader, at=at)
            except BadInput as refusal:
                for code, texts in refusal.fields.items():
                    form.add_error(f"mark-{code}", list(texts))
            else:
                messages.success(request, _("Your marks are kept."))
                return redirect("assessment:leader_marks", span.name)
    before, after = periods.neighbours(span)
    context = {
        "span": span,
        "before": before,
        "after": after if after and after.starts_at <= at else None,
        "form": form,
        "frozen": FrozenPeriod.objects.filter(period=span.name).first(),
    }
    status = 400 if form.errors else 200
    return render(request, "assessment/leader_marks.html", context, status=status)
