"""One order: its page, its steps, its place on the case's page."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_fsm import can_proceed

from accounts.refusals import BadInput, StepRefused
from accounts.requests import inside
from cases.models import Case
from cases.services.steps import permission_of
from dispatch.forms.steps import FORMS, StepForm
from dispatch.forms.whistles import add_refusals
from dispatch.models import Order, OrderState, Whistle, WhistleItem
from dispatch.queries.cards import Card, cards_of, history_of
from dispatch.queries.rises import rises_of
from dispatch.queries.whistles import panel_of, panels_of, whistle_of
from dispatch.services.items import mark_item_done
from dispatch.services.steps import advance_order
from dispatch.views.passing import offer
from dispatch.wording import STEPS


@require_GET
def panel(request: HttpRequest, number: str) -> HttpResponse:
    """Show the whistles of a case with their orders: a fragment of the case's page."""
    cases = Case.objects.visible_to(request.user).select_related("category", "area", "town")
    case = get_object_or_404(cases, number=number)
    at = timezone.now()
    panels = panels_of(case, request.user, at)
    context = {
        "case": case,
        "panels": panels,
        "rises": rises_of(case, request.user),
        "pass_up": offer(case, request),
        "reviewed": reviewed(card for each in panels for card in each.cards),
        "next": reverse("cases:detail", args=[case.number]),
        "at": at,
    }
    return render(request, "dispatch/_orders.html", context)


@require_GET
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one order, made for a phone in the field."""
    return order_page(request, visible_order(request, pk))


@require_http_methods(["GET", "POST"])
def step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Take a step of an order; GET shows the order with what the step asks for."""
    if step not in FORMS:
        raise Http404
    seen = visible_order(request, pk)
    if not permission_of(getattr(seen, step))(seen, request.user):
        raise PermissionDenied(_("This step is not yours to take."))
    if request.method == "GET":
        if not can_proceed(getattr(seen, step)):
            text = _("This cannot be done now: the order is “%(state)s”.")
            raise StepRefused(text % {"state": seen.get_state_display()})
        return order_page(request, seen, step, FORMS[step]())
    form = FORMS[step](request.POST)
    if form.is_valid():
        photos = request.FILES.getlist("photos") if form.photos else []
        at = timezone.now()
        try:
            advance_order(pk, step, actor=request.user, at=at, photos=photos, **form.details())
        except BadInput as refusal:
            add_refusals(form, refusal.fields)
        else:
            messages.success(request, STEPS[step].done)
            return redirect(after_step(request, pk))
    return order_page(request, seen, step, form, status=400)


@require_POST
def item_done(request: HttpRequest, pk: int) -> HttpResponse:
    """Tick a problem on a whistle's list with what proves it, or take the tick back."""
    whistles = Whistle.objects.visible_to(request.user)
    item = get_object_or_404(WhistleItem.objects.filter(whistle__in=whistles), pk=pk)
    mark_item_done(
        item.pk,
        actor=request.user,
        at=timezone.now(),
        done=request.POST.get("done") == "1",
        evidence=request.POST.get("evidence", ""),
        photos=request.FILES.getlist("photos"),
    )
    whistle = whistle_of(item.whistle_id)
    if not request.htmx:  # type: ignore[attr-defined]  # set by its middleware
        return redirect("cases:detail", whistle.case.number)
    context = {"panel": panel_of(whistle, request.user)}
    return render(request, "dispatch/_problems.html", context)


def reviewed(cards: Iterable[Card]) -> list[int]:
    """Return the orders whose marks the page asks for."""
    return [card.order.pk for card in cards if card.order.state == OrderState.REVIEWED]


def visible_order(request: HttpRequest, pk: int) -> Order:
    """Return the order if the user may see it, else answer 404."""
    return get_object_or_404(Order.objects.visible_to(request.user).for_list(), pk=pk)


def order_page(
    request: HttpRequest,
    order: Order,
    step: str = "",
    form: StepForm | None = None,
    status: int = 200,
    action: str = "",
) -> HttpResponse:
    """Draw the order's page, with the dialog of the step that is asked about."""
    at, page = timezone.now(), reverse("dispatch:order", args=[order.pk])
    context: dict[str, Any] = {
        "order": order,
        "card": cards_of([order], request.user, at)[0],
        "history": history_of(order, request.user),
        "rises": rises_of(order.case, request.user),
        "panel": panel_of(whistle_of(order.whistle_id), request.user),
        "reviewed": [order.pk] if order.state == OrderState.REVIEWED else [],
        "step": STEPS.get(step),
        "form": form,
        "action": action or (_action(order, step) if step else ""),
        "back": inside(request, request.POST.get("next") or request.GET.get("next", "")) or page,
        "at": at,
    }
    return render(request, "dispatch/order.html", context, status=status)


def _action(order: Order, step: str) -> str:
    if step == "rule":
        return reverse("dispatch:rule", args=[order.pk])
    return reverse("dispatch:order_step", args=[order.pk, step])


def after_step(request: HttpRequest, pk: int) -> str:
    """Return where the page that sent the form wants to go on, within this site."""
    wanted = inside(request, request.POST.get("next", ""))
    return wanted or reverse("dispatch:order", args=[pk])
