"""Append to a case's history what happened to one of its orders."""

from datetime import datetime
from typing import Any

from accounts.models import User
from cases.models import CaseEvent
from cases.services.records import record
from dispatch.models import Order


def record_order(
    order: Order, step: str, *, actor: User | None, at: datetime, **details: Any
) -> CaseEvent:
    """Append one event, named by the order and its unit; `details` as in `record`."""
    unit, ref = order.unit_id, order.pk
    return record(order.case, step, actor=actor, at=at, unit_id=unit, order_ref=ref, **details)
