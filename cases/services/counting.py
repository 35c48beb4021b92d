"""What counts in assessments: the only writers of `Case.counted` and `Clock.exempt_at`.

What happened stays as it is: callbacks, answers and missed limits are never touched (domain.md, trap 15).
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import StepRefused
from cases.models import Case, Clock
from cases.services.locks import lock_case
from cases.services.records import record


@transaction.atomic
def set_counted(
    case_pk: int,
    *,
    counted: bool,
    actor: User | None,
    at: datetime,
    reason: str,
    basis: str,
    unit_id: int | None = None,
) -> Case:
    """Count the case in assessments from now on, or do not; raise `StepRefused` where it is so already."""
    case = lock_case(case_pk)
    if case.counted == counted:
        said = _("This case counts in assessments already.")
        raise StepRefused(said if counted else _("This case is not counted already."))
    case.counted = counted
    case.save(update_fields=["counted"])
    details: dict[str, Any] = {"counted": counted, "reason": reason, "basis": basis}
    record(case, "counted", actor=actor, at=at, unit_id=unit_id, **details)
    return case


@transaction.atomic
def exempt_clock(
    clock_pk: int, *, actor: User | None, at: datetime, reason: str, basis: str
) -> Clock:
    """Let a missed limit stand without being charged, once; raise `StepRefused` where none is missed."""
    case = lock_case(Clock.objects.values_list("case_id", flat=True).get(pk=clock_pk))
    clock = Clock.objects.select_for_update(no_key=True).get(pk=clock_pk)
    if clock.breached_at is None:
        raise StepRefused(_("This time limit was not missed."))
    if clock.exempt_at is not None:
        raise StepRefused(_("This missed limit is not charged already."))
    clock.exempt_at = at
    clock.save(update_fields=["exempt_at"])
    record(
        case,
        "exempt",
        actor=actor,
        at=at,
        unit_id=clock.unit_id,
        order_ref=clock.order_ref,
        clock=clock.kind,
        due_at=clock.due_at.isoformat() if clock.due_at else None,
        reason=reason,
        basis=basis,
    )
    return clock
