"""What goes out by e-mail and SMS, for those who look after the sending."""

from typing import Any

from django.contrib import messages as flash
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext
from django.views.decorators.http import require_GET, require_POST

from accounts.channels import open_channels
from accounts.forms import MessageFilter
from accounts.models import Channel, Message, Role
from accounts.models.messages import MessageQuerySet
from accounts.paging import bounded_count, page_of
from accounts.requests import SignedInRequest
from accounts.services.messages import send_again, send_all_again

STATES = {
    "parked": gettext_lazy("Given up"),
    "waiting": gettext_lazy("On the way"),
    "sent": gettext_lazy("Sent"),
}
"""Parts of the page, in the order of what presses."""

NEWEST_BY = {"parked": "parked_at", "waiting": "created_at", "sent": "sent_at"}


@require_GET
def messages(request: SignedInRequest) -> HttpResponse:
    """List the messages of one state, newest first; without a choice, of the first that has any."""
    mine = _messages(request)
    filters = MessageFilter(request.GET)
    channel = filters.cleaned_data["channel"] if filters.is_valid() else ""
    chosen = mine.filter(channel=channel) if channel else mine
    counts = {state: bounded_count(_of_state(chosen, state)) for state in ("parked", "waiting")}
    state = request.GET.get("state", "")
    if state not in STATES:
        state = next((name for name, (count, _more) in counts.items() if count), "sent")
    rows = _of_state(chosen, state).select_related("recipient").defer("body")
    context = {
        "page": page_of(rows, request.GET.get("cursor", ""), by=NEWEST_BY[state]),
        "state": state,
        "filters": filters,
        "channel": channel,
        "tabs": _tabs(state, counts, channel),
        "closed": _closed(),
    }
    return render(request, "accounts/messages.html", context)


@require_POST
def again(request: SignedInRequest, pk: int) -> HttpResponse:
    """Send one parked message again."""
    message = get_object_or_404(_messages(request), pk=pk)
    send_again(message, actor=request.user, at=timezone.now())
    flash.success(request, _("The message is on its way again."))
    return redirect(f"{reverse('accounts:messages')}?state=parked")


@require_POST
def all_again(request: SignedInRequest) -> HttpResponse:
    """Send every parked message again, or those of the chosen channel."""
    _messages(request)
    channel = request.POST.get("channel", "")
    count = send_all_again(channel, actor=request.user, at=timezone.now())
    words = ngettext(
        "%(count)s message is on its way again.",
        "%(count)s messages are on their way again.",
        count,
    )
    flash.success(request, words % {"count": count})
    return redirect("accounts:messages")


def _messages(request: SignedInRequest) -> MessageQuerySet:
    """Return the messages; refuse whoever does not look after them."""
    if not request.user.holds(Role.ADMIN, Role.SUPERVISOR):
        raise PermissionDenied(_("This page belongs to the administrators and the command centre."))
    return Message.objects.visible_to(request.user)


def _closed() -> str:
    """Return the channels that the district has not switched on, in words."""
    names = [str(label) for name, label in Channel.choices if name not in open_channels()]
    return pgettext("list", ", ").join(names)


def _of_state(rows: MessageQuerySet, state: str) -> MessageQuerySet:
    parts = {"parked": rows.parked, "waiting": rows.waiting, "sent": rows.sent}
    return parts[state]()


def _tabs(state: str, counts: dict[str, tuple[int, bool]], channel: str) -> list[dict[str, Any]]:
    here, kept = reverse("accounts:messages"), f"&channel={channel}" if channel else ""
    return [
        {
            "url": f"{here}?state={name}{kept}",
            "label": label,
            "count": _written(counts.get(name)),
            "active": name == state,
            "tone": "red" if name == "parked" and counts[name][0] else "",
        }
        for name, label in STATES.items()
    ]


def _written(count: tuple[int, bool] | None) -> str:
    return "" if count is None else f"{count[0]:,}{'+' if count[1] else ''}"
