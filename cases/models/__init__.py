from cases.lifecycle import ClockKind, State
from cases.models.cases import BOUNDARIES, Case, CaseParty
from cases.models.categories import Category
from cases.models.clocks import CalendarDay, Clock, ClockEntry, LimitUnit, TimeLimit
from cases.models.events import Attachment, Callback, CaseEvent

__all__ = [
    "BOUNDARIES",
    "Attachment",
    "CalendarDay",
    "Callback",
    "Case",
    "CaseEvent",
    "CaseParty",
    "Category",
    "Clock",
    "ClockEntry",
    "ClockKind",
    "LimitUnit",
    "State",
    "TimeLimit",
]
