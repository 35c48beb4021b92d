"""The command centre's desk, and its rulings."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.models import Role
from accounts.refusals import BadInput, StepRefused
from cases.queries import lines
from dispatch.forms.steps import RuleForm
from dispatch.forms.whistles import add_refusals
from dispatch.lifecycle import OrderState
from dispatch.queries import centre
from dispatch.queries.rises import passed_rows
from dispatch.services.rulings import rule as give_ruling
from dispatch.views.orders import after_step, order_page, visible_order
from dispatch.wording import STEPS


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show supervisors what waits for them, one tab at a time."""
    if not request.user.holds(Role.SUPERVISOR):
        raise PermissionDenied(_("This desk belongs to the command centre."))
    at = timezone.now()
    counts = centre.tab_counts(request.user, at)
    tab = request.GET.get("tab", "")
    if tab not in centre.TABS:
        tab = next((name for name in centre.TABS if counts[name] != "0"), centre.TABS[0])
    labels = {
        "passed_up": _("Passed up to the centre"),
        "objections": _("Objections"),
        "extensions": _("Requests for more time"),
        "backs": _("Whistles back"),
        "problems": _("Problem cases"),
        "overdue": _("Overdue"),
        "unowned": _("Without an owner"),
        "on_hold": _("On hold"),
    }
    tabs = [
        {
            "url": f"{reverse('dispatch:centre')}?tab={name}",
            "label": label,
            "count": counts[name],
            "active": name == tab,
            "tone": "red" if name != "on_hold" and counts[name] != "0" else "",
        }
        for name, label in labels.items()
    ]
    context = {"tabs": tabs, "tab": tab, "at": at} | _rows(request, tab, at)
    return render(request, "dispatch/centre.html", context)


def _rows(request: HttpRequest, tab: str, at: datetime) -> dict[str, Any]:
    cursor, unit = request.GET.get("after", ""), request.GET.get("unit", "")
    if tab in ("objections", "extensions", "backs"):
        return {"page": centre.waiting_page(tab, request.user, at, cursor)}
    if tab == "passed_up":
        page = centre.passed_page(request.user, at, cursor)
        return {"page": page, "passed": passed_rows(page.rows, request.user)}
    if tab == "problems":
        page = centre.problem_page(request.user, at, cursor)
        return {"page": page, "problems": lines(page.rows, request.user)}
    if tab == "on_hold":
        return {"page": centre.hold_page(request.user, at, cursor)}
    rows: dict[str, Any] = {
        "page": centre.clock_page(tab, request.user, at, cursor, unit if tab == "overdue" else "")
    }
    if tab == "overdue":
        rows |= {"units": centre.missed_by_unit(request.user, at), "unit": unit}
    return rows


@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Rule on an order's objection or request for more time; GET shows the form."""
    order = visible_order(request, pk)
    if not request.user.holds(Role.SUPERVISOR):
        raise PermissionDenied(_("Only the command centre rules."))
    objection = order.state == OrderState.OBJECTED
    if not objection and not order.extensions.filter(granted=None).exists():
        raise StepRefused(_("Nothing waits for a ruling on this order."))
    if request.method == "GET":
        return order_page(request, order, "rule", RuleForm(objection=objection))
    form = RuleForm(request.POST, objection=objection)
    if form.is_valid():
        try:
            give_ruling(pk, actor=request.user, at=timezone.now(), **form.details())
        except BadInput as refusal:
            add_refusals(form, refusal.fields)
        else:
            messages.success(request, STEPS["rule"].done)
            return redirect(after_step(request, pk))
    return order_page(request, order, "rule", form, status=400)
