"""Append to a case's history."""

from datetime import datetime
from typing import Any

from accounts.models import User
from cases.models import Case, CaseEvent


def record(
    case: Case,
    step: str,
    *,
    actor: User | None,
    at: datetime,
    unit_id: int | None = None,
    order_ref: int | None = None,
    **details: Any,
) -> CaseEvent:
    """Append one event; `details` must be JSON (texts, numbers, ISO times)."""
    return CaseEvent.objects.create(
        case=case,
        step=step,
        state=case.state,
        round=case.round,
        at=at,
        actor=actor,
        unit_id=unit_id,
        order_ref=order_ref,
        details={name: value for name, value in details.items() if value not in (None, "")},
    )
