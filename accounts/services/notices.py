"""Post notices with the change they tell of; show them in the product afterwards."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from accounts.models import CENTRE_CODE, Membership, Notice, Role, User
from accounts.quiet_hours import quiet_until

BATCH = 500

ANSWERING_ROLES = (
    Role.TOWN,
    Role.COMMUNITY,
    Role.GRIDHEAD,
    Role.DEPARTMENT,
    Role.CALLBACK,
    Role.SUPERVISOR,
)
"""Roles that answer for their unit's clocks and orders, and are therefore told of them."""


LEADERS = 0
"""In place of a unit: the leaders of the district."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A notice to a unit: said once to each person under the same `key`.

    An `urgent` one rings at once, in quiet hours, too.
    """

    kind: str
    unit_id: int
    key: str
    case_number: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    urgent: bool = False


@dataclass(slots=True)
class Audience:
    """Who is told for a unit, and the working hours that say when it is quiet for them."""

    calendar: str = ""
    people: list[int] = field(default_factory=list)


def audiences(unit_ids: Iterable[int]) -> dict[int, Audience]:
    """Return, for each unit, the active people who answer for it; one query.

    Where nobody does, they are the supervisors of the command centre; where it has none either,
    the leaders of the district, then its administrators (another query): a notice goes to
    somebody, never nowhere.
    """
    wanted = set(unit_ids)
    held = Membership.objects.filter(user__is_active=True, role__in=ANSWERING_ROLES)
    rows = held.filter(Q(unit__in=wanted) | Q(unit__code=CENTRE_CODE, role=Role.SUPERVISOR))
    columns = ("unit_id", "unit__code", "unit__calendar", "user_id")
    found: dict[int, Audience] = {}
    centre = Audience()
    for unit_id, code, calendar, user_id in (
        rows.order_by("user_id").values_list(*columns).distinct()
    ):
        found.setdefault(unit_id, Audience(calendar)).people.append(user_id)
        if code == CENTRE_CODE:
            centre = found[unit_id]
    if LEADERS in wanted and (leaders := _leaders()):
        found[LEADERS] = Audience(people=leaders)
    if wanted - found.keys() and not centre.people:
        centre = Audience(people=_last_resort())
    return {unit_id: found.get(unit_id, centre) for unit_id in wanted}


def _leaders() -> list[int]:
    held = Membership.objects.filter(user__is_active=True, role=Role.LEADER)
    return list(held.order_by("user_id").values_list("user_id", flat=True).distinct())


def _last_resort() -> list[int]:
    active = User.objects.filter(is_active=True).order_by("pk").distinct()
    admins = active.filter(Q(memberships__role=Role.ADMIN) | Q(is_superuser=True))
    return _leaders() or list(admins.values_list("pk", flat=True))


def tell_units(drafts: Sequence[Draft], at: datetime) -> None:
    """Write the notices of the drafts for everybody who answers for their units.

    What is not urgent may ring outside the product when the quiet hours of the unit end.
    """
    if not drafts:
        return
    told = audiences(draft.unit_id for draft in drafts)
    Notice.objects.bulk_create(
        [notice for draft in drafts for notice in _copies(draft, told[draft.unit_id], at)],
        ignore_conflicts=True,
    )


def _copies(draft: Draft, audience: Audience, at: datetime) -> list[Notice]:
    quiet = None if draft.urgent else quiet_until(audience.calendar, at)
    return [
        Notice(
            recipient_id=user_id,
            key=f"{draft.key}:{user_id}",
            kind=draft.kind,
            params=dict(draft.params),
            case_number=draft.case_number,
            created_at=at,
            not_before=at,
            urgent=draft.urgent,
            calendar=audience.calendar,
            ring_at=quiet or at,
        )
        for user_id in audience.people
    ]


def deliver(at: datetime) -> int:
    """Show the notices due to their recipients, in batches; return how many were delivered."""
    delivered = 0
    while count := _deliver_batch(at):
        delivered += count
    return delivered


@transaction.atomic
def _deliver_batch(at: datetime) -> int:
    rows = Notice.objects.due(at).order_by("not_before", "pk")
    held = rows.select_for_update(skip_locked=True, no_key=True)
    ids = list(held.values_list("pk", flat=True)[:BATCH])
    return Notice.objects.filter(pk__in=ids).update(delivered_at=at)


def mark_read(user: User, at: datetime) -> int:
    """Mark the user's delivered notices as read; return how many were unread."""
    return Notice.objects.visible_to(user).filter(read_at=None).update(read_at=at)
