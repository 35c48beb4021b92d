"""Post notices with the change they tell of; show them in the product afterwards."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.db.models.expressions import Combinable

from accounts.models import CENTRE_CODE, Membership, Notice, Role, Unit, User
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


Recusal = Callable[[Collection[str]], Combinable]
"""Given case numbers, an expression on a membership: those of which its unit may not be told."""

_recusals: list[Recusal] = []


def recuse_by(rule: Recusal) -> None:
    """Let an app above say who may not be told of which cases; called once, when it is ready."""
    if rule not in _recusals:
        _recusals.append(rule)


@dataclass(slots=True)
class Audience:
    """Who is told for a unit, and the working hours that say when it is quiet for them.

    `recused` holds, by person, the cases of which their unit may not be told.
    """

    calendar: str = ""
    people: list[int] = field(default_factory=list)
    recused: dict[int, frozenset[str]] = field(default_factory=dict)

    def add(self, person: int, recused: Iterable[str]) -> None:
        """Take in a person; with several posts the most generous counts."""
        if person in self.people:
            self.recused[person] &= frozenset(recused)
        else:
            self.people.append(person)
            self.recused[person] = frozenset(recused)

    def told_of(self, case_number: str) -> list[int]:
        """Return those who may be told of the case."""
        return [one for one in self.people if case_number not in self.recused.get(one, ())]


def audiences(unit_ids: Iterable[int]) -> dict[int, Audience]:
    """Return, for each unit, the active people who answer for it; one query.

    Where nobody does, they are the supervisors of the command centre; where it has none either,
    the leaders of the district, then its administrators (another query): a notice goes to
    somebody, never nowhere.
    """
    wanted = set(unit_ids)
    found, centre = _answering(wanted, ())
    if wanted - found.keys() and not centre.people:
        centre = _last_resort(())
    return {unit_id: found.get(unit_id, centre) for unit_id in wanted}


def _answering(wanted: set[int], cases: Collection[str]) -> tuple[dict[int, Audience], Audience]:
    """Return the audiences that somebody belongs to, and the centre's; one query, and one for leaders."""
    held = Membership.objects.filter(user__is_active=True, role__in=ANSWERING_ROLES)
    rows = held.filter(Q(unit__in=wanted) | Q(unit__code=CENTRE_CODE, role=Role.SUPERVISOR))
    columns = ("unit_id", "unit__code", "unit__calendar", "user_id")
    found: dict[int, Audience] = {}
    centre = Audience()
    for unit_id, code, calendar, user_id, *recused in (
        rows.order_by("user_id").values_list(*columns, *_recused(cases)).distinct()
    ):
        found.setdefault(unit_id, Audience(calendar)).add(user_id, chain(*recused))
        if code == CENTRE_CODE:
            centre = found[unit_id]
    if LEADERS in wanted and (leaders := _leaders(cases)).people:
        found[LEADERS] = leaders
    return found, centre


def _recused(cases: Collection[str]) -> list[Combinable]:
    return [rule(cases) for rule in _recusals] if cases else []


def _leaders(cases: Collection[str]) -> Audience:
    return _holders(Q(role=Role.LEADER), cases)


def _holders(posts: Q, cases: Collection[str]) -> Audience:
    """Return the active people who hold such a post, wherever; one query."""
    held = Membership.objects.filter(posts, user__is_active=True).order_by("user_id")
    audience = Audience()
    for user_id, *recused in held.values_list("user_id", *_recused(cases)).distinct():
        audience.add(user_id, chain(*recused))
    return audience


def _last_resort(cases: Collection[str]) -> Audience:
    leaders = _leaders(cases)
    if leaders.people:
        return leaders
    admins = _holders(Q(role=Role.ADMIN), cases)
    for user_id in User.objects.filter(is_active=True, is_superuser=True).values_list(
        "pk", flat=True
    ):
        admins.add(user_id, admins.recused.get(user_id, ()))
    return admins


def tell_units(drafts: Sequence[Draft], at: datetime) -> None:
    """Write the notices of the drafts for everybody who answers for their units.

    What is not urgent may ring outside the product when the quiet hours of the unit end. Who may not
    be told of a case is passed over; where that leaves nobody, the centre is told instead.
    """
    if not drafts:
        return
    cases = {draft.case_number for draft in drafts if draft.case_number}
    found, centre = _answering({draft.unit_id for draft in drafts}, sorted(cases))
    notices: list[Notice] = []
    for draft in drafts:
        audience = found.get(draft.unit_id, centre)
        told = audience.told_of(draft.case_number) or centre.told_of(draft.case_number)
        told = told or _last_resort([draft.case_number]).told_of(draft.case_number)
        notices += _copies(draft, audience.calendar, told, at)
    Notice.objects.bulk_create(notices, ignore_conflicts=True)


def tell_people(draft: Draft, people: Iterable[int], at: datetime) -> None:
    """Write the notice for these very people, in the working hours of the draft's unit."""
    calendar = Unit.objects.values_list("calendar", flat=True).filter(pk=draft.unit_id).first()
    copies = _copies(draft, calendar or "", sorted(set(people)), at)
    Notice.objects.bulk_create(copies, ignore_conflicts=True)


def tell_person(person: int, draft: Draft, at: datetime) -> None:
    """Write the notice for one person, whatever unit they answer for."""
    Notice.objects.bulk_create(_copies(draft, "", [person], at), ignore_conflicts=True)


def _copies(draft: Draft, calendar: str, people: Iterable[int], at: datetime) -> list[Notice]:
    quiet = None if draft.urgent else quiet_until(calendar, at)
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
            calendar=calendar,
            ring_at=quiet or at,
        )
        for user_id in people
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
