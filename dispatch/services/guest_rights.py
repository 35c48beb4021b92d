"""May a guest link take this step now? Asked under the locks of case and order, the link's own included."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.refusals import StepRefused
from dispatch.guest_rules import GUEST_ITEM_STEPS, GUEST_STEPS, opens
from dispatch.lifecycle import SETTLED
from dispatch.models import GuestLink, Order, WhistleItem


class LinkGone(StepRefused):
    """The link opens nothing any more: revoked, expired, or its case is not for outsiders now."""


def check_guest(order: Order, step: str, link: GuestLink, at: datetime) -> None:
    """Raise where the link may not take the step of an order locked by the caller.

    The link is locked, too: once it is revoked, nothing more comes through it.
    """
    _check_link(order, link, at)
    if step not in GUEST_STEPS:
        raise PermissionDenied(_("This step is not yours to take."))


def check_guest_item(item: WhistleItem, step: str, link: GuestLink, at: datetime) -> None:
    """Raise where the link may not take the step of a problem whose case is locked by the caller."""
    order = Order.objects.select_related("unit").get(pk=link.order_id)
    order.case = item.whistle.case
    _check_link(order, link, at)
    own = item.whistle_id == order.whistle_id and item.unit_id == order.unit_id
    if not own or step not in GUEST_ITEM_STEPS:
        raise PermissionDenied(_("This step is not yours to take."))
    if order.state in SETTLED:
        raise StepRefused(_("This order is settled; nothing more can be done by link."))


def _check_link(order: Order, link: GuestLink, at: datetime) -> None:
    locked = GuestLink.objects.select_for_update().get(pk=link.pk)
    if locked.order_id != order.pk:
        raise PermissionDenied(_("This step is not yours to take."))
    locked.order = order
    if not opens(locked, at):
        raise LinkGone(_("This link is no longer good."))
