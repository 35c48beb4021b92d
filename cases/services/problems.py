"""Problem cases (问题工单): redone or passed on too often, they go up and are never passed on again.

The limits are those of 巴彦淖尔: three redos unsolved, or three transfers (`dispatch.rules.MOST_TRANSFERS`).
"""

from datetime import datetime
from typing import Any

from accounts.models import CENTRE_CODE, Unit, User
from accounts.services.notices import LEADERS, Draft, tell_units
from cases.models import Case
from cases.services.records import record

MOST_REDOS = 3


def note_redo(case: Case, *, actor: User | None, at: datetime) -> None:
    """Make the case a problem case where it now comes back for the third time."""
    if case.round > MOST_REDOS:
        make_problem(case, actor=actor, at=at, redos=case.round - 1)


def make_problem(case: Case, *, actor: User | None, at: datetime, **why: Any) -> None:
    """Mark a case locked by the caller as a problem case, once, and tell the centre and the leaders."""
    if case.problem_at is not None:
        return
    case.problem_at = at
    case.save(update_fields=["problem_at"])
    record(case, "problem", actor=actor, at=at, **why)
    centre = Unit.objects.values_list("pk", flat=True).get(code=CENTRE_CODE)
    key = f"problem:{case.pk}"
    tell_units([Draft("case_problem", unit, key, case.number) for unit in (centre, LEADERS)], at)
