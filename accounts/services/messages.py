"""Send messages: lease, send outside any transaction, mark. At least once, each under its own key."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from time import monotonic
from uuid import uuid4

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.channels import Courier, SendFailed, SendRefused, Unreachable, open_channels
from accounts.models import Channel, Message, Role, User
from accounts.models.messages import MessageQuerySet
from accounts.refusals import StepRefused

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
FIRST_PAUSE = timedelta(minutes=1)
AT_ONCE = 8
"""Messages that are on their way at the same time."""

BUDGET = 8.0
"""Seconds after which a channel begins nothing more in this run, so that the next sweep is not kept waiting."""


def send_messages(at: datetime) -> int:
    """Send the messages due, the urgent ones first; return how many went out.

    What fails is tried again after pauses that double from a minute, and parked after
    MESSAGE_TRIES tries or where the receiver refuses it for good. A crash between sending and
    marking sends again, under the same key, when the lease has run out.
    """
    channels = open_channels()
    closed = Message.objects.waiting().exclude(channel__in=channels)
    closed.update(parked_at=at, last_error="closed")
    return sum(_send_by(channel, courier, at) for channel, courier in channels.items())


def post_sms(phone: str, subject: str, body: str, *, sealed: str, at: datetime) -> Message:
    """Write an SMS to an outsider: sent by the next sweep, tried again like any other."""
    return Message.objects.create(
        phone=phone,
        channel=Channel.SMS,
        key=uuid4().hex,
        subject=subject,
        body=body,
        sealed=sealed,
        created_at=at,
        not_before=at,
    )


def send_again(message: Message, *, actor: User, at: datetime) -> None:
    """Take a parked message up again; raise `StepRefused` where it is not parked (any more)."""
    if not _take_up(Message.objects.filter(pk=message.pk), actor, at):
        raise StepRefused(_("This message is not parked: it is on its way, or has been sent."))


def send_all_again(channel: str, *, actor: User, at: datetime) -> int:
    """Take up again every parked message of the channel, or of all where it is empty; return how many."""
    return _take_up(
        Message.objects.filter(channel=channel) if channel else Message.objects.all(), actor, at
    )


def _take_up(messages: MessageQuerySet, actor: User, at: datetime) -> int:
    """Give parked messages all their tries anew. The key stays: what did arrive is not told twice."""
    if not actor.holds(Role.ADMIN, Role.SUPERVISOR):
        raise PermissionDenied(
            _("Messages are looked after by the administrators and the command centre.")
        )
    return messages.parked().update(parked_at=None, leased_until=None, attempts=0, not_before=at)


def _send_by(channel: Channel, courier: Courier, at: datetime) -> int:
    sent, end = 0, monotonic() + BUDGET
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while monotonic() < end and (batch := _lease(channel, at)):
            failures = list(pool.map(partial(_try, courier, at), batch))
            sent += _mark(batch, failures, at)
            if all(isinstance(failure, Unreachable) for failure in failures):
                break
    return sent


@transaction.atomic
def _lease(channel: Channel, at: datetime) -> list[Message]:
    due = Message.objects.due(at).filter(channel=channel)
    held = due.order_by("-urgent", "not_before", "pk").select_for_update(
        skip_locked=True, no_key=True
    )
    ids = list(held.values_list("pk", flat=True)[:AT_ONCE])
    leased = Message.objects.filter(pk__in=ids)
    leased.update(leased_until=at + LEASE, tried_at=at)
    return list(leased.select_related("recipient"))


def _try(courier: Courier, at: datetime, message: Message) -> SendFailed | None:
    """Send one message; return what went wrong, or None."""
    if not (message.phone or (message.recipient and courier.address_of(message.recipient))):
        return SendRefused("no_address")
    try:
        courier.send(message, at)
    except SendFailed as failure:
        return failure
    except Exception:  # whatever one message stumbles over must not stop the others
        log.exception("Message %s could not be sent", message.key)
        return SendFailed("unsendable")
    return None


def _mark(batch: Sequence[Message], failures: Sequence[SendFailed | None], at: datetime) -> int:
    """Record what became of the messages; return how many were sent."""
    sent = []
    for message, failure in zip(batch, failures, strict=True):
        if failure is None:
            sent.append(message.pk)
        else:
            _put_off(message, failure, at)
    return Message.objects.filter(pk__in=sent, sent_at=None).update(
        sent_at=at,
        parked_at=None,
        leased_until=None,
        attempts=F("attempts") + 1,
        last_error="",
        sealed="",
    )


def _put_off(message: Message, failure: SendFailed, at: datetime) -> None:
    """Try again after a pause, or park what is refused for good or has failed too often."""
    attempts = message.attempts + 1
    given_up = isinstance(failure, SendRefused) or attempts >= settings.MESSAGE_TRIES
    Message.objects.filter(pk=message.pk, sent_at=None).update(
        attempts=attempts,
        last_error=failure.reason,
        leased_until=None,
        not_before=at + FIRST_PAUSE * 2 ** (attempts - 1),
        parked_at=at if given_up else None,
    )
