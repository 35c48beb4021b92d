"""Residents' snapshots on screen: sent without an account, claimed and ended by the grid."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Q
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_GET, require_POST
from rest_framework.throttling import BaseThrottle

from accounts.masks import mask_phone
from accounts.models import User
from accounts.refusals import BadInput
from accounts.requests import SignedInRequest
from cases.field_forms import AnswerForm, SnapForm
from cases.forms import put_refusal
from cases.lifecycle import State
from cases.models import Snapshot
from cases.privacy import mask_name, struck
from cases.services.snapshots import (
    TooMany,
    answer_snapshot,
    claim_snapshot,
    fingerprint,
    may_claim,
    may_finish,
    release_snapshot,
    take_snapshot,
)
from cases.views.intake import placed
from grids.naming import short_name
from grids.queries import path_names
from grids.tabs import check_reader, life_tabs
from grids.views.places import search

VIEW = "cases:snapshots"
MOST_SHOWN = 50
LATELY = 20


@require_GET
def snapshots(request: SignedInRequest) -> HttpResponse:
    """Show what waits to be claimed, what one has in hand, and what came of the last ones."""
    check_reader(request.user)
    return render(request, "cases/snapshots.html", _page(request.user))


def _page(user: User) -> dict[str, Any]:
    rows = Snapshot.objects.visible_to(user).select_related("area", "claimed_by", "case")
    rows = rows.defer("area__boundary")
    open_ones = rows.filter(case=None, answered_at=None)
    ended = rows.filter(Q(case__isnull=False) | Q(answered_at__isnull=False))
    return {
        "tabs": life_tabs(VIEW),
        "waiting": snapshot_cards(
            open_ones.waiting().order_by("received_at", "pk")[:MOST_SHOWN], user
        ),
        "claimed": snapshot_cards(
            open_ones.filter(claimed_at__isnull=False).order_by("claimed_at", "pk")[:MOST_SHOWN],
            user,
        ),
        "ended": snapshot_cards(ended.order_by("-received_at", "-pk")[:LATELY], user),
    }


def waiting_for(user: User) -> list[dict[str, Any]]:
    """Return the unclaimed snapshots that the user may claim, the oldest first; for their desk."""
    rows = Snapshot.objects.visible_to(user).waiting().filter(case=None, answered_at=None)
    rows = rows.select_related("area", "claimed_by", "case").defer("area__boundary")
    return snapshot_cards(rows.order_by("received_at", "pk")[:LATELY], user)


def snapshot_cards(rows: Any, user: User) -> list[dict[str, Any]]:
    """Return the snapshots as the reader may see them: who sent them masked, numbers struck out."""
    return [
        {
            "row": row,
            "text": struck(row.text, row.name, row.phone),
            "sender": " ".join(filter(None, [mask_name(row.name), mask_phone(row.phone)])),
            "place": short_name(row.area.name),
            "ended": row.case_id is not None or row.answered_at is not None,
            "may_claim": may_claim(row, user),
            "may_finish": may_finish(row, user),
            "answer_form": AnswerForm(auto_id=f"answer_{row.pk}_%s"),
        }
        for row in rows
    ]


def _seen(request: SignedInRequest, pk: int) -> Snapshot:
    return get_object_or_404(Snapshot.objects.visible_to(request.user), pk=pk)


@require_POST
def claim(request: SignedInRequest, pk: int) -> HttpResponse:
    """Take a snapshot on."""
    claim_snapshot(_seen(request, pk).pk, actor=request.user, at=timezone.now())
    messages.success(request, _("It is yours now: make it a case, or answer it."))
    return redirect(VIEW)


@require_POST
def release(request: SignedInRequest, pk: int) -> HttpResponse:
    """Give a snapshot back."""
    release_snapshot(_seen(request, pk).pk, actor=request.user, at=timezone.now())
    messages.success(request, _("Given back: somebody else may claim it."))
    return redirect(VIEW)


@require_POST
def answer(request: SignedInRequest, pk: int) -> HttpResponse:
    """Answer a snapshot in words."""
    snapshot, form = _seen(request, pk), AnswerForm(request.POST)
    if not form.is_valid():
        raise BadInput({"words": _("Write what the resident is to read.")})
    answer_snapshot(snapshot.pk, actor=request.user, at=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Answered; the resident reads it by their link."))
    return redirect(VIEW)


@require_GET
@cache_control(private=True, max_age=86400, immutable=True)
def photo(request: SignedInRequest, pk: int) -> FileResponse:
    """Send the photo of a snapshot of one's own area."""
    try:
        return FileResponse(_seen(request, pk).photo.open("rb"), content_type="image/jpeg")
    except FileNotFoundError:
        raise Http404 from None


@login_not_required
@never_cache
def snap(request: HttpRequest) -> HttpResponse:
    """Take in a resident's snapshot, without an account; answer with the link that tells what comes of it."""
    data = request.POST if request.method == "POST" else None
    form = SnapForm(data, initial={"once": uuid4()})
    status = 200
    if form.is_bound:
        status = 400
        if form.is_valid():
            try:
                if (kept := _kept(request, form)) is not None:
                    return redirect("cases:snap_receipt", token=kept.token)
            except TooMany:
                return render(request, "cases/snap_later.html", status=429)
    context = {"form": form, "photo_errors": form.errors.get("photo")}
    return render(request, "cases/snap.html", context, status=status)


def _kept(request: HttpRequest, form: SnapForm) -> Snapshot | None:
    place = placed(form)
    if place is None:
        return None
    at, given = timezone.now(), form.cleaned_data
    try:
        return take_snapshot(
            at=at,
            text=given["text"],
            photo=request.FILES.get("photo"),
            place=place,
            name=given["name"],
            phone=given["phone"],
            token=given["once"],
            sender=fingerprint(address_of(request), at),
        )
    except BadInput as refusal:
        put_refusal(form, refusal)
        if "photo" in refusal.fields:
            form.errors["photo"] = form.error_class(refusal.fields["photo"])
        return None


def address_of(request: Any) -> str:
    """Return the sender's network address, behind a proxy as the API's throttles know it."""
    return str(BaseThrottle().get_ident(request))


@login_not_required
@require_GET
def places(request: HttpRequest) -> HttpResponse:
    """Offer the areas that fit what a resident types."""
    return search(request)


WAY = {
    State.RECEIVED: 1,
    State.HANDLING: 2,
    State.WHISTLED: 2,
    State.REPORTED: 2,
    State.ON_HOLD: 2,
    State.HANDLED: 3,
    State.RATED: 3,
    State.CLOSED: 4,
    State.MERGED: 2,
    State.REJECTED: 4,
}
"""How far a case has come, as its reporter is told."""


@login_not_required
@never_cache
@require_GET
def receipt(request: HttpRequest, token: UUID) -> HttpResponse:
    """Tell whoever has the link what became of the snapshot: nothing personal, not even its photo."""
    rows = Snapshot.objects.select_related("case").filter(token=token)
    snapshot = rows.first()
    if snapshot is None:
        return render(request, "cases/rate_gone.html", {"forged": True}, status=404)
    case = snapshot.case
    reached = WAY.get(State(case.state), 1) if case else 0
    labels = [
        _("A case was made of it"),
        _("Somebody is working on it"),
        _("The work is reported as done"),
        _("Ended"),
    ]
    answered = snapshot.answered_at is not None
    context = {
        "snapshot": snapshot,
        "case": case,
        "place": " · ".join(path_names(snapshot.area_id)),
        "claimed": snapshot.claimed_at is not None,
        "answer": struck(snapshot.answer, snapshot.name, snapshot.phone),
        "way": [] if answered else [(label, n <= reached) for n, label in enumerate(labels, 1)],
        "link": request.build_absolute_uri(),
    }
    answer_page = render(request, "cases/snap_receipt.html", context)
    answer_page["X-Robots-Tag"] = "noindex"
    return answer_page
