"""Pages of work by its due time, the soonest first, what stands still last."""

import base64
import binascii
import json
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import F, Model, Q, QuerySet

from accounts.paging import PAGE_SIZE, Page

M = TypeVar("M", bound=Model)


def soonest(rows: QuerySet[M], cursor: str, *, by: str, size: int = PAGE_SIZE) -> Page[M]:
    """Return the page of `rows` after the cursor, ordered by `by` and key; empty times come last.

    A cursor that cannot be read is the first page. One query of `size + 1` rows.
    """
    bound = _decode(cursor)
    if bound is not None:
        rows = rows.filter(_after(by, *bound))
    found = list(rows.order_by(F(by).asc(nulls_last=True), "pk")[: size + 1])
    page = found[:size]
    return Page(page, next=_encode(page[-1], by) if len(found) > size else "")


def _after(by: str, due: datetime | None, pk: int) -> Q:
    if due is None:
        return Q(**{f"{by}__isnull": True, "pk__gt": pk})
    later = Q(**{f"{by}__gt": due}) | Q(**{by: due, "pk__gt": pk})
    return later | Q(**{f"{by}__isnull": True})


def _encode(row: Any, by: str) -> str:
    due = getattr(row, by)
    text = json.dumps([due.isoformat() if due else None, row.pk])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[datetime | None, int] | None:
    try:
        due, pk = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        return (datetime.fromisoformat(due) if due else None), int(pk)
    except (binascii.Error, ValueError, TypeError):
        return None
