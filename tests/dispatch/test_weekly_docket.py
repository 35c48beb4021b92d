"""The weekly account of units: what fell due, what is late, what was done, frozen as it stood."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from io import BytesIO
from random import Random
from typing import Any

import docx
import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pypdf import PdfReader

from accounts.models import Unit
from accounts.refusals import StepRefused
from cases.models import Clock
from cases.services.steps import advance
from dispatch.models import Directive, Order, Paper
from dispatch.queries.dockets import KINDS, clocks_of, docket, rows_behind
from dispatch.services.dockets import freeze_docket, week_on_offer
from dispatch.services.steps import advance_order
from dispatch.sheets import Sheet
from dispatch.sheets.docx import docx_of
from dispatch.sheets.papers import DocketFacts, docket_words, sheet_of
from dispatch.sheets.pdf import pdf_of
from dispatch.weeks import Week
from tests.cast import NOON, TOWN, Stage
from tests.dispatch.papers import directive, entry
from tests.dispatch.test_documents_as_files import text_of_pdf, words
from tests.plans import plan

DAY = timedelta(days=1)
WEEK = Week.of(NOON)


def test_a_week_is_counted_from_monday_beijing_time() -> None:
    sunday_night = datetime(2026, 3, 8, 15, 59, tzinfo=UTC)
    assert Week.of(sunday_night).code == "2026-W10"
    assert Week.of(sunday_night + timedelta(minutes=1)).code == "2026-W11"
    assert Week.read("2026-W53").monday.isoformat() == "2026-12-28"
    for wrong in ("2026-W54", "2025-W53", "2026-10", "2026-W00", ""):
        assert Week.read(wrong) is None
    assert week_on_offer("2026-W10", NOON) == WEEK
    assert week_on_offer("2026-W11", NOON) is None
    assert week_on_offer("2024-W10", NOON) is None


@pytest.fixture
def busy(stage: Stage) -> Stage:
    """Return the stage with orders, cases of towns and directives in every state, clocks scattered."""
    for number in range(9):
        whistle = stage.whistle(departments=["ZJW"])
        if number % 3 == 0:
            order = stage.order(whistle)
            who = stage.who("department3")
            for step in ("acknowledge", "report_in"):
                advance_order(order.pk, step, actor=who, at=stage.at)
            at = stage.at + timedelta(hours=number)
            advance_order(order.pk, "finish", actor=who, at=at, result="已办结")
        if number % 4 == 0:
            order = stage.order(whistle, "ZJW")
            advance_order(order.pk, "withdraw", actor=stage.who("town"), at=stage.at, reason="多余")
    rejected = stage.case()
    advance(rejected.pk, "reject", actor=stage.who("supervisor"), at=stage.at, reason="重复")
    for number in range(4):
        one = directive(stage, due_at=stage.at + (number + 1) * DAY)
        if number % 2:
            entry(stage, one, "done", "department3", at=stage.at + 3 * DAY)
    _scatter(Random(5))
    return stage


def _scatter(rng: Random) -> None:
    """Move the due and end times of every finish clock about the week."""
    for clock in Clock.objects.filter(kind__in=["finish", "answer"]):
        clock.due_at = NOON + rng.uniform(-9, 9) * DAY
        if clock.stopped_at:
            clock.stopped_at = NOON + rng.uniform(-9, 9) * DAY
        clock.save()


def recounted(week: Week, at: datetime) -> Counter[tuple[str, str]]:
    """Count one by one, without the queries of the docket."""
    found: Counter[tuple[str, str]] = Counter()
    cut = min(at, week.ends)
    ends: list[tuple[str, datetime, datetime | None]] = []
    for clock in Clock.objects.filter(kind__in=["finish", "answer"]).select_related("case", "unit"):
        order = Order.objects.filter(pk=clock.order_ref).first() if clock.order_ref else None
        gone = clock.case.state in ("rejected", "merged") or (order and order.state == "withdrawn")
        if not (clock.stopped_at and gone) and clock.due_at:
            ends.append((clock.unit.code, clock.due_at, clock.stopped_at))
    directives = Directive.objects.select_related("lead")
    ends += [(one.lead.code, one.due_at, one.reported_at) for one in directives]
    for unit, due, end in ends:
        found[unit, "due"] += week.begins <= due < week.ends
        done = end is not None and week.begins <= end < week.ends
        found[unit, "done"] += done
        found[unit, "done_late"] += bool(done and end and end > due)
        found[unit, "late"] += due < cut and (end is None or end >= cut)
    return +found


@pytest.mark.parametrize("week", [WEEK.before, WEEK, WEEK.after])
@pytest.mark.parametrize("days", [0, 2.5, 20])
def test_the_docket_is_what_counting_one_by_one_gives(busy: Stage, week: Week, days: float) -> None:
    at = NOON + days * DAY
    found = docket(week, busy.who("supervisor"), at)
    names = ("due", "done", "done_late", "late")
    counted = {(a.unit.code, name): getattr(a, name) for a in found.accounts for name in names}
    assert +Counter(counted) == recounted(week, at)


def test_each_number_opens_as_many_rows(busy: Stage) -> None:
    at = NOON + 2 * DAY
    supervisor = busy.who("supervisor")
    found = docket(WEEK, supervisor, at)
    assert {account.unit.code for account in found.accounts} == {"XFZD", "ZJW", TOWN}
    for account in found.accounts:
        assert account.opens
        for kind in KINDS:
            rows = rows_behind(kind, WEEK, account.unit, supervisor, at)
            assert len(rows.page.rows) + len(rows.directives) == getattr(account, kind)


def test_a_department_opens_its_own_numbers_only(busy: Stage) -> None:
    found = docket(WEEK, busy.who("department3"), NOON)
    assert {a.unit.code for a in found.accounts if a.opens} == {"XFZD"}
    zjw = Unit.objects.get(code="ZJW")
    rows = rows_behind("due", WEEK, zjw, busy.who("department"), NOON)
    assert not rows.page.rows


def test_a_frozen_docket_stays_as_it_stood_and_is_frozen_once(busy: Stage) -> None:
    supervisor, at = busy.who("supervisor"), NOON + 2 * DAY
    found = docket(WEEK, supervisor, at)
    paper = freeze_docket(WEEK, actor=supervisor, at=at)
    Clock.objects.all().update(due_at=NOON - 30 * DAY)
    sheet = Sheet.from_json(Paper.objects.get(pk=paper.pk).sheet)
    units, late = sheet.tables
    assert [int(row[1]) for row in units.rows] == [account.due for account in found.accounts]
    assert len(late.rows) == found.total("late")
    assert (paper.number, paper.to_all) == ("区交账〔2026〕1号", True)
    with pytest.raises(StepRefused):
        freeze_docket(WEEK, actor=supervisor, at=at)
    town = busy.who("town")
    with pytest.raises(PermissionDenied):
        freeze_docket(WEEK.before, actor=town, at=at)


def test_a_docket_names_no_confidential_case(stage: Stage) -> None:
    case = stage.case(confidential=True)
    Clock.objects.filter(case=case, kind="finish").update(due_at=NOON - DAY)
    paper = freeze_docket(WEEK, actor=stage.who("supervisor"), at=NOON)
    assert case.number not in str(paper.sheet)
    assert "涉密诉求" in str(paper.sheet)


def test_the_docket_prints_in_official_form_with_its_tables(busy: Stage) -> None:
    paper = freeze_docket(WEEK, actor=busy.who("supervisor"), at=NOON + 2 * DAY)
    sheet = Sheet.from_json(paper.sheet)
    file: Any = docx.Document(BytesIO(docx_of(sheet)))
    text = "\n".join(paragraph.text for paragraph in file.paragraphs)
    assert paper.number in text
    assert "区城市管理指挥中心交账清单" in text
    assert "各街道（镇）、各部门：" in text
    for table, drawn in zip(sheet.tables, file.tables, strict=True):
        cells = [tuple(cell.text for cell in row.cells) for row in drawn.rows]
        assert cells == [table.columns, *table.rows]
    pdf = text_of_pdf(pdf_of(sheet))
    for part in (paper.number, "各单位交账情况", "区消防救援支队", "2026年第10周交账清单"):
        assert words(part) in pdf, part


def test_a_long_table_runs_over_pages_and_repeats_its_head(busy: Stage) -> None:
    lines = tuple(("区消防救援支队", f"第{n}件事项" * 6, "2026年3月4日", str(n)) for n in range(70))
    sheet = sheet_of(
        "docket",
        docket_words(DocketFacts(WEEK, NOON, (), lines, 0)),
        number="区交账〔2026〕9号",
        issuer="区城市管理指挥中心",
        at=NOON,
    )
    pages = [words(page.extract_text()) for page in PdfReader(BytesIO(pdf_of(sheet))).pages]
    assert len(pages) > 3
    assert all("逾期天数" in page for page in pages[:-1])
    assert all("第0件事项" not in page for page in pages[1:])
    assert "第69件事项" in "".join(pages)


def test_the_docket_costs_the_same_for_few_and_for_many(busy: Stage) -> None:
    def cost() -> int:
        supervisor = busy.who("supervisor")
        assert supervisor.sees_district
        with CaptureQueriesContext(connection) as caught:
            docket(WEEK, supervisor, NOON)
        return len(caught)

    few = cost()
    for _each in range(5):
        busy.whistle(lead="CGW", departments=["GD"])
    directive(busy, lead="ZJW")
    assert cost() == few
    assert few <= 5


def test_the_docket_reads_its_clocks_by_index(busy: Stage) -> None:
    for kind in KINDS:
        found = plan(*clocks_of(kind, WEEK, NOON + 2 * DAY).query.sql_with_params())
        assert "clock_account" in found, found
