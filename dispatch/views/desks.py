"""The desks of departments and of those who blew whistles."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from cases.lifecycle import ClockKind
from dispatch.lifecycle import ACTING_ROLES, OrderState
from dispatch.queries import desks
from dispatch.rights import CLOSE, current
from dispatch.views.orders import reviewed


@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """Show the orders of the user's departments by what is to be done next."""
    at, user = timezone.now(), request.user
    if not user.holds(*ACTING_ROLES):
        raise PermissionDenied(_("This desk belongs to the units that are summoned."))
    counts = desks.unsettled_counts(user)
    group = request.GET.get("group", "")
    if group not in desks.GROUPS:
        waiting = [name for name in desks.GROUPS if counts.get(name)]
        group = waiting[0] if waiting else OrderState.ISSUED.value
    page = desks.desk_group(user, group, request.GET.get("after", ""), at)
    labels = {
        OrderState.ISSUED: _("To acknowledge"),
        OrderState.ACKNOWLEDGED: _("To report in"),
        OrderState.REPORTED: _("To finish"),
        OrderState.FINISHED: _("Awaiting acceptance"),
        OrderState.OBJECTED: _("Awaiting a ruling"),
        desks.SETTLED_GROUP: _("Accepted and reviewed"),
    }
    tabs = [
        _tab("dispatch:desk", "group", name, str(labels[name]), counts.get(name), group)
        for name in labels
    ]
    units = [post.unit for post in user.posts if post.role in ACTING_ROLES]
    context = {
        "tabs": tabs,
        "page": page,
        "units": units,
        "several": len(units) > 1,
        "reviewed": reviewed(page.rows),
        "at": at,
    }
    return render(request, "dispatch/desk.html", context)


@require_GET
def whistles(request: HttpRequest) -> HttpResponse:
    """Show the blower the results to accept or send back, and the accepted orders to review."""
    at, user = timezone.now(), request.user
    if not user.holds(*current().roles_anywhere(CLOSE)):
        raise PermissionDenied(_("This desk belongs to those who blow whistles."))
    counts = desks.owed_counts(user)
    kind = request.GET.get("kind", "")
    if kind not in counts:
        only_reviews = counts[ClockKind.REVIEW] and not counts[ClockKind.ACCEPT]
        kind = (ClockKind.REVIEW if only_reviews else ClockKind.ACCEPT).value
    page = desks.owed_page(user, kind, request.GET.get("after", ""), at)
    labels = {ClockKind.ACCEPT: _("To accept"), ClockKind.REVIEW: _("To review")}
    tabs = [
        _tab("dispatch:whistles", "kind", name.value, label, counts[name], kind)
        for name, label in labels.items()
    ]
    if ours := sum(desks.unsettled_counts(user).values()):
        label = _("Given to us")
        tabs.append(_tab("dispatch:desk", "group", "", label, ours, "none"))
    context = {"tabs": tabs, "page": page, "kind": kind, "at": at}
    return render(request, "dispatch/whistles.html", context)


def _tab(
    view: str, name: str, value: str, label: str, count: int | None, chosen: str
) -> dict[str, object]:
    return {
        "url": f"{reverse(view)}?{name}={value}",
        "label": label,
        "count": count,
        "active": value == chosen,
        "tone": "blue" if count else "",
    }
