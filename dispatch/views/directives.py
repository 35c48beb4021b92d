"""Work directives: their list, one with its course, issuing, and their place on a case's page."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Role
from accounts.requests import key_in
from cases.lifecycle import OPEN
from cases.models import Case
from dispatch.forms.directives import DirectiveFilter, DirectiveForm, EntryForm
from dispatch.forms.parties import accepted
from dispatch.models import Directive, DirectiveEntry, UnclaimedMatter, Whistle
from dispatch.queries import directives
from dispatch.queries.directives import may_blow
from dispatch.services.directive_course import add_entry, steps_of
from dispatch.services.directives import Order, issue_directive
from dispatch.services.matters import RAISING_ROLES
from dispatch.services.papers import check_writes
from dispatch.sheets import Sheet
from dispatch.views.sections import sections

COURSE = {
    DirectiveEntry.Kind.PROGRESS: ("pencil", "blue"),
    DirectiveEntry.Kind.DONE: ("check", "green"),
    DirectiveEntry.Kind.FOLLOW: ("message", "violet"),
    DirectiveEntry.Kind.VERIFIED: ("circle-check", "green"),
    DirectiveEntry.Kind.SENT_BACK: ("rotate", "red"),
}
"""Icon and tone of each kind of entry."""


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the directives the user may see, the newest first."""
    at, user = timezone.now(), request.user
    form = DirectiveFilter(request.GET)
    form.full_clean()
    page = directives.directives_page(user, form.criteria(), at, request.GET.get("cursor", ""))
    context = {
        "tabs": sections("directives"),
        "form": form,
        "page": page,
        "narrowed": any(form.criteria().values()),
        "may_write": user.holds(Role.SUPERVISOR),
        "at": at,
    }
    return render(request, "dispatch/directives.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form of a directive; POST issues it. `case`, `whistle` or `matter` say on what."""
    check_writes(request.user)
    at, basis = timezone.now(), _basis(request)
    form = DirectiveForm(request.POST or None, initial=_initial(basis, at))
    if request.method == "POST" and form.is_valid():
        given = {**form.cleaned_data, **form.parties(), **basis, "town": form.cleaned_data["town"]}
        del given["departments"]
        issued = accepted(form, lambda: issue_directive(Order(**given), actor=request.user, at=at))
        if issued:
            messages.success(request, _("Issued; lead, assisting units and the leader are told."))
            return redirect("dispatch:directive", issued.pk)
    context = {"form": form, "basis": basis, "tabs": sections("directives")}
    status = 400 if form.errors else 200
    return render(request, "dispatch/directive_new.html", context, status=status)


def _basis(request: HttpRequest) -> dict[str, Any]:
    """Return on what the directive hangs, found among what the user may see."""
    given, user = request.GET, request.user
    if number := given.get("case"):
        return {"case": get_object_or_404(Case.objects.visible_to(user), number=number)}
    rows: dict[str, Any] = {
        "whistle": Whistle.objects.visible_to(user),
        "matter": UnclaimedMatter.objects.visible_to(user),
    }
    for name, seen in rows.items():
        if (pk := key_in(given.get(name))) is not None:
            return {name: get_object_or_404(seen, pk=pk)}
    return {}


def _initial(basis: dict[str, Any], at: datetime) -> dict[str, Any]:
    """Return the form as it opens: a ruling is carried over, a limit of a week is offered."""
    due = timezone.localtime(at + timedelta(days=7)).replace(hour=18, minute=0)
    matter = basis.get("matter")
    if matter is None or matter.lead is None:
        return {"due_at": due}
    assists = [unit.code for unit in matter.assists.all()]
    return {
        "due_at": due,
        "title": matter.title,
        "text": matter.ruling,
        "lead": matter.lead.code,
        "departments": assists,
    }


@require_GET
def directive(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a directive as issued, how it stands and its course."""
    return _page(request, _seen(request, pk), EntryForm())


@require_POST
def enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Enter progress, done, a remark, a verification or a return; what was typed stays if refused."""
    seen = _seen(request, pk)
    form = EntryForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        entry = accepted(
            form, lambda: add_entry(pk, actor=request.user, at=timezone.now(), **given)
        )
        if entry:
            messages.success(request, _("Entered; those who wait for it are told."))
            return redirect("dispatch:directive", pk)
    return _page(request, seen, form, status=400)


def _seen(request: HttpRequest, pk: int) -> Directive:
    rows = Directive.objects.visible_to(request.user).prefetch_related("assists")
    shown = rows.select_related("paper", "lead", "leader", "matter", "issued_by")
    return get_object_or_404(shown, pk=pk)


def _page(
    request: HttpRequest, seen: Directive, form: EntryForm, status: int = 200
) -> HttpResponse:
    user, at = request.user, timezone.now()
    course = list(directives.course_of(seen))
    offered = steps_of(seen, user)
    if DirectiveEntry.Kind.PROGRESS not in offered:
        form.fields["percent"].widget = form.fields["percent"].hidden_widget()
    case = Case.objects.visible_to(user).filter(pk=seen.case_id).first() if seen.case_id else None
    context = {
        "directive": seen,
        "sheet": Sheet.from_json(seen.paper.sheet),
        "events": [_event(entry) for entry in course],
        "percent": next((e.percent for e in course if e.percent is not None), None),
        "form": form if offered else None,
        "offered": [_button(kind) for kind in offered],
        "verifies": DirectiveEntry.Kind.VERIFIED in offered,
        "case": case,
        "at": at,
    }
    return render(request, "dispatch/directive.html", context, status=status)


def _button(kind: str) -> dict[str, Any]:
    labels = {
        DirectiveEntry.Kind.PROGRESS: _("Publish progress"),
        DirectiveEntry.Kind.DONE: _("Report done"),
        DirectiveEntry.Kind.FOLLOW: _("Remark"),
        DirectiveEntry.Kind.VERIFIED: _("Verified on the spot"),
        DirectiveEntry.Kind.SENT_BACK: _("Not done yet: send back"),
    }
    known = DirectiveEntry.Kind(kind)
    return {"kind": kind, "label": labels[known], "icon": COURSE[known][0]}


def _event(entry: DirectiveEntry) -> dict[str, Any]:
    icon, tone = COURSE[DirectiveEntry.Kind(entry.kind)]
    label = entry.get_kind_display()
    if entry.kind == DirectiveEntry.Kind.PROGRESS:
        label = _("Progress: %(percent)s %%") % {"percent": entry.percent}
    place = f"（{entry.lon:.5f}, {entry.lat:.5f}）" if entry.lon and entry.lat else ""
    return {
        "at": entry.at,
        "label": label + place,
        "actor": entry.by,
        "unit": entry.unit or "",
        "note": entry.text,
        "icon": icon,
        "tone": tone,
    }


@require_GET
def panel(request: HttpRequest, number: str) -> HttpResponse:
    """Show the directives and the matters of a case, and what may be begun from it: a fragment of the
    case's page, empty where there is nothing of it."""
    user, at = request.user, timezone.now()
    case = get_object_or_404(Case.objects.visible_to(user), number=number)
    found, matters = directives.on_case(case, user)
    waits = any(matter.ruled_at is None for matter in matters)
    goes_on = case.state in OPEN
    context = {
        "case": case,
        "directives": found,
        "matters": matters,
        "may_direct": goes_on and user.holds(Role.SUPERVISOR),
        "may_raise": goes_on and not waits and user.holds(*RAISING_ROLES),
        "may_blow": may_blow(case, user),
        "at": at,
    }
    return render(request, "dispatch/_directives.html", context)
