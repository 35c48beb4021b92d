"""Ladders in force, and when the next rung of a clock's ladder is due."""

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.kept import Kept
from cases import calendars
from cases.deadlines import Entry, after, warned
from cases.ladders import Rung, read_rungs
from cases.lifecycle import State
from cases.models import Clock, Ladder
from cases.services.lives import entries_of_many


def ladder_for(kind: str, whistle_kind: str, urgency: str, at: datetime) -> Ladder | None:
    """Return the most specific ladder in force for a kind of clock, or None where none is."""
    day = timezone.localtime(at).date()
    fits = [row for row in _all_ladders.get() if _fits(row, kind, whistle_kind, urgency, day)]
    return fits[-1] if fits else None


def rungs_of(ladder: Ladder) -> tuple[Rung, ...]:
    """Return the rungs of a ladder, read once in this process: a ladder in use does not change."""
    return _read(json.dumps(ladder.rungs))


@lru_cache(maxsize=64)
def _read(rows: str) -> tuple[Rung, ...]:
    return read_rungs(json.loads(rows))


def rung_of(clock: Clock) -> Rung:
    """Return the rung of the clock that is due next; the last one again and again."""
    assert clock.ladder is not None
    rungs = rungs_of(clock.ladder)
    return rungs[min(clock.rung, len(rungs) - 1)]


def schedule(clock: Clock, entries: Sequence[Entry]) -> None:
    """Set `alert_at`: when the next rung is due by the clock's life; None on hold, at the end, and without a ladder."""
    clock.alert_at = None
    if clock.ladder is None or clock.due_at is None:
        return
    rungs = rungs_of(clock.ladder)
    if clock.rung < len(rungs):
        clock.alert_at = _due(clock, rungs[clock.rung], entries)
    elif rungs and rungs[-1].repeat and clock.alerted_at:
        calendar = calendars.of_version(clock.calendar_id)
        clock.alert_at = after(clock.alerted_at, rungs[-1].repeat, entries, calendar)


def _due(clock: Clock, rung: Rung, entries: Sequence[Entry]) -> datetime | None:
    calendar = calendars.of_version(clock.calendar_id)
    if rung.share is not None:
        return warned(entries, calendar, rung.share)
    assert rung.after is not None
    assert clock.due_at is not None
    since = max(clock.due_at, clock.alerted_at or clock.due_at)
    return after(since, rung.after, entries, calendar)


def due_alerts(at: datetime) -> "QuerySet[Clock]":
    """Return the clocks whose next rung is due. On hold nothing is said: what was due before comes after it."""
    due = Clock.objects.running().filter(alert_at__lte=at)
    return due.exclude(case__state=State.ON_HOLD)


def claim_alerts(at: datetime, most: int = 200) -> list[Clock]:
    """Lock and return the clocks whose next rung is due, the longest due first; call it inside a transaction."""
    due = due_alerts(at).order_by("alert_at", "pk")
    held = due.select_for_update(skip_locked=True, no_key=True, of=("self",))
    return list(held.select_related("case", "unit", "ladder")[:most])


def climb(clocks: Collection[Clock], at: datetime) -> None:
    """Mark the rung due as taken on clocks locked by `claim_alerts`, and find out when the next one is due.

    The true time of the rung counts and not the time of the sweep, so that a late sweep delays nothing after it. Of the
    repetitions that a late sweep missed at the top, one is said and not all.
    """
    lives = entries_of_many(clocks)
    for clock in clocks:
        clock.alerted_at, clock.rung = clock.alert_at, clock.rung + 1
        schedule(clock, lives[clock.pk])
        while _repeats(clock) and clock.alert_at is not None and clock.alert_at <= at:
            clock.alerted_at = clock.alert_at
            schedule(clock, lives[clock.pk])
    Clock.objects.bulk_update(clocks, ["alerted_at", "rung", "alert_at"])


def _repeats(clock: Clock) -> bool:
    assert clock.ladder is not None
    return clock.rung >= len(rungs_of(clock.ladder))


def forget() -> None:
    """Read the ladders again at the next use; call it where they change."""
    _all_ladders.forget()


def _fits(row: Ladder, kind: str, whistle_kind: str, urgency: str, day: date) -> bool:
    return (
        row.clock in ("", kind)
        and row.whistle_kind in ("", whistle_kind)
        and row.urgency in ("", urgency)
        and row.valid_from <= day
        and (row.valid_to is None or day <= row.valid_to)
    )


def _specificity(row: Ladder) -> tuple[Any, ...]:
    return (bool(row.clock), bool(row.whistle_kind), bool(row.urgency), row.valid_from)


_all_ladders = Kept(lambda: sorted(Ladder.objects.all(), key=_specificity))
"""Every ladder, the weakest first."""
