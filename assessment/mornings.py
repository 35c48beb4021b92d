"""The rules of the morning brief: which span it tells of, what is most at risk, who needs a call. Pure.

What the rules look at is handed to them; the calendar says which days work.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cases.deadlines import WorkCalendar

READY = time(7, 30)
"""When the brief of a day is ready, and where the span it tells of ends."""

WEEKS = 8
"""Earlier weeks that say what is usual."""

MOST_LINES, MOST_CALLS = 15, 10
LONGEST_BREAK = 15
"""Days without work that are looked back over: the longest holiday and the weekends beside it."""

URGED_OFTEN = 3
DOCUMENTS_OF_A_WEEK = 3
OBJECTION_WAITS = 2
"""Workdays after which an objection that nobody has ruled on is worth a call."""

EMERGENCY_WAITS = timedelta(minutes=10)
"""How long an emergency order may stay without an acknowledgement before somebody is to call."""


@dataclass(frozen=True, slots=True)
class Window:
    """A span [since, until)."""

    since: datetime
    until: datetime


def window_of(at: datetime, calendar: WorkCalendar) -> Window:
    """Return the span that the brief read at `at` tells of: from the last working morning before today
    to this morning, or to now where it is earlier still."""
    zone = ZoneInfo(calendar.zone)
    local = at.astimezone(zone)
    ready = datetime.combine(local.date(), READY, zone)
    return Window(
        datetime.combine(_last_workday(local.date(), calendar), READY, zone), min(ready, local)
    )


def _last_workday(day: date, calendar: WorkCalendar) -> date:
    for back in range(1, LONGEST_BREAK + 1):
        earlier = day - timedelta(days=back)
        if calendar.day(earlier).works:
            return earlier
    return day - timedelta(days=1)


def alike(window: Window, calendar: WorkCalendar) -> list[Window]:
    """Return the same span of the weeks before, the latest first, without those whose days were not
    worked alike: a week with a holiday says nothing of one without."""
    shape = _shape(window, calendar)
    spans = [
        Window(window.since - timedelta(weeks=n), window.until - timedelta(weeks=n))
        for n in range(1, WEEKS + 1)
    ]
    return [span for span in spans if _shape(span, calendar) == shape]


def _shape(window: Window, calendar: WorkCalendar) -> list[bool]:
    zone = ZoneInfo(calendar.zone)
    first, last = window.since.astimezone(zone).date(), window.until.astimezone(zone).date()
    return [calendar.day(first + timedelta(days=n)).works for n in range((last - first).days + 1)]


def end_of_day(at: datetime, calendar: WorkCalendar) -> datetime:
    """Return when work ends today; on a day off, and once work is over, midnight."""
    zone = ZoneInfo(calendar.zone)
    local = at.astimezone(zone)
    closes = calendar.periods[-1][1]
    if calendar.day(local.date()).works and closes != time(0):
        end = datetime.combine(local.date(), closes, zone)
        if local < end:
            return end
    return datetime.combine(local.date() + timedelta(days=1), time(0), zone)


def workdays_ago(at: datetime, count: int, calendar: WorkCalendar) -> datetime:
    """Return the same time of day, so many workdays before."""
    local = at.astimezone(ZoneInfo(calendar.zone))
    day = local.date()
    for _ in range(count):
        day = _last_workday(day, calendar)
    return datetime.combine(day, local.time(), local.tzinfo)


def week_begins(at: datetime, calendar: WorkCalendar) -> datetime:
    """Return the Monday, 00:00, of the week."""
    zone = ZoneInfo(calendar.zone)
    day = at.astimezone(zone).date()
    return datetime.combine(day - timedelta(days=day.weekday()), time(0), zone)


# --- what will be late today


class Risk(StrEnum):
    """Why a promise that falls due today is looked at before others."""

    EMERGENCY = "emergency"
    PROBLEM = "problem"
    CRITICAL = "critical"
    URGED = "urged"
    PASSED_UP = "passed_up"
    REDO = "redo"
    OBJECTED = "objected"


POINTS = {
    Risk.EMERGENCY: 16,
    Risk.PROBLEM: 8,
    Risk.CRITICAL: 6,
    Risk.URGED: 4,
    Risk.PASSED_UP: 3,
    Risk.REDO: 2,
    Risk.OBJECTED: 1,
}


@dataclass(frozen=True, slots=True)
class Due:
    """A promise that falls due today, with what may be told of its case. `own` says that the reader is
    the leader in charge of its town; `guarded` that its place is kept back."""

    number: str
    clock: str
    unit: str
    unit_name: str
    due_at: datetime
    town: str = ""
    place: str = ""
    category: str = ""
    emergency: bool = False
    problem: bool = False
    critical: bool = False
    urged: int = 0
    level: str = ""
    round: int = 1
    objected: bool = False
    own: bool = False
    guarded: bool = False

    @property
    def risks(self) -> list[Risk]:
        """Return why it is looked at first, the weightiest first; empty: only because it falls due."""
        found = {
            Risk.EMERGENCY: self.emergency,
            Risk.PROBLEM: self.problem,
            Risk.CRITICAL: self.critical,
            Risk.URGED: self.urged > 0,
            Risk.PASSED_UP: bool(self.level),
            Risk.REDO: self.round > 1,
            Risk.OBJECTED: self.objected,
        }
        return [risk for risk, there in found.items() if there]

    @property
    def points(self) -> int:
        """Return how much speaks for looking at it first; each further urging counts, to five."""
        more = min(self.urged, 5) - 1 if self.urged else 0
        return sum(POINTS[risk] for risk in self.risks) + more


def most_at_risk(dues: Iterable[Due], most: int = MOST_LINES) -> list[Due]:
    """Return one line a case, emergencies first, then the reader's own towns, then by weight of the
    reasons, then by due time."""
    ranked = sorted(
        dues, key=lambda due: (not due.emergency, not due.own, -due.points, due.due_at, due.number)
    )
    first: dict[str, Due] = {}
    for due in ranked:
        first.setdefault(due.number, due)
    return list(first.values())[:most]


# --- who needs a call


class Why(StrEnum):
    """Why somebody is to be called, the most pressing first."""

    EMERGENCY = "emergency"
    URGED = "urged"
    DIRECTIVE = "directive"
    DOCUMENTS = "documents"
    OBJECTION = "objection"


@dataclass(frozen=True, slots=True)
class Call:
    """One call: to which unit, why, since when, about what."""

    why: Why
    unit: int
    since: datetime
    count: int = 1
    number: str = ""
    ref: int = 0
    title: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something that waits for a unit: since when, how often it was asked for, of which case."""

    unit: int
    since: datetime
    count: int = 1
    number: str = ""
    ref: int = 0
    title: str = ""
    own: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the rules on calls look at.

    `emergencies` are emergency orders without an acknowledgement, `urged` open cases with how often the
    resident asked, `directives` those past their limit, `documents` the supervision documents of the
    week by unit, `objections` those nobody has ruled on, with the centre as the unit.
    """

    emergencies: tuple[Waiting, ...] = ()
    urged: tuple[Waiting, ...] = ()
    directives: tuple[Waiting, ...] = ()
    documents: tuple[Waiting, ...] = ()
    objections: tuple[Waiting, ...] = ()


def calls_of(facts: Facts, at: datetime, calendar: WorkCalendar) -> list[Call]:
    """Return who needs a call, the most pressing first: the kind of reason, the reader's own towns, the
    longest waiting."""
    waits_since = workdays_ago(at, OBJECTION_WAITS, calendar)
    found = [
        *_all(Why.EMERGENCY, (w for w in facts.emergencies if at - w.since >= EMERGENCY_WAITS)),
        *_all(Why.URGED, (w for w in facts.urged if w.count >= URGED_OFTEN)),
        *_all(Why.DIRECTIVE, facts.directives),
        *_all(Why.DOCUMENTS, (w for w in facts.documents if w.count >= DOCUMENTS_OF_A_WEEK)),
        *_all(Why.OBJECTION, _together(w for w in facts.objections if w.since < waits_since)),
    ]
    order = list(Why)
    return sorted(found, key=lambda call: (order.index(call.why), not call.own, call.since))


def _all(why: Why, waiting: Iterable[Waiting]) -> list[Call]:
    return [Call(why, w.unit, w.since, w.count, w.number, w.ref, w.title, w.own) for w in waiting]


def _together(waiting: Iterable[Waiting]) -> list[Waiting]:
    """Make one call to a unit of all that waits for it, as old as the oldest."""
    found: dict[int, Waiting] = {}
    for one in sorted(waiting, key=lambda w: w.since):
        first = found.get(one.unit)
        found[one.unit] = replace(first, count=first.count + 1) if first else one
    return list(found.values())
