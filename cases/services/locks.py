"""Lock cases: one, or several in one order, so that nobody waits in a circle."""

from collections.abc import Iterable

from cases.models import Case


def lock_case(pk: int) -> Case:
    """Lock the case's row until the end of the transaction.

    FOR NO KEY UPDATE, so that a sweep may append an event to the case meanwhile.
    """
    return Case.objects.select_for_update(no_key=True).get(pk=pk)


def lock_cases(pks: Iterable[int]) -> dict[int, Case]:
    """Lock several cases, the lowest key first; return them by key."""
    rows = Case.objects.select_for_update(no_key=True).filter(pk__in=set(pks)).order_by("pk")
    return {case.pk: case for case in rows}
