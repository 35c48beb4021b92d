"""Reports as papers: numbered, made from the figures, addressed to whom they are for, frozen ones from frozen figures."""

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db.models import Max
from docx import Document
from pypdf import PdfReader

from accounts.models import Notice, Unit
from accounts.refusals import BadInput, StepRefused
from assessment import periods
from assessment.models import Job
from assessment.papers.sheets import MOST_LOST
from assessment.services import jobs, report_papers, work
from assessment.services.lost_lines import GUARDED, lost_of
from assessment.services.report_papers import ask_report, told_of
from assessment.services.topic_corrections import correct_topic
from assessment.services.topics import Proposed, open_topic
from assessment.services.workings import working_of_department
from cases.models import Case
from dispatch.models import Paper
from dispatch.queries.directives import papers_for_list
from dispatch.sheets import Sheet
from dispatch.sheets.pdf import pdf_of
from grids.models import Area
from tests.assessment.histories import APRIL, history
from tests.cast import COMMUNITY, GRID, OTHER_TOWN, TOWN, Stage, square

Form = Paper.Form
LATER = APRIL + timedelta(days=3)


def made(stage: Stage, form: str, *, by: str | None = "leader", **given: object) -> Job:
    """Ask for a report of March and let a worker write it; return its job."""
    actor = stage.who(by) if by else None
    fields = {"period": "2026-03", "at": LATER} | given
    job = ask_report(form, actor=actor, **fields)  # type: ignore[arg-type]
    work.run_jobs(LATER)
    job.refresh_from_db()
    return job


def test_a_bulletin_is_numbered_kept_published_and_its_number_is_never_left_out(
    stage: Stage,
) -> None:
    history(stage.people, 41, 30)
    first, second = made(stage, Form.MONTH, to_all=True), made(stage, Form.MONTH)
    assert (first.state, second.state) == (Job.State.DONE, Job.State.DONE)
    assert first.paper is not None
    assert second.paper is not None
    year = first.paper.year
    assert first.paper.number == f"区专报〔{year}〕1号"
    assert second.paper.number == f"区专报〔{year}〕2号"
    assert (first.paper.period, first.paper.to_all, first.paper.issued_by) == (
        "2026-03",
        True,
        stage.who("leader"),
    )
    told = Notice.objects.filter(kind="paper_issued", params__id=first.paper.pk)
    assert set(told.values_list("recipient__username", flat=True)) >= {"town", "department"}
    assert not Notice.objects.filter(kind="paper_issued", params__id=second.paper.pk).exists()
    papers = Paper.objects.visible_to(stage.who("department"))
    assert list(papers) == [first.paper]


def test_a_bulletin_keeps_the_ground_of_the_towns_whatever_becomes_of_them(stage: Stage) -> None:
    history(stage.people, 41, 30)
    Area.objects.filter(pk=TOWN).update(boundary=square(116.68, 39.92))
    Area.objects.filter(pk=OTHER_TOWN).update(boundary=square(116.65, 39.90))
    paper = made(stage, Form.MONTH).paper
    assert paper is not None
    before = pdf_of(Sheet.from_json(paper.sheet))
    Area.objects.filter(pk=TOWN).update(boundary=square(116.6, 39.8), name="新名街道")
    paper.refresh_from_db()
    sheet = Sheet.from_json(paper.sheet)
    assert sheet.area_map is not None
    assert [(area.code, area.name) for area in sheet.area_map.areas] == [
        (OTHER_TOWN, "杨庄街道"),
        (TOWN, "潞邑街道"),
    ]
    ranked = [code for code, _score in sheet.area_map.values]
    assert ranked
    assert set(ranked) <= {TOWN, OTHER_TOWN}
    pages = [
        [page.extract_text() for page in PdfReader(BytesIO(file)).pages]
        for file in (before, pdf_of(sheet))
    ]
    assert pages[0] == pages[1]


def test_the_map_of_a_paper_is_not_searched_for_numbers(stage: Stage) -> None:
    history(stage.people, 41, 30)
    Area.objects.filter(pk=TOWN).update(boundary=square(116.68123, 39.92))
    paper = made(stage, Form.MONTH).paper
    assert paper is not None
    assert "11668123" in str(paper.sheet)
    leader = stage.who("leader")
    assert list(papers_for_list(leader, words="全区共受理诉求")) == [paper]
    assert not papers_for_list(leader, words="11668123").exists()


def report_of_topic(stage: Stage, place: str, **corrected: Any) -> Sheet:
    """Return the report of a topic, corrected where anything is given."""
    proposed = Proposed(
        title="占道经营",
        text="划线、立牌、定期巡查",
        category="0306",
        area=place,
        owner="XFZD",
        goal=Decimal(2),
        begun_on=LATER.date(),
        review_on=LATER.date() + timedelta(days=60),
    )
    supervisor = stage.who("supervisor")
    topic = open_topic(proposed, actor=supervisor, at=LATER)
    if corrected:
        correct_topic(topic.pk, actor=supervisor, at=LATER, reason="写错了。", changes=corrected)
    made(stage, Form.TOPIC, by="supervisor", period="", subject=topic.number)
    return Sheet.from_json(Paper.objects.get(form=Form.TOPIC).sheet)


def test_a_topic_report_says_from_what_to_what_the_topic_was_corrected(stage: Stage) -> None:
    sheet = report_of_topic(
        stage, "", goal=Decimal(9), owner="ZJW", assists=["CGW"], text="另行研究"
    )
    [[_at, step, told, _by]] = sheet.tables[0].rows
    assert step == "更正"
    owners = [Unit.objects.get(code=code).name for code in ("XFZD", "ZJW", "CGW")]
    assert told == (
        "写错了；责任单位由{}改为{}；配合单位由无改为{}；目标由2.00改为9.00；问题和措施的表述有修改".format(
            *owners
        )
    )


def test_a_place_among_communities_without_ground_has_no_map_and_no_number(stage: Stage) -> None:
    Area.objects.exclude(level="grid").update(boundary=None)
    assert report_of_topic(stage, GRID).area_map is None


@pytest.mark.parametrize(
    ("place", "around"), [(TOWN, {TOWN, OTHER_TOWN}), (GRID, {COMMUNITY}), ("", None)]
)
def test_a_topic_report_shows_where_the_place_is(
    stage: Stage, place: str, around: set[str] | None
) -> None:
    Area.objects.exclude(level="grid").update(boundary=square(116.68, 39.92))
    shown = report_of_topic(stage, place).area_map
    if around is None:
        assert shown is None
        return
    assert shown is not None
    assert {area.code for area in shown.areas} == around
    assert [area.code for area in shown.places] == [place]
    assert (
        shown.caption
        == f"图1 {shown.places[0].name}在{'全区' if place == TOWN else '潞邑街道'}的位置"
    )


def test_the_sheet_of_a_unit_is_for_that_unit_and_the_readers_of_figures_alone(
    stage: Stage,
) -> None:
    history(stage.people, 42, 40)
    job = made(stage, Form.UNIT)
    papers = Paper.objects.filter(form=Form.UNIT)
    assert set(papers.values_list("subject", flat=True)) == {"CGW", "ZJW", "XFZD"}
    assert job.paper is None  # several papers came of it
    for who, codes in (
        ("department", {"CGW"}),
        ("department2", {"ZJW"}),
        ("town", set()),
        ("operator", set()),
        ("community", set()),
        ("leader", {"CGW", "ZJW", "XFZD"}),
        ("assessor", {"CGW", "ZJW", "XFZD"}),
    ):
        seen = Paper.objects.visible_to(stage.who(who)).filter(form=Form.UNIT)
        assert set(seen.values_list("subject", flat=True)) == codes, who
    told = Notice.objects.filter(kind="paper_issued", params__id__in=[paper.pk for paper in papers])
    assert set(told.values_list("recipient__username", flat=True)) == {
        "department",
        "department2",
        "department3",
    }


def test_the_lines_on_which_a_unit_lost_most_are_named_but_no_guarded_case(stage: Stage) -> None:
    history(stage.people, 43, 60)
    Case.objects.update(confidential=False, kind="complaint")
    span = periods.find("2026-03")
    lost = lost_of(working_of_department(span, "CGW"))
    assert len(lost) == MOST_LOST
    named = {one.what for one in lost}
    assert any(what.endswith("号诉求") for what in named)
    number = next(what for what in named if what.endswith("号诉求")).removesuffix("号诉求")
    Case.objects.filter(number=number).update(confidential=True)
    again = {one.what for one in lost_of(working_of_department(span, "CGW"))}
    assert f"{number}号诉求" not in again
    assert GUARDED in again


def test_only_readers_of_figures_make_reports(stage: Stage) -> None:
    for who in ("town", "department", "operator", "community", "gridworker"):
        with pytest.raises(PermissionDenied):
            ask_report(Form.MONTH, actor=stage.who(who), at=LATER, period="2026-03")


@pytest.mark.parametrize(
    ("form", "given", "field"),
    [
        (Form.MONTH, {"period": "2026-13"}, "period"),
        (Form.MONTH, {"period": "2027-03"}, "period"),
        (Form.UNIT, {"subject": TOWN}, "subject"),
        (Form.TOWN, {"subject": "CGW"}, "subject"),
        (Form.TOPIC, {"subject": "专题〔2026〕99号"}, "subject"),
        (Form.DOCKET, {"period": "2026-03"}, "period"),
        ("ruling", {}, "form"),
    ],
)
def test_what_cannot_be_reported_is_said_by_field(
    stage: Stage, form: str, given: dict[str, str], field: str
) -> None:
    with pytest.raises(BadInput) as refusal:
        ask_report(form, actor=stage.who("leader"), at=LATER, **({"period": "2026-03"} | given))
    assert set(refusal.value.fields) == {field}
    assert not Job.objects.exists()


def test_sheets_go_on_where_a_dead_worker_left_them(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    history(stage.people, 44, 40)
    written = report_papers._issue_sheet

    def dies_at_the_second(job: Job, *more: object) -> Paper:
        if job.attempts == 1 and Paper.objects.exists():
            raise RuntimeError("the machine went away")
        return written(job, *more)  # type: ignore[arg-type]

    monkeypatch.setattr(report_papers, "_issue_sheet", dies_at_the_second)
    ask_report(Form.UNIT, actor=None, at=LATER, period="2026-03")
    work.run_jobs(LATER)
    papers = Paper.objects.filter(form=Form.UNIT)
    assert sorted(papers.values_list("subject", flat=True)) == ["CGW", "XFZD", "ZJW"]
    assert papers.aggregate(last=Max("seq"))["last"] == 3
    assert Job.objects.get().attempts == 2


def test_a_period_without_figures_of_units_fails_with_its_reason(stage: Stage) -> None:
    job = made(stage, Form.UNIT)
    assert job.state == Job.State.FAILED
    assert "没有" in job.error
    assert Notice.objects.filter(kind="job_failed", recipient__username="leader").exists()


def test_the_docket_of_a_week_is_the_one_that_was_frozen(stage: Stage) -> None:
    week = "2026-W10"
    first = made(stage, Form.DOCKET, by="supervisor", period=week)
    assert first.paper is not None
    assert first.paper.week == week
    again = made(stage, Form.DOCKET, by=None, period=week)
    assert again.paper == first.paper
    assert made(stage, Form.DOCKET, by="assessor", period="2026-W11").state == Job.State.FAILED


def test_a_paper_compares_with_the_period_before_where_there_was_one(stage: Stage) -> None:
    history(stage.people, 45, 30)
    march = told_of(periods.find("2026-03"), LATER)
    assert march.before is not None
    assert march.before["period"] == "2026-02"
    february = told_of(periods.find("2026-02"), LATER)
    assert february.before is None


def test_the_command_writes_the_bulletin_as_word_and_pdf_without_a_number(
    stage: Stage, tmp_path: Path
) -> None:
    history(stage.people, 46, 20)
    for form in ("docx", "pdf"):
        call_command("report", "2026-03", "--format", form, "--out", str(tmp_path / f"a.{form}"))
    word = "".join(p.text for p in Document(tmp_path / "a.docx").paragraphs)
    pdf = PdfReader(BytesIO((tmp_path / "a.pdf").read_bytes()))
    for text in (word, "".join(page.extract_text() for page in pdf.pages).replace("\x00", "")):
        assert "未编号" in text.replace(" ", "")
    assert "全区共受理诉求" in word
    assert not Paper.objects.exists()


def test_a_refused_freeze_says_why(stage: Stage) -> None:
    with pytest.raises(PermissionDenied):
        report_papers.ask_freeze("2026-03", actor=stage.who("leader"), at=LATER)
    with pytest.raises(StepRefused, match=r"not over|尚未结束"):
        report_papers.ask_freeze("2026-05", actor=stage.who("assessor"), at=LATER)
    job = report_papers.ask_freeze("2026-03", actor=stage.who("assessor"), at=LATER)
    assert (job.kind, job.params["period"]) == (Job.Kind.FREEZE, "2026-03")
    assert jobs.ask(Job.Kind.FREEZE, job.key, {}, None, LATER) == job
