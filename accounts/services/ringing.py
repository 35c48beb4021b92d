"""Gather the notices that are to ring outside the product into messages: one a person and channel."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.utils import translation

from accounts.channels import Courier, open_channels
from accounts.digests import LINES, Words, put_into_words
from accounts.models import Channel, Message, Notice, User
from accounts.models.notices import NoticeQuerySet
from accounts.quiet_hours import quiet_calendars
from accounts.services.messages import send_messages
from accounts.services.notices import deliver

GATHER = timedelta(seconds=60)
"""Who got a message less than this ago gets the next when it has passed, with all there is by then."""

PEOPLE_AT_ONCE = 100
IDS_AT_ONCE = 5000
GATHERING = 20_261_122
"""Of PostgreSQL's advisory locks, ours."""


class Waiting(NamedTuple):
    """A notice that is to ring, as far as it is counted."""

    pk: int
    kind: str
    urgent: bool


def make_rounds(at: datetime) -> int:
    """Deliver the notices due, gather what is to ring, send what is to go out; return how many of all."""
    return deliver(at) + compose_messages(at) + send_messages(at)


def compose_messages(at: datetime) -> int:
    """Write the messages for the notices that are to ring by now; return how many messages.

    One notice is told as it is, several become one digest. Quiet hours that have begun since a
    notice was posted hold it back as those at its posting would have.
    """
    channels = open_channels()
    waiting = _to_ring(at).order_by("recipient")
    people = list(waiting.values_list("recipient", flat=True).distinct())
    parts = range(0, len(people), PEOPLE_AT_ONCE)
    return sum(_compose(people[i : i + PEOPLE_AT_ONCE], channels, at) for i in parts)


def _to_ring(at: datetime) -> NoticeQuerySet:
    quiet = quiet_calendars(at)
    return Notice.objects.to_ring(at).exclude(urgent=False, calendar__in=quiet)


@transaction.atomic
def _compose(people: Sequence[int], channels: Mapping[Channel, Courier], at: datetime) -> int:
    """Write the messages of some people and mark their notices as rung, both or neither."""
    if not _alone():
        return 0
    waiting = _ready(people, at)
    messages = _messages(waiting, channels, at)
    Message.objects.bulk_create(messages)
    rung = [notice.pk for notices in waiting.values() for notice in notices]
    for i in range(0, len(rung), IDS_AT_ONCE):
        Notice.objects.filter(pk__in=rung[i : i + IDS_AT_ONCE]).update(rung_at=at)
    return len(messages)


def _alone() -> bool:
    """Tell whether nobody else gathers now; two at once would send a person two halves."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [GATHERING])
        return bool(cursor.fetchone()[0])


def _ready(people: Sequence[int], at: datetime) -> dict[int, list[Waiting]]:
    """Return by person what is to ring now: the urgent first, then in order of time."""
    due = _to_ring(at).filter(recipient__in=people)
    rows = due.order_by("recipient", "-urgent", "created_at", "pk")
    # What its reader has in hand this very moment rings in the next round: nobody waits for anybody.
    held = rows.select_for_update(skip_locked=True, no_key=True)
    waiting: defaultdict[int, list[Waiting]] = defaultdict(list)
    for person, *row in held.values_list("recipient_id", *Waiting._fields):
        waiting[person].append(Waiting(*row))
    lately = Message.objects.filter(recipient__in=people, created_at__gt=at - GATHER)
    told = set(lately.values_list("recipient_id", flat=True))
    return {
        person: notices
        for person, notices in waiting.items()
        if person not in told or notices[0].urgent
    }


def _messages(
    waiting: Mapping[int, Sequence[Waiting]], channels: Mapping[Channel, Courier], at: datetime
) -> list[Message]:
    """Return the messages for whoever has an address on a channel; others read in the product."""
    ways = {person: _ways(person, channels) for person in _active(waiting, channels)}
    first = {person.pk: [n.pk for n in waiting[person.pk][:LINES]] for person in ways}
    told = Notice.objects.in_bulk([pk for pks in first.values() for pk in pks])
    return [
        _message(person, channel, words, waiting[person.pk], at)
        for person, open_to in ways.items()
        if open_to
        for words in [_words(person, [told[pk] for pk in first[person.pk]], waiting[person.pk])]
        for channel in open_to
    ]


def _active(waiting: Mapping[int, object], channels: Mapping[Channel, Courier]) -> list[User]:
    if not channels:
        return []
    return list(User.objects.filter(pk__in=waiting.keys(), is_active=True).order_by("pk"))


def _ways(person: User, channels: Mapping[Channel, Courier]) -> list[Channel]:
    return [channel for channel, courier in channels.items() if courier.address_of(person)]


def _words(person: User, first: Sequence[Notice], all_of_them: Sequence[Waiting]) -> Words:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        return put_into_words(first, Counter(notice.kind for notice in all_of_them))


def _message(
    person: User, channel: Channel, words: Words, notices: Sequence[Waiting], at: datetime
) -> Message:
    return Message(
        recipient=person,
        channel=channel,
        key=uuid4().hex,
        subject=words.subject,
        body=words.body,
        count=len(notices),
        urgent=notices[0].urgent,
        created_at=at,
        not_before=at,
    )
