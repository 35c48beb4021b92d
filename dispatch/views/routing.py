"""Rules of ownership: listed, written, tried; and whose matter a case is."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_fsm import can_proceed

from accounts.refusals import BadInput
from cases.lifecycle import State
from cases.models import Case
from cases.privacy import shown_text
from cases.services.steps import permission_of, steps_for
from dispatch.forms.routing import CityAnswerForm, CityForm, OwnershipForm, TryForm
from dispatch.forms.whistles import add_refusals
from dispatch.models import CityMatter, OwnershipRule
from dispatch.queries.ownership import city_matters_of, routing_of
from dispatch.queries.routing_pages import ended_rows, live_rows, words_of_routing
from dispatch.queries.trial import MOST_CASES, TOWN, Trial, trial_rules, try_rules
from dispatch.services import ownership
from dispatch.services.city_matters import answer_matter, counterparts_of, may_answer, take_up


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the rules in force in their order, the drafts, and those that ended."""
    if not request.user.posts:
        raise PermissionDenied
    in_force, drafts = live_rows(timezone.now())
    context = {
        "in_force": in_force,
        "drafts": drafts,
        "ended": ended_rows(),
        "may_write": ownership.may_write(request.user),
    }
    return render(request, "dispatch/routing.html", context)


@require_http_methods(["GET", "POST"])
def write(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """Write a new draft, or edit a rule."""
    ownership.check_may_write(request.user)
    rule = get_object_or_404(OwnershipRule, pk=pk, valid_to=None) if pk else None
    initial = OwnershipForm.values_of(rule) if rule else {"ownership": "department"}
    form = OwnershipForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        actor, text = request.user, form.text()
        try:
            if rule is None:
                ownership.write_draft(text, actor=actor)
            else:
                ownership.rewrite(rule.pk, text, actor=actor, at=timezone.now())
        except BadInput as refusal:
            add_refusals(form, refusal.fields)
        else:
            messages.success(request, _("Rule stored."))
            return redirect("dispatch:routing")
    context = {"form": form, "rule": rule}
    return render(request, "dispatch/rule_form.html", context, status=400 if form.errors else 200)


DONE: dict[str, str | Promise] = {
    "on": gettext_lazy("The rule is in force for cases received from now on."),
    "end": gettext_lazy("The rule has ended; cases received before keep it."),
    "drop": gettext_lazy("Draft dropped."),
    "up": gettext_lazy("Moved."),
    "down": gettext_lazy("Moved."),
}


@require_POST
def act(request: HttpRequest, pk: int, action: str) -> HttpResponse:
    """Switch a rule on, end it, drop a draft, or move it."""
    if action not in DONE:
        raise Http404
    actor, at = request.user, timezone.now()
    ownership.check_may_write(actor)
    rule = get_object_or_404(OwnershipRule, pk=pk)
    if action == "on":
        ownership.switch_on(rule.pk, actor=actor, at=at)
    elif action == "end":
        ownership.end_rule(rule.pk, actor=actor, at=at)
    elif action == "drop":
        ownership.drop_draft(rule.pk, actor=actor)
    else:
        ownership.move_rule(rule.pk, up=action == "up", actor=actor, at=at)
    messages.success(request, DONE[action])
    return redirect("dispatch:routing")


@require_GET
def trial(request: HttpRequest) -> HttpResponse:
    """Try drafts on past cases: what they would decide, what changes, who really handled them."""
    ownership.check_may_write(request.user)
    at = timezone.now()
    drafts = list(OwnershipRule.objects.filter(valid_from=None).order_by("position", "pk"))
    asked = "try" in request.GET
    chosen = {"drafts": [str(rule.pk) for rule in drafts]}
    form = TryForm(request.GET if asked else None, initial=chosen, drafts=drafts)
    context: dict[str, Any] = {"form": form, "most": MOST_CASES, "asked": asked}
    if asked and form.is_valid():
        given = form.chosen(at)
        found = try_rules(request.user, at=at, **given)
        context |= _shown(found, given["drafts"], at) | {
            "since": given["since"],
            "until": given["until"],
        }
    return render(request, "dispatch/rule_trial.html", context)


def _shown(found: Trial, drafts: list[int], at: Any) -> dict[str, Any]:
    names = found.names | {TOWN: _("The town itself")}

    def named(rows: list[Any]) -> list[dict[str, Any]]:
        return [
            {
                "source": names.get(row.source, row.source),
                "target": names.get(row.target, row.target),
                "count": row.count,
                "cases": row.cases,
            }
            for row in rows
        ]

    counted = [(rule, found.by_rule[rule.pk]) for rule in trial_rules(drafts, at)]
    return {
        "trial": found,
        "counted": counted,
        "moved": named(found.moved),
        "disputed": named(found.disputed),
    }


@require_GET
def panel(request: HttpRequest, number: str) -> HttpResponse:
    """Show whose matter the case is and why: a fragment of the case's page and of the whistle's form."""
    case = _seen(request, number)
    user, routing = request.user, routing_of(case)
    blowing = request.GET.get("blow") == "1"
    open_ = case.state in (State.RECEIVED, State.HANDLING)
    may_blow = permission_of(case.whistle)(case, user) and can_proceed(case.whistle)
    matters = list(city_matters_of(case))
    for matter in matters:
        matter.case = case
    context = {
        "case": case,
        "routing": routing,
        "words": words_of_routing(routing, case),
        "blowing": blowing,
        "may_handle": not blowing and open_ and "handle" in steps_for(case, user),
        "may_blow": not blowing and may_blow,
        "takes_up": not blowing and _may_take_up(case, user, matters),
        "matters": [_matter(matter, user, case) for matter in matters],
        "accused": case.accused,
    }
    return render(request, "dispatch/_ownership.html", context)


def _may_take_up(case: Case, user: Any, matters: list[CityMatter]) -> bool:
    awaited = {matter.counterpart_id for matter in matters if matter.answered_at is None}
    return any(unit.pk not in awaited for unit in counterparts_of(case, user))


def _matter(matter: CityMatter, user: Any, case: Case) -> dict[str, Any]:
    return {
        "row": matter,
        "note": shown_text(case, user, matter.note),
        "answer": shown_text(case, user, matter.answer),
        "may_answer": matter.answered_at is None and may_answer(matter, user),
    }


@require_http_methods(["GET", "POST"])
def city(request: HttpRequest, number: str) -> HttpResponse:
    """Take the case up with the city; by the counterpart department."""
    case = _seen(request, number)
    units = counterparts_of(case, request.user)
    if not units:
        raise PermissionDenied(
            _("Only a department summoned to the case takes it up with the city.")
        )
    routing = routing_of(case)
    lead = routing.lead if routing.lead in units else units[0]
    initial = {"counterpart": lead.code if lead else "", "outside_unit": routing.outside_unit}
    form = CityForm(request.POST or None, units=units, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            take_up(case.pk, actor=request.user, at=timezone.now(), **form.cleaned_data)
        except BadInput as refusal:
            add_refusals(form, refusal.fields)
        else:
            messages.success(request, _("Recorded; the case waits for the city's answer."))
            return redirect(case)
    return _city_page(request, case, form, _("Take up with the city"))


@require_http_methods(["GET", "POST"])
def city_answer(request: HttpRequest, number: str, pk: int) -> HttpResponse:
    """Write down what the city answered."""
    case = _seen(request, number)
    matter = get_object_or_404(city_matters_of(case), pk=pk)
    matter.case = case
    if not may_answer(matter, request.user):
        raise PermissionDenied(_("Only the counterpart department writes down the city's answer."))
    form = CityAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            answer_matter(matter.pk, actor=request.user, at=timezone.now(), **form.cleaned_data)
        except BadInput as refusal:
            add_refusals(form, refusal.fields)
        else:
            messages.success(request, _("The city's answer is recorded."))
            return redirect(case)
    return _city_page(request, case, form, _("The city's answer"))


def _city_page(request: HttpRequest, case: Case, form: Any, heading: str) -> HttpResponse:
    context = {
        "case": case,
        "text": shown_text(case, request.user),
        "form": form,
        "heading": heading,
        "back": reverse("cases:detail", args=[case.number]),
    }
    return render(request, "dispatch/city.html", context, status=400 if form.errors else 200)


def _seen(request: HttpRequest, number: str) -> Case:
    cases = Case.objects.visible_to(request.user).select_related(
        "category", "area", "town", "accused"
    )
    return get_object_or_404(cases, number=number)
