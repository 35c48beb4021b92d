"""Ask for reports and write them: numbered papers made from the figures of a period, or of a topic."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import CENTRE_CODE, Role, Unit, User
from accounts.refusals import BadInput, StepRefused
from accounts.services.notices import Draft, tell_units
from assessment import periods
from assessment.access import check_reads_figures
from assessment.models import FrozenPeriod, Job, Topic
from assessment.papers.bulletin import bulletin_words, ranking_words
from assessment.papers.saying import Row, Told
from assessment.papers.sheets import town_words, unit_words
from assessment.papers.topics import TopicFacts, topic_words
from assessment.periods import Span
from assessment.services import jobs, scores, workings
from assessment.services.jobs import Progress
from assessment.services.lost_lines import lost_of
from assessment.services.paper_maps import map_of_place, towns_ground
from assessment.services.reports import report
from assessment.services.topics import account_of
from cases.models import Case
from dispatch.models import Paper
from dispatch.services.dockets import freeze_docket, week_on_offer
from dispatch.services.papers import issue_paper, tell_all
from dispatch.sheets import Sheet
from dispatch.sheets.papers import Words, sheet_of
from dispatch.weeks import Week
from grids.naming import short_name

Form = Paper.Form
WHOLE: dict[str, Callable[[Told], Words]] = {
    Form.MONTH: bulletin_words,
    Form.RANKING: ranking_words,
}
"""Reports on the whole district."""

SINGLE = {
    Form.UNIT: ("by_department", (Unit.Kind.DEPARTMENT, Unit.Kind.COMPANY), "orders"),
    Form.TOWN: ("by_town", (Unit.Kind.TOWN,), "received"),
}
"""Sheets of single units: their rows in the figures, their kinds, and what one must have for a sheet."""

RECKONING = gettext_noop("Reckoning the figures")
WRITING = gettext_noop("Writing")


def check_makes(actor: User | None) -> None:
    """Raise `PermissionDenied` for all but the readers of the district's figures, and the calendar."""
    if actor is not None:
        check_reads_figures(actor)


def ask_report(
    form: str,
    *,
    actor: User | None,
    at: datetime,
    period: str = "",
    subject: str = "",
    to_all: bool = False,
    units: Sequence[str] = (),
) -> Job:
    """Ask for a report of that form; raise `BadInput` where there is no such period, unit or topic.

    A sheet without a `subject` is written for every unit (of `units`, where some are named).
    """
    check_makes(actor)
    if form == Form.DOCKET:
        name, title = _checked_week(period, at), f"{Form(form).label} {period}"
    elif form == Form.TOPIC:
        topic = _topic(subject, actor)
        name, title = "", f"{Form(form).label} {topic.title}"
    elif form in WHOLE or form in SINGLE:
        name = _checked_period(period, at).name
        unit = _checked_unit(form, subject)
        title = " ".join(filter(None, [str(Form(form).label), name, unit]))
    else:
        raise BadInput({"form": _("There is no such report.")})
    params = {
        "form": form,
        "period": name,
        "subject": subject,
        "to_all": to_all,
        "units": list(units),
        "title": title,
    }
    key = f"report:{form}:{name}:{subject}"
    return jobs.ask(Job.Kind.REPORT, key, params, actor, at)


def _checked_period(name: str, at: datetime) -> Span:
    span = periods.find(name)
    if span.starts_at > at:
        raise BadInput({"period": _("The period has not begun.")})
    return span


def _checked_week(code: str, at: datetime) -> str:
    week = week_on_offer(code, at)
    if week is None:
        raise BadInput({"period": _("There is no such week: write 2026-W47.")})
    return week.code


def _checked_unit(form: str, code: str) -> str:
    if not code:
        return ""
    kinds = SINGLE[Form(form)][1] if form in SINGLE else ()
    unit = Unit.objects.filter(code=code, kind__in=kinds).first()
    if unit is None:
        raise BadInput({"subject": _("Choose a unit of this sort.")})
    return unit.name


def _topic(number: str, actor: User | None) -> Topic:
    rows = Topic.objects.all() if actor is None else Topic.objects.visible_to(actor)
    topic = rows.select_related("category", "area", "owner").filter(number=number).first()
    if topic is None:
        raise BadInput({"subject": _("Choose a topic.")})
    return topic


def may_freeze(user: User) -> bool:
    return user.holds(Role.ASSESSOR, Role.ADMIN)


def ask_freeze(period: str, *, actor: User, at: datetime) -> Job:
    """Ask for a period to be frozen: by assessors and administrators, once it is over."""
    if not may_freeze(actor):
        raise PermissionDenied(_("Assessors and administrators freeze a period."))
    span = periods.find(period)
    if span.ends_at > at:
        raise StepRefused(_("The period is not over yet."))
    if FrozenPeriod.objects.filter(period=span.name).exists():
        raise StepRefused(_("The period is frozen already."))
    params = {"period": span.name, "title": f"{Job.Kind.FREEZE.label} {span.name}"}
    return jobs.ask(Job.Kind.FREEZE, f"freeze:{span.name}", params, actor, at)


def write(job: Job, at: datetime, progress: Progress) -> None:
    """Write what the job asks for; each paper is issued whole or not at all."""
    form = job.params["form"]
    with translation.override("zh-hans"):  # papers are Chinese, and so are the choices they name
        if form == Form.DOCKET:
            _write_docket(job, at)
        elif form == Form.TOPIC:
            _write_topic(job, at)
        elif form in SINGLE:
            _write_sheets(job, at, progress)
        else:
            _write_whole(job, at, progress)


def _write_whole(job: Job, at: datetime, progress: Progress) -> None:
    params = job.params
    progress(0, 2, RECKONING)
    told = _with_ground(told_of(periods.find(params["period"]), at))
    progress(1, 2, WRITING)
    words = WHOLE[params["form"]](told)
    _issue(job, words, at, to_all=params["to_all"], period=params["period"])


def _write_docket(job: Job, at: datetime) -> None:
    """Freeze the week's docket; where somebody did already, that one is the result."""
    week = Week.read(job.params["period"])
    assert week is not None
    kept = Paper.objects.filter(week=week.code).first()
    with transaction.atomic():
        paper = kept or freeze_docket(week, actor=job.asked_by, at=at)
        jobs.settle(job, at, paper)


def _write_topic(job: Job, at: datetime) -> None:
    topic = _topic(job.params["subject"], job.asked_by)
    units = [topic.owner, *topic.assists.order_by("pk")]
    facts = TopicFacts(
        title=topic.title,
        text=topic.text,
        category=topic.category.name,
        place=short_name(topic.area.name) if topic.area else "全区",
        owner=topic.owner.name,
        assists=tuple(unit.name for unit in units[1:]),
        begun_on=topic.begun_on,
        review_on=topic.review_on,
        account=account_of(topic, at),
        at=at,
        place_map=map_of_place(topic.area),
    )
    to_all = job.params["to_all"]
    _issue(job, topic_words(facts), at, units=units, to_all=to_all, subject=topic.number)


def _issue(
    job: Job, words: Words, at: datetime, *, units: Sequence[Unit] = (), **more: Any
) -> None:
    """Number and keep the one paper of a job, tell its readers, and settle the job with it."""
    form = Form(job.params["form"])
    with transaction.atomic():
        paper = issue_paper(form, words, actor=job.asked_by, at=at, units=units, **more)
        _tell(paper, units, at)
        jobs.settle(job, at, paper)


def _tell(paper: Paper, units: Iterable[Unit], at: datetime) -> None:
    if paper.to_all:
        tell_all(paper, at)
        return
    params = {"document": paper.number, "title": paper.title, "id": paper.pk}
    key = f"paper:{paper.pk}"
    tell_units([Draft("paper_issued", unit.pk, key, params=params) for unit in units], at)


def _write_sheets(job: Job, at: datetime, progress: Progress) -> None:
    """Write the sheets of one unit or of all that have figures; a job taken up again goes on where it was."""
    form, period = Form(job.params["form"]), job.params["period"]
    key, _kinds, needed = SINGLE[form]
    progress(0, 1, RECKONING)
    span = periods.find(period)
    told = told_of(span, at)
    one, some = job.params["subject"], set(job.params["units"])
    rows = [row for row in told.report[key] if row["code"] == one or (not one and row[needed])]
    rows = [row for row in rows if not some or row["code"] in some]
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=[r["code"] for r in rows])}
    written = _written(job)
    paper = None
    for number, row in enumerate(rows):
        progress(number, len(rows), WRITING)
        if row["code"] in units and row["code"] not in written:
            words = _sheet_words(form, told, row, span)
            paper = _issue_sheet(job, words, units[row["code"]], at)
    if not rows:
        raise StepRefused(_("No unit has figures in this period: there is nothing to report."))
    jobs.settle(job, at, paper if len(rows) == 1 else None)


def _written(job: Job) -> set[str]:
    """Return the units whose sheets this very job wrote before it was taken up again."""
    if job.attempts < 2:
        return set()
    form, period = job.params["form"], job.params["period"]
    mine = Paper.objects.filter(form=form, period=period, issued_at__gte=job.asked_at)
    return set(mine.filter(issued_by=job.asked_by_id).values_list("subject", flat=True))


def _sheet_words(form: str, told: Told, row: Row, span: Span) -> Words:
    if form == Form.UNIT:
        return unit_words(told, row, lost_of(workings.working_of_department(span, row["code"])))
    return town_words(told, row, lost_of(workings.working_of_town(span, row["code"])))


def _issue_sheet(job: Job, words: Words, unit: Unit, at: datetime) -> Paper:
    """Issue the sheet to its unit alone, as long as the job is ours."""
    form, period = Form(job.params["form"]), job.params["period"]
    with transaction.atomic():
        if not jobs.ours(job).select_for_update().exists():
            raise jobs.Overtaken(job.key)
        paper = issue_paper(
            form,
            words,
            actor=job.asked_by,
            at=at,
            units=[unit],
            period=period,
            subject=unit.code,
        )
        _tell(paper, [unit], at)
    return paper


def draft_of(span: Span, at: datetime) -> Sheet:
    """Return the bulletin of a period as a sheet without a number; nothing is kept."""
    with translation.override("zh-hans"):
        words = bulletin_words(_with_ground(_told_now(span, at)))
    issuer = Unit.objects.get(code=CENTRE_CODE).name
    return sheet_of(Form.MONTH, words, number="未编号", issuer=issuer, at=at)


def told_of(span: Span, at: datetime) -> Told:
    """Return the figures of the period, reckoned anew unless it is frozen, and those of the one before."""
    if not FrozenPeriod.objects.filter(period=span.name).exists():
        scores.refresh(span, at)
    before = _before(span)
    earlier = scores.figures_of(before, at).figures if before else None
    return Told(scores.figures_of(span, at).figures, earlier)


def _told_now(span: Span, at: datetime) -> Told:
    """Return the same for a draft: nothing that pages show is kept anew."""
    before = _before(span)
    return Told(report(span, at), scores.read(before, at) if before else None)


def _before(span: Span) -> Span | None:
    """Return the period before, where any case was received in it."""
    before, _after = periods.neighbours(span)
    if before is None:
        return None
    rows = Case.objects.filter(received_at__gte=before.starts_at, received_at__lt=before.ends_at)
    return before if rows.exists() else None


def _with_ground(told: Told) -> Told:
    """Add the ground for a map to figures."""
    return replace(told, ground=towns_ground())
