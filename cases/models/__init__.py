from cases.lifecycle import ClockKind, State
from cases.models.calendars import CalendarDay, CalendarVersion, WorkHours
from cases.models.cases import BOUNDARIES, Case, CaseParty
from cases.models.categories import Category
from cases.models.clocks import Clock, ClockEntry, LimitUnit, TimeLimit
from cases.models.conditions import FilingCondition
from cases.models.events import Attachment, Callback, CaseEvent
from cases.models.ladders import Ladder
from cases.models.requests import Adjustment, AdjustmentPolicy, Request

__all__ = [
    "BOUNDARIES",
    "Adjustment",
    "AdjustmentPolicy",
    "Attachment",
    "CalendarDay",
    "CalendarVersion",
    "Callback",
    "Case",
    "CaseEvent",
    "CaseParty",
    "Category",
    "Clock",
    "ClockEntry",
    "ClockKind",
    "FilingCondition",
    "Ladder",
    "LimitUnit",
    "Request",
    "State",
    "TimeLimit",
    "WorkHours",
]
