"""One whistle: its page with the roll call and the list of problems; what its blower and its units do there."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Unit
from accounts.refusals import BadInput, StepRefused
from accounts.requests import inside
from cases.models import LimitUnit
from cases.privacy import shown_text
from dispatch.forms.items import FORMS, AssignForm, ItemForm, typed_items
from dispatch.forms.whistles import add_refusals
from dispatch.models import OrderState, Whistle, WhistleItem
from dispatch.problems import STEPS, is_running
from dispatch.queries.rises import rises_of
from dispatch.queries.whistles import Panel, full_panel, whistle_of
from dispatch.rights import summonable_by
from dispatch.services.items import Item, add_items, assign_item, check_may_step, move_item
from dispatch.services.summoning import summon_more
from dispatch.views.orders import reviewed
from dispatch.wording import ITEM_STEPS


@require_GET
def whistle(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a whistle: who is expected and who is here, the problems, the orders."""
    return whistle_page(request, _visible(request, pk))


@require_http_methods(["GET", "POST"])
def item_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """Take a step of a problem; GET shows its whistle with what the step asks for."""
    if step not in FORMS:
        raise Http404
    item = _visible_item(request, pk)
    check_may_step(item, step, request.user)
    if request.method == "GET":
        if not is_running(item.whistle) or item.state not in STEPS[step].sources:
            text = _("This cannot be done now: the problem is “%(state)s”. Reload to see it.")
            raise StepRefused(text % {"state": item.get_state_display()})
        return _step_page(request, item, step, _form(item, step))
    form = _form(item, step, request.POST)
    if form.is_valid():
        try:
            _take(request, item, step, form)
        except BadInput as refusal:
            add_refusals(form, refusal.fields)
        else:
            messages.success(request, ITEM_STEPS[step].done)
            return redirect(_next(request, item.whistle_id))
    return _step_page(request, item, step, form, status=400)


@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Put the problems typed on the whistle's list."""
    seen = _visible(request, pk)
    items = [item for item in typed_items(request.POST) if item.text]
    try:
        added = add_items(pk, items, actor=request.user, at=timezone.now())
    except BadInput as refusal:
        return whistle_page(request, seen, refused=refusal, typed=items, status=400)
    text = ngettext("%(n)s problem added.", "%(n)s problems added.", len(added))
    messages.success(request, text % {"n": len(added)})
    return redirect("dispatch:whistle", pk)


@require_POST
def summon(request: HttpRequest, pk: int) -> HttpResponse:
    """Summon the units ticked to the whistle."""
    seen, codes = _visible(request, pk), request.POST.getlist("departments")
    try:
        orders = summon_more(pk, codes, actor=request.user, at=timezone.now())
    except BadInput as refusal:
        return whistle_page(request, seen, refused=refusal, status=400)
    text = ngettext("%(n)s more unit summoned.", "%(n)s more units summoned.", len(orders))
    messages.success(request, text % {"n": len(orders)})
    return redirect("dispatch:whistle", pk)


def whistle_page(
    request: HttpRequest,
    seen: Whistle,
    *,
    refused: BadInput | None = None,
    typed: list[Item] | None = None,
    status: int = 200,
    **extra: Any,
) -> HttpResponse:
    """Draw the whistle's page; a refusal stands above it, and what was typed in its form."""
    at = timezone.now()
    panel = full_panel(whistle_of(seen.pk), request.user, at)
    units = [card.order.unit for card in panel.cards if card.order.state != OrderState.WITHDRAWN]
    may_add = panel.directs and panel.running
    context = {
        "panel": panel,
        "case": panel.whistle.case,
        "reviewed": reviewed(panel.cards),
        "rises": rises_of(panel.whistle.case, request.user),
        "next": reverse("dispatch:whistle", args=[seen.pk]),
        "may_add": may_add,
        "summonable": _summonable(panel, units) if may_add else [],
        "item_form": {
            "units": units,
            "limit_units": LimitUnit.choices,
            "item_rows": [*(typed or []), Item("")],
        },
        "refusals": [text for found in refused.fields.values() for text in found]
        if refused
        else [],
        "adding": bool(typed),
        "at": at,
    }
    return render(request, "dispatch/whistle.html", context | extra, status=status)


def _summonable(panel: Panel, units: list[Unit]) -> list[Unit]:
    """Return the units that may still be summoned to the whistle; one query."""
    kinds = summonable_by(panel.whistle.level)
    free = Unit.objects.filter(kind__in=kinds, active=True)
    free = free.exclude(pk__in=[unit.pk for unit in units])
    return list(free.exclude(pk=panel.whistle.case.accused_id or 0).order_by("kind", "pk"))


def _visible(request: HttpRequest, pk: int) -> Whistle:
    return get_object_or_404(Whistle.objects.visible_to(request.user), pk=pk)


def _visible_item(request: HttpRequest, pk: int) -> WhistleItem:
    whistles = Whistle.objects.visible_to(request.user)
    items = WhistleItem.objects.select_related("whistle__case", "whistle__blower", "unit")
    return get_object_or_404(items.filter(whistle__in=whistles), pk=pk)


def _form(item: WhistleItem, step: str, data: Any = None) -> ItemForm:
    if step != "assign":
        return FORMS[step](data)
    orders = item.whistle.orders.exclude(state=OrderState.WITHDRAWN).select_related("unit")
    initial = {
        "unit": item.unit.code if item.unit else "",
        "limit": f"{item.limit_amount.normalize():f}" if item.limit_amount else None,
        "limit_unit": item.limit_unit or LimitUnit.WORKDAY,
    }
    units = [order.unit for order in orders.order_by("-role", "pk")]
    return AssignForm(data, units=units, initial=initial)


def _take(request: HttpRequest, item: WhistleItem, step: str, form: ItemForm) -> None:
    at: datetime = timezone.now()
    if step == "assign":
        assign_item(item.pk, actor=request.user, at=at, **form.cleaned_data)
        return
    photos = request.FILES.getlist("photos") if form.photos else []
    move_item(item.pk, step, actor=request.user, at=at, photos=photos, **form.cleaned_data)


def _step_page(
    request: HttpRequest, item: WhistleItem, step: str, form: forms.Form, status: int = 200
) -> HttpResponse:
    asked = {
        "step": ITEM_STEPS[step],
        "form": form,
        "item": item,
        "item_text": shown_text(item.whistle.case, request.user, item.text),
        "action": reverse("dispatch:item_step", args=[item.pk, step]),
        "back": _next(request, item.whistle_id),
    }
    return whistle_page(request, item.whistle, status=status, **asked)


def _next(request: HttpRequest, whistle_pk: int) -> str:
    wanted = inside(request, request.POST.get("next") or request.GET.get("next", ""))
    return wanted or reverse("dispatch:whistle", args=[whistle_pk])
