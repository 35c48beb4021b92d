"""Freeze the weekly docket: the account of a week as it stood, a paper for the whole district."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.refusals import StepRefused
from cases.lifecycle import ClockKind
from cases.models import Case, Clock
from dispatch.models import Directive, Paper
from dispatch.queries.dockets import Docket, docket, late_lines
from dispatch.services.papers import check_writes, issue_paper, tell_all
from dispatch.sheets.papers import DocketFacts, docket_words
from dispatch.sheets.text import minute
from dispatch.weeks import Week

MOST_LINES = 100
"""Late matters that a docket names one by one."""

OLDEST = timedelta(weeks=53)


def week_on_offer(code: str, at: datetime) -> Week | None:
    """Return the week of the code: none that lies ahead, none older than a year."""
    week = Week.read(code)
    if week is None or not week.begins <= at or at - week.begins > OLDEST:
        return None
    return week


@transaction.atomic
def freeze_docket(week: Week, *, actor: User | None, at: datetime) -> Paper:
    """Keep the week's docket as it stands now, as a numbered paper; once for each week. Without an actor
    the calendar does it."""
    if actor is not None:
        check_writes(actor)
    already = _("The docket of this week is frozen already.")
    if Paper.objects.filter(week=week.code).exists():
        raise StepRefused(already)
    if week.begins > at:
        raise StepRefused(_("The week has not begun."))
    words = docket_words(_facts(docket(week, actor, at), at))
    try:
        paper = issue_paper(
            Paper.Form.DOCKET, words, actor=actor, at=at, to_all=True, week=week.code
        )
    except IntegrityError as twin:  # somebody froze it in the same moment
        raise StepRefused(already) from twin
    tell_all(paper, at)
    return paper


def _facts(found: Docket, at: datetime) -> DocketFacts:
    clocks, directives = late_lines(found.week, at, MOST_LINES)
    lines = [(clock.due_at, _clock_line(clock, found.cut)) for clock in clocks]
    lines += [(one.due_at, _directive_line(one, found.cut)) for one in directives]
    lines.sort(key=lambda line: (line[0] is None, line[0]))
    shown = tuple(line for _due, line in lines[:MOST_LINES])
    units = tuple(
        (
            str(account.unit),
            str(account.due),
            str(account.done),
            str(account.done_late),
            f"{account.late}（{account.days_late(found.cut)}天）" if account.late else "0",
        )
        for account in found.accounts
    )
    return DocketFacts(found.week, at, units, shown, found.total("late") - len(shown))


def _clock_line(clock: Clock, cut: datetime) -> tuple[str, str, str, str]:
    assert clock.due_at is not None
    what = "答复督办文书" if clock.kind == ClockKind.ANSWER else "办结"
    case = clock.case
    guarded = case.confidential or case.kind == Case.Kind.REPORT
    named = "涉密诉求" if guarded else f"{case.number}号诉求（{case.category.name}）"
    return _line(str(clock.unit), f"{named}{what}", clock.due_at, cut)


def _directive_line(one: Directive, cut: datetime) -> tuple[str, str, str, str]:
    case = one.case
    guarded = case is not None and (case.confidential or case.kind == Case.Kind.REPORT)
    title = "" if guarded else f" {one.title}"
    return _line(str(one.lead), f"{one.paper.number}{title}", one.due_at, cut)


def _line(unit: str, what: str, due: datetime, cut: datetime) -> tuple[str, str, str, str]:
    return unit, what, minute(due), str((cut - due).days + 1)
