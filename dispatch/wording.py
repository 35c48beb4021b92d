"""Steps of orders and standings of documents in words and signs: what a button says, what is told after."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

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
        StepWords("progress", _("Note progress"), "notes", _("Progress noted.")),
        StepWords(
            "extend", _("Ask for more time"), "hourglass-empty", _("Asked; the centre rules.")
        ),
        StepWords("object", _("Object"), "arrow-back-up", _("Objection raised; the centre rules.")),
        StepWords(
            "accept",
            _("Accept the result"),
            "circle-check",
            _("Result accepted."),
            css="btn-primary",
        ),
        StepWords("send_back", _("Send back"), "rotate", _("Sent back to the department.")),
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
    "ladder.urge": (_("Urging notice"), "file-text", "blue"),
    "ladder.reminder": (_("Reminder letter"), "file-text", "blue"),
    "ladder.assignment": (_("Assignment notice"), "file-text", "amber"),
    "ladder.supervision": (_("Supervision notice"), "file-alert", "red"),
    "ladder.bulletin": (_("Public notice"), "file-alert", "red"),
    "order.report_in": (_("Reported in"), "map-pin-check", "teal"),
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
    "breach": (_("Time limit missed"), "alert-triangle", "red"),
}
"""Label, icon and tone of the events in an order's history."""


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
