"""Lengths of time and the state of a deadline, in the words shown on screen."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

NEARLY_DUE = 0.25
"""Share of a clock's span that is left when it turns amber."""
SHORT_NOTICE = timedelta(hours=2)
"""Where the start of a clock is not known, it turns amber this long before it is due."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a deadline stands: `tone` colours it, `icon` tells it without colour, `words` say it."""

    state: str
    tone: str
    icon: str
    words: str


def in_words(span: timedelta) -> str:
    """Return the span in its two largest units: 3 d 4 h, 2 h 15 min, 0 min."""
    minutes = int(abs(span).total_seconds() // 60)
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    parts = [
        (days, _("%(n)s d")),
        (hours, _("%(n)s h")),
        (minutes, _("%(n)s min")),
    ]
    while len(parts) > 1 and not parts[0][0]:
        del parts[0]
    shown = [text % {"n": number} for number, text in parts[:2] if number]
    return " ".join(shown) or _("%(n)s min") % {"n": 0}


def standing(
    due: datetime | None,
    *,
    at: datetime,
    started: datetime | None = None,
    stopped: datetime | None = None,
    paused: bool = False,
) -> Standing:
    """Tell how a deadline stands at the moment `at`."""
    if stopped:
        return _ended(due, stopped)
    if paused:
        return Standing("paused", "grey", "player-pause", _("Paused"))
    if due is None:
        return Standing("none", "grey", "clock", _("No time limit"))
    if at >= due:
        words = _("%(span)s overdue") % {"span": in_words(at - due)}
        return Standing("overdue", "red", "alert-triangle", words)
    words = _("%(span)s left") % {"span": in_words(due - at)}
    soon = (due - started) * NEARLY_DUE if started else SHORT_NOTICE
    if due - at <= soon:
        return Standing("soon", "amber", "hourglass-high", words)
    return Standing("running", "green", "clock", words)


def _ended(due: datetime | None, stopped: datetime) -> Standing:
    if due is None or stopped <= due:
        return Standing("met", "grey", "check", _("In time"))
    words = _("%(span)s late") % {"span": in_words(stopped - due)}
    return Standing("missed", "red", "x", words)
