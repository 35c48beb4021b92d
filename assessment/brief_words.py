"""The lines of the morning brief in words: what each count is, why each line stands there."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from fractions import Fraction

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessment.mornings import Call, Due, Risk, Why
from assessment.usual import Difference
from cases.lifecycle import ClockKind
from dispatch.rights import level_label

CHANGES: Mapping[str, str | Promise] = {
    "received": gettext_lazy("Cases received"),
    "closed": gettext_lazy("Cases closed"),
    "emergencies": gettext_lazy("Emergency whistles blown"),
    "problems": gettext_lazy("New problem cases"),
    "late": gettext_lazy("Cases that missed a limit"),
    "documents": gettext_lazy("Supervision documents issued"),
    "objections": gettext_lazy("Objections that wait for a ruling"),
    "claims": gettext_lazy("Claims that wait for a review"),
}
"""What is counted under “what changed”; the last two are what waits now."""


def difference_words(difference: Difference | None) -> str:
    """Say how a count differs from the usual; nothing where chance explains it."""
    if difference is None:
        return ""
    said = {"by": _plain(abs(difference.by)), "median": _plain(difference.median)}
    if difference.more:
        return _("%(by)s more than usual (median %(median)s)") % said
    return _("%(by)s fewer than usual (median %(median)s)") % said


def _plain(value: Fraction) -> str:
    return f"{value.numerator}" if value.denominator == 1 else f"{float(value):.1f}"


def due_words(due: Due) -> str:
    """Say in one sentence why a promise stands on the brief."""
    said = {"time": _time(due.due_at), "clock": ClockKind(due.clock).label}
    reasons = [RISKS[risk](due) for risk in due.risks]
    if not reasons:
        return _("Due at %(time)s: %(clock)s.") % said
    said["reasons"] = _("; ").join(reasons)
    return _("%(reasons)s. Due at %(time)s: %(clock)s.") % said


RISKS: Mapping[Risk, Callable[[Due], str]] = {
    Risk.EMERGENCY: lambda due: _("Emergency whistle"),
    Risk.PROBLEM: lambda due: _("Problem case"),
    Risk.CRITICAL: lambda due: _("Critical"),
    Risk.URGED: lambda due: (
        ngettext("The resident has urged once", "The resident has urged %(n)s times", due.urged)
        % {"n": due.urged}
    ),
    Risk.PASSED_UP: lambda due: _("Passed up to: %(level)s") % {"level": level_label(due.level)},
    Risk.REDO: lambda due: _("Redo, round %(round)s") % {"round": due.round},
    Risk.OBJECTED: lambda due: _("Objection not ruled on yet"),
}


def call_words(call: Call, at: datetime) -> str:
    """Say in one sentence why somebody is to be called."""
    said = {
        "number": call.number,
        "n": call.count,
        "title": call.title,
        "since": _moment(call.since),
        "waited": _span(at - call.since),
    }
    return str(WHYS[call.why]) % said


WHYS: Mapping[Why, str | Promise] = {
    Why.EMERGENCY: gettext_lazy(
        "Emergency order on case %(number)s: not acknowledged for %(waited)s."
    ),
    Why.URGED: gettext_lazy("Case %(number)s is open and the resident has urged %(n)s times."),
    Why.DIRECTIVE: gettext_lazy("Directive “%(title)s” is overdue since %(since)s."),
    Why.DOCUMENTS: gettext_lazy(
        "%(n)s supervision documents within this week, the latest on %(since)s."
    ),
    Why.OBJECTION: gettext_lazy(
        "Objections without a ruling for more than two workdays: %(n)s, the oldest since %(since)s."
    ),
}


def _span(span: timedelta) -> str:
    minutes = int(span.total_seconds() // 60)
    if minutes < 120:
        return _("%(n)s minutes") % {"n": minutes}
    return _("%(n)s hours") % {"n": minutes // 60}


def _moment(at: datetime) -> str:
    return timezone.localtime(at).strftime("%m-%d %H:%M")


def _time(at: datetime) -> str:
    return timezone.localtime(at).strftime("%H:%M")
