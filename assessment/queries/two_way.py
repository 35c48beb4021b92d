"""Marks, answers to them and marks of whistles as lists show them, and how many wait for whom."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import Model, Q, QuerySet

from accounts.models import Role, User
from assessment.models import Review, ReviewAnswer, WhistleMark
from dispatch.lifecycle import ACTING_ROLES

Row = TypeVar("Row", bound=Model)

ASKED_FOR = timedelta(days=30)
"""How long marks stand on the desk as still to be answered; they may be answered later, too."""

RULING = (Role.SUPERVISOR, Role.ASSESSOR)


def to_answer(user: User, at: datetime) -> QuerySet[Review]:
    """Return the marks of the user's units given lately that nobody has answered."""
    units = user.units_of(*ACTING_ROLES)
    rows = Review.objects.visible_to(user).filter(order__unit__in=units, answer=None)
    return _with_order(rows.filter(at__gt=at - ASKED_FOR), "order")


def to_rule(user: User) -> QuerySet[ReviewAnswer]:
    """Return the objections to marks that wait for the user's ruling."""
    if not user.holds(*RULING):
        return ReviewAnswer.objects.none()
    waiting = ReviewAnswer.objects.waiting().values("pk")
    return _of_others(answers(user).filter(pk__in=waiting), user)


def _of_others(rows: QuerySet[ReviewAnswer], user: User) -> QuerySet[ReviewAnswer]:
    units = [post.unit_id for post in user.posts]
    either = Q(review__order__unit__in=units) | Q(review__order__whistle__blower__in=units)
    return rows.exclude(either).exclude(answered_by=user.pk)


def answers(user: User) -> QuerySet[ReviewAnswer]:
    """Return the answers to marks that the user may see: their units' on both sides, the district's all."""
    rows = ReviewAnswer.objects.visible_to(user)
    if not user.sees_district:
        units = user.units_of(*ACTING_ROLES)
        rows = rows.filter(
            Q(review__order__unit__in=units) | Q(review__order__whistle__blower__in=units)
        )
    people = ("answered_by", "ruled_by", "review__reviewer")
    return _with_order(rows.select_related(*people), "review__order")


def whistle_marks(user: User) -> QuerySet[WhistleMark]:
    """Return the marks of whistles that the user may see, likewise."""
    rows = WhistleMark.objects.visible_to(user)
    if not user.sees_district:
        units = user.units_of(*ACTING_ROLES)
        rows = rows.filter(Q(order__unit__in=units) | Q(order__whistle__blower__in=units))
    return _with_order(rows.select_related("marked_by"), "order")


def _with_order(rows: QuerySet[Row], order: str) -> QuerySet[Row]:
    shown = ("case", "unit", "whistle__blower")
    return rows.select_related(*[f"{order}__{name}" for name in shown])
