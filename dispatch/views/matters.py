"""Unclaimed matters: the docket of those waiting, the rulings to be cited, raising and ruling."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Role, Unit, User
from cases.models import Case
from cases.privacy import redact
from dispatch.forms.meetings import MatterForm, RulingForm, RulingSearch
from dispatch.forms.parties import accepted
from dispatch.models import Paper, Responsibility, UnclaimedMatter
from dispatch.queries import directives
from dispatch.queries.directives import may_blow
from dispatch.services.matters import (
    RAISING_ROLES,
    is_guarded,
    raise_matter,
    raising_unit,
    rule_matter,
)
from dispatch.services.meetings import days_waited
from dispatch.services.papers import check_writes
from dispatch.views.sections import sections

WAITING, RULED = "waiting", "ruled"


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List what waits for its ruling, the longest first, or the rulings, the newest first."""
    user, at = request.user, timezone.now()
    form = RulingSearch(request.GET)
    form.full_clean()
    words, tab = form.cleaned_data.get("q", ""), request.GET.get("tab", "")
    tab = tab if tab in (WAITING, RULED) else RULED if words else WAITING
    cursor = request.GET.get("cursor", "")
    page: Any = (
        directives.waiting_page(user, cursor)
        if tab == WAITING
        else directives.ruled_page(user, words, cursor)
    )
    context = {
        "tabs": sections("matters"),
        "halves": _halves(tab),
        "tab": tab,
        "form": form,
        "page": page,
        "rows": [(matter, days_waited(matter, at)) for matter in page.rows],
        "narrowed": bool(words),
        "may_raise": user.holds(*RAISING_ROLES),
        "at": at,
    }
    return render(request, "dispatch/matters.html", context)


def _halves(tab: str) -> list[dict[str, Any]]:
    labels = {WAITING: _("Waiting for a ruling"), RULED: _("Rulings")}
    return [
        {
            "url": f"{reverse('dispatch:matters')}?tab={name}",
            "label": label,
            "active": name == tab,
        }
        for name, label in labels.items()
    ]


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Show the form of a matter, from a case or freely; POST raises it."""
    user = request.user
    unit, case = raising_unit(user), _case(request, user)
    initial = {"category": case.category_id, "text": redact(case.text, case)} if case else {}
    form = MatterForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = {**form.cleaned_data, "case": case}
        raised = accepted(form, lambda: raise_matter(actor=user, at=timezone.now(), **given))
        if raised:
            messages.success(request, _("Raised; it waits for the next on-site meeting."))
            return redirect("dispatch:matter", raised.pk)
    context = {"form": form, "case": case, "unit": unit, "tabs": sections("matters")}
    status = 400 if form.errors else 200
    return render(request, "dispatch/matter_new.html", context, status=status)


def _case(request: HttpRequest, user: User) -> Case | None:
    number = request.GET.get("case", "")
    return get_object_or_404(Case.objects.visible_to(user), number=number) if number else None


@require_GET
def matter(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a matter, its ruling, what it changed, and what may be begun from it."""
    seen = _seen(request, pk)
    return _page(request, seen, RulingForm(initial=_initial(seen)))


@require_POST
def rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Rule on a matter at its meeting; what was typed stays where it is refused."""
    check_writes(request.user)
    seen = _seen(request, pk)
    form = RulingForm(request.POST)
    if form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("ruling", "lasting", "item")}
        given |= form.parties()
        ruled = accepted(
            form, lambda: rule_matter(pk, actor=request.user, at=timezone.now(), **given)
        )
        if ruled:
            number = ruled.number
            messages.success(
                request, _("%(number)s is issued; all named in it are told.") % {"number": number}
            )
            return redirect("dispatch:matter", pk)
    return _page(request, seen, form, status=400)


def _seen(request: HttpRequest, pk: int) -> UnclaimedMatter:
    rows = directives.matters_for_list(request.user)
    shown = rows.select_related("case", "raised_by_user", "ruled_by")
    return get_object_or_404(shown, pk=pk)


def _initial(seen: UnclaimedMatter) -> dict[str, Any]:
    """Propose the item of the list that stands for the category."""
    items = Responsibility.objects.filter(category=seen.category_id).order_by("code")
    first = items.select_related("lead").first()
    return {"lead": first.lead.code if first and first.lead else ""}


def _page(
    request: HttpRequest, seen: UnclaimedMatter, form: RulingForm, status: int = 200
) -> HttpResponse:
    user, at = request.user, timezone.now()
    meeting = seen.meeting
    open_now = meeting is not None and meeting.closed_at is None and seen.ruled_at is None
    rules = open_now and user.holds(Role.SUPERVISOR)
    known = getattr(seen, "case_number", None)
    case = seen.case if known else None
    paper = Paper.objects.visible_to(user).filter(form="ruling", number=seen.number).first()
    if is_guarded(seen):
        del form.fields["lasting"], form.fields["item"]
    context = {
        "matter": seen,
        "days": days_waited(seen, at),
        "form": form if rules else None,
        "case": case,
        "paper": paper if seen.number else None,
        "changes": _changes(seen),
        "directives": directives.directives_for_list(user).filter(matter=seen),
        "may_direct": user.holds(Role.SUPERVISOR) and seen.ruled_at is not None,
        "may_blow": case is not None and seen.ruled_at and may_blow(case, user),
        "at": at,
    }
    return render(request, "dispatch/matter.html", context, status=status)


def _changes(seen: UnclaimedMatter) -> list[dict[str, Any]]:
    """Return what the ruling changed on the list, units by name."""
    changes = list(seen.changes.select_related("item").order_by("pk"))
    sides = [side for change in changes for side in (change.before, change.after) if side]
    codes = {code for side in sides for code in (side["lead"], *side["assists"])}
    names = {unit.code: str(unit) for unit in Unit.objects.filter(code__in=codes)}

    def told(side: dict[str, Any] | None) -> str:
        if not side:
            return ""
        lead = names.get(side["lead"], side["lead"]) or _("The town itself")
        assists = [names.get(code, code) for code in side["assists"]]
        assists += [_("the town")] if side["town_assists"] else []
        said = _("Lead: %(lead)s") % {"lead": lead}
        comma = pgettext("list", ", ")
        return said + (_("; assist: %(units)s") % {"units": comma.join(assists)} if assists else "")

    return [
        {"item": change.item, "before": told(change.before), "after": told(change.after)}
        for change in changes
    ]
