"""Blowing a whistle on a case."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods
from django_fsm import can_proceed

from accounts.models import User
from accounts.refusals import BadInput, StepRefused
from cases.explanation import limit_words
from cases.lifecycle import ClockKind
from cases.models import Case, Clock
from cases.privacy import shown_text
from cases.services.clocks import facts_of
from cases.services.limits import rules_for
from cases.services.steps import permission_of
from dispatch.forms.whistles import BlowForm, add_refusals, kinds_of, levels_of
from dispatch.models import Order, Whistle, WhistleItem
from dispatch.queries.directives import parties_ruled
from dispatch.queries.ownership import parties_by_rule
from dispatch.queries.rises import rises_of
from dispatch.rights import BLOW, current, may
from dispatch.services.items import Item
from dispatch.services.responsibilities import Proposal, propose
from dispatch.services.whistles import blow_whistle


@require_http_methods(["GET", "POST"])
def blow(request: HttpRequest, number: str) -> HttpResponse:
    """Show the form of a whistle; POST blows it and goes back to the case."""
    at, user = timezone.now(), request.user
    cases = Case.objects.visible_to(user).select_related("category", "area", "town")
    case = get_object_or_404(cases, number=number)
    _refuse_unless_blowable(case, user)
    proposals = propose(case.category_id)
    if request.method == "GET":
        initial = _initial(case, user, proposals, request.GET.get("adopt", ""))
        initial |= parties_ruled(case, request.GET.get("ruling", ""))
        form = BlowForm(user=user, case=case, initial=initial)
        return _page(request, case, form, proposals, at)
    _refuse_beyond_right(case, user, request.POST.get("level", ""), request.POST.get("kind", ""))
    form = BlowForm(request.POST, user=user, case=case, initial={})
    if form.is_valid():
        try:
            whistle = blow_whistle(case.pk, form.summons(), actor=user, at=at)
        except BadInput as refusal:
            add_refusals(form, refusal.fields)
        else:
            messages.success(request, _summoned(whistle))
            return redirect("cases:detail", number)
    return _page(request, case, form, proposals, at, status=400)


def _refuse_unless_blowable(case: Case, user: User) -> None:
    if not permission_of(case.whistle)(case, user):
        raise PermissionDenied(_("Blowing a whistle of this level is not your right."))
    if not can_proceed(case.whistle):
        text = _("This cannot be done now: the case is “%(state)s”. Reload to see where it stands.")
        raise StepRefused(text % {"state": case.get_state_display()})


def _refuse_beyond_right(case: Case, user: User, level: str, kind: str) -> None:
    """Say 403 of a whistle that is not the user's to blow, before anything else is wrong with it."""
    known = current().level(level)
    if known is not None and known.active and not may(user, BLOW, level, kind, case):
        raise PermissionDenied(_("Blowing a whistle of this level is not your right."))


def _initial(case: Case, user: User, proposals: list[Proposal], adopt: str) -> dict[str, Any]:
    """Return the form as it opens; `adopt` names an item of the list to take over."""
    chosen = next((each for each in proposals if each.item.code == adopt), None)
    critical = case.urgency == Case.Urgency.CRITICAL
    lead, assists = (chosen.lead, chosen.assists) if chosen else parties_by_rule(case)
    return {
        "level": levels_of(user, case)[-1].code,
        "kind": Whistle.Kind.EMERGENCY if critical else Whistle.Kind.DAILY,
        "lead": lead.code if lead else "",
        "departments": [unit.code for unit in assists],
        "assembly_place": case.address,
        "assembly_lon": case.lon,
        "assembly_lat": case.lat,
        "items": _left_open(case),
    }


def _left_open(case: Case) -> list[Item]:
    """Return the problems that the whistles below left open when the matter was passed up."""
    if not case.level:
        return []
    left = WhistleItem.objects.filter(
        whistle__case=case, whistle__round=case.round, whistle__passed_up_at__isnull=False
    )
    dropped = left.filter(state=WhistleItem.State.DROPPED).select_related("whistle")
    return [
        Item(item.text)
        for item in dropped.order_by("whistle", "position")
        if item.dropped_reason == item.whistle.passed_reason[:300]
    ]


def _page(
    request: HttpRequest,
    case: Case,
    form: BlowForm,
    proposals: list[Proposal],
    at: datetime,
    status: int = 200,
) -> HttpResponse:
    context = {
        "case": case,
        "text": shown_text(case, request.user),
        "clock": case.clocks.running().filter(order_ref=None, kind=ClockKind.FINISH).first(),
        "form": form,
        "kinds": _kinds(case, request.user, form, at),
        "proposals": proposals,
        "rises": rises_of(case, request.user),
        "adopt": True,
        "at": at,
    }
    return render(request, "dispatch/blow.html", context, status=status)


def _kinds(case: Case, user: User, form: BlowForm, at: datetime) -> list[dict[str, Any]]:
    """Return each kind of whistle with the limits it sets."""
    wanted = (ClockKind.ACKNOWLEDGE, ClockKind.REPORT_IN, ClockKind.FINISH)
    chosen = form["kind"].value()
    kinds = []
    for kind in kinds_of(user, case):
        facts = facts_of(case, redo=case.round > 1, whistle_kind=kind.code)
        rules = rules_for(wanted, facts, at)
        limits = [(clock.label, limit_words(rules[clock].limit)) for clock in wanted]
        kinds.append({"kind": kind, "checked": chosen == kind.code, "limits": limits})
    return kinds


def _summoned(whistle: Whistle) -> str:
    """Tell who was summoned and by when they must report in."""
    orders = list(whistle.orders.select_related("unit").order_by("-role", "pk"))
    clocks = Clock.objects.running().filter(
        order_ref__in=[order.pk for order in orders], kind=ClockKind.REPORT_IN
    )
    due = min((clock.due_at for clock in clocks if clock.due_at), default=None)
    names = [
        _("%(unit)s (lead)") % {"unit": order.unit}
        if order.role == Order.Part.LEAD
        else str(order.unit)
        for order in orders
    ]
    told = {"units": pgettext("list", ", ").join(names), "kind": whistle.get_kind_display()}
    if due is None:
        return _("Whistle blown (%(kind)s). Summoned: %(units)s.") % told
    told["due"] = f"{timezone.localtime(due):%m-%d %H:%M}"
    return _("Whistle blown (%(kind)s). Summoned: %(units)s; to report in by %(due)s.") % told
