"""Notices in words: a notice stores kind and parameters, the reader's language is known on reading."""

from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import Notice

TEXTS: dict[str, str | Promise] = {
    "case_received": _("New case %(number)s for %(unit)s, due %(due)s"),
    "clock_warning": _("Case %(number)s is soon due: %(clock)s of %(unit)s, %(due)s"),
    "clock_overdue": _("Case %(number)s is overdue: %(clock)s of %(unit)s was due %(due)s"),
    "order_issued": _("Whistle on case %(number)s: %(unit)s is to report in by %(due)s"),
    "order_objected": _("%(unit)s objects to its order on case %(number)s: %(reason)s"),
    "order_ruled": _("The centre has ruled on the objection of %(unit)s, case %(number)s: %(reason)s"),
    "order_finished": _("%(unit)s has finished its part of case %(number)s; accept it or send it back"),
    "order_sent_back": _("Result of %(unit)s on case %(number)s sent back: %(reason)s"),
    "order_accepted": _("Result of %(unit)s on case %(number)s accepted"),
    "case_handled": _("Case %(number)s is handled and waits for the callback"),
    "case_reopened": _("Case %(number)s is to be redone: %(reason)s"),
    "case_rated": _("The resident has rated case %(number)s"),
    "extension_asked": _("%(unit)s asks for more time on case %(number)s: %(reason)s"),
    "extension_ruled": _("Ruling on the extension for %(unit)s, case %(number)s: %(reason)s"),
}
ICONS = {
    "case_received": "inbox",
    "clock_warning": "hourglass-high",
    "clock_overdue": "clock-exclamation",
    "order_issued": "speakerphone",
    "order_objected": "arrow-back-up",
    "order_ruled": "gavel",
    "order_finished": "check",
    "order_sent_back": "rotate",
    "order_accepted": "circle-check",
    "case_handled": "phone-call",
    "case_reopened": "rotate",
    "case_rated": "star",
    "extension_asked": "hourglass-empty",
    "extension_ruled": "gavel",
}


class _Words(dict[str, str]):
    """Parameters of a text; one that an older notice does not have reads as a dash."""

    def __missing__(self, key: str) -> str:
        return "—"


def wording(notice: Notice) -> str:
    """Return the notice in the language now active; an unknown kind is shown by its own name."""
    words = _Words(number=notice.case_number or "—")
    words.update({key: _written(key, value) for key, value in notice.params.items() if value})
    text = TEXTS.get(notice.kind)
    return str(text) % words if text else f"{notice.kind} {words['number']}"


def _written(key: str, value: Any) -> str:
    """Write one parameter; times arrive as ISO 8601 and leave in the zone on screen."""
    if key != "due":
        return str(value)
    try:
        due = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return timezone.localtime(due).strftime("%m-%d %H:%M") if due.tzinfo else str(value)
