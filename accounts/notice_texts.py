"""Notices in words: a notice stores kind and parameters, the reader's language is known on reading."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Notice

TEXTS: dict[str, tuple[str | Promise, ...]] = {
    "case_received": (_("New case %(number)s"),),
    "clock_warning": (
        _("Case %(number)s is soon due: %(clock)s, %(due)s"),
        _("Case %(number)s is soon due"),
    ),
    "clock_overdue": (
        _("Case %(number)s is overdue: %(clock)s was due %(due)s"),
        _("Case %(number)s is overdue"),
    ),
    "order_issued": (
        _("Whistle on case %(number)s: %(unit)s is to report in by %(due)s"),
        _("Whistle on case %(number)s: %(unit)s is to report in"),
    ),
    "order_objected": (
        _("%(unit)s objects to its order on case %(number)s: %(reason)s"),
        _("%(unit)s objects to its order on case %(number)s"),
    ),
    "order_ruled": (
        _("The centre has ruled on the objection of %(unit)s, case %(number)s: %(reason)s"),
        _("The centre has ruled on the objection of %(unit)s, case %(number)s"),
    ),
    "order_finished": (
        _("%(unit)s has finished its part of case %(number)s; accept it or send it back"),
    ),
    "order_sent_back": (
        _("Result of %(unit)s on case %(number)s sent back: %(reason)s"),
        _("Result of %(unit)s on case %(number)s sent back"),
    ),
    "order_accepted": (_("Result of %(unit)s on case %(number)s accepted"),),
    "order_lapsed": (
        _("%(unit)s acknowledged case %(number)s and has not acted: acknowledge it again"),
    ),
    "document_issued": (
        _("%(document)s to %(unit)s, case %(number)s: answer by %(due)s"),
        _("%(document)s to %(unit)s, case %(number)s"),
    ),
    "document_answered": (_("%(unit)s has answered %(document)s, case %(number)s"),),
    "ladder_again": (
        _("Case %(number)s is still not done: %(clock)s of %(unit)s was due %(due)s"),
        _("Case %(number)s is still not done"),
    ),
    "case_handled": (_("Case %(number)s is handled and waits for the callback"),),
    "case_reopened": (
        _("Case %(number)s is to be redone: %(reason)s"),
        _("Case %(number)s is to be redone"),
    ),
    "case_rated": (_("The resident has rated case %(number)s"),),
    "request_asked": (
        _("%(unit)s asks the centre for a ruling on case %(number)s: %(reason)s"),
        _("%(unit)s asks the centre for a ruling on case %(number)s"),
    ),
    "request_ruled": (
        _("The centre has ruled on what was asked for case %(number)s: %(reason)s"),
        _("The centre has ruled on what was asked for case %(number)s"),
    ),
    "extension_asked": (
        _("%(unit)s asks for more time on case %(number)s: %(reason)s"),
        _("%(unit)s asks for more time on case %(number)s"),
    ),
    "extension_ruled": (
        _("Ruling on the extension for %(unit)s, case %(number)s: %(reason)s"),
        _("Ruling on the extension for %(unit)s, case %(number)s"),
    ),
}
"""Wordings of each kind, the fullest first; said is the first whose parameters are all known."""

CLOCKS = {
    "decide": pgettext_lazy("clock", "decision"),
    "finish": pgettext_lazy("clock", "finish"),
    "callback": pgettext_lazy("clock", "callback"),
    "verify": pgettext_lazy("clock", "verification"),
    "close": pgettext_lazy("clock", "closing"),
    "acknowledge": pgettext_lazy("clock", "acknowledgement"),
    "report_in": pgettext_lazy("clock", "reporting in"),
    "rule": pgettext_lazy("clock", "ruling"),
    "accept": pgettext_lazy("clock", "acceptance"),
    "review": pgettext_lazy("clock", "review"),
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
    "order_lapsed": "rotate",
    "document_issued": "file-text",
    "document_answered": "file-check",
    "ladder_again": "alert-triangle",
    "case_handled": "phone-call",
    "case_reopened": "rotate",
    "case_rated": "star",
    "extension_asked": "hourglass-empty",
    "request_asked": "hourglass-empty",
    "request_ruled": "gavel",
    "extension_ruled": "gavel",
}


CARRIED = frozenset({"unit", "clock", "due", "document"})
"""Parameters that may leave the house: none that people type, where a caller might be named."""

PARAMETER = re.compile(r"%\((\w+)\)s")


def wording(notice: Notice) -> str:
    """Return the notice in the language now active; an unknown kind is shown by its own name."""
    return _worded(notice, notice.params)


def plain_wording(notice: Notice) -> str:
    """Return the notice as it may go out by e-mail or SMS: without what anybody has typed."""
    carried = {name: value for name, value in notice.params.items() if name in CARRIED}
    return _worded(notice, carried)


def _worded(notice: Notice, params: Mapping[str, Any]) -> str:
    known = {name: _written(name, value) for name, value in params.items() if value}
    known["number"] = notice.case_number
    texts = [str(text) for text in TEXTS.get(notice.kind, ())]
    if not texts:
        return f"{notice.kind} {notice.case_number}".strip()
    chosen = next(
        (text for text in texts if known.keys() >= set(PARAMETER.findall(text))), texts[-1]
    )
    return PARAMETER.sub(lambda found: known.get(found[1], "—"), chosen)


def _written(name: str, value: Any) -> str:
    """Write one parameter: clocks by name, ISO 8601 times in the zone on screen."""
    if name == "clock":
        return str(CLOCKS.get(value, value))
    if name != "due":
        return str(value)
    try:
        due = datetime.fromisoformat(str(value))
    except ValueError:
        return str(value)
    return timezone.localtime(due).strftime("%m-%d %H:%M") if due.tzinfo else str(value)
