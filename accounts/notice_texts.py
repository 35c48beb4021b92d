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
    "case_passed_up": (
        _("Case %(number)s was passed up to you: %(reason)s"),
        _("Case %(number)s was passed up to you"),
    ),
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
    "order_rings": (
        _("Emergency, case %(number)s: %(unit)s has not acknowledged yet. Acknowledge now"),
    ),
    "leave_asked": (
        _("%(unit)s asks for leave from the place, case %(number)s: %(reason)s"),
        _("%(unit)s asks for leave from the place, case %(number)s"),
    ),
    "leave_granted": (_("%(unit)s may leave the place, case %(number)s"),),
    "leave_refused": (
        _("%(unit)s is to stay at the place, case %(number)s: %(reason)s"),
        _("%(unit)s is to stay at the place, case %(number)s"),
    ),
    "item_given": (
        _("Case %(number)s: problems on the whistle's list are yours (%(count)s)"),
        _("Case %(number)s: problems on the whistle's list are yours"),
    ),
    "item_reopened": (
        _("Case %(number)s: what was shown for a problem does not hold; it is open again"),
    ),
    "item_free": (
        _("Case %(number)s: problems have no owner any more (%(count)s). Give or drop them"),
        _("Case %(number)s: problems have no owner any more. Give or drop them"),
    ),
    "whistle_back_asked": (
        _("%(unit)s whistles back and asks for %(whom)s, case %(number)s: %(reason)s"),
        _("%(unit)s whistles back, case %(number)s"),
    ),
    "whistle_back_granted": (
        _("Whistle back granted, case %(number)s: %(whom)s is summoned"),
        _("Whistle back granted, case %(number)s"),
    ),
    "whistle_back_refused": (
        _("Whistle back refused, case %(number)s: %(reason)s"),
        _("Whistle back refused, case %(number)s"),
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
    "city_taken_up": (_("%(unit)s has taken case %(number)s up with the city"),),
    "city_answered": (_("%(unit)s: the city has answered, case %(number)s"),),
    "case_problem": (_("Case %(number)s is a problem case now and goes up"),),
    "case_rated": (_("The resident has rated case %(number)s"),),
    "case_urged": (
        _("The resident urges: case %(number)s, time no. %(times)s"),
        _("The resident urges: case %(number)s"),
    ),
    "commended": (
        _("A resident praises %(unit)s: commendation %(document)s"),
        _("A resident praises your unit"),
    ),
    "task_given": (
        _("On the spot by %(due)s: %(title)s"),
        _("You have a task on the spot, due %(due)s"),
    ),
    "task_nobody": (
        _("Nobody of the grids covers this place, name somebody: %(title)s"),
        _("A task on the spot has nobody to do it, case %(number)s"),
    ),
    "task_done": (_("Somebody was on the spot for case %(number)s: read what was found"),),
    "snapshot_new": (
        _("New snapshot by a resident in %(place)s: claim it"),
        _("New snapshot by a resident: claim it"),
    ),
    "snapshot_waits": (
        _("Nobody has claimed a resident's snapshot in %(place)s"),
        _("Nobody has claimed a resident's snapshot"),
    ),
    "request_asked": (
        _("%(unit)s asks the centre for a ruling on case %(number)s: %(reason)s"),
        _("%(unit)s asks the centre for a ruling on case %(number)s"),
    ),
    "request_ruled": (
        _("The centre has ruled on what was asked for case %(number)s: %(reason)s"),
        _("The centre has ruled on what was asked for case %(number)s"),
    ),
    "group_message": (
        _("%(unit)s has written in the working group of case %(number)s"),
        _("New messages in the working group of case %(number)s"),
    ),
    "extension_asked": (
        _("%(unit)s asks for more time on case %(number)s: %(reason)s"),
        _("%(unit)s asks for more time on case %(number)s"),
    ),
    "extension_ruled": (
        _("Ruling on the extension for %(unit)s, case %(number)s: %(reason)s"),
        _("Ruling on the extension for %(unit)s, case %(number)s"),
    ),
    "directive_issued": (
        _("%(document)s “%(title)s”: %(unit)s leads, due %(due)s"),
        _("%(document)s: %(unit)s leads, due %(due)s"),
    ),
    "directive_progress": (_("%(unit)s has published progress on %(document)s"),),
    "directive_done": (_("%(unit)s reports %(document)s done; it waits for its verification"),),
    "directive_followed": (_("A leader has remarked on %(document)s (%(unit)s)"),),
    "directive_verified": (_("%(document)s is verified as done (%(unit)s)"),),
    "directive_sent_back": (_("%(document)s is sent back to %(unit)s: not done yet"),),
    "directive_late": (
        _("%(document)s is overdue: %(unit)s leads, it was due %(due)s"),
        _("%(document)s is overdue"),
    ),
    "matter_raised": (
        _("%(unit)s has raised an unclaimed matter: %(title)s"),
        _("%(unit)s has raised an unclaimed matter"),
    ),
    "matter_ruled": (
        _("%(document)s: %(unit)s takes the lead in “%(title)s”"),
        _("%(document)s: %(unit)s takes the lead"),
    ),
    "claim_waits": (_("%(unit)s has raised a claim on case %(number)s; it waits for your review"),),
    "claim_passed": (
        _("The claim on case %(number)s has passed its first review: %(reason)s"),
        _("The claim on case %(number)s has passed its first review"),
    ),
    "claim_approved": (
        _("The claim on case %(number)s is approved: %(reason)s"),
        _("The claim on case %(number)s is approved"),
    ),
    "claim_rejected": (
        _("The claim on case %(number)s is rejected: %(reason)s"),
        _("The claim on case %(number)s is rejected"),
    ),
    "order_marked": (_("%(unit)s has been marked for case %(number)s; you may answer"),),
    "marks_explained": (
        _("%(unit)s explains its marks, case %(number)s: %(reason)s"),
        _("%(unit)s explains its marks, case %(number)s"),
    ),
    "marks_objected": (
        _("%(unit)s objects to its marks, case %(number)s: %(reason)s"),
        _("%(unit)s objects to its marks, case %(number)s"),
    ),
    "marks_set_aside": (
        _("The marks of %(unit)s for case %(number)s are set aside: %(reason)s"),
        _("The marks of %(unit)s for case %(number)s are set aside"),
    ),
    "marks_stand": (
        _("The marks of %(unit)s for case %(number)s stand: %(reason)s"),
        _("The marks of %(unit)s for case %(number)s stand"),
    ),
    "whistle_improper": (
        _("%(unit)s holds the whistle on case %(number)s for improper: %(reason)s"),
        _("%(unit)s holds the whistle on case %(number)s for improper"),
    ),
    "paper_issued": (_("%(document)s published: %(title)s"), _("%(document)s published")),
    "topic_opened": (
        _("%(document)s “%(title)s” taken up: %(unit)s leads"),
        _("%(document)s taken up: %(unit)s leads"),
    ),
    "topic_progress": (_("%(unit)s: something was done about %(document)s"),),
    "topic_corrected": (
        _("%(document)s “%(title)s” was corrected: %(unit)s leads"),
        _("%(document)s was corrected: %(unit)s leads"),
    ),
    "topic_left": (
        _("%(document)s “%(title)s” is no longer with your unit: %(unit)s leads"),
        _("%(document)s is no longer with your unit"),
    ),
    "topic_review": (
        _("%(document)s “%(title)s” is to be looked at again today"),
        _("%(document)s is to be looked at again today"),
    ),
    "topic_closed": (_("%(document)s is closed (%(unit)s)"),),
    "sign_asked": (
        _("Questions about our work to be answered: %(count)s"),
        _("There are questions about our work to be answered"),
    ),
    "sign_answered": (_("%(unit)s has answered a question about its work"),),
    "sign_settled": (_("The centre has settled a question about our work"),),
    "job_done": (
        _("%(document)s is written: %(title)s"),
        _("Done: %(title)s"),
        _("%(document)s is written"),
        _("What you asked for is done"),
    ),
    "job_failed": (
        _("This could not be done: %(title)s"),
        _("What you asked for could not be done"),
    ),
    "brief_ready": (_("The morning brief of today is ready"),),
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
    "item": pgettext_lazy("clock", "a problem of the list"),
}

PAGES = {
    "task_given": "cases:tasks",
    "task_nobody": "cases:tasks",
    "snapshot_new": "cases:snapshots",
    "snapshot_waits": "cases:snapshots",
    "sign_asked": "assessment:signs",
    "topic_left": "assessment:topics",
    "brief_ready": "assessment:brief",
}
"""Where a notice leads that is not about a case, or not to its page."""

PAGES_OF_ONE = {
    **dict.fromkeys(
        [
            "directive_issued",
            "directive_progress",
            "directive_done",
            "directive_followed",
            "directive_verified",
            "directive_sent_back",
            "directive_late",
        ],
        "dispatch:directive",
    ),
    **dict.fromkeys(
        ["claim_waits", "claim_passed", "claim_approved", "claim_rejected"], "assessment:claim"
    ),
    **dict.fromkeys(
        [
            "order_marked",
            "marks_explained",
            "marks_objected",
            "marks_set_aside",
            "marks_stand",
            "whistle_improper",
        ],
        "assessment:review",
    ),
    "matter_raised": "dispatch:matter",
    "matter_ruled": "dispatch:matter",
    "paper_issued": "dispatch:paper",
    **dict.fromkeys(
        ["topic_opened", "topic_progress", "topic_corrected", "topic_review", "topic_closed"],
        "assessment:topic",
    ),
    "sign_answered": "assessment:sign",
    "sign_settled": "assessment:sign",
    "job_done": "assessment:job",
    "job_failed": "assessment:job",
}
"""Pages of one thing, named by the parameter `id`."""

ICONS = {
    "task_given": "map-pin",
    "task_nobody": "user-question",
    "task_done": "map-pin-check",
    "snapshot_new": "camera",
    "snapshot_waits": "camera",
    "case_received": "inbox",
    "case_passed_up": "arrow-up",
    "clock_warning": "hourglass-high",
    "clock_overdue": "clock-exclamation",
    "order_issued": "speakerphone",
    "order_rings": "urgent",
    "leave_asked": "door-exit",
    "leave_granted": "door-exit",
    "leave_refused": "hand-stop",
    "item_given": "list-check",
    "item_reopened": "rotate",
    "item_free": "list-check",
    "whistle_back_asked": "speakerphone",
    "whistle_back_granted": "speakerphone",
    "whistle_back_refused": "gavel",
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
    "case_urged": "bell-ringing",
    "commended": "thumb-up",
    "city_taken_up": "building-arch",
    "city_answered": "mail-opened",
    "case_problem": "alert-octagon",
    "group_message": "messages",
    "extension_asked": "hourglass-empty",
    "request_asked": "hourglass-empty",
    "request_ruled": "gavel",
    "extension_ruled": "gavel",
    "directive_issued": "file-certificate",
    "directive_progress": "pencil",
    "directive_done": "check",
    "directive_followed": "message",
    "directive_verified": "circle-check",
    "directive_sent_back": "rotate",
    "directive_late": "clock-exclamation",
    "matter_raised": "help-hexagon",
    "matter_ruled": "gavel",
    "claim_waits": "scale",
    "claim_passed": "scale",
    "claim_approved": "scale",
    "claim_rejected": "scale",
    "order_marked": "star",
    "marks_explained": "message",
    "marks_objected": "arrow-back-up",
    "marks_set_aside": "gavel",
    "marks_stand": "gavel",
    "whistle_improper": "speakerphone",
    "paper_issued": "news",
    "topic_opened": "bulb",
    "topic_progress": "pencil",
    "topic_corrected": "edit",
    "topic_left": "arrow-right",
    "topic_review": "calendar-event",
    "topic_closed": "circle-check",
    "sign_asked": "help-circle",
    "sign_answered": "message",
    "sign_settled": "gavel",
    "job_done": "circle-check",
    "job_failed": "alert-triangle",
    "brief_ready": "sunrise",
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
