"""Business time: what a limit means on a calendar, and when a clock's life makes it due.

Pure: no Django, no clock on the wall, no gettext. Times go in aware and come out in UTC.
`reckon` folds a clock's entries into a deadline, `explain` says why it is what it is.
"""

from cases.deadlines.calendar import WorkCalendar, weekdays_only
from cases.deadlines.clocktime import UTC
from cases.deadlines.entries import Entry, EntryKind
from cases.deadlines.errors import (
    AlreadyPaused,
    AlreadyStarted,
    BadAmount,
    BadPeriods,
    BeforeStart,
    DeadlineError,
    LimitMissing,
    LimitTooLong,
    LimitUnexpected,
    NaiveTime,
    NegativeLimit,
    NoStart,
    NotPaused,
    NoWorkingTime,
    OutOfOrder,
    OutOfReach,
    PauseBackwards,
    UntilUnexpected,
)
from cases.deadlines.explaining import Step, explain
from cases.deadlines.limits import Day, DayRule, Limit, TimeUnit
from cases.deadlines.reckoning import (
    add,
    after,
    elapsed,
    first_missed,
    reckon,
    remaining,
    run_so_far,
    warned,
)
from cases.deadlines.results import Deadline, Segment, SegmentKind

__all__ = [
    "UTC",
    "AlreadyPaused",
    "AlreadyStarted",
    "BadAmount",
    "BadPeriods",
    "BeforeStart",
    "Day",
    "DayRule",
    "Deadline",
    "DeadlineError",
    "Entry",
    "EntryKind",
    "Limit",
    "LimitMissing",
    "LimitTooLong",
    "LimitUnexpected",
    "NaiveTime",
    "NegativeLimit",
    "NoStart",
    "NoWorkingTime",
    "NotPaused",
    "OutOfOrder",
    "OutOfReach",
    "PauseBackwards",
    "Segment",
    "SegmentKind",
    "Step",
    "TimeUnit",
    "UntilUnexpected",
    "WorkCalendar",
    "add",
    "after",
    "elapsed",
    "explain",
    "first_missed",
    "reckon",
    "remaining",
    "run_so_far",
    "warned",
    "weekdays_only",
]
