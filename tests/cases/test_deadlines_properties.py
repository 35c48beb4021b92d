"""What must hold for every calendar, limit and order of entries, and a slow count by minutes to compare with."""

from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from cases.deadlines import (
    DayRule,
    Entry,
    EntryKind,
    Limit,
    TimeUnit,
    WorkCalendar,
    add,
    elapsed,
    reckon,
    remaining,
)

# A machine under load is slow, and slow is not wrong.
steady = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

FIRST = datetime(2026, 9, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
UNITS = st.sampled_from(list(TimeUnit))
ROTAS = [
    ((time(8), time(12)), (time(14), time(18))),
    ((time(9), time(17, 30)),),
    ((time(0), time(6)), (time(6), time(7)), (time(22), time(0))),
    ((time(0), time(0)),),
]


@st.composite
def calendars(draw):
    """A calendar whose days off repeat with a week or a longer rhythm, some of them overridden."""
    rhythm = draw(st.lists(st.booleans(), min_size=2, max_size=9).filter(any))
    moved = draw(st.dictionaries(st.integers(0, 40), st.booleans(), max_size=5))
    overrides = {
        date(2026, 9, 1) + timedelta(days=day): DayRule(works) for day, works in moved.items()
    }
    return WorkCalendar(
        lambda day: DayRule(rhythm[day.toordinal() % len(rhythm)]),
        overrides,
        draw(st.sampled_from(ROTAS)),
        draw(st.sampled_from(["Asia/Shanghai", "Europe/Paris", "UTC"])),
    )


def limits(most_minutes=4000, units=UNITS):
    """Limits of whole minutes in any unit."""
    in_hours = st.builds(
        Limit,
        st.integers(0, most_minutes).map(lambda count: Fraction(count, 60)),
        units.filter(lambda unit: not unit.is_day),
    )
    in_days = st.builds(Limit, st.integers(0, 6), units.filter(lambda unit: unit.is_day))
    return in_hours | in_days


def moments(most_minutes=20_000):
    return st.integers(0, most_minutes).map(lambda count: FIRST + count * MINUTE)


@st.composite
def lives(draw, steps=6, units=UNITS):
    """A start and whatever may follow it: pauses with and without an end, extensions, changes, rulings."""
    at = draw(moments(3000))
    entries = [Entry(EntryKind.START, at, draw(limits(units=units)))]
    held = None
    for _ in range(draw(st.integers(0, steps))):
        at += draw(st.integers(0, 2500)) * MINUTE
        kinds = [EntryKind.EXTEND, EntryKind.CHANGE, EntryKind.DESIGNATE]
        paused = held is not None and (held == "open" or at < held)
        kind = draw(st.sampled_from([*kinds, EntryKind.RESUME if paused else EntryKind.PAUSE]))
        if kind is EntryKind.PAUSE:
            until = draw(
                st.none() | st.integers(0, 3000).map(lambda count, at=at: at + count * MINUTE)
            )
            held = until or "open"
            entries.append(Entry(kind, at, until=until))
        elif kind is EntryKind.RESUME:
            held = None
            entries.append(Entry(kind, at))
        elif kind is EntryKind.DESIGNATE:
            entries.append(Entry(kind, at))
        else:
            entries.append(Entry(kind, at, draw(limits(1500, units))))
    return entries


def counted_by_minutes(entries, calendar, horizon_days=120):
    """Return the deadline by stepping through every minute: slow, and sharing nothing with the reckoning."""
    zone = ZoneInfo(calendar.zone)
    limit = [entry.limit for entry in entries if entry.kind in (EntryKind.START, EntryKind.CHANGE)][
        -1
    ]
    added = [entry.limit for entry in entries if entry.kind is EntryKind.EXTEND]
    like = [one for one in added if one.unit.counts_work == limit.unit.counts_work]
    parts = [limit, *like, *(one for one in added if one not in like)]
    left = [
        [part.unit.counts_work, part.counted(calendar.working_day) // 60_000_000] for part in parts
    ]
    left = [part for part in left if part[1]]
    now = entries[0].at
    while left:
        if now > entries[0].at + timedelta(days=horizon_days):
            return None
        if not is_paused(entries, now) and (
            not left[0][0] or works(calendar, now.astimezone(zone))
        ):
            left[0][1] -= 1
            left = [part for part in left if part[1]]
        now += MINUTE
    return now


def works(calendar, local):
    rule = calendar.overrides.get(local.date()) or calendar.base(local.date())
    hour = local.time()
    return rule.works and any(
        start <= hour and (hour < end or end == time(0)) for start, end in calendar.periods
    )


def is_paused(entries, now):
    state = None
    for entry in entries:
        if entry.at > now:
            break
        if entry.kind is EntryKind.PAUSE:
            state = entry
        elif entry.kind is EntryKind.RESUME:
            state = None
    return state is not None and (state.until is None or now < state.until)


@given(lives(), calendars())
@settings(steady, max_examples=60)
def test_the_reckoning_agrees_with_a_count_by_minutes(entries, calendar):
    due = reckon(entries, calendar).due_at
    assume(due is None or due < entries[0].at + timedelta(days=110))
    assert due == counted_by_minutes(entries, calendar)


@given(moments(), limits(), calendars())
@steady
def test_elapsed_from_start_to_due_is_the_limit(start, limit, calendar):
    due = reckon([Entry(EntryKind.START, start, limit)], calendar).due_at
    counted = timedelta(microseconds=limit.counted(calendar.working_day))
    assert elapsed(start, due, limit.unit, calendar) == counted
    assert due == add(start, limit, calendar)


@given(moments(), limits(), calendars())
@steady
def test_a_deadline_is_the_first_moment_at_which_the_limit_has_counted(start, limit, calendar):
    due = add(start, limit, calendar)
    assume(due > start)
    counted = timedelta(microseconds=limit.counted(calendar.working_day))
    assert elapsed(start, due - timedelta(microseconds=1), limit.unit, calendar) < counted


@given(moments(), moments(), moments(), UNITS, calendars())
@steady
def test_elapsed_time_adds_up(first, second, third, unit, calendar):
    parts = elapsed(first, second, unit, calendar) + elapsed(second, third, unit, calendar)
    assert parts == elapsed(first, third, unit, calendar)


@given(moments(), st.integers(0, 4000), st.integers(0, 4000), UNITS, calendars())
@steady
def test_limits_add_up(start, one, two, unit, calendar):
    assume(not unit.is_day)
    both = Limit(Fraction(one + two, 60), unit)
    parts = [Limit(Fraction(one, 60), unit), Limit(Fraction(two, 60), unit)]
    step_by_step = add(add(start, parts[0], calendar), parts[1], calendar)
    extended = [Entry(EntryKind.START, start, parts[0]), Entry(EntryKind.EXTEND, start, parts[1])]
    assert add(start, both, calendar) == reckon(extended, calendar).due_at
    assert step_by_step == add(start, both, calendar)


@given(moments(), moments(), limits(), calendars())
@steady
def test_a_later_start_is_never_due_earlier(one, other, limit, calendar):
    first, second = sorted([one, other])
    assert add(first, limit, calendar) <= add(second, limit, calendar)


@given(moments(), limits(), limits(), calendars())
@steady
def test_a_longer_limit_is_never_due_earlier(start, one, other, calendar):
    assume(one.unit.counts_work == other.unit.counts_work)
    less, more = sorted([one, other], key=lambda limit: limit.counted(calendar.working_day))
    assert add(start, less, calendar) <= add(start, more, calendar)


@given(
    moments(3000),
    limits(units=st.sampled_from([TimeUnit.WORK_HOUR, TimeUnit.WORKDAY])),
    calendars(),
    st.data(),
)
@steady
def test_a_pause_wholly_outside_working_time_changes_nothing(start, limit, calendar, data):
    plain = reckon([Entry(EntryKind.START, start, limit)], calendar)
    rests = [part for part in plain.segments if part.kind == "rest"]
    assume(rests)
    rest = data.draw(st.sampled_from(rests))
    length = (rest.end - rest.start) // MINUTE
    first, last = sorted(data.draw(st.tuples(st.integers(0, length), st.integers(0, length))))
    entries = [
        Entry(EntryKind.START, start, limit),
        Entry(EntryKind.PAUSE, rest.start + first * MINUTE),
        Entry(EntryKind.RESUME, rest.start + last * MINUTE),
    ]
    assert reckon(entries, calendar).due_at == plain.due_at


@given(lives(), limits(1500), calendars())
@steady
def test_an_extension_comes_to_the_same_whenever_it_is_granted(entries, limit, calendar):
    """Extension survives pause, and pause survives extension, in either order."""
    places = range(1, len(entries) + 1)
    deadlines = set()
    for place in places:
        granted = Entry(EntryKind.EXTEND, entries[place - 1].at, limit)
        deadlines.add(reckon([*entries[:place], granted, *entries[place:]], calendar).due_at)
    assert len(deadlines) == 1
    without = reckon(entries, calendar).due_at
    if without is None:
        assert deadlines == {None}
    elif deadlines != {None}:
        assert deadlines.pop() >= without


@given(lives(), calendars())
@steady
def test_a_pause_never_brings_a_deadline_forward(entries, calendar):
    running = [entry for entry in entries if entry.kind not in (EntryKind.PAUSE, EntryKind.RESUME)]
    before = reckon(running, calendar).due_at
    after = reckon(entries, calendar).due_at
    assert after is None or after >= before


@given(
    lives(units=st.sampled_from([TimeUnit.WORK_HOUR, TimeUnit.WORKDAY]))
    | lives(units=st.sampled_from([TimeUnit.NATURAL_HOUR, TimeUnit.URGENT_DAY])),
    calendars(),
    moments(30_000),
)
@steady
def test_starting_again_from_what_remains_gives_the_same_deadline(entries, calendar, now):
    """Serial and incremental agree: at any moment, by what is known then, the rest leads to the same deadline."""
    known = [entry for entry in entries if entry.at <= now] or entries[:1]
    deadline, now = reckon(known, calendar), max(now, entries[0].at)
    left = remaining(known, calendar, now)
    if deadline.due_at is not None and deadline.due_at <= now:
        assert left <= timedelta(0)
        return
    assume(left > timedelta(0))
    unit = TimeUnit.WORK_HOUR if deadline.limit.unit.counts_work else TimeUnit.NATURAL_HOUR
    restart = [
        Entry(
            EntryKind.START,
            now,
            Limit(Fraction(left // timedelta(microseconds=1), 3_600_000_000), unit),
        )
    ]
    if is_paused(known, now):
        last = [entry for entry in known if entry.kind is EntryKind.PAUSE][-1]
        restart.append(Entry(EntryKind.PAUSE, now, until=last.until))
    assert reckon(restart, calendar).due_at == deadline.due_at


@given(lives(), calendars())
@steady
def test_the_segments_lead_from_start_to_due_without_gaps_and_add_up_to_the_limit(
    entries, calendar
):
    deadline = reckon(entries, calendar)
    parts = deadline.segments
    for one, next_one in pairwise(parts):
        assert one.end == next_one.start
    for part in parts:
        assert part.end is None or part.start < part.end
        assert (part.counted > timedelta(0)) == (part.kind in ("counted", "extension"))
    if parts:
        assert parts[0].start == deadline.started_at
        assert parts[-1].end == deadline.due_at
    if deadline.due_at is not None:
        whole = [deadline.limit, *deadline.extensions]
        counted = sum(limit.counted(calendar.working_day) for limit in whole)
        assert deadline.counted == timedelta(microseconds=counted)
