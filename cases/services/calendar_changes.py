"""Carry a changed calendar to the clocks that run on it, and tell the notices when it is quiet."""

from datetime import date, datetime, timedelta
from datetime import time as clock_time
from itertools import pairwise

from django.db import transaction
from django.utils import timezone

from accounts import quiet_hours
from accounts.models import QuietSpan
from cases import calendars
from cases.deadlines import EntryKind, WorkCalendar
from cases.models import CalendarVersion, Clock, ClockEntry, WorkHours
from cases.services.breaches import record_breaches
from cases.services.clocks import derive

BATCH = 200
QUIET_FROM = clock_time(20)
"""From when nothing rings where the office hours have no row of their own."""
QUIET_DAYS = 14


def sweep_calendars(at: datetime) -> int:
    """Reckon anew what runs on a calendar that has changed, and write the coming quiet hours; return how many moved.

    A year whose holidays have come out, a make-up day, a snow day: the deadline that moves gets an entry of its own,
    the others only change over to the new version. What was breached before stays as it was.
    """
    calendars.forget()
    moved = sum(_change_over(code, at) for code in calendars.contents())
    write_quiet_spans(at)
    return moved


def _change_over(code: str, at: datetime) -> int:
    in_force = calendars.version_of(code)
    old = CalendarVersion.objects.filter(calendar=code).exclude(pk=in_force)
    ids = list(old.values_list("pk", flat=True))
    moved = 0
    while ids and (count := _move_batch(ids, in_force, at)) is not None:
        moved += count
    return moved


@transaction.atomic
def _move_batch(old: list[int], in_force: int, at: datetime) -> int | None:
    """Move a batch of open clocks to the version in force; return how many deadlines moved, None when none is left."""
    rows = Clock.objects.running().filter(calendar__in=old, breached_at=None).order_by("pk")
    held = rows.select_for_update(skip_locked=True, no_key=True, of=("self",))
    clocks = list(held.select_related("ladder", "case")[:BATCH])
    if not clocks:
        return None
    record_breaches([clock for clock in clocks if clock.is_overdue(at)], at)
    Clock.objects.filter(pk__in=[clock.pk for clock in clocks]).update(calendar=in_force)
    return sum(_moves(clock, in_force, at) for clock in clocks)


def _moves(clock: Clock, in_force: int, at: datetime) -> bool:
    if clock.is_overdue(at):
        return False
    before = (clock.due_at, clock.provisional)
    clock.calendar_id = in_force
    derive(clock, at)
    if (clock.due_at, clock.provisional) == before:
        return False
    label = calendars.of_version(in_force).version[:200]
    ClockEntry.objects.create(clock=clock, kind=EntryKind.CALENDAR.value, at=at, note=label)
    return True


def write_quiet_spans(at: datetime) -> None:
    """Make the coming quiet spans what the calendars in force say."""
    quiet_from = dict(WorkHours.objects.values_list("code", "quiet_from"))
    wanted: dict[tuple[str, datetime], datetime] = {}
    for code in {"", *quiet_from}:
        hour = quiet_from.get(code or calendars.OFFICE, QUIET_FROM if not code else None)
        if hour is not None:
            wanted |= {(code, b): e for b, e in _quiet(calendars.current(code), hour, at)}
    kept = {}
    for span in QuietSpan.objects.all():
        if wanted.get((span.calendar, span.begins_at)) == span.ends_at:
            kept[span.calendar, span.begins_at] = span
        else:
            span.delete()
    QuietSpan.objects.bulk_create(
        [
            QuietSpan(calendar=code, begins_at=begins, ends_at=ends)
            for (code, begins), ends in wanted.items()
            if (code, begins) not in kept
        ],
        ignore_conflicts=True,
    )
    quiet_hours.forget()


def _quiet(
    calendar: WorkCalendar, hour: clock_time, at: datetime
) -> list[tuple[datetime, datetime]]:
    """Return the quiet spans around the coming two weeks: from an evening to the next start of work."""
    today = timezone.localtime(at).date()
    days = [today + timedelta(days=ahead) for ahead in range(-QUIET_DAYS, 2 * QUIET_DAYS)]
    working = [day for day in days if calendar.day(day).works]
    opens = calendar.periods[0][0]
    spans = [(_local(day, hour), _local(after, opens)) for day, after in pairwise(working)]
    horizon = at + timedelta(days=QUIET_DAYS)
    return [(b, e) for b, e in spans if b < e and e > at and b < horizon]


def _local(day: date, hour: clock_time) -> datetime:
    return timezone.make_aware(datetime.combine(day, hour))
