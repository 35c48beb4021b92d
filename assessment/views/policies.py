"""The rules of assessment: versions of the policy, what is not counted, named periods, and who changed what."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Unit
from accounts.refusals import BadInput
from assessment.access import check_reads_figures
from assessment.models import AssessmentPolicy, ExclusionItem, Period, RuleChange
from assessment.policy_forms import OF_FIVE, SECTIONS, EndForm, ItemForm, PeriodForm, PolicyForm
from assessment.services import rule_changes
from assessment.services.differences import changes_between, worded
from assessment.services.policies import READY, policy_on
from dispatch.forms.whistles import add_refusals

VERSIONS, PERIODS, CHANGES = 20, 30, 20
"""How many of each the page shows, the newest."""


@require_GET
def policies(request: HttpRequest) -> HttpResponse:
    """Show the rules in force, what each version changed, the list of what is not counted, and periods."""
    check_reads_figures(request.user)
    return _index(request)


@require_http_methods(["GET", "POST"])
def new_policy(request: HttpRequest) -> HttpResponse:
    """Write a new version, begun from the one in force or from a set that is ready made."""
    _check_writer(request)
    at = timezone.now()
    base = policy_on(timezone.localdate(at))
    units = _ranked_units()
    ready = READY.get(request.GET.get("set", ""), {})
    if request.method == "POST":
        form = PolicyForm(request.POST, base=base, units=units)
        if form.is_valid():
            try:
                policy = rule_changes.write_version(request.user, form.given(), form.groups(), at)
            except BadInput as refusal:
                add_refusals(form, refusal.fields)
            else:
                text = _("The version “%(name)s” holds from %(day)s on.")
                messages.success(
                    request, text % {"name": policy.name, "day": f"{policy.valid_from:%F}"}
                )
                return redirect("assessment:policies")
    else:
        first = {"valid_from": max(rule_changes.earliest_day(at), timezone.localdate(at))}
        form = PolicyForm(base=base, units=units, initial=first | dict(ready))
    context = {
        "form": form,
        "base": base,
        "sections": [(title, form.fields_named(names)) for title, names in SECTIONS],
        "of_five": OF_FIVE,
        "ready": READY,
        "earliest": rule_changes.earliest_day(at),
        "group_names": {sort: sorted(names) for sort, names in _names_of_groups(base).items()},
    }
    return render(request, "assessment/policy_new.html", context)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take back a version that is not in force yet."""
    get_object_or_404(AssessmentPolicy, pk=pk)
    rule_changes.withdraw_version(request.user, pk, timezone.now())
    messages.success(request, _("The version has been taken back."))
    return redirect("assessment:policies")


@require_POST
def add_item(request: HttpRequest) -> HttpResponse:
    """Put an item on the list of what is not counted."""
    form = ItemForm(request.POST, prefix="item")
    return _stored(
        request, form, lambda at: rule_changes.add_item(request.user, form.cleaned_data, at)
    )


@require_POST
def end_item(request: HttpRequest, pk: int) -> HttpResponse:
    """End an item after a day."""
    item = get_object_or_404(ExclusionItem, pk=pk)
    form = EndForm(request.POST, prefix=f"end{pk}")
    return _stored(
        request,
        form,
        lambda at: rule_changes.end_item(request.user, item.pk, form.cleaned_data["valid_to"], at),
    )


@require_POST
def add_period(request: HttpRequest) -> HttpResponse:
    """Give a span of time a name."""
    form = PeriodForm(request.POST, prefix="period")
    return _stored(
        request, form, lambda at: rule_changes.add_period(request.user, **form.cleaned_data, at=at)
    )


def _stored(request: HttpRequest, form: forms.Form, store: Any) -> HttpResponse:
    """Store what a small form of the page asks for, or show the page with what was typed and why not."""
    _check_writer(request)
    if form.is_valid():
        try:
            store(timezone.now())
        except BadInput as refusal:
            add_refusals(form, refusal.fields)
        else:
            messages.success(request, _("Stored."))
            return redirect("assessment:policies")
    return _index(request, form, status=400)


def _index(request: HttpRequest, sent: forms.Form | None = None, status: int = 200) -> HttpResponse:
    at = timezone.now()
    today = timezone.localdate(at)
    blank = {"item": ItemForm(prefix="item"), "period": PeriodForm(prefix="period")}
    context = {
        "today": today,
        "may_change": rule_changes.may_change(request.user),
        "versions": _versions(at),
        "items": [_item(item, sent) for item in ExclusionItem.objects.order_by("position", "pk")],
        "periods": Period.objects.order_by("-starts_at")[:PERIODS],
        "log": RuleChange.objects.visible_to(request.user).select_related("by")[:CHANGES],
        "item_form": sent if isinstance(sent, ItemForm) else blank["item"],
        "period_form": sent if isinstance(sent, PeriodForm) else blank["period"],
    }
    return render(request, "assessment/policies.html", context, status=status)


def _versions(at: datetime) -> list[dict[str, Any]]:
    """Return the newest versions with what each changed from the one before it, and all rules of the one in force."""
    in_force = policy_on(timezone.localdate(at))
    rows = list(
        AssessmentPolicy.objects.order_by("-valid_from").prefetch_related("groups__members")[
            : VERSIONS + 1
        ]
    )
    return [
        {
            "policy": policy,
            "in_force": policy.pk == in_force.pk,
            "to_come": policy.valid_from > timezone.localdate(at),
            "changes": changes_between(before, policy),
            "first": before is None,
            "rules": worded(policy) if policy.pk == in_force.pk else {},
        }
        for policy, before in zip(rows, [*rows[1:], None], strict=True)
    ][:VERSIONS]


def _item(item: ExclusionItem, sent: forms.Form | None) -> dict[str, Any]:
    prefix = f"end{item.pk}"
    mine = isinstance(sent, EndForm) and sent.prefix == prefix
    return {"item": item, "form": sent if mine else EndForm(prefix=prefix)}


def _ranked_units() -> list[Unit]:
    towns = Unit.objects.filter(kind=Unit.Kind.TOWN, active=True)
    return [*towns.order_by("code"), *Unit.objects.summonable().order_by("code")]


def _names_of_groups(base: AssessmentPolicy) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {"town": {_("Streets"), _("Townships")}, "unit": set()}
    for group in base.groups.all():
        found[group.sort].add(group.name)
    return found


def _check_writer(request: HttpRequest) -> None:
    if not rule_changes.may_change(request.user):
        raise PermissionDenied(_("The rules of assessment are for the assessor to change."))
