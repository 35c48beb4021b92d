"""Orders by guest link: the page an outsider opens without an account, and the links on the order's page.

Whoever holds the address holds the right: there is no cookie to be abused by another site, and a page
that names no referrer sends no origin, so that these forms need no token against forgery.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import wraps
from time import time
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.channels import open_channels
from accounts.models import Channel
from accounts.refusals import BadInput, StepRefused
from accounts.requests import SignedInRequest, network_address
from dispatch.forms.guests import GuestLinkForm, ProofForm
from dispatch.forms.steps import FORMS, StepForm
from dispatch.forms.whistles import add_refusals
from dispatch.guest_rules import GUEST_ITEM_STEPS, GUEST_STEPS, address_of, opens
from dispatch.models import GuestLink, Order, WhistleItem
from dispatch.queries.guests import did_label, guest_page, link_rows
from dispatch.services.guest_rights import LinkGone
from dispatch.services.guests import (
    check_may_link,
    find_link,
    log_visit,
    make_link,
    may_link,
    revoke_link,
)
from dispatch.services.items import move_item
from dispatch.services.steps import advance_order

PER_MINUTE = 60
"""Requests from one network address that each process answers in a minute."""

HEADERS = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store, private",
}


@dataclass(frozen=True, slots=True)
class Visit:
    """One request by a guest link: which, by what address, when, from where."""

    link: GuestLink
    secret: str
    at: datetime
    address: str | None
    agent: str

    def log(self, did: str, *, refused: bool = False) -> None:
        log_visit(
            self.link, did, at=self.at, address=self.address, agent=self.agent, refused=refused
        )


def by_link(did: str) -> Callable[[Callable[..., HttpResponse]], Any]:
    """Let a view in by a guest link alone; what is not let in is logged as `did` and told why."""

    def around(view: Callable[..., HttpResponse]) -> Any:
        @login_not_required
        @csrf_exempt
        @wraps(view)
        def opened(request: HttpRequest, secret: str, **named: Any) -> HttpResponse:
            answer = _let_in(view, request, secret, did, named)
            for name, value in HEADERS.items():
                answer[name] = value
            # Django logs refusals with their address; this one is a key.
            answer._has_been_logged = True  # type: ignore[attr-defined]  # noqa: SLF001
            return answer

        return opened

    return around


def _let_in(
    view: Callable[..., HttpResponse],
    request: HttpRequest,
    secret: str,
    did: str,
    named: dict[str, Any],
) -> HttpResponse:
    address = network_address(request)
    if _too_many(address):
        return render(request, "dispatch/guest_gone.html", {"why": "too_many"}, status=429)
    link = find_link(secret)
    if link is None:
        return render(request, "dispatch/guest_gone.html", {"why": "forged"}, status=404)
    agent = request.headers.get("User-Agent", "")
    visit = Visit(link, secret, timezone.now(), address, agent)
    if not opens(link, visit.at):
        visit.log(named.get("step", did), refused=True)
        return _gone(request)
    return view(request, visit, **named)


def _too_many(address: str | None) -> bool:
    key = f"guest:{address}:{int(time() // 60)}"
    cache.add(key, 0, timeout=120)
    return cache.incr(key) > PER_MINUTE


def _gone(request: HttpRequest) -> HttpResponse:
    return render(request, "dispatch/guest_gone.html", {"why": "gone"}, status=410)


@by_link("open")
@require_safe
def guest(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Show the order of the link, and nothing else."""
    visit.log("open")
    return _page(request, visit)


@by_link("step")
@require_POST
def guest_step(request: HttpRequest, visit: Visit, step: str) -> HttpResponse:
    """Take a step of the order by its link."""
    if step not in GUEST_STEPS:
        return _refused(request, visit, step, 404)
    form = FORMS[step](request.POST)
    if not form.is_valid():
        visit.log(step, refused=True)
        return _page(request, visit, step=step, form=form, status=400)

    def act() -> None:
        photos = request.FILES.getlist("photos") if form.photos else []
        order, at = visit.link.order_id, visit.at
        details = form.details()
        advance_order(order, step, actor=None, guest=visit.link, at=at, photos=photos, **details)

    return _take(request, visit, step, act, {"step": step, "form": form})


@by_link("item")
@require_POST
def guest_item(request: HttpRequest, visit: Visit, pk: int, step: str) -> HttpResponse:
    """Begin a problem of the guest's unit, or say that it is done and what proves it."""
    order = visit.link.order
    own = WhistleItem.objects.filter(whistle=order.whistle_id, unit=order.unit_id, pk=pk)
    if step not in GUEST_ITEM_STEPS or not own.exists():
        return _refused(request, visit, f"item.{step}", 404)
    form = ProofForm(request.POST)
    if not form.is_valid():
        visit.log(f"item.{step}", refused=True)
        return _page(request, visit, item=pk, form=form, status=400)

    def act() -> None:
        evidence, photos = form.cleaned_data["evidence"], request.FILES.getlist("photos")
        move_item(
            pk,
            step,
            actor=None,
            guest=visit.link,
            at=visit.at,
            evidence=evidence,
            photos=photos,
        )

    return _take(request, visit, f"item.{step}", act, {"item": pk, "form": form})


def _take(
    request: HttpRequest,
    visit: Visit,
    did: str,
    act: Callable[[], None],
    shown: dict[str, Any],
) -> HttpResponse:
    """Do it and log it; a refusal is logged, too, and shown on the page with what was typed."""
    try:
        act()
    except LinkGone:
        visit.log(did, refused=True)
        return _gone(request)
    except BadInput as refusal:
        visit.log(did, refused=True)
        add_refusals(shown["form"], refusal.fields)
        return _page(request, visit, status=400, **shown)
    except StepRefused as refusal:
        visit.log(did, refused=True)
        return _page(request, visit, refusal=str(refusal), status=409)
    except PermissionDenied:
        return _refused(request, visit, did, 403)
    visit.log(did)
    messages.success(request, f"{did_label(did)} ✓")
    return redirect("dispatch:guest", secret=visit.secret)


def _refused(request: HttpRequest, visit: Visit, did: str, status: int) -> HttpResponse:
    visit.log(did, refused=True)
    return render(request, "dispatch/guest_gone.html", {"why": "forged"}, status=status)


def _page(
    request: HttpRequest,
    visit: Visit,
    *,
    step: str = "",
    item: int | None = None,
    form: Any = None,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    """Draw the page as it stands now, with the form that was refused as it was typed."""
    link = find_link(visit.secret) or visit.link
    page = guest_page(link)
    forms = {
        words.name: form if words.name == step else FORMS[words.name](auto_id=f"{words.name}_%s")
        for words in page.steps
    }
    context = {
        "at": visit.at,
        "secret": visit.secret,
        "link": link,
        "page": page,
        "steps": [_offer(words, forms[words.name], step) for words in page.steps],
        "proofs": [
            (problem, form if problem.item.pk == item else _proof(problem.item.pk), item)
            for problem in page.problems
        ],
        "refusal": refusal,
    }
    return render(request, "dispatch/guest.html", context, status=status)


def _offer(words: Any, form: StepForm, refused: str) -> dict[str, Any]:
    return {"words": words, "form": form, "open": words.name == refused}


def _proof(pk: int) -> ProofForm:
    return ProofForm(auto_id=f"proof-{pk}_%s")


@never_cache
@require_http_methods(["GET", "POST"])
def links(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show the links of an order to those who answer for it, as a part of its page; or make one."""
    order = get_object_or_404(
        Order.objects.visible_to(request.user).select_related("case", "unit", "whistle__blower"),
        pk=pk,
    )
    if not may_link(order, request.user):
        if request.method == "GET" and _asked_by_script(request):
            return HttpResponse(status=204)
        check_may_link(order, request.user)
    with_sms = Channel.SMS in open_channels()
    form = GuestLinkForm(request.POST or None, with_sms=with_sms, auto_id="guest_%s")
    made = ""
    if request.method == "POST" and form.is_valid():
        made = _make(request, order, form)
        if made:
            form = GuestLinkForm(with_sms=with_sms, auto_id="guest_%s")
    context = {
        "order": order,
        "rows": link_rows(order.pk, timezone.now()),
        "form": form,
        "made": made,
        "open": bool(form.errors),
    }
    name = (
        "dispatch/_guest_links.html" if _asked_by_script(request) else "dispatch/guest_links.html"
    )
    return render(request, name, context, status=400 if form.errors else 200)


def _make(request: SignedInRequest, order: Order, form: GuestLinkForm) -> str:
    """Make the link and return its address, or nothing where the form was refused."""
    given = dict(form.cleaned_data)
    sms = given.pop("send_sms", False)
    try:
        made = make_link(
            order.pk,
            actor=request.user,
            at=timezone.now(),
            sms_to=address_of(request, "{secret}") if sms else "",
            **given,
        )
    except BadInput as refusal:
        add_refusals(form, refusal.fields)
        return ""
    return address_of(request, made.secret)


def _asked_by_script(request: HttpRequest) -> bool:
    return bool(request.htmx)  # type: ignore[attr-defined]  # set by its middleware


@require_POST
def revoke(request: SignedInRequest, pk: int) -> HttpResponse:
    """Let a link open nothing from now on."""
    link = get_object_or_404(GuestLink.objects.visible_to(request.user), pk=pk)
    revoke_link(link.pk, actor=request.user, at=timezone.now())
    if _asked_by_script(request):
        return redirect("dispatch:guest_links", pk=link.order_id)
    return redirect("dispatch:order", pk=link.order_id)
