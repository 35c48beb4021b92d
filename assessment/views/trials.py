"""What if: a proposed rule tried on a past period, on one page."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.refusals import BadInput
from assessment import periods
from assessment.access import check_reads_figures
from assessment.periods import Span
from assessment.queries.past_clocks import count_of
from assessment.services.proposals import changed_limits, proposed_calendar, tried_rules
from assessment.services.trials import Proposal, Trial, try_out
from assessment.trial_forms import TrialForm

MOST_CLOCKS = 60_000
"""What is tried while somebody waits for the page; longer periods are for the command."""


@require_http_methods(["GET", "POST"])
def what_if(request: HttpRequest) -> HttpResponse:
    """Show the form of a trial and, once it is sent, the outcome beside history; nothing is written."""
    check_reads_figures(request.user)
    at = timezone.now()
    month_before, _after = periods.neighbours(periods.running_month(at))
    context: dict[str, Any] = {"trial": None}
    if request.method == "POST":
        form = TrialForm(request.POST, at=at)
        if form.is_valid():
            context |= _tried(form, at)
    else:
        first = {"period": month_before.name if month_before else ""}
        first["version"] = request.GET.get("version", "")
        form = TrialForm(initial=first, at=at)
    context["form"] = form
    return render(request, "assessment/what_if.html", context)


def _tried(form: TrialForm, at: datetime) -> dict[str, Any]:
    try:
        span = _short_enough(periods.find(form.cleaned_data["period"]))
        trial = try_out(span, proposal_of(form, span), at)
    except BadInput as refusal:
        for name, text in refusal.fields.items():
            form.add_error(name if name in form.fields else None, text)
        return {}
    return {"trial": trial, "span": span, "units": by_lateness(trial), **moves(trial)}


def _short_enough(span: Span) -> Span:
    if count_of(span) > MOST_CLOCKS:
        text = _(
            "This period is too long for a page; ask the administrator for “manage.py whatif”."
        )
        raise BadInput({"period": text})
    return span


def proposal_of(form: TrialForm, span: Span) -> Proposal:
    """Return what a filled form proposes; raise `BadInput` by field."""
    said = form.cleaned_data
    names = ("response", "resolution", "satisfaction", "basic_factor")
    return Proposal(
        limits=changed_limits(form.changes()),
        calendar=proposed_calendar(said["hours"], said["days"]),
        rules=tried_rules(
            span,
            said["version"],
            {name: said[name] for name in names},
            {name: said[name] for name in ("marks", "timeliness", "results")},
        ),
    )


def by_lateness(trial: Trial) -> list[dict[str, Any]]:
    """Return the units, those first whose lateness changes most, each with its share kept then and now."""
    rows = [
        {
            "name": name,
            "outcome": outcome,
            "then": 100 * (1 - outcome.late_then / outcome.decided),
            "now": 100 * (1 - outcome.late_now / outcome.decided),
            "more": outcome.late_now - outcome.late_then,
        }
        for name, outcome in trial.by_unit.items()
        if outcome.decided
    ]
    return sorted(rows, key=lambda row: (-abs(row["more"]), -row["outcome"].late_now, row["name"]))


def moves(trial: Trial) -> dict[str, list[dict[str, Any]]]:
    """Return the ranked towns and departments with rank and score then and now; `up` is how many places were won."""

    def rows(pairs: list[tuple[dict[str, Any], dict[str, Any]]]) -> list[dict[str, Any]]:
        ranked = [pair for pair in pairs if pair[0]["rank"] or pair[1]["rank"]]
        return [
            {"then": then, "now": now, "up": (then["rank"] or 0) - (now["rank"] or 0)}
            for then, now in ranked
        ]

    return {"towns": rows(trial.towns), "departments": rows(trial.departments)}
