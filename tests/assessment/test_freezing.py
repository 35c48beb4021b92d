"""Frozen periods: rebuilt to the letter, tampering found, what is put right later stands in the ledger once."""

import json
import zlib
from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from accounts.models import Unit, User
from accounts.refusals import StepRefused
from assessment import periods
from assessment.models import (
    AssessmentPolicy,
    Correction,
    FrozenInput,
    FrozenPeriod,
    Job,
    LeaderMark,
    PeriodFigures,
    UnitScore,
)
from assessment.queries import kept as lines_kept
from assessment.services import scores
from assessment.services.freezing import freeze, rebuild
from assessment.services.ledger import corrections_shown_in, find_corrections, watch
from assessment.services.night import freeze_ended_periods, months_to_freeze
from assessment.services.reports import reckon, report
from assessment.services.verifying import verify
from assessment.services.workings import working_of_department, working_of_town
from cases.models import Callback, Case, Category
from dispatch.models import HistoryImport, Order
from grids.models import Area
from tests.assessment.histories import APRIL, history
from tests.cast import TOWN, Stage

MAY = APRIL + timedelta(days=35)


@pytest.fixture
def march(stage: Stage) -> periods.Span:
    history(stage.people, 71, 24)
    return periods.find("2026-03")


def frozen_now(span: periods.Span) -> FrozenPeriod:
    return freeze(span, None, APRIL)


def tampered(table: str, change: str, *given: object) -> None:
    """Write behind the back of the guard, as somebody with the keys of the database could."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SET CONSTRAINTS ALL IMMEDIATE"
        )  # a table with events waiting is not altered
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {table} SET {change}", given)
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def everything_is_put_right(stage: Stage) -> None:
    """Change rows, names and rules, as a year of work would."""
    Case.objects.filter(counted=True).update(counted=False)
    Callback.objects.filter(outcome="reached").update(resolved="no")
    Area.objects.filter(code=TOWN).update(name="新街道")
    Unit.objects.filter(code="CGW").update(name="新委", active=False)
    Category.objects.filter(code="0306").update(name="新类")
    AssessmentPolicy.objects.update(
        response_weight="0.3", resolution_weight="0.35", satisfaction_weight="0.35", decimals=1
    )
    scores.refresh(periods.find("2026-02"), APRIL)


def test_frozen_figures_are_those_of_the_rows(march: periods.Span) -> None:
    live = reckon(march, APRIL)
    frozen = frozen_now(march)
    kept = json.loads(frozen.figures)
    assert kept == json.loads(json.dumps(live))
    assert report(march, MAY) == kept | {
        "frozen": {
            "at": "2026-04-01T00:00:00+08:00",
            "inputs_hash": frozen.inputs_hash,
            "figures_hash": frozen.figures_hash,
        }
    }


def test_it_is_rebuilt_to_the_letter_whatever_was_changed_since(
    stage: Stage, march: periods.Span
) -> None:
    frozen = frozen_now(march)
    everything_is_put_right(stage)
    assert rebuild(FrozenPeriod.objects.get()) == frozen.figures
    assert reckon(march, MAY)["by_town"] != json.loads(frozen.figures)["by_town"]
    assert verify(march, MAY).sound
    assert report(march, MAY)["policy"]["weights"]["response"] == "0.1"


def test_freezing_twice_gives_the_first(stage: Stage, march: periods.Span) -> None:
    first = frozen_now(march)
    everything_is_put_right(stage)
    assert freeze(march, stage.who("assessor"), MAY).figures_hash == first.figures_hash
    assert FrozenPeriod.objects.get().frozen_at == APRIL
    assert FrozenPeriod.objects.get().frozen_by is None


def test_the_same_rows_give_the_same_hashes(march: periods.Span) -> None:
    first = frozen_now(march)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            "TRUNCATE assessment_frozeninput, assessment_correction, assessment_frozenperiod CASCADE"
        )
    PeriodFigures.objects.all().delete()
    second = frozen_now(march)
    assert (first.inputs_hash, first.figures_hash) == (second.inputs_hash, second.figures_hash)


def test_a_period_that_runs_is_not_frozen_and_not_by_everybody(
    stage: Stage, march: periods.Span
) -> None:
    with pytest.raises(StepRefused):
        freeze(march, None, march.ends_at - timedelta(microseconds=1))
    for name in ("leader", "supervisor", "town", "department", "operator"):
        with pytest.raises(PermissionDenied):
            freeze(march, stage.who(name), APRIL)
    assert freeze(march, stage.who("admin"), march.ends_at).frozen_by == stage.who("admin")


def test_pages_show_the_frozen_figures(stage: Stage, march: periods.Span) -> None:
    frozen_now(march)
    before = list(
        UnitScore.objects.filter(period="2026-03")
        .order_by("pk")
        .values_list("unit__code", "score", "rank")
    )
    everything_is_put_right(stage)
    scores.refresh(march, MAY)
    assert scores.figures_of(march, MAY).figures["frozen"]
    after = list(
        UnitScore.objects.filter(period="2026-03")
        .order_by("pk")
        .values_list("unit__code", "score", "rank")
    )
    assert after == before


def test_the_guard_refuses_to_change_or_delete(march: periods.Span) -> None:
    frozen_now(march)
    Case.objects.filter(town=TOWN, state="closed").update(counted=False)
    find_corrections(FrozenPeriod.objects.get(), MAY)
    for rows in (FrozenPeriod.objects, FrozenInput.objects, Correction.objects):
        for change in (lambda r: r.update(id=-1), lambda r: r.all()._raw_delete("default")):
            with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
                change(rows)


def bend_a_byte_of_a_line() -> None:
    chunk = FrozenInput.objects.get(part="order")
    body = zlib.compress(zlib.decompress(bytes(chunk.body)).replace(b"\tt\t", b"\tf\t", 1))
    tampered("assessment_frozeninput", "body = %s WHERE id = %s", body, chunk.pk)


def break_the_compression() -> None:
    chunk = FrozenInput.objects.get(part="case")
    body = bytes(chunk.body)
    middle = len(body) // 2
    body = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
    tampered("assessment_frozeninput", "body = %s WHERE id = %s", body, chunk.pk)


def lose_a_chunk() -> None:
    tampered("assessment_frozeninput", "part = 'gone' WHERE part = 'limit'")


def better_the_figures() -> None:
    tampered("assessment_frozenperiod", "figures = replace(figures, '\"rank\":2', '\"rank\":1')")


def better_figures_and_hash() -> None:
    better_the_figures()
    tampered("assessment_frozenperiod", "figures_hash = encode(sha256(figures::bytea), 'hex')")


def change_the_rules() -> None:
    tampered("assessment_frozenperiod", "policy = jsonb_set(policy, '{basic_factor}', '\"1\"')")


def change_a_name() -> None:
    tampered("assessment_frozenperiod", "names = jsonb_set(names, '{names,towns}', '{}')")


def change_the_roll_up() -> None:
    PeriodFigures.objects.update(figures={"score": 100})


@pytest.mark.parametrize(
    "tamper",
    [
        bend_a_byte_of_a_line,
        break_the_compression,
        lose_a_chunk,
        better_the_figures,
        better_figures_and_hash,
        change_the_rules,
        change_a_name,
        change_the_roll_up,
    ],
)
def test_tampering_is_found(march: periods.Span, tamper) -> None:
    frozen_now(march)
    tamper()
    found = verify(march, MAY)
    assert not found.sound
    with pytest.raises(CommandError):
        call_command("freeze", "2026-03", verify=True, stdout=StringIO())


def test_lines_that_cannot_be_read_leave_the_connection_usable(march: periods.Span) -> None:
    """A comparison that breaks off half way through the rows must not hang whoever runs it."""
    frozen = frozen_now(march)
    chunk = FrozenInput.objects.get(part="case")
    first, *_others = zlib.decompress(bytes(chunk.body)).splitlines(keepends=True)
    broken = zlib.compress(first + b"A line with nothing more\n")
    tampered("assessment_frozeninput", "body = %s WHERE id = %s", broken, chunk.pk)
    with pytest.raises(ValueError, match="shorter"):
        find_corrections(frozen, MAY)
    assert FrozenPeriod.objects.exists()


def test_freezing_that_is_broken_off_leaves_nothing_behind(
    march: periods.Span, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        lines_kept, "CHUNK", 10
    )  # a chunk for each line: it is stopped while lines come
    told = []

    def stop(done: int, total: int, stage: str = "") -> None:
        told.append(stage)
        if len(told) == 3:
            raise StepRefused(stage)

    with pytest.raises(StepRefused):
        freeze(march, None, APRIL, stop)
    assert not FrozenPeriod.objects.exists()


def test_a_late_correction_is_entered_once_and_shown_in_the_month_it_was_found(
    march: periods.Span,
) -> None:
    frozen = frozen_now(march)
    case = answered_case()
    Case.objects.filter(pk=case.pk).update(counted=False)
    [entry, *others] = find_corrections(frozen, MAY)
    assert {e.part for e in others} <= {"order", "led"}
    assert (entry.part, entry.key, entry.case, entry.unit.code) == (
        "case",
        case.number,
        case,
        case.town_id,
    )
    assert (said(entry.before), said(entry.after)) == (True, False)
    was, would = entry.effect["score"]
    assert was == row_of(json.loads(frozen.figures), case.town_id)["score"]
    assert would == row_of(reckon(march, MAY), case.town_id)["score"] != was
    assert find_corrections(frozen, MAY + timedelta(days=1)) == []
    assert watch(MAY + timedelta(days=2)) == 0
    assert entry in corrections_shown_in("2026-05")
    assert not corrections_shown_in("2026-03").exists()
    assert report(march, MAY)["by_town"] == json.loads(frozen.figures)["by_town"]


def said(line: dict | None) -> bool:
    return (line or {})["counted"]


def answered_case() -> Case:
    reached = Callback.objects.filter(outcome="reached", case__counted=True, case__state="closed")
    rows = Case.objects.filter(pk__in=reached.values("case"), received_at__month=3)
    return rows.exclude(received_at__day__in=[1, 31]).order_by("pk")[0]


def row_of(figures: dict, code: str) -> dict:
    return next(row for row in figures["by_town"] if row["code"] == code)


def test_what_is_put_back_and_what_is_new_is_entered_too(march: periods.Span) -> None:
    frozen = frozen_now(march)
    case = answered_case()
    Case.objects.filter(pk=case.pk).update(counted=False)
    first = find_corrections(frozen, MAY)
    Case.objects.filter(pk=case.pk).update(counted=True)
    back = find_corrections(frozen, MAY)
    assert {(e.part, e.key) for e in back} == {(e.part, e.key) for e in first}
    own = next(e for e in back if e.part == "case")
    assert (said(own.before), said(own.after)) == (False, True)
    assert find_corrections(frozen, MAY) == []
    late = Case.objects.get(pk=case.pk)
    late.pk, late.number = None, "LATE1"
    late.save(force_insert=True)
    new = [e for e in find_corrections(frozen, MAY) if e.part == "case"]
    assert [(e.key, e.before, (e.after or {})["number"]) for e in new] == [("LATE1", None, "LATE1")]
    assert find_corrections(frozen, MAY) == []


def test_workings_of_a_frozen_period_come_from_the_kept_lines(
    stage: Stage, march: periods.Span
) -> None:
    frozen = frozen_now(march)
    before = working_of_department(march, "CGW"), working_of_town(march, TOWN)
    everything_is_put_right(stage)
    assert (working_of_department(march, "CGW"), working_of_town(march, TOWN)) == before
    assert before[0]["frozen"] == frozen.inputs_hash


def test_lines_with_marks_of_the_format_come_back(stage: Stage, march: periods.Span) -> None:
    Unit.objects.filter(code="CGW").update(code="C\tG\\W")
    frozen_now(march)
    found = working_of_department(march, "C\tG\\W")
    assert found["parts"]["timeliness"]["count"] > 0
    assert verify(march, MAY).sound


def test_the_command_freezes_and_verifies(march: periods.Span) -> None:
    out = StringIO()
    call_command("freeze", "2026-03", stdout=out)
    frozen = FrozenPeriod.objects.get()
    assert frozen.inputs_hash in out.getvalue()
    Order.objects.filter(case=answered_case()).update(state="withdrawn", settled_at=APRIL)
    Case.objects.filter(pk=answered_case().pk).update(counted=False)
    out = StringIO()
    call_command("freeze", "2026-03", verify=True, stdout=out)
    assert "counted: True → False" in out.getvalue()
    for args in (["2026-13"], ["2999-01"], ["2025-01", "--verify"]):
        with pytest.raises(CommandError):
            call_command("freeze", *args, stdout=StringIO())


def test_the_night_freezes_what_has_been_over_long_enough(march: periods.Span) -> None:
    assert [s.name for s in months_to_freeze(march.ends_at + timedelta(days=14))] == ["2026-02"]
    due = march.ends_at + timedelta(days=15)
    assert [s.name for s in months_to_freeze(due)] == ["2026-02", "2026-03"]
    assert freeze_ended_periods(due) == 2
    assert freeze_ended_periods(due) == 2  # asked for again, and still one job each
    assert set(Job.objects.values_list("key", flat=True)) == {"freeze:2026-02", "freeze:2026-03"}
    frozen_now(march)
    assert [s.name for s in months_to_freeze(due)] == ["2026-02"]
    AssessmentPolicy.objects.update(freeze_after=0)
    assert list(months_to_freeze(due)) == []


def test_a_leader_who_is_called_otherwise_corrects_nothing(
    stage: Stage, march: periods.Span
) -> None:
    leader, unit = stage.who("leader"), Unit.objects.get(code="CGW")
    given, _new = LeaderMark.objects.update_or_create(
        period=march.name, unit=unit, marked_by=leader, defaults={"mark": 90, "at": APRIL}
    )
    frozen = frozen_now(march)
    User.objects.filter(pk=leader.pk).update(display_name="区长")
    assert find_corrections(frozen, MAY) == []
    LeaderMark.objects.filter(pk=given.pk).update(mark=80)
    [found] = find_corrections(frozen, MAY)
    assert found.before is not None
    assert found.after is not None
    assert (found.before["mark"], found.after["mark"]) == (90, 80)


def test_what_is_being_imported_is_not_frozen_by_the_calendar(march: periods.Span) -> None:
    """Half a file would be frozen, and the rest of it would stand in the ledger line by line."""
    due = march.ends_at + timedelta(days=15)
    history = HistoryImport.objects.create(sha256="0" * 64, name="h.csv", size=1, started_at=due)
    assert list(months_to_freeze(due + timedelta(hours=1))) == []
    history.finished_at = due + timedelta(hours=2)
    history.save()
    assert list(months_to_freeze(history.finished_at + timedelta(days=14))) == []
    later = history.finished_at + timedelta(days=15)
    assert [s.name for s in months_to_freeze(later)] == ["2026-02", "2026-03"]


def test_in_the_quiet_hour_frozen_months_are_compared(march: periods.Span) -> None:
    frozen_now(march)
    AssessmentPolicy.objects.update(freeze_after=0)
    Case.objects.filter(pk=answered_case().pk).update(counted=False)
    assert freeze_ended_periods(MAY.replace(hour=12)) == 0
    assert freeze_ended_periods(MAY.replace(hour=3)) >= 1
    assert Correction.objects.exists()
