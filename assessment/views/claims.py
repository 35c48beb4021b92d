"""Claims (不计入考核、超时申诉): their list, one claim with what it would change, and where they are raised."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import User
from accounts.paging import page_of
from accounts.refusals import BadInput
from assessment import periods
from assessment.claim_forms import ClaimFilter, ClaimForm, ClaimReviewForm
from assessment.models import Claim, FrozenPeriod
from assessment.models.claims import CLAIMING
from assessment.queries import claims as queries
from assessment.services import claims
from assessment.services.claim_effects import Moved, effect_of
from assessment.services.claims import Plea
from assessment.words import PARTS
from cases.forms import put_refusal
from cases.models import Case, Clock
from cases.privacy import shown_text

REVIEW, OURS, WAITING, DECIDED = "review", "ours", "waiting", "decided"
MONTHS_OFFERED = 12
LONGEST_KEY = 18
"""Digits of a key in an address: more are none of ours, and thousands are no number to Python."""
STATE_TONES = {
    "asked": "amber",
    "passed": "blue",
    "approved": "green",
    "rejected": "red",
    "withdrawn": "grey",
}


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """List the claims: what waits for the user first, then their units', all under review, all decided."""
    user = request.user
    if not (user.sees_district or user.units_of(*CLAIMING)):
        raise PermissionDenied(_("Claims are for the units that raise them and for the district."))
    form = ClaimFilter(request.GET, months=_months())
    form.full_clean()
    criteria = form.criteria()
    rows = queries.for_list(user)
    tabs, tab = _tabs(rows, user, request.GET.get("tab", ""))
    shown = queries.narrowed(_of_tab(rows, user, tab), criteria)
    page = page_of(shown, request.GET.get("cursor", ""), by="asked_at", size=30)
    context = {
        "form": form,
        "tabs": tabs,
        "tab": tab,
        "page": page,
        "rows": [row_of(claim, user) for claim in page.rows],
        "narrowed": any(criteria.values()),
    }
    return render(request, "assessment/claims.html", context)


def _months() -> list[str]:
    """Return the names of the last months, the latest first."""
    return [span.name for span in periods.latest_months(timezone.now(), MONTHS_OFFERED)]


def _tabs(rows: Any, user: User, wanted: str) -> tuple[list[dict[str, Any]], str]:
    waiting = rows.filter(state__in=queries.PENDING)
    counts: dict[str, str | None] = {}
    if user.holds(*queries.REVIEWED_IN):
        counts[REVIEW] = queries.count_of(queries.to_review(rows, user))
    if user.units_of(*CLAIMING):
        counts[OURS] = queries.count_of(queries.of_own_units(waiting, user))
    counts |= {WAITING: queries.count_of(waiting), DECIDED: None} if user.sees_district else {}
    tab = wanted if wanted in counts else next(iter(counts))
    labels = {
        REVIEW: _("To be reviewed by me"),
        OURS: _("Claims of our units"),
        WAITING: _("All under review"),
        DECIDED: _("All decided"),
    }
    return [
        {
            "url": f"{reverse('assessment:claims')}?tab={name}",
            "label": labels[name],
            "count": count,
            "active": name == tab,
            "tone": "red" if name == REVIEW and count != "0" else "",
        }
        for name, count in counts.items()
    ], tab


def _of_tab(rows: Any, user: User, tab: str) -> Any:
    if tab == REVIEW:
        return queries.to_review(rows, user)
    if tab == OURS:
        return queries.of_own_units(rows, user)
    pending = {"state__in": queries.PENDING}
    return rows.filter(**pending) if tab == WAITING else rows.exclude(**pending)


def row_of(claim: Claim, user: User) -> dict[str, Any]:
    """Return a claim as a line shows it to the reader."""
    return {
        "claim": claim,
        "basis": shown_text(claim.case, user, claim.basis),
        "tone": STATE_TONES[claim.state],
    }


@require_GET
def claim(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one claim: what is claimed, what it would change, and its reviews."""
    return _page(request, visible_claim(request, pk), ClaimReviewForm())


@require_GET
def effect(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what the claim would change in its month: a fragment of its page, for those who see the claim."""
    seen = visible_claim(request, pk)
    found = effect_of(seen)
    context = {
        "claim": seen,
        "effect": found,
        "lines": lines_of(found.unit) if found.unit else [],
        "others": [other_words(other) for other in found.others],
    }
    return render(request, "assessment/_claim_effect.html", context)


def lines_of(moved: Moved) -> list[dict[str, Any]]:
    """Return the unit's figures side by side, each with whether it moves."""
    now, then = moved.now, moved.then
    labels = {"response": _("response"), "resolution": _("resolution")}
    labels["satisfaction"] = _("satisfaction")
    rates = [(label, now.rates[name], then.rates[name]) for name, label in labels.items()]
    figures: list[tuple[str, Any, Any]] = [
        (_("Valid callbacks"), now.valid_callbacks, then.valid_callbacks),
        *[(label, _rate(a), _rate(b)) for label, a, b in rates],
        (_("Missed limits charged"), now.missed, then.missed),
        *[(str(PARTS[name]), now.parts[name], then.parts[name]) for name in now.parts],
        (_("score"), now.score, then.score),
        (_("rank"), now.rank or "—", then.rank or "—"),
    ]
    return [
        {"label": label, "now": _figure(a), "then": _figure(b), "moves": a != b}
        for label, a, b in figures
    ]


def _rate(value: float | None) -> str | None:
    return None if value is None else f"{value:.2f}%"


def _figure(value: float | str | None) -> str:
    """Write a count as it is, any other figure with two decimals or as many as it has."""
    if value is None:
        return _("no data")
    few = isinstance(value, int | str) or round(value, 2) != value
    return str(value) if few else f"{value:.2f}"


def other_words(moved: Moved) -> str:
    """Say how another unit would move."""
    now, then = moved.now, moved.then
    said = _("%(unit)s: score %(now)s → %(then)s, rank %(was)s → %(would)s")
    figures = {"now": _figure(now.score), "then": _figure(then.score)}
    ranks = {"was": now.rank or "—", "would": then.rank or "—"}
    return said % ({"unit": now.name} | figures | ranks)


@require_POST
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """Approve or reject; what was typed stays where it cannot be taken."""
    seen = visible_claim(request, pk)
    claims.check_reviewer(seen, request.user)
    form = ClaimReviewForm(request.POST)
    answer = request.POST.get("approve", "")
    if form.is_valid() and answer in ("0", "1"):
        given = {"approve": answer == "1", "words": form.cleaned_data["words"]}
        try:
            claims.review(pk, actor=request.user, at=timezone.now(), **given)
        except BadInput as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("The review is kept; the claiming unit is told."))
            return redirect("assessment:claim", pk)
    return _page(request, seen, form, status=400)


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the claim back."""
    visible_claim(request, pk)
    claims.withdraw(pk, actor=request.user, at=timezone.now())
    messages.success(request, _("The claim has been taken back."))
    return redirect("assessment:claim", pk)


def visible_claim(request: HttpRequest, pk: int) -> Claim:
    """Return the claim if the user may see it, else answer 404."""
    return get_object_or_404(queries.for_list(request.user), pk=pk)


def _page(
    request: HttpRequest, seen: Claim, form: ClaimReviewForm, status: int = 200
) -> HttpResponse:
    user = request.user
    steps = claims.steps_of(seen, user)

    def read(text: str) -> str:
        return shown_text(seen.case, user, text)

    context = row_of(seen, user) | {
        "evidence": read(seen.evidence),
        "first_words": read(seen.first_words),
        "second_words": read(seen.second_words),
        "photos": claims.photos_of(seen),
        "form": form if "review" in steps else None,
        "withdraws": "withdraw" in steps,
        "sees_case": Case.objects.visible_to(user).filter(pk=seen.case_id).exists(),
    }
    return render(request, "assessment/claim.html", context, status=status)


@require_GET
def panel(request: HttpRequest, number: str) -> HttpResponse:
    """Show the claims on a case and where they are raised: a fragment of its page, empty where there are none."""
    case, user = _visible_case(request, number), request.user
    units = claims.units_claiming(user, case)
    rows = queries.for_list(user).filter(case=case).order_by("asked_at", "pk")
    found = [row_of(one, user) for one in rows]
    standing = (*queries.PENDING, Claim.State.APPROVED)
    taken = any(
        row["claim"].kind == Claim.Kind.EXCLUSION and row["claim"].state in standing
        for row in found
    )
    context = {
        "case": case,
        "rows": found,
        "may_exclude": bool(claims.units_excluding(units, case)) and case.counted and not taken,
        "limits": claims.limits_to_appeal(case, units) if units else [],
    }
    return render(request, "assessment/_claims_of_case.html", context)


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, number: str) -> HttpResponse:
    """Ask for what a claim needs, or raise it; `?clock=` names the missed limit it is about."""
    case = _visible_case(request, number)
    claims.check_claiming(request.user, case)
    clock = _clock(request, case)
    units = claims.units_claiming(request.user, case)
    if clock is None:
        units = claims.units_excluding(units, case)
    else:
        units = [unit for unit in units if unit.pk == clock.unit_id]
    if not units:
        raise PermissionDenied(_("Only the case's town or a unit summoned to it claims for it."))
    items = None if clock else claims.items_for(case)
    form = ClaimForm(request.POST or None, units=units, items=items)
    if request.method == "POST" and form.is_valid():
        kind = Claim.Kind.OVERDUE if clock else Claim.Kind.EXCLUSION
        plea = Plea(kind=kind, clock=clock.pk if clock else None, **form.cleaned_data)
        at, photos = timezone.now(), request.FILES.getlist("photos")
        try:
            raised = claims.ask(case.pk, plea, actor=request.user, at=at, photos=photos)
        except BadInput as refusal:
            put_refusal(form, refusal)
        else:
            messages.success(request, _("The claim is raised; it waits for two reviews."))
            return redirect("assessment:claim", raised.pk)
    span = periods.running_month(case.received_at)
    context = {
        "case": case,
        "clock": clock,
        "form": form,
        "text": shown_text(case, request.user),
        "period": span.name,
        "frozen": FrozenPeriod.objects.filter(period=span.name).exists(),
    }
    status = 400 if form.errors else 200
    return render(request, "assessment/claim_new.html", context, status=status)


def _visible_case(request: HttpRequest, number: str) -> Case:
    shown = Case.objects.visible_to(request.user).select_related("category")
    return get_object_or_404(shown, number=number)


def _clock(request: HttpRequest, case: Case) -> Clock | None:
    wanted = request.POST.get("clock") or request.GET.get("clock", "")
    if not wanted:
        return None
    missed = Clock.objects.filter(case=case, breached_at__isnull=False).select_related("unit")
    known = wanted.isdecimal() and len(wanted) <= LONGEST_KEY
    return get_object_or_404(missed, pk=int(wanted) if known else 0)


@require_GET
def waiting(request: HttpRequest) -> HttpResponse:
    """Say what of claims and marks waits for the user: a fragment of the desks, empty where nothing does."""
    at, user = timezone.now(), request.user
    context = {"waiting": queries.waiting_for(user, at)}
    return render(request, "assessment/_appeals_waiting.html", context)
