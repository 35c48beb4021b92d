"""Pages of long lists by key, never by offset, and counts that stop counting."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from django.db.models import Model, Q, QuerySet

PAGE_SIZE = 50
M = TypeVar("M", bound=Model)


@dataclass(frozen=True, slots=True)
class Page(Generic[M]):
    """Some rows of a list, newest first, with the cursors of its neighbours (empty at the ends)."""

    rows: list[M]
    next: str = ""
    previous: str = ""


def page_of(rows: QuerySet[M], cursor: str, *, by: str, size: int = PAGE_SIZE) -> Page[M]:
    """Return the page of `rows` that the cursor points at, ordered by `-by`, `-pk`.

    A cursor that cannot be read is the first page. One query of `size + 1` rows.
    """
    backwards, bound = _decode(cursor)
    if bound is not None:
        rows = rows.filter(_beyond(by, bound, backwards))
    order = (by, "pk") if backwards else (f"-{by}", "-pk")
    found = list(rows.order_by(*order)[: size + 1])
    more = len(found) > size
    found = found[:size][::-1] if backwards else found[:size]
    if not found:
        return Page([])
    newer = more if backwards else bound is not None
    older = True if backwards else more
    return Page(
        found,
        next=_encode(found[-1], by, backwards=False) if older else "",
        previous=_encode(found[0], by, backwards=True) if newer else "",
    )


def _beyond(by: str, bound: tuple[datetime, int], backwards: bool) -> Q:
    sign = "gt" if backwards else "lt"
    moment, pk = bound
    # The redundant first condition lets PostgreSQL start the index scan at the moment.
    return Q(**{f"{by}__{sign}e": moment}) & (
        Q(**{f"{by}__{sign}": moment}) | Q(**{by: moment, f"pk__{sign}": pk})
    )


def _encode(row: Any, by: str, *, backwards: bool) -> str:
    text = json.dumps([int(backwards), getattr(row, by).isoformat(), row.pk])
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str) -> tuple[bool, tuple[datetime, int] | None]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        backwards, moment, pk = json.loads(text)
        return bool(backwards), (datetime.fromisoformat(moment), int(pk))
    except (binascii.Error, ValueError, TypeError):
        return False, None


def bounded_count(rows: QuerySet[Any], most: int = 1000) -> tuple[int, bool]:
    """Return how many rows there are, counting no further than `most`, and whether there are more."""
    count = rows.order_by()[: most + 1].count()
    return min(count, most), count > most
