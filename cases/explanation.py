"""Put the reasons of a deadline into words, in the active language and the calendar's zone.

The same words stand on the case page, in the API, in documents and in `./manage.py due`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from itertools import groupby
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_noop, ngettext
from django.utils.translation import gettext as _

from cases.deadlines import (
    Day,
    Deadline,
    DeadlineError,
    Limit,
    Segment,
    SegmentKind,
    Step,
    TimeUnit,
    explain,
)
from cases.deadlines.limits import written
from cases.workdays import HOLIDAYS


def sentence(deadline: Deadline) -> str:
    """Return why a deadline is what it is as one plain sentence."""
    zone = ZoneInfo(deadline.zone)
    start = {"limit": limit_words(deadline.limit), "start": _at(deadline.started_at, zone)}
    clauses = [_("%(limit)s from %(start)s") % start]
    if source := deadline.entries[0].source:
        clauses[0] += _(" (%(note)s)") % {"note": source}
    clauses += [
        _("extended by %(limit)s") % {"limit": limit_words(limit)} for limit in deadline.extensions
    ]
    clauses += [
        _pause_words(part, zone) for part in deadline.segments if part.kind is SegmentKind.PAUSE
    ]
    if deadline.skipped:
        clauses.append(_("not counting %(days)s") % {"days": day_words(deadline.skipped)})
    if deadline.due_at is None:
        clauses.append(_("no deadline until it resumes"))
    else:
        clauses.append(_("due %(at)s") % {"at": _at(deadline.due_at, zone)})
    if deadline.provisional:
        clauses.append(_("provisional until the year's holidays are published"))
    return _(", ").join(clauses) + _(".")


def reasons(deadline: Deadline) -> list[str]:
    """Return the reasons of a deadline in order, a sentence each."""
    zone = ZoneInfo(deadline.zone)
    return [_words(step, zone) for step in explain(deadline)]


@dataclass(frozen=True, slots=True)
class Line:
    """One stretch of a clock's life in words: from when to when, what it was, how much of it counted, and how much in all.

    `end` is None in a pause that has no end yet; `kind` is the stretch's own (`counted`, `extension`, `rest`, `pause`).
    """

    kind: str
    start: datetime
    end: datetime | None
    what: str
    counted: str
    total: str


def table(deadline: Deadline) -> list[Line]:
    """Return the stretches from the start to the deadline as lines of a table; what counted in them adds up to the limit."""
    zone, total, lines = ZoneInfo(deadline.zone), timedelta(0), []
    for part in deadline.segments:
        total += part.counted
        lines.append(
            Line(
                kind=str(part.kind),
                start=part.start.astimezone(zone),
                end=part.end and part.end.astimezone(zone),
                what=_what(part),
                counted=duration_words(part.counted) if part.counted else "",
                total=duration_words(total),
            )
        )
    return lines


def _what(part: Segment) -> str:
    """Say in a few words what a stretch was."""
    days = day_words(part.days)
    match part.kind:
        case SegmentKind.COUNTED:
            said = _("counted")
            notes = [_("with make-up workdays %(days)s") % {"days": days} if days else ""]
        case SegmentKind.EXTENSION:
            said = _("counted, extension by %(limit)s") % {
                "limit": limit_words(part.limit) if part.limit else ""
            }
            notes = [part.note]
        case SegmentKind.REST:
            said, notes = (days, []) if days else (_("outside working hours"), [])
        case SegmentKind.PAUSE:
            said, notes = _("on hold"), [part.note]
    note = _("; ").join(filter(None, notes))
    return said + (_(" (%(note)s)") % {"note": note} if note else "")


def refusal(error: DeadlineError) -> str:
    """Return what was wrong with the input of a reckoning."""
    return _(error.message) % error.params


def limit_words(limit: Limit) -> str:
    """Return a limit as people say it: 5 workdays."""
    many = 1 if Fraction(limit.amount) == 1 else 2
    said = {
        TimeUnit.URGENT_HOUR: ngettext("%(n)s urgent hour", "%(n)s urgent hours", many),
        TimeUnit.URGENT_DAY: ngettext("%(n)s urgent day", "%(n)s urgent days", many),
        TimeUnit.NATURAL_HOUR: ngettext("%(n)s hour", "%(n)s hours", many),
        TimeUnit.NATURAL_DAY: ngettext("%(n)s day", "%(n)s days", many),
        TimeUnit.WORK_HOUR: ngettext("%(n)s working hour", "%(n)s working hours", many),
        TimeUnit.WORKDAY: ngettext("%(n)s workday", "%(n)s workdays", many),
    }
    return said[limit.unit] % {"n": written(limit.amount)}


def duration_words(counted: timedelta) -> str:
    """Return a length of time to the second: 2 h 30 min."""
    minutes, seconds = divmod(round(counted.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    words = [
        (hours, _("%(n)s h")),
        (minutes, _("%(n)s min")),
        (seconds, _("%(n)s s")),
    ]
    said = [text % {"n": amount} for amount, text in words if amount]
    return " ".join(said) or _("%(n)s s") % {"n": 0}


def day_words(days: Iterable[Day]) -> str:
    """Return days as runs with a name: National Day 2026-10-01 – 2026-10-07."""
    numbered = enumerate(days)
    runs = groupby(
        numbered, key=lambda pair: (pair[1].rule.name, pair[1].date.toordinal() - pair[0])
    )
    return _("; ").join(_run_words([day for _number, day in run]) for _key, run in runs)


def day_name(name: str) -> str:
    """Return the name of a kind of day in the active language; a district's own name stays as it is."""
    holiday = HOLIDAYS.get(name)
    if holiday is None:
        return name
    return holiday.chinese if (get_language() or "").startswith("zh") else holiday.english


def _run_words(run: list[Day]) -> str:
    first, last = run[0].date, run[-1].date
    dates = f"{first:%Y-%m-%d}" if first == last else f"{first:%Y-%m-%d} – {last:%Y-%m-%d}"
    return f"{day_name(run[0].rule.name)} {dates}".strip()


def _at(at: datetime, zone: ZoneInfo) -> str:
    return date_format(at.astimezone(zone), "Y-m-d H:i D")


def _words(step: Step, zone: ZoneInfo) -> str:
    params, notes = _facts(step, zone)
    said = _(_SENTENCES[step.kind]) % params
    note = _("; ").join(filter(None, notes))
    return said + (_(" (%(note)s)") % {"note": note} if note else "") + _(".")


def _facts(step: Step, zone: ZoneInfo) -> tuple[dict[str, str], list[str]]:
    """Return what fills a step's sentence and what is added to it in brackets."""
    if "segment" in step.params:
        return _stretch_facts(step.params["segment"], zone)
    params = {key: _at(at, zone) for key, at in step.params.items() if isinstance(at, datetime)}
    limit = step.params.get("limit")
    if limit is not None:
        params["limit"] = limit_words(limit)
    return params, [step.params.get("note", ""), step.params.get("source", "")]


def _stretch_facts(part: Segment, zone: ZoneInfo) -> tuple[dict[str, str], list[str]]:
    params = {
        "from": _at(part.start, zone),
        "to": "" if part.end is None else _at(part.end, zone),
        "counted": duration_words(part.counted),
        "days": day_words(part.days),
    }
    if part.limit is not None:
        params["limit"] = limit_words(part.limit)
    if part.kind is SegmentKind.REST:
        return params, []
    made_up = _("with make-up workdays %(days)s") % params if part.days else ""
    return params, [made_up, part.note if part.kind is not SegmentKind.COUNTED else ""]


def _pause_words(part: Segment, zone: ZoneInfo) -> str:
    if part.end is None:
        return _("paused since %(from)s") % {"from": _at(part.start, zone)}
    return _("paused %(from)s to %(to)s") % {
        "from": _at(part.start, zone),
        "to": _at(part.end, zone),
    }


_SENTENCES = {
    "start": gettext_noop("Starts %(at)s with a limit of %(limit)s"),
    "change": gettext_noop("%(at)s: the limit becomes %(limit)s, counted from the start"),
    "calendar": gettext_noop("%(at)s: reckoned anew on the calendar in force since then"),
    "designate": gettext_noop("%(at)s: a unit is designated, the clock runs on"),
    "counted": gettext_noop("%(from)s to %(to)s: %(counted)s counted"),
    "extension": gettext_noop(
        "%(from)s to %(to)s: %(counted)s counted of the extension by %(limit)s"
    ),
    "rest": gettext_noop("%(from)s to %(to)s: not counted, %(days)s"),
    "off_hours": gettext_noop("%(from)s to %(to)s: outside working hours, not counted"),
    "pause": gettext_noop("%(from)s to %(to)s: paused, not counted"),
    "open_pause": gettext_noop("From %(from)s: paused, with no end yet"),
    "due": gettext_noop("Due %(at)s"),
    "moved": gettext_noop("Due %(at)s, at first %(original_due_at)s"),
    "undecided": gettext_noop(
        "No deadline while the clock is paused; at first it was due %(original_due_at)s"
    ),
    "provisional": gettext_noop(
        "Provisional: it runs through a year whose holidays are not published yet"
    ),
}
