"""Claims as lists show them, and how many wait for whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from accounts.models import Role, User
from accounts.paging import bounded_count
from assessment import periods
from assessment.models import Claim
from assessment.models.claims import CLAIMING
from assessment.queries import two_way
from dispatch.lifecycle import ACTING_ROLES

PENDING = (Claim.State.ASKED, Claim.State.PASSED)
REVIEWED_IN = {Role.SUPERVISOR: Claim.State.ASKED, Role.ASSESSOR: Claim.State.PASSED}


def for_list(user: User) -> QuerySet[Claim]:
    """Return the claims the user may see, with what a row shows."""
    people = ("asked_by", "first_by", "second_by")
    rows = Claim.objects.visible_to(user)
    return rows.select_related("case", "case__category", "unit", "item", "clock", *people)


def to_review(rows: QuerySet[Claim], user: User) -> QuerySet[Claim]:
    """Return the claims whose next review is the user's to give."""
    states = [state for role, state in REVIEWED_IN.items() if user.holds(role)]
    waiting = rows.filter(state__in=states).exclude(asked_by=user.pk)
    units = [post.unit_id for post in user.posts]
    return waiting.exclude(unit__in=units).exclude(Q(first_by=user.pk))


def of_own_units(rows: QuerySet[Claim], user: User) -> QuerySet[Claim]:
    return rows.filter(unit__in=user.units_of(*CLAIMING))


def narrowed(rows: QuerySet[Claim], criteria: Mapping[str, str]) -> QuerySet[Claim]:
    """Return the claims that fit; empty criteria fit everything."""
    for name in ("kind", "state"):
        if criteria.get(name):
            rows = rows.filter(**{name: criteria[name]})
    if criteria.get("period"):
        span = periods.find(criteria["period"])
        rows = rows.filter(
            case__received_at__gte=span.starts_at, case__received_at__lt=span.ends_at
        )
    return rows


def count_of(rows: QuerySet[Claim]) -> str:
    """Return how many there are as a tab shows it: «1,000+» at most."""
    count, more = bounded_count(rows)
    return f"{count:,}+" if more else f"{count:,}"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much of claims and marks waits for the user; empty where nothing does."""

    to_review: str = ""
    to_rule: str = ""
    to_answer: str = ""
    ours: str = ""


def waiting_for(user: User, at: datetime) -> Waiting:
    """Return what waits for the user; at most three queries, each bounded and by an index."""

    def some(rows: QuerySet[Any]) -> str:
        count, more = bounded_count(rows, 100)
        return f"{count}+" if more else str(count) if count else ""

    claims = Claim.objects.visible_to(user).filter(state__in=PENDING)
    reviews = user.holds(*REVIEWED_IN)
    return Waiting(
        some(to_review(claims, user)) if reviews else "",
        some(two_way.to_rule(user)) if reviews else "",
        some(two_way.to_answer(user, at)) if user.holds(*ACTING_ROLES) else "",
        some(of_own_units(claims, user)) if user.holds(*CLAIMING) else "",
    )
