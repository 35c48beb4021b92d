"""Steps of orders and standings of documents in words and signs: what a button says, what is told after."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from dispatch.models import Standing


@dataclass(frozen=True, slots=True)
class StepWords:
    """How one step is offered. `done` is told afterwards; without `asks` one click takes it."""

    name: str
    label: str | Promise
    icon: str
    done: str | Promise
    asks: bool = True
    css: str = ""


STEPS = {
    words.name: words
    for words in (
        StepWords(
            "acknowledge",
            _("Acknowledge"),
            "check",
            _("Acknowledged. Report in before the time shown."),
            asks=False,
            css="btn-primary",
        ),
        StepWords(
            "report_in", _("Report in"), "map-pin-check", _("Reported in."), css="btn-primary"
        ),
        StepWords(
            "finish",
            _("Finish"),
            "circle-check",
            _("Finished; the blower checks the result."),
            css="btn-primary",
        ),
        StepWords("leave", _("Leave the place"), "door-exit", _("Left the place."), asks=False),
        StepWords("progress", _("Note progress"), "notes", _("Progress noted.")),
        StepWords(
            "ask_leave", _("Ask for leave"), "door-exit", _("Asked; who blew the whistle decides.")
        ),
        StepWords(
            "extend", _("Ask for more time"), "hourglass-empty", _("Asked; the centre rules.")
        ),
        StepWords("object", _("Object"), "arrow-back-up", _("Objection raised; the centre rules.")),
        StepWords(
            "whistle_back",
            _("Whistle back"),
            "speakerphone",
            _("Asked; the centre rules on whom to summon."),
        ),
        StepWords(
            "accept",
            _("Accept the result"),
            "circle-check",
            _("Result accepted."),
            css="btn-primary",
        ),
        StepWords("send_back", _("Send back"), "rotate", _("Sent back to the department.")),
        StepWords(
            "grant_leave",
            _("Grant leave"),
            "door-exit",
            _("Leave granted; the unit is told."),
            css="btn-primary",
        ),
        StepWords(
            "refuse_leave", _("Refuse leave"), "hand-stop", _("Leave refused; the unit is told.")
        ),
        StepWords(
            "withdraw",
            _("Withdraw the order"),
            "x",
            _("Order withdrawn."),
            css="btn-ghost-danger",
        ),
        StepWords(
            "rule", _("Rule"), "gavel", _("Ruling given; both sides are told."), css="btn-primary"
        ),
        StepWords("review", _("Review"), "star", _("Review stored."), css="btn-primary"),
    )
}
"""In the order in which the buttons stand."""

HAPPENED: dict[str, tuple[str | Promise, str, str]] = {
    "order.acknowledge": (_("Acknowledged"), "check", "violet"),
    "order.lapse": (_("Acknowledged without acting: to be acknowledged again"), "rotate", "red"),
    "order.answer_marks": (_("Marks answered"), "message", "blue"),
    "order.rule_marks": (_("Ruled on an objection to marks"), "gavel", "violet"),
    "order.mark_whistle": (_("Whistle marked"), "star", "violet"),
    "exempt": (_("Missed time limit is not charged"), "clock-check", "violet"),
    "ladder.urge": (_("Urging notice"), "file-text", "blue"),
    "ladder.reminder": (_("Reminder letter"), "file-text", "blue"),
    "ladder.assignment": (_("Assignment notice"), "file-text", "amber"),
    "ladder.supervision": (_("Supervision notice"), "file-alert", "red"),
    "ladder.bulletin": (_("Public notice"), "file-alert", "red"),
    "order.report_in": (_("Reported in"), "map-pin-check", "teal"),
    "order.ask_leave": (_("Leave asked for"), "door-exit", "amber"),
    "order.grant_leave": (_("Leave granted"), "door-exit", "blue"),
    "order.refuse_leave": (_("Leave refused: stay"), "hand-stop", "red"),
    "order.leave": (_("Left the place"), "door-exit", "grey"),
    "order.summon": (_("Summoned later"), "speakerphone", "blue"),
    "whistle_back.ask": (_("Whistle back asked for"), "speakerphone", "amber"),
    "whistle_back.grant": (_("Whistle back granted"), "gavel", "green"),
    "whistle_back.refuse": (_("Whistle back refused"), "gavel", "red"),
    "order.progress": (_("Progress"), "notes", "grey"),
    "order.finish": (_("Finished"), "circle-check", "green"),
    "order.object": (_("Objection raised"), "arrow-back-up", "red"),
    "order.extend": (_("More time asked for"), "hourglass-empty", "amber"),
    "order.overrule": (_("Objection overruled; the unit is designated"), "gavel", "amber"),
    "order.sustain": (_("Objection upheld; the unit leaves the whistle"), "gavel", "grey"),
    "order.grant": (_("Extension granted"), "gavel", "green"),
    "order.refuse": (_("Extension refused"), "gavel", "red"),
    "order.accept": (_("Result accepted"), "circle-check", "green"),
    "order.send_back": (_("Sent back"), "rotate", "red"),
    "order.withdraw": (_("Withdrawn"), "x", "grey"),
    "order.review": (_("Reviewed"), "star", "green"),
    "order.lead": (_("Takes the lead"), "flag", "blue"),
    "guest.make": (_("Guest link made"), "link", "blue"),
    "guest.revoke": (_("Guest link revoked"), "link-off", "amber"),
    "breach": (_("Time limit missed"), "alert-triangle", "red"),
}
"""Label, icon and tone of the events in an order's history."""


ITEM_STEPS = {
    words.name: words
    for words in (
        StepWords(
            "start",
            pgettext_lazy("problem", "Begin"),
            "tool",
            pgettext_lazy("problem", "Under way."),
            asks=False,
        ),
        StepWords(
            "done",
            pgettext_lazy("problem", "Mark as done"),
            "checkbox",
            _("The problem is done; what proves it is kept."),
            css="btn-primary",
        ),
        StepWords(
            "reopen",
            pgettext_lazy("problem", "Open again"),
            "rotate",
            _("The problem is open again; its owner is told."),
        ),
        StepWords(
            "assign",
            pgettext_lazy("problem", "Owner and limit"),
            "user-check",
            _("The problem is given; its owner is told."),
        ),
        StepWords(
            "drop",
            pgettext_lazy("problem", "Drop"),
            "x",
            _("The problem is dropped."),
            css="btn-ghost-danger",
        ),
    )
}
"""The steps of a problem, in the order in which the buttons stand."""


@dataclass(frozen=True, slots=True)
class StandingWords:
    """How it stands with a document's answer, as a badge."""

    label: str | Promise
    tone: str
    icon: str


STANDINGS = {
    Standing.OPEN: StandingWords(_("To be answered"), "blue", "clock"),
    Standing.LATE: StandingWords(_("Answer overdue"), "red", "clock-exclamation"),
    Standing.ANSWERED: StandingWords(_("Answered"), "green", "check"),
    Standing.ANSWERED_LATE: StandingWords(_("Answered late"), "amber", "check"),
    Standing.ENDED: StandingWords(_("Ended without an answer"), "grey", "clock-off"),
}
COLOUR_TONES = {"blue": "blue", "yellow": "amber", "red": "red"}
