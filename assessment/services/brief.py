"""The morning brief of one reader: what changed, what will be late today, who needs a call, yesterday."""

from dataclasses import dataclass, replace
from datetime import datetime, time

from django.utils import timezone

from accounts.models import Membership, Notice, Role, User
from accounts.services.notices import LEADERS, Draft, tell_people
from assessment import usual
from assessment.mornings import (
    MOST_CALLS,
    READY,
    Call,
    Due,
    Window,
    alike,
    calls_of,
    end_of_day,
    most_at_risk,
    week_begins,
    window_of,
)
from assessment.queries import brief as queries
from assessment.queries.brief import Load, Yesterday
from assessment.queries.on_file import first_case
from assessment.usual import Difference
from cases import calendars

MOST_UNITS = 12
TOLD_UNTIL = time(12)
"""After noon the brief of the day is announced to nobody any more."""


@dataclass(frozen=True, slots=True)
class Change:
    """One count since the last working morning; `difference` only where it is more than chance."""

    what: str
    count: int
    difference: Difference | None = None
    numbers: tuple[str, ...] = ()
    more: bool = False


@dataclass(frozen=True, slots=True)
class NamedCall:
    """A call with the unit's name and the phones of the people who answer for it."""

    call: Call
    name: str
    phones: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything on the page, as it was at the moment `at`.

    `compared` is how many earlier weeks say what is usual; `due` counts all that falls due before
    `until`, `lines` are the cases most at risk, `calls_left` the calls there was no room for.
    """

    at: datetime
    window: Window
    until: datetime
    compared: int
    changes: list[Change]
    due: int
    loads: list[Load]
    lines: list[Due]
    calls: list[NamedCall]
    calls_left: int
    yesterday: Yesterday


def brief_of(user: User, at: datetime) -> Brief:
    """Return the brief for the reader at that moment; some twenty queries, however much there is."""
    calendar = calendars.current()
    window, until = window_of(at, calendar), end_of_day(at, calendar)
    since = first_case()
    before = [span for span in alike(window, calendar) if since and since <= span.since]
    towns = queries.towns_in_charge(user)
    objections = queries.waiting_objections(user)
    due = queries.due_today(user, at, until)
    loads = queries.loads(due)
    facts = queries.facts(user, at, week_begins(at, calendar), towns, objections)
    calls = calls_of(facts, at, calendar)
    return Brief(
        at=at,
        window=window,
        until=until,
        compared=len(before),
        changes=_changes(user, window, before, len(objections)),
        due=sum(load.count for load in loads),
        loads=loads[:MOST_UNITS],
        lines=most_at_risk(queries.candidates(due, towns)) if loads else [],
        calls=_named(calls[:MOST_CALLS]),
        calls_left=max(0, len(calls) - MOST_CALLS),
        yesterday=queries.yesterday(user, at),
    )


def _changes(user: User, window: Window, before: list[Window], objections: int) -> list[Change]:
    counts = queries.changes(user, [window, *before])
    found = [
        Change(what, now, usual.difference(now, past)) for what, (now, *past) in counts.items()
    ]
    blown = next(n for n, change in enumerate(found) if change.what == "emergencies")
    if found[blown].count:
        numbers = tuple(queries.emergencies(user, window))
        found[blown] = replace(found[blown], numbers=numbers)
    claims, more = queries.waiting_claims(user)
    return [
        *found,
        Change("objections", objections, more=objections >= queries.MOST_WAITING),
        Change("claims", claims, more=more),
    ]


def _named(calls: list[Call]) -> list[NamedCall]:
    known = queries.names_and_phones({call.unit for call in calls}) if calls else {}
    return [NamedCall(call, known[call.unit][0], tuple(known[call.unit][1])) for call in calls]


def announce(at: datetime) -> int:
    """Tell the leaders, once on each workday, that the brief is ready; return how many were told.

    Whoever is told has a notice under the day's key: however many sweeps run, each is told once.
    """
    local = timezone.localtime(at)
    if not READY <= local.time() < TOLD_UNTIL or not calendars.current().day(local.date()).works:
        return 0
    key = f"brief:{local:%F}"
    leaders = Membership.objects.filter(role=Role.LEADER, user__is_active=True)
    people = set(leaders.values_list("user", flat=True))
    told = Notice.objects.filter(key__in=[f"{key}:{person}" for person in people])
    untold = people - set(told.values_list("recipient", flat=True))
    if untold:
        tell_people(Draft("brief_ready", LEADERS, key), untold, at)
    return len(untold)
