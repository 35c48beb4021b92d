"""Names of parts, lists and rules as pages and papers write them. Pure."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from assessment.lists import ADVANCED, GOVERN, PROGRESS, RECTIFY
from assessment.parts import (
    DOCUMENTS,
    LEADERS,
    MARKS,
    OBJECTIONS,
    QUALITY,
    RATES,
    REDO,
    RESULTS,
    SELF,
    TIMELINESS,
    USE,
)
from assessment.scales import NO_PART, NOT_OFFERED, RISES
from assessment.scoring import DISSATISFIED, NO, SATISFIED, VERY_DISSATISFIED, VERY_SATISFIED

PARTS = {
    MARKS: _("Blower's marks"),
    TIMELINESS: _("Timeliness"),
    RESULTS: _("Results by callback"),
    OBJECTIONS: _("Objections lost"),
    DOCUMENTS: _("Supervision documents"),
    LEADERS: _("Leaders' marks"),
    RATES: _("Three rates"),
    USE: _("Use of whistles"),
    QUALITY: _("Quality of whistles"),
    REDO: _("Not redone"),
    SELF: _("Handled by itself"),
}
"""The parts of a department's score and of a town's performance."""

LISTS = {
    ADVANCED: pgettext_lazy("list of units", "Advanced"),
    PROGRESS: pgettext_lazy("list of units", "Progress"),
    RECTIFY: pgettext_lazy("list of units", "To be put right"),
    GOVERN: pgettext_lazy("list of units", "Governance"),
}

FACTORS = {
    VERY_SATISFIED: _("factor of “very satisfied”"),
    SATISFIED: _("factor of “satisfied”"),
    DISSATISFIED: _("factor of “dissatisfied”"),
    VERY_DISSATISFIED: _("factor of “very dissatisfied”"),
    NO: _("factor of “not solved”"),
}
"""What the answers count that have no column of their own in a policy (`assessment.scales`)."""

FACTOR_FAULTS = {
    NOT_OFFERED: _("This answer is not offered."),
    NO_PART: _("Name a part of one, from 0 to 1, with three decimals at most."),
    RISES: _("A worse answer cannot count more than a better one."),
}
"""What is wrong with a factor."""

LIST_RULES = {
    "advanced_share": _("Advanced: upper part of the places, from 0 to 1"),
    "rectify_periods": _("To be put right: periods in a row below the mean"),
    "volume_share": _("Many cases: part of the units with the most, from 0 to 1"),
    "resolution_gap": _("Few solved: points of resolution below the mean"),
}
"""What the rules of the lists (`assessment.lists.DEFAULT`) are about."""
