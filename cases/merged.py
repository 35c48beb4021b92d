"""What merged cases hang together by: the case that stays, and whose reporters are still to be told.

A merge moves nothing: cases merged into a case that is merged itself stay where they are, and the
chain is followed up to the case that stays.
"""

from django.db.models import QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import User
from cases.lifecycle import State
from cases.models import Case

TOLD_IN = (State.HANDLED, State.RATED, State.CLOSED, State.REJECTED)
"""States of the case that stays in which the reporters of those merged into it are owed a call."""

_HEAD = """
    WITH RECURSIVE up(id, parent_id) AS (
        SELECT id, parent_id FROM cases_case WHERE id = %s
        UNION ALL
        SELECT p.id, p.parent_id FROM up JOIN cases_case p ON p.id = up.parent_id
    )
    SELECT id FROM up WHERE parent_id IS NULL
"""
_BELOW = """
    WITH RECURSIVE below(id) AS (
        SELECT id FROM cases_case WHERE parent_id = %s
        UNION ALL
        SELECT c.id FROM below JOIN cases_case c ON c.parent_id = below.id
    )
    SELECT id FROM below
"""
_TO_INFORM = """
    WITH RECURSIVE up(id, at_id) AS (
        SELECT id, parent_id FROM cases_case
        WHERE state = 'merged' AND callable AND informed_at IS NULL
        UNION ALL
        SELECT up.id, p.parent_id FROM up JOIN cases_case p ON p.id = up.at_id
        WHERE p.state = 'merged'
    )
    SELECT up.id FROM up JOIN cases_case head ON head.id = up.at_id WHERE head.state = ANY(%s)
"""
"""Reads the partial index of those not told yet: few, however many were ever merged."""


def head_of(case: Case) -> Case:
    """Return the case that the matter is followed in: the end of the chain, itself where not merged."""
    if case.parent_id is None:
        return case
    return Case.objects.get(pk__in=RawSQL(_HEAD, [case.pk]))  # noqa: S611 - a constant


def merged_into(case: Case) -> QuerySet[Case]:
    """Return every case merged into this one, directly or through others."""
    return Case.objects.filter(pk__in=RawSQL(_BELOW, [case.pk]))  # noqa: S611 - a constant


def to_inform() -> QuerySet[Case]:
    """Return the merged cases whose reporters wait to be told what became of the matter."""
    told = [str(state) for state in TOLD_IN]
    return Case.objects.filter(pk__in=RawSQL(_TO_INFORM, [told]))  # noqa: S611 - a constant


def of_same_call(case: Case, user: User) -> QuerySet[Case]:
    """Return the other cases that came with the same call, as far as the user sees them, the oldest first."""
    if case.call_id is None:
        return Case.objects.none()
    others = Case.objects.visible_to(user).filter(call=case.call_id).exclude(pk=case.pk)
    return others.order_by("pk")


def waits_for_call(case: Case) -> bool:
    """Tell whether somebody may be called back about the case now, and was not reached yet."""
    if case.state == State.HANDLED:
        return case.callable
    if case.state != State.MERGED or not case.callable or case.informed_at is not None:
        return False
    return head_of(case).state in TOLD_IN
