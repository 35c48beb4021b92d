"""Guest links: made and revoked by those who answer for an order, opened by outsiders, every opening logged."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.channels import open_channels
from accounts.models import Channel, User
from accounts.refusals import BadInput, StepRefused
from accounts.sealed import new_nonce, secret_of
from accounts.services.messages import post_sms
from cases.lifecycle import ClockKind
from cases.models import Clock
from dispatch.guest_rules import GUEST_KINDS
from dispatch.lifecycle import SETTLED, by_the_blower, centre, of_the_unit
from dispatch.models import GuestLink, GuestVisit, Order
from dispatch.services.records import record_order
from dispatch.services.steps import lock_order

MOST_DAYS = 30
AFTER_DUE = timedelta(days=7)
"""A link is good for a week after the order is due, where nobody says for how long."""

MOST_LINKS = 10
"""Good links of one order at a time: a firm's few people, not a mailing."""


@dataclass(frozen=True, slots=True)
class MadeLink:
    """A link just made, with the secret that is shown now and never again."""

    link: GuestLink
    secret: str


def may_link(order: Order, user: User) -> bool:
    """Tell whether the user may hand out the order by link: its own unit, the blower, the centre; and
    only where the unit's people have no account here."""
    if order.unit.kind not in GUEST_KINDS:
        return False
    return of_the_unit(order, user) or by_the_blower(order, user) or centre(order, user)


def check_may_link(order: Order, user: User) -> None:
    """Raise `PermissionDenied` where the order is not the user's to hand out by link."""
    if not may_link(order, user):
        raise PermissionDenied(_("This order is not yours to hand out by link."))


@transaction.atomic
def make_link(
    order_pk: int,
    *,
    actor: User,
    at: datetime,
    contact: str,
    phone: str = "",
    days: int | None = None,
    sms_to: str = "",
) -> MadeLink:
    """Make a link to the order for an outsider; only the hash of its secret is kept.

    With `sms_to`, the address of the guest page with `{secret}` in it, the link goes to the phone by
    SMS; the text holds nothing personal. Raise `PermissionDenied`, `StepRefused` or `BadInput`.
    """
    order = lock_order(order_pk)
    check_may_link(order, actor)
    _check_order(order, at)
    contact, phone = contact.strip(), phone.strip()
    _check_input(contact, phone, days, by_sms=bool(sms_to))
    nonce = new_nonce()
    link = GuestLink.objects.create(
        order=order,
        secret_hash=hash_of(secret_of(nonce)),
        contact=contact,
        phone=phone,
        made_by=actor,
        made_at=at,
        expires_at=_expiry(order, at, days),
    )
    record_order(order, "guest.make", actor=actor, at=at, note=link.contact)
    if sms_to:
        _send(link, sms_to, nonce, at)
    return MadeLink(link, secret_of(nonce))


def _check_order(order: Order, at: datetime) -> None:
    if order.state in SETTLED:
        raise StepRefused(_("This order is settled; there is nothing left to hand out."))
    if order.case.confidential or order.case.accused_id == order.unit_id:
        raise StepRefused(_("A confidential matter is not handed out by link."))
    if order.guest_links.filter(revoked_at=None, expires_at__gt=at).count() >= MOST_LINKS:
        text = _("This order has %(count)s good links already; revoke one first.")
        raise StepRefused(text % {"count": MOST_LINKS})


def _check_input(contact: str, phone: str, days: int | None, *, by_sms: bool) -> None:
    wrong: dict[str, str] = {}
    if not 1 <= len(contact) <= 60:
        wrong["contact"] = _("Say for whom the link is, in at most 60 characters.")
    plain = phone.lstrip("+").replace("-", "").replace(" ", "")
    if phone and not (plain.isascii() and plain.isdigit() and 7 <= len(plain) <= 15):
        wrong["phone"] = _("This is no phone number.")
    if by_sms and not phone:
        wrong["phone"] = _("An SMS needs a phone number.")
    if by_sms and Channel.SMS not in open_channels():
        wrong["send_sms"] = _("The district has no SMS gateway; copy the link instead.")
    if days is not None and not 1 <= days <= MOST_DAYS:
        wrong["days"] = _("Between 1 and %(count)s days.") % {"count": MOST_DAYS}
    if wrong:
        raise BadInput(wrong)


def _expiry(order: Order, at: datetime, days: int | None) -> datetime:
    if days is not None:
        return at + timedelta(days=days)
    clocks = Clock.objects.running().filter(case=order.case, order_ref=order.pk)
    due = clocks.filter(kind=ClockKind.FINISH).values_list("due_at", flat=True).first()
    wished = max(due or at, at) + AFTER_DUE
    return min(wished, at + timedelta(days=MOST_DAYS))


def _send(link: GuestLink, address: str, nonce: str, at: datetime) -> None:
    """Write the SMS in the district's language; the secret is put in when it leaves."""
    with translation.override(settings.LANGUAGE_CODE):
        until = f"{timezone.localtime(link.expires_at):%m-%d %H:%M}"
        subject = _("Link to an order")
        text = _("Your unit is asked to report in. See and answer here, until %(until)s: %(link)s")
        post_sms(link.phone, subject, text % {"until": until, "link": address}, sealed=nonce, at=at)


@transaction.atomic
def revoke_link(pk: int, *, actor: User, at: datetime) -> GuestLink:
    """Let the link open nothing from now on; revoking twice does nothing."""
    order_pk = GuestLink.objects.values_list("order_id", flat=True).get(pk=pk)
    order = lock_order(order_pk)
    check_may_link(order, actor)
    link = GuestLink.objects.select_for_update().get(pk=pk)
    link.order = order
    if link.revoked_at is None:
        link.revoked_at, link.revoked_by = at, actor
        link.save(update_fields=["revoked_at", "revoked_by"])
        record_order(order, "guest.revoke", actor=actor, at=at, note=link.contact)
    return link


def hash_of(secret: str) -> str:
    """Return what is kept of a secret: it holds 192 random bits, so that a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def find_link(secret: str) -> GuestLink | None:
    """Return the link of that secret, good or not, with all that its page shows; None where there is none."""
    rows = GuestLink.objects.select_related(
        "order__unit",
        "order__case__category",
        "order__case__area",
        "order__case__town",
        "order__whistle__blower",
        "order__whistle__blown_by",
    )
    return rows.filter(secret_hash=hash_of(secret)).first()


def log_visit(
    link: GuestLink,
    did: str,
    *,
    at: datetime,
    address: str | None,
    agent: str,
    refused: bool = False,
) -> None:
    """Keep that somebody opened the link or tried a step by it, whether it was let through or not."""
    GuestVisit.objects.create(
        link=link, at=at, did=did[:20], refused=refused, address=address, agent=agent[:200]
    )
