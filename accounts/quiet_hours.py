"""Quiet hours: when what is not urgent may not ring. Written ahead elsewhere, read here."""

from bisect import bisect_right
from collections import defaultdict
from datetime import datetime

from accounts.kept import Kept
from accounts.models import QuietSpan

Span = tuple[datetime, datetime]


def quiet_until(calendar: str, at: datetime) -> datetime | None:
    """Return the end of the quiet hours that hold at that moment, or None where it may ring.

    Reads the spans by one query, kept in this process for a minute.
    """
    end = None
    spans = _kept.get().get(calendar, [])
    for begins, ends in spans[max(bisect_right(spans, at, key=_begin) - 1, 0) :]:
        # A night may lie directly before a day off: both are one silence.
        if not begins <= (end or at) < ends:
            break
        end = ends
    return end


def quiet_calendars(at: datetime) -> list[str]:
    """Return the working hours for which it is quiet at that moment."""
    return [calendar for calendar in _kept.get() if quiet_until(calendar, at)]


def forget() -> None:
    """Read the spans again at the next use; call it where they change."""
    _kept.forget()


def _begin(span: Span) -> datetime:
    return span[0]


def _read() -> dict[str, list[Span]]:
    rows = QuietSpan.objects.order_by("begins_at")
    spans: defaultdict[str, list[Span]] = defaultdict(list)
    for calendar, begins, ends in rows.values_list("calendar", "begins_at", "ends_at"):
        spans[calendar].append((begins, ends))
    return dict(spans)


_kept = Kept(_read)
