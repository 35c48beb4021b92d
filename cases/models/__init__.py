from cases.lifecycle import ClockKind, State
from cases.models.calendars import CalendarDay, CalendarVersion, WorkHours
from cases.models.calls import Call, Clue, Commendation, Urge
from cases.models.cases import BOUNDARIES, Case, CaseParty
from cases.models.categories import Category
from cases.models.clocks import Clock, ClockEntry, LimitUnit, TimeLimit
from cases.models.conditions import FilingCondition
from cases.models.events import Attachment, Callback, CaseEvent
from cases.models.exits import ExitKind
from cases.models.field import Deliberation, FieldTask, Opinion, Snapshot
from cases.models.group import GroupFile, GroupMessage
from cases.models.ladders import Ladder
from cases.models.requests import Adjustment, AdjustmentPolicy, Request

__all__ = [
    "BOUNDARIES",
    "Adjustment",
    "AdjustmentPolicy",
    "Attachment",
    "CalendarDay",
    "CalendarVersion",
    "Call",
    "Callback",
    "Case",
    "CaseEvent",
    "CaseParty",
    "Category",
    "Clock",
    "ClockEntry",
    "ClockKind",
    "Clue",
    "Commendation",
    "Deliberation",
    "ExitKind",
    "FieldTask",
    "FilingCondition",
    "GroupFile",
    "GroupMessage",
    "Ladder",
    "LimitUnit",
    "Opinion",
    "Request",
    "Snapshot",
    "State",
    "TimeLimit",
    "Urge",
    "WorkHours",
]
