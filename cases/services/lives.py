"""Read the life of a clock from its entries, and derive its deadline from that."""

from collections import defaultdict
from collections.abc import Collection

from cases import calendars
from cases.deadlines import Deadline, Entry, EntryKind, Limit, TimeUnit, reckon
from cases.models import Clock, ClockEntry


def deadline_of(clock: Clock) -> Deadline:
    """Derive the deadline, with its explanation, from the clock's entries and the calendar it stands on."""
    return reckon(entries_of(clock), calendars.of_version(clock.calendar_id))


def entries_of(clock: Clock) -> list[Entry]:
    """Return the clock's entries in order, as the rules know them."""
    return _in_order(clock, list(clock.entries.all()))


def entries_of_many(clocks: Collection[Clock]) -> dict[int, list[Entry]]:
    """Return the entries of each clock by its id; one query."""
    rows: defaultdict[int, list[ClockEntry]] = defaultdict(list)
    for row in ClockEntry.objects.filter(clock__in=[clock.pk for clock in clocks]):
        rows[row.clock_id].append(row)
    return {clock.pk: _in_order(clock, rows[clock.pk]) for clock in clocks}


def _in_order(clock: Clock, rows: list[ClockEntry]) -> list[Entry]:
    source = clock.policy.get("source", "")
    return [_pure(row, source) for row in sorted(rows, key=lambda row: (row.at, row.pk))]


def _pure(row: ClockEntry, source: str) -> Entry:
    """Return the entry as the rules know it; the first one names the rule the clock began by."""
    limit = None if row.amount is None else Limit(row.amount, TimeUnit(row.unit))
    kind = EntryKind(row.kind)
    began_by = source if kind == EntryKind.START else ""
    return Entry(kind, row.at, limit, until=row.until, note=row.note, source=began_by)
