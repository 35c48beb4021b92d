"""What a guest link may do, until when, and where it leads: rules on loaded rows, no query."""

from datetime import datetime

from django.http import HttpRequest
from django.urls import reverse

from accounts.models import Unit
from dispatch.models import GuestLink

GUEST_KINDS = frozenset(
    {Unit.Kind.ALLIANCE, Unit.Kind.PROPERTY, Unit.Kind.SQUAD, Unit.Kind.COMPANY}
)
"""Kinds of unit whose orders may be answered by link: those whose people have no account here."""

GUEST_STEPS = ("acknowledge", "report_in", "progress", "finish")
GUEST_ITEM_STEPS = ("start", "done")


def opens(link: GuestLink, at: datetime) -> bool:
    """Tell whether the link opens its order now; a matter that is confidential or complains of the
    unit itself is closed to every link. The link must come with its order and case."""
    case = link.order.case
    closed = case.confidential or case.accused_id == link.order.unit_id
    return link.is_good(at) and not closed


def address_of(request: HttpRequest, secret: str) -> str:
    """Return the whole address of the page that the secret opens."""
    page = request.build_absolute_uri(reverse("dispatch:guest", args=["SECRET"]))
    return page.replace("/SECRET/", f"/{secret}/")
