"""`./manage.py due`: a deadline and why it is what it is."""

from __future__ import annotations

import json
import re
from argparse import ArgumentParser
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import ProgrammingError
from django.utils import translation
from django.utils.translation import gettext as _

from cases import calendars
from cases.deadlines import (
    Deadline,
    DeadlineError,
    Entry,
    EntryKind,
    Limit,
    TimeUnit,
    WorkCalendar,
    reckon,
)
from cases.explanation import reasons, refusal, sentence, table
from cases.models import Clock
from cases.services.lives import deadline_of

_AMOUNT = re.compile(r"-?\d{1,9}(\.\d{1,9}|/\d{1,9})?")
BAD_INPUT = 2


class Command(BaseCommand):
    help = "Reckon a deadline on the district's calendar and explain it."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        units = [unit.value for unit in TimeUnit]
        parser.add_argument("--start", metavar="T", help="ISO 8601; Asia/Shanghai by default")
        parser.add_argument("--limit", metavar="N", help="5, 1.5 or 1/2")
        parser.add_argument("--unit", choices=units, metavar="U", help=", ".join(units))
        parser.add_argument(
            "--case", metavar="NUMBER", help="instead: every clock of a case, as it really runs"
        )
        parser.add_argument(
            "--calendar", default="", metavar="CODE", help="code of the working hours; office hours"
        )
        parser.add_argument(
            "--pause",
            action="append",
            default=[],
            metavar="A/B",
            help="a pause from A to B; leave B empty while it lasts; may be repeated",
        )
        parser.add_argument(
            "--extend",
            action="append",
            default=[],
            metavar="N",
            help="an extension in the same unit, or in another as N:U; may be repeated",
        )
        parser.add_argument("--json", action="store_true", help="print JSON")
        languages = [code for code, _name in settings.LANGUAGES]
        parser.add_argument("--language", choices=languages, help="language of the explanation")

    def handle(self, *args: Any, **options: Any) -> None:
        with translation.override(options["language"] or translation.get_language()):
            if options["case"]:
                self._explain_case(options["case"], as_json=options["json"])
                return
            _check_given(options)
            calendar = self._calendar(options["calendar"])
            try:
                deadline = reckon(_entries(options, ZoneInfo(calendar.zone)), calendar)
            except DeadlineError as error:
                raise CommandError(refusal(error), returncode=BAD_INPUT) from error
            self.stdout.write(_as_json(deadline) if options["json"] else _as_text(deadline))

    def _explain_case(self, number: str, *, as_json: bool) -> None:
        clocks = Clock.objects.filter(case__number=number).select_related("unit")
        clocks = clocks.order_by("started_at", "pk").prefetch_related("entries")
        if not clocks:
            said = _("There is no case %(number)s, or it has no clock.") % {"number": number}
            raise CommandError(said, returncode=BAD_INPUT)
        told = [(clock, deadline_of(clock)) for clock in clocks]
        if as_json:
            rows = [_with_words(deadline) | _of_clock(clock) for clock, deadline in told]
            self.stdout.write(json.dumps(rows, ensure_ascii=False, indent=2))
            return
        for clock, deadline in told:
            self.stdout.write(f"— {clock.get_kind_display()} · {clock.unit}")
            self.stdout.write(_as_text(deadline) + "\n")

    def _calendar(self, code: str) -> WorkCalendar:
        try:
            if code and code not in calendars.contents():
                known = ", ".join(calendars.contents())
                said = _("There are no working hours “%(code)s”; there are: %(known)s.")
                raise CommandError(said % {"code": code, "known": known}, returncode=BAD_INPUT)
            return calendars.current(code)
        except ProgrammingError:  # the tables are not there yet
            said = _("The database has no calendar yet; the published holidays are used.")
            self.stderr.write(said)
            return calendars.of_rows()


def _entries(options: dict[str, Any], zone: ZoneInfo) -> list[Entry]:
    """Return the entries that the options stand for, in the order of their times."""
    start = _time(options["start"], zone)
    unit = TimeUnit(options["unit"])
    first = [Entry(EntryKind.START, start, _limit(options["limit"], unit))]
    first += [Entry(EntryKind.EXTEND, start, _limit(text, unit)) for text in options["extend"]]
    pauses = sorted((_pause(text, zone) for text in options["pause"]), key=lambda entry: entry.at)
    return first + pauses


def _limit(text: str, unit: TimeUnit) -> Limit:
    amount, _colon, other = text.strip().partition(":")
    try:
        if _AMOUNT.fullmatch(amount):
            return Limit(Fraction(amount), TimeUnit(other) if other else unit)
    except ZeroDivisionError:
        pass
    except ValueError as error:
        if isinstance(error, DeadlineError):
            raise
    said = _("%(value)s is not a limit: write a number such as 5, 1.5 or 1/2.") % {"value": text}
    raise CommandError(said, returncode=BAD_INPUT)


def _pause(text: str, zone: ZoneInfo) -> Entry:
    start, slash, end = text.strip().partition("/")
    if not slash:
        said = _("%(value)s is not a pause: write its start and its end with a slash between.")
        raise CommandError(said % {"value": text}, returncode=BAD_INPUT)
    until = _time(end, zone) if end else None
    return Entry(EntryKind.PAUSE, _time(start, zone), until=until)


def _time(text: str, zone: ZoneInfo) -> datetime:
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        said = _(
            "%(value)s is not a time: write it like 2026-09-30T16:00 or 2026-09-30T16:00+08:00."
        )
        raise CommandError(said % {"value": text}, returncode=BAD_INPUT) from None
    return at.replace(tzinfo=zone) if at.tzinfo is None else at


def _check_given(options: dict[str, Any]) -> None:
    missing = [f"--{name}" for name in ("start", "limit", "unit") if options[name] is None]
    if missing:
        said = _("Give %(options)s, or --case.") % {"options": ", ".join(missing)}
        raise CommandError(said, returncode=BAD_INPUT)


def _of_clock(clock: Clock) -> dict[str, object]:
    stopped = clock.stopped_at and clock.stopped_at.isoformat()
    return {"clock": clock.kind, "owes": clock.unit.code, "stopped_at": stopped}


def _with_words(deadline: Deadline) -> dict[str, object]:
    return deadline.as_dict() | {"sentence": sentence(deadline), "reasons": reasons(deadline)}


def _as_json(deadline: Deadline) -> str:
    return json.dumps(_with_words(deadline), ensure_ascii=False, indent=2)


def _as_text(deadline: Deadline) -> str:
    lines = [sentence(deadline), ""]
    lines += [f"{number}. {reason}" for number, reason in enumerate(reasons(deadline), 1)]
    lines += ["", *_ruled(deadline), ""]
    lines += [_("Calendar: %(calendar)s") % {"calendar": deadline.calendar}]
    return "\n".join(lines)


def _ruled(deadline: Deadline) -> list[str]:
    """Return the stretches as a table of text: from, to, counted, in all, what it was."""
    return [
        " | ".join(
            [
                f"{line.start:%Y-%m-%d %H:%M}",
                f"{line.end:%Y-%m-%d %H:%M}" if line.end else "…".ljust(16),
                line.counted.rjust(12),
                line.total.rjust(12),
                line.what,
            ]
        )
        for line in table(deadline)
    ]
