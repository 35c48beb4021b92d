"""Post notices with the change they tell of; deliver them afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.utils import translation

from accounts.models import CENTRE_CODE, Membership, Notice, Role, User
from accounts.notice_texts import wording

LEASE = timedelta(minutes=2)
BATCH = 500
MAX_ATTEMPTS = 8


ANSWERING_ROLES = (
    Role.TOWN,
    Role.COMMUNITY,
    Role.GRIDHEAD,
    Role.DEPARTMENT,
    Role.CALLBACK,
    Role.SUPERVISOR,
)
"""Roles that answer for their unit's clocks and orders, and are therefore told of them."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice to a unit: said once to each person under the same `key`."""

    kind: str
    unit_id: int
    key: str
    case_number: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)


def people_by_unit(unit_ids: Iterable[int]) -> dict[int, list[int]]:
    """Return, for each unit, the ids of the active people who answer for it; one query.

    Where nobody does, they are the supervisors of the command centre: a notice goes to
    somebody, never nowhere.
    """
    wanted = set(unit_ids)
    held = Membership.objects.filter(user__is_active=True, role__in=ANSWERING_ROLES)
    rows = held.filter(Q(unit__in=wanted) | Q(unit__code=CENTRE_CODE, role=Role.SUPERVISOR))
    people: dict[int, list[int]] = {unit_id: [] for unit_id in wanted}
    centre: list[int] = []
    pairs = rows.order_by("user_id").values_list("unit_id", "unit__code", "user_id").distinct()
    for unit_id, code, user_id in pairs:
        people.setdefault(unit_id, []).append(user_id)
        if code == CENTRE_CODE:
            centre.append(user_id)
    return {unit_id: people[unit_id] or centre for unit_id in wanted}


def tell_units(drafts: Sequence[Draft], at: datetime) -> None:
    """Write the notices of the drafts for everybody who answers for their units."""
    if not drafts:
        return
    people = people_by_unit(draft.unit_id for draft in drafts)
    Notice.objects.bulk_create(
        [
            Notice(
                recipient_id=user_id,
                key=f"{draft.key}:{user_id}",
                kind=draft.kind,
                params=dict(draft.params),
                case_number=draft.case_number,
                created_at=at,
                not_before=at,
            )
            for draft in drafts
            for user_id in people[draft.unit_id]
        ],
        ignore_conflicts=True,
    )


def deliver(at: datetime) -> int:
    """Deliver the notices due, in batches claimed by a lease; return how many were delivered.

    A crash between sending and marking sends again after the lease: at least once.
    """
    delivered = 0
    while batch := _claim(at):
        sent = [notice for notice in batch if _send(notice)]
        Notice.objects.filter(pk__in=[n.pk for n in sent]).update(
            delivered_at=at, leased_until=None
        )
        delivered += len(sent)
    return delivered


def _claim(at: datetime) -> list[Notice]:
    with transaction.atomic():
        rows = Notice.objects.due(at).order_by("not_before", "pk")
        ids = list(rows.select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH])
        claimed = Notice.objects.filter(pk__in=ids)
        claimed.update(leased_until=at + LEASE)
    return list(claimed.select_related("recipient").order_by("not_before", "pk"))


def _send(notice: Notice) -> bool:
    """Send by e-mail where the person has an address and the district a mail server."""
    if not (settings.EMAIL_HOST and notice.recipient.email):
        return True
    try:
        _mail(notice, notice.recipient)
    except OSError:
        _put_off(notice)
        return False
    return True


def _mail(notice: Notice, person: User) -> None:
    with translation.override(person.language or settings.LANGUAGE_CODE):
        text = wording(notice)
    send_mail(text, text, None, [person.email])


def _put_off(notice: Notice) -> None:
    """Try again later, doubling the pause; after the last attempt leave it in the product only."""
    notice.attempts += 1
    fields: dict[str, Any] = {"attempts": notice.attempts}
    if notice.attempts >= MAX_ATTEMPTS:
        fields |= {"delivered_at": notice.leased_until, "leased_until": None}
    else:
        pause = timedelta(minutes=2**notice.attempts)
        fields |= {"not_before": (notice.leased_until or notice.not_before) + pause}
    Notice.objects.filter(pk=notice.pk).update(**fields)


def mark_read(user: User, at: datetime) -> int:
    """Mark the user's delivered notices as read; return how many were unread."""
    return Notice.objects.visible_to(user).filter(read_at=None).update(read_at=at)
