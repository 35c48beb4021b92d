"""The district leaders' marks of departments, for a period, until it is frozen."""

from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from django.utils.translation import gettext as _

from accounts.locks import hold
from accounts.models import Role, Unit, User
from accounts.refusals import BadInput, StepRefused
from assessment.models import FrozenPeriod, LeaderMark
from assessment.periods import Span
from assessment.services.frozen import period_lock
from dispatch.models import Order, OrderState

LONGEST_COMMENT = 500
Given = tuple[int, str]
"""A mark, 0 to 100, and a comment."""


def departments_of(span: Span) -> list[Unit]:
    """Return the departments and companies with orders on the cases of the period, by code."""
    orders = Order.objects.filter(
        unit=OuterRef("pk"),
        issued_at__gte=span.starts_at,
        case__received_at__gte=span.starts_at,
        case__received_at__lt=span.ends_at,
    ).exclude(state=OrderState.WITHDRAWN)
    kinds = [Unit.Kind.DEPARTMENT, Unit.Kind.COMPANY]
    return list(Unit.objects.filter(Exists(orders), kind__in=kinds).order_by("code"))


def marks_of(span: Span, leader: User) -> dict[str, LeaderMark]:
    """Return the leader's own marks of the period, by code of the unit."""
    own = LeaderMark.objects.filter(period=span.name, marked_by=leader).select_related("unit")
    return {mark.unit.code: mark for mark in own}


def marks_counted(span: Span) -> dict[str, int]:
    """Return how many leaders have marked each unit, by code."""
    given = LeaderMark.objects.filter(period=span.name).values_list("unit__code")
    return dict(given.annotate(count=Count("pk")))


def check_leader(actor: User) -> None:
    """Raise `PermissionDenied` for all but leaders."""
    if not actor.holds(Role.LEADER):
        raise PermissionDenied(_("Only the district's leaders give these marks."))


def check_marking(span: Span, actor: User, at: datetime) -> None:
    """Raise `PermissionDenied` for all but leaders, `StepRefused` before the period and once it is frozen."""
    check_leader(actor)
    if FrozenPeriod.objects.filter(period=span.name).exists():
        raise StepRefused(_("The period is frozen; its marks cannot be changed any more."))
    if span.starts_at > at:
        raise StepRefused(_("The period has not begun."))


@transaction.atomic
def mark_departments(
    span: Span, given: Mapping[str, Given | None], *, actor: User, at: datetime
) -> int:
    """Keep the leader's marks by code of the unit, all or nothing; None takes a mark back.

    Return how many were written or taken back. A mark may be given anew until the period is frozen.
    """
    hold(period_lock(span))  # whoever freezes it at this moment comes first
    check_marking(span, actor, at)
    units = {unit.code: unit for unit in departments_of(span)}
    _check(given, units)
    own = marks_of(span, actor)
    changed = 0
    for code, mark in given.items():
        before = own.get(code)
        if mark == (before and (before.mark, before.comment)):
            continue
        changed += 1
        if mark is None:
            if before:
                before.delete()
            continue
        LeaderMark.objects.update_or_create(
            period=span.name,
            unit=units[code],
            marked_by=actor,
            defaults={"mark": mark[0], "comment": mark[1], "at": at},
        )
    return changed


def _check(given: Mapping[str, Given | None], known: Mapping[str, Unit]) -> None:
    wrong: dict[str, list[str] | str] = {}
    for code, mark in given.items():
        if code not in known:
            wrong[code] = _("This unit had no orders in the period.")
        elif mark and not 0 <= mark[0] <= 100:
            wrong[code] = _("Give a mark from 0 to 100.")
        elif mark and len(mark[1]) > LONGEST_COMMENT:
            wrong[code] = _("At most %(count)s characters.") % {"count": LONGEST_COMMENT}
    if wrong:
        raise BadInput(wrong)
