"""Whistling back from an order, the centre's ruling on it, and the banner of unanswered emergencies."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.refusals import BadInput, StepRefused
from dispatch.forms.whistles import add_refusals
from dispatch.forms.whistles_back import RuleBackForm, WhistleBackForm
from dispatch.lifecycle import of_the_unit
from dispatch.models import WhistleBack
from dispatch.queries.alarms import alarms_of
from dispatch.services.rulings import check_may_rule
from dispatch.services.whistles_back import ask_whistle_back, check_may_ask, rule_whistle_back
from dispatch.views.orders import after_step, order_page, visible_order
from dispatch.wording import STEPS


@require_http_methods(["GET", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the centre to summon a unit to the order's case; GET shows the form."""
    order = visible_order(request, pk)
    if not of_the_unit(order, request.user):
        raise PermissionDenied(_("This step is not yours to take."))
    action = reverse("dispatch:whistle_back", args=[pk])
    if request.method == "GET":
        check_may_ask(order)
        form = WhistleBackForm(order=order)
        return order_page(request, order, "whistle_back", form, action=action)
    form = WhistleBackForm(request.POST, order=order)
    if form.is_valid():
        at = timezone.now()
        try:
            ask_whistle_back(pk, actor=request.user, at=at, **form.details())
        except BadInput as refusal:
            add_refusals(form, refusal.fields)
        else:
            messages.success(request, STEPS["whistle_back"].done)
            return redirect(after_step(request, pk))
    return order_page(request, order, "whistle_back", form, status=400, action=action)


@require_http_methods(["GET", "POST"])
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Rule on a whistle back; GET shows the form over the order it was asked from."""
    check_may_rule(request.user)
    back = get_object_or_404(WhistleBack, pk=pk)
    order = visible_order(request, back.order_id)
    action = reverse("dispatch:whistle_back_rule", args=[pk])
    if request.method == "GET":
        if back.granted is not None:
            raise StepRefused(_("A ruling has been given already."))
        return order_page(request, order, "rule", RuleBackForm(), action=action)
    form = RuleBackForm(request.POST)
    if form.is_valid():
        try:
            rule_whistle_back(pk, actor=request.user, at=timezone.now(), **form.details())
        except BadInput as refusal:
            add_refusals(form, refusal.fields)
        else:
            messages.success(request, STEPS["rule"].done)
            return redirect(after_step(request, order.pk))
    return order_page(request, order, "rule", form, status=400, action=action)


@require_GET
def alarms(request: HttpRequest) -> HttpResponse:
    """Show the emergencies that the user's units have not answered: the banner of every page."""
    return render(request, "dispatch/_alarms.html", {"alarms": alarms_of(request.user)})
