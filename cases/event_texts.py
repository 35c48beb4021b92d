"""What happened, in words: a timeline's label, sign and note for every step that is recorded.

Events store steps and details; the reader's language and what the reader may see are known on reading.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cases.exits import exits
from cases.lifecycle import Contact, passed_words
from cases.models import Callback, Case, CaseEvent, ClockKind, FieldTask

Words = Callable[[str], str]
"""Makes free text fit for the reader: the caller's name and numbers struck out where they must be."""


@dataclass(frozen=True, slots=True)
class Face:
    """How a step looks in a timeline."""

    label: str | Promise
    icon: str = "circle-dot"
    tone: str = "grey"


FACES: Mapping[str, Face] = {
    "receive": Face(gettext_lazy("Request received"), "inbox", "blue"),
    "handle": Face(gettext_lazy("Taken by the town itself"), "hand-grab", "violet"),
    "finish": Face(gettext_lazy("Handled"), "check", "green"),
    "whistle": Face(gettext_lazy("Whistle blown"), "speakerphone", "amber"),
    "arrive": Face(gettext_lazy("Departments are on the spot"), "map-pin-check", "teal"),
    "settle": Face(gettext_lazy("All results accepted: the case is handled"), "checks", "green"),
    "recall": Face(gettext_lazy("All orders withdrawn: back with the town"), "rotate", "amber"),
    "pass_up": Face(gettext_lazy("Passed up"), "arrow-up", "violet"),
    "contact": Face(gettext_lazy("Resident contacted"), "phone", "blue"),
    "correct": Face(gettext_lazy("Put right"), "edit", "blue"),
    "counted": Face(gettext_lazy("Counting in assessments changed"), "scale", "violet"),
    "exempt": Face(gettext_lazy("Missed time limit is not charged"), "clock-check", "violet"),
    "breach_lifted": Face(gettext_lazy("Missed time limit lifted"), "clock-check", "green"),
    "ask_extension": Face(gettext_lazy("More time asked for"), "hourglass-empty", "amber"),
    "ask_hold": Face(gettext_lazy("A hold asked for"), "clock-pause", "amber"),
    "request.grant": Face(gettext_lazy("Request granted"), "gavel", "green"),
    "request.refuse": Face(gettext_lazy("Request refused"), "gavel", "red"),
    "hold": Face(gettext_lazy("Put on hold"), "player-pause"),
    "resume": Face(gettext_lazy("Resumed"), "player-play", "blue"),
    "reject": Face(gettext_lazy("Not accepted"), "ban", "red"),
    "merge": Face(gettext_lazy("Merged into another case"), "git-merge"),
    "unmerge": Face(gettext_lazy("Merge undone"), "arrow-back-up", "amber"),
    "urge": Face(gettext_lazy("Urged: the resident asked again"), "bell-ringing", "amber"),
    "call.more": Face(gettext_lazy("One more matter of the same call"), "phone-plus", "blue"),
    "split": Face(gettext_lazy("A matter split off"), "arrows-split", "blue"),
    "split.of": Face(gettext_lazy("Split off another case"), "arrows-split", "blue"),
    "clue.collect": Face(gettext_lazy("Outcome taken back by the source"), "cloud-check", "green"),
    "rate": Face(gettext_lazy("Rated by the resident"), "star", "green"),
    "close": Face(gettext_lazy("Closed"), "circle-check", "green"),
    "reopen": Face(gettext_lazy("To be redone"), "rotate", "red"),
    "callback": Face(gettext_lazy("Callback"), "phone-call", "blue"),
    "breach": Face(gettext_lazy("Time limit missed"), "clock-exclamation", "red"),
    "ladder.urge": Face(gettext_lazy("Urging notice"), "file-text", "blue"),
    "ladder.reminder": Face(gettext_lazy("Reminder letter"), "file-text", "blue"),
    "ladder.assignment": Face(gettext_lazy("Assignment notice"), "file-text", "amber"),
    "ladder.supervision": Face(gettext_lazy("Supervision notice"), "file-alert", "red"),
    "ladder.bulletin": Face(gettext_lazy("Public notice"), "file-alert", "red"),
    "document.answer": Face(gettext_lazy("Document answered"), "file-check", "green"),
    "order.lapse": Face(gettext_lazy("Acknowledged without acting"), "rotate", "red"),
    "order.acknowledge": Face(gettext_lazy("Order acknowledged"), "mail-opened", "blue"),
    "order.report_in": Face(gettext_lazy("Reported in"), "map-pin-check", "teal"),
    "order.progress": Face(gettext_lazy("Progress noted"), "pencil", "blue"),
    "order.finish": Face(gettext_lazy("Department finished"), "check", "green"),
    "order.object": Face(gettext_lazy("Objection: not ours"), "arrow-back-up", "red"),
    "order.extend": Face(gettext_lazy("More time asked for"), "hourglass-empty", "amber"),
    "order.grant": Face(gettext_lazy("Extension granted"), "gavel", "green"),
    "order.refuse": Face(gettext_lazy("Extension refused"), "gavel", "red"),
    "order.overrule": Face(
        gettext_lazy("Objection refused: the unit is designated"), "gavel", "red"
    ),
    "order.sustain": Face(gettext_lazy("Objection upheld: the unit leaves"), "gavel", "green"),
    "order.accept": Face(gettext_lazy("Result accepted"), "circle-check", "green"),
    "order.send_back": Face(gettext_lazy("Result sent back"), "rotate", "red"),
    "order.withdraw": Face(gettext_lazy("Order withdrawn"), "x"),
    "order.review": Face(gettext_lazy("Department marked"), "star", "violet"),
    "order.answer_marks": Face(gettext_lazy("Marks answered"), "message", "blue"),
    "order.rule_marks": Face(gettext_lazy("Ruled on an objection to marks"), "gavel", "violet"),
    "order.mark_whistle": Face(gettext_lazy("Whistle marked"), "star", "violet"),
    "order.lead": Face(gettext_lazy("Takes the lead"), "flag", "blue"),
    "city.taken_up": Face(gettext_lazy("Taken up with the city"), "building-arch", "violet"),
    "city.answered": Face(gettext_lazy("The city has answered"), "mail-opened", "green"),
    "problem": Face(gettext_lazy("Problem case: it goes up"), "alert-octagon", "red"),
    "group": Face(gettext_lazy("Messages in the working group"), "messages", "blue"),
    "guest.make": Face(gettext_lazy("Guest link made"), "link", "blue"),
    "guest.revoke": Face(gettext_lazy("Guest link revoked"), "link-off", "amber"),
    "task.give": Face(gettext_lazy("Somebody of the grid is sent there"), "map-pin", "blue"),
    "task.move": Face(gettext_lazy("Somebody else is sent there"), "user-share", "blue"),
    "task.done": Face(gettext_lazy("Looked at on the spot"), "map-pin-check", "teal"),
    "origin": Face(gettext_lazy("Made of what the grid brought"), "link", "blue"),
    "take_over": Face(gettext_lazy("Taken over still open: time limits begin now"), "download"),
    "directive.issue": Face(gettext_lazy("Work directive issued"), "file-certificate", "amber"),
    "directive.progress": Face(gettext_lazy("Progress on the directive"), "pencil", "blue"),
    "directive.done": Face(gettext_lazy("Directive reported done"), "check", "green"),
    "directive.follow": Face(gettext_lazy("A leader's remark on the directive"), "message", "blue"),
    "directive.verified": Face(
        gettext_lazy("Directive verified on the spot"), "circle-check", "green"
    ),
    "directive.sent_back": Face(gettext_lazy("Directive sent back"), "rotate", "red"),
    "matter.raise": Face(gettext_lazy("Raised as an unclaimed matter"), "help-hexagon", "amber"),
    "matter.rule": Face(gettext_lazy("Ruled at the on-site meeting"), "gavel", "green"),
    "order.ask_leave": Face(gettext_lazy("Leave from the place asked for"), "door-exit", "amber"),
    "order.grant_leave": Face(gettext_lazy("Leave granted"), "door-exit", "blue"),
    "order.refuse_leave": Face(gettext_lazy("Leave refused: stay"), "hand-stop", "red"),
    "order.leave": Face(gettext_lazy("Left the place"), "door-exit"),
    "order.summon": Face(gettext_lazy("One more unit summoned"), "speakerphone", "amber"),
    "whistle_back.ask": Face(gettext_lazy("Whistle back asked for"), "speakerphone", "amber"),
    "whistle_back.grant": Face(gettext_lazy("Whistle back granted"), "gavel", "green"),
    "whistle_back.refuse": Face(gettext_lazy("Whistle back refused"), "gavel", "red"),
    "item.add": Face(gettext_lazy("Problem put on the list"), "list-check", "blue"),
    "item.start": Face(gettext_lazy("Problem under way"), "tool", "violet"),
    "item.done": Face(gettext_lazy("Problem solved"), "checkbox", "green"),
    "item.undone": Face(gettext_lazy("Problem open again"), "square", "amber"),
    "item.reopen": Face(
        gettext_lazy("Problem open again: the proof does not hold"), "rotate", "red"
    ),
    "item.drop": Face(gettext_lazy("Problem dropped"), "x"),
    "item.assign": Face(gettext_lazy("Problem given to an owner"), "list-check", "blue"),
    "item.free": Face(gettext_lazy("Problem without an owner"), "list-check", "amber"),
}


def face_of(step: str) -> Face:
    """Return how the step looks; a step that is not known here shows its own name."""
    return FACES.get(step) or Face(step)


def note_of(event: CaseEvent, words: Words) -> str:
    """Return what the event adds to its label, line by line, in the active language."""
    details = event.details
    special = _SPECIAL.get(event.step, _plain)(details, words)
    said = [words(str(details[key])) for key in ("result", "reason", "note") if details.get(key)]
    return "\n".join(filter(None, [*special, *said, by_guest(details), _imported(details)]))


def _imported(details: Mapping[str, Any]) -> str:
    return _("By the record of the older system") if details.get("imported") else ""


def by_guest(details: Mapping[str, Any]) -> str:
    """Say who took the step by a guest link; empty where somebody signed in did."""
    contact = details.get("guest")
    return _("By guest link: %(contact)s") % {"contact": contact} if contact else ""


def _plain(details: Mapping[str, Any], words: Words) -> list[str]:
    return []


def _received(details: Mapping[str, Any], words: Words) -> list[str]:
    channel = details.get("channel", "")
    label = dict(Case.Channel.choices).get(channel, channel)
    return [_("Channel: %(channel)s") % {"channel": label}] if channel else []


def _held(details: Mapping[str, Any], words: Words) -> list[str]:
    return [_("Until %(date)s") % {"date": details.get("until", "—")}]


def _merged(details: Mapping[str, Any], words: Words) -> list[str]:
    return [_("Into case %(number)s") % {"number": details.get("into", "—")}]


def _rejected(details: Mapping[str, Any], words: Words) -> list[str]:
    """Say by which exit, and under which case the same matter is followed."""
    exit_ = next((one for one in exits() if one.code == details.get("exit")), None)
    said = [str(exit_)] if exit_ else []
    if details.get("same_as"):
        said.append(_("Same matter as case %(number)s") % {"number": details["same_as"]})
    return said


def _other_case(details: Mapping[str, Any], words: Words) -> list[str]:
    return [_("Case %(number)s") % {"number": details.get("other", "—")}]


def _urged(details: Mapping[str, Any], words: Words) -> list[str]:
    quoted = words(str(details.get("words", "")))
    times = _("Time no. %(times)s") % {"times": details.get("times", "—")}
    return [times, _("“%(words)s”") % {"words": quoted} if quoted else ""]


def _collected(details: Mapping[str, Any], words: Words) -> list[str]:
    return [str(details.get("source", ""))]


def _called(details: Mapping[str, Any], words: Words) -> list[str]:
    said = [
        _label(Callback.Via, details.get("via")),
        _label(Callback.Outcome, details.get("outcome")),
        _label(Callback.Resolved, details.get("resolved")),
        _label(Callback.Satisfied, details.get("satisfied")),
    ]
    if details.get("contacted") is not None:
        said.append(_("contacted by the unit") if details["contacted"] else _("not contacted"))
    quoted = words(str(details.get("words", "")))
    return [" · ".join(filter(None, said)), _("“%(words)s”") % {"words": quoted} if quoted else ""]


def _label(choices: Any, value: Any) -> str:
    return str(choices(value).label) if value in choices.values else ""


def _missed(details: Mapping[str, Any], words: Words) -> list[str]:
    kind = details.get("clock", "")
    clock = ClockKind(kind).label if kind in ClockKind.values else kind
    return [_("%(clock)s, due %(due)s") % {"clock": clock, "due": _moment(details.get("due_at"))}]


def _documented(details: Mapping[str, Any], words: Words) -> list[str]:
    number = str(details.get("number", ""))
    return [
        " · ".join(filter(None, [number, *(_missed(details, words) if "clock" in details else [])]))
    ]


def _arrived(details: Mapping[str, Any], words: Words) -> list[str]:
    metres = details.get("distance_m")
    return [_("%(metres)s m from the place") % {"metres": metres}] if metres is not None else []


def _asked_for(details: Mapping[str, Any], words: Words) -> list[str]:
    return [_("Unit to summon: %(unit)s") % {"unit": details.get("whom", "—")}]


def _asked_time(details: Mapping[str, Any], words: Words) -> list[str]:
    limit = details.get("limit")
    return [_("%(days)s workdays") % {"days": limit}] if limit else []


def _contacted(details: Mapping[str, Any], words: Words) -> list[str]:
    return [_label(Contact, details.get("how"))]


def _corrected(details: Mapping[str, Any], words: Words) -> list[str]:
    """Say what stood before and what stands now, line by line."""
    said = []
    for name, label, choices in (
        ("category", _("Category"), None),
        ("condition", _("Filing condition"), None),
        ("urgency", _("Urgency"), Case.Urgency),
        ("kind", _("Kind of request"), Case.Kind),
        ("accused", _("Unit complained of"), None),
    ):
        if name in details:
            old, new = (_label(choices, v) if choices else str(v or "—") for v in details[name])
            said.append(f"{label}: {old} → {new}")
    return said


def _counting(details: Mapping[str, Any], words: Words) -> list[str]:
    """Say whether the case counts now, and by which item of the list."""
    said = _("It counts.") if details.get("counted") else _("It is not counted.")
    return [said, words(str(details.get("basis", "")))]


def _exempted(details: Mapping[str, Any], words: Words) -> list[str]:
    return [*_missed(details, words), words(str(details.get("basis", "")))]


def _answered_marks(details: Mapping[str, Any], words: Words) -> list[str]:
    named = {
        "accept": _("The department accepts its marks."),
        "explain": _("The department explains."),
        "object": _("The department objects to its marks."),
    }
    return [named.get(str(details.get("answer")), "")]


def _ruled_marks(details: Mapping[str, Any], words: Words) -> list[str]:
    return [_("The marks are set aside.") if details.get("upheld") else _("The marks stand.")]


def _marked_whistle(details: Mapping[str, Any], words: Words) -> list[str]:
    proper = _("A proper whistle") if details.get("proper") else _("Not a proper whistle")
    return [f"{proper} · {details.get('mark', '—')}"]


def _problem(details: Mapping[str, Any], words: Words) -> list[str]:
    """Say what made the case a problem case."""
    if details.get("redos"):
        return [_("Redone %(count)s times and still not solved.") % {"count": details["redos"]}]
    count = {"count": details.get("transfers", "—")}
    return [_("Passed on %(count)s times. From now on no unit can object.") % count]


def _passed(details: Mapping[str, Any], words: Words) -> list[str]:
    return [passed_words(str(details.get("to", "")))]


def _city(details: Mapping[str, Any], words: Words) -> list[str]:
    named = (details.get("outside_unit"), details.get("reference"))
    return [" · ".join(str(name) for name in named if name)]


def _ruled(details: Mapping[str, Any], words: Words) -> list[str]:
    return _asked_time(details, words) if details.get("limit") else _held(details, words)


def _tasked(details: Mapping[str, Any], words: Words) -> list[str]:
    """Say what the task is, who goes and why, or what was found and how far from the place."""
    said = [
        _label(FieldTask.Kind, details.get("kind")),
        str(details.get("to", "")),
        str(details.get("why", "")),
        _label(FieldTask.Outcome, details.get("outcome")),
        *_arrived(details, words),
    ]
    return [" · ".join(filter(None, said))]


ORIGINS: Mapping[str, str | Promise] = {
    "snapshot": gettext_lazy("A resident's snapshot"),
    "opinion": gettext_lazy("An opinion of a deliberation meeting"),
    "diary": gettext_lazy("An entry of the grid diary"),
    "patrol": gettext_lazy("Found on a patrol"),
}


def _origin(details: Mapping[str, Any], words: Words) -> list[str]:
    source = str(ORIGINS.get(details.get("source", ""), details.get("source", "")))
    return [": ".join(filter(None, [source, words(str(details.get("about", "")))]))]


def _moment(iso: Any) -> str:
    try:
        at = datetime.fromisoformat(str(iso))
    except ValueError:
        return "—"
    return timezone.localtime(at).strftime("%Y-%m-%d %H:%M") if at.tzinfo else str(iso)


_SPECIAL: Mapping[str, Callable[[Mapping[str, Any], Words], list[str]]] = {
    "receive": _received,
    "pass_up": _passed,
    "contact": _contacted,
    "correct": _corrected,
    "problem": _problem,
    "counted": _counting,
    "exempt": _exempted,
    "order.answer_marks": _answered_marks,
    "order.rule_marks": _ruled_marks,
    "order.mark_whistle": _marked_whistle,
    "city.taken_up": _city,
    "city.answered": _city,
    "ask_extension": _asked_time,
    "ask_hold": _held,
    "request.grant": _ruled,
    "request.refuse": _ruled,
    "hold": _held,
    "merge": _merged,
    "reject": _rejected,
    "urge": _urged,
    "call.more": _other_case,
    "split": _other_case,
    "split.of": _other_case,
    "clue.collect": _collected,
    "task.give": _tasked,
    "task.move": _tasked,
    "task.done": _tasked,
    "origin": _origin,
    "callback": _called,
    "breach": _missed,
    "ladder.urge": _documented,
    "ladder.reminder": _documented,
    "ladder.assignment": _documented,
    "ladder.supervision": _documented,
    "ladder.bulletin": _documented,
    "document.answer": _documented,
    "order.report_in": _arrived,
    "whistle_back.ask": _asked_for,
    "whistle_back.grant": _asked_for,
    "whistle_back.refuse": _asked_for,
    "order.extend": _asked_time,
    "order.grant": _asked_time,
    "order.refuse": _asked_time,
}
