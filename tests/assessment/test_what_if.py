"""A proposed rule is tried on a past period beside history, and the rules in force give history back."""

import json
import random
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse

from accounts.models import Notice
from assessment import periods
from assessment.models import UnitScore
from assessment.services.proposals import changed_limits, proposed_calendar
from assessment.services.reports import read_sources, report
from assessment.services.trials import Proposal, try_out
from cases.models import CaseEvent, Clock, ClockEntry, TimeLimit
from cases.services.breaches import sweep_breaches
from cases.services.clocks import extend_clock
from cases.services.limits import Rule
from cases.services.steps import advance
from dispatch.services.steps import advance_order
from tests.cast import Stage

MARCH = "2026-03"


@pytest.fixture
def month(stage: Stage) -> Stage:
    """A month of lives by chance: in time and late, held, extended, sent back, still open."""
    dice = random.Random(5)
    for number in range(16):
        stage.at += timedelta(hours=dice.randint(1, 20))
        case = stage.case()
        at = stage.at + timedelta(minutes=dice.choice([20, 400, 3000]))
        if number % 3 == 0:
            advance(case.pk, "handle", actor=stage.who("town"), at=at)
            at += timedelta(days=dice.choice([1, 6, 12]))
            if number % 2:
                until = (at + timedelta(days=3)).date()
                advance(
                    case.pk, "hold", actor=stage.who("supervisor"), at=at, until=until, reason="等"
                )
                at += timedelta(days=1)
                advance(case.pk, "resume", actor=stage.who("supervisor"), at=at)
            advance(case.pk, "finish", actor=stage.who("town"), at=at, result="清了")
            continue
        whistle = stage.whistle(case)
        order = stage.order(whistle)
        live(stage, order, dice)
    for clock in Clock.objects.filter(order_ref=stage.order(stage.whistle()).pk):
        extend_clock(clock, Rule(Decimal(100), "workday", "长期"), stage.at)  # still running
    stage.at += timedelta(days=60)
    sweep_breaches(stage.at)
    return stage


def live(stage, order, dice: random.Random):
    at = stage.at + timedelta(minutes=dice.choice([10, 300, 4000]))
    brigade = stage.who("department3")
    advance_order(order.pk, "acknowledge", actor=brigade, at=at)
    at += timedelta(hours=dice.choice([1, 30, 100]))
    advance_order(order.pk, "report_in", actor=brigade, at=at)
    clock = Clock.objects.filter(order_ref=order.pk, kind="finish", stopped_at=None).first()
    if clock and dice.random() < 0.5:
        extend_clock(clock, Rule(Decimal(2), "workday", "延期"), at)
    if dice.random() < 0.8:
        at += timedelta(days=dice.choice([1, 5, 12]))
        advance_order(order.pk, "finish", actor=brigade, at=at, result="清了")
        if dice.random() < 0.4:
            at += timedelta(hours=5)
            advance_order(order.pk, "send_back", actor=stage.who("town"), at=at, reason="没清干净")


def stored() -> tuple[TimeLimit, ...]:
    return tuple(TimeLimit.objects.order_by("pk"))


@pytest.mark.parametrize("proposal", ["nothing", "limits", "calendar"])
def test_the_rules_in_force_give_history_back_to_the_last_clock(month: Stage, proposal: str):
    span = periods.find(MARCH)
    tried = {
        "nothing": Proposal(),
        "limits": Proposal(limits=stored()),
        "calendar": Proposal(calendar=proposed_calendar("08:00-12:00, 14:00-18:00", "")),
    }[proposal]
    trial = try_out(span, tried, month.at)
    late = Clock.objects.filter(breached_at__isnull=False).exclude(kind="act").count()
    assert trial.whole.late_then == trial.whole.late_now == late > 10
    assert (trial.changed, trial.moved, trial.changes) == (0, 0, [])
    assert all(then == now for then, now in [*trial.towns, *trial.departments])
    history = report(span, month.at)
    assert_says_the_same(trial.departments, history["by_department"])
    assert_says_the_same(trial.towns, history["by_town"])


def assert_says_the_same(pairs, rows):
    """The report says more of each: how sure its rank is."""
    for (_then, now), row in zip(pairs, rows, strict=True):
        assert row == row | now


def test_a_shorter_limit_makes_more_late_and_moves_scores(month):
    row = TimeLimit.objects.get(clock="finish", whistle_kind="daily", redo=False)
    limits = changed_limits({row.pk: (Decimal(1), "workday")})
    trial = try_out(periods.find(MARCH), Proposal(limits=limits), month.at)
    assert trial.whole.late_now > trial.whole.late_then
    assert trial.by_kind["finish"].late_now > trial.by_kind["finish"].late_then
    assert trial.by_kind["acknowledge"].late_now == trial.by_kind["acknowledge"].late_then
    brigade = next(pair for pair in trial.departments if pair[0]["code"] == "XFZD")
    assert brigade[1]["parts"]["timeliness"] < brigade[0]["parts"]["timeliness"]
    assert trial.changed == len(trial.changes) > 0
    assert all(change.late_now and change.due_now < change.due_then for change in trial.changes)


def test_a_row_for_the_future_is_tried_as_if_it_had_been_in_force(month):
    row = TimeLimit.objects.get(clock="finish", whistle_kind="daily", redo=False)
    row.pk, row.amount, row.valid_from = None, Decimal(30), month.at.date() + timedelta(days=40)
    trial = try_out(periods.find(MARCH), Proposal(limits=(*stored(), row)), month.at)
    assert trial.by_kind["finish"].late_now < trial.by_kind["finish"].late_then


def test_a_time_set_by_a_person_stays(stage):
    stage.whistle(assembly_at=stage.at + timedelta(days=2), assembly_place="小区门口")
    trial = try_out(periods.find(MARCH), Proposal(limits=stored()), stage.at)
    assert trial.kept_own_rule == 2


def test_other_hours_move_what_is_counted_in_working_time(month):
    calendar = proposed_calendar("09:00-12:00, 13:00-17:00", "2026-03-09 rest 停工")
    trial = try_out(periods.find(MARCH), Proposal(calendar=calendar), month.at)
    assert trial.moved > 0


def test_a_trial_writes_nothing(month):
    def rows() -> list[object]:
        return [
            list(model.objects.order_by("pk").values())
            for model in (Clock, ClockEntry, CaseEvent, Notice, TimeLimit, UnitScore)
        ]

    before = rows()
    limits = changed_limits({stored()[3].pk: (Decimal(1), "urgent_hour")})
    try_out(periods.find(MARCH), Proposal(limits=limits), month.at)
    assert rows() == before


def test_facts_are_counted_as_the_report_counts_them(month):
    trial = try_out(periods.find(MARCH), Proposal(limits=stored()), month.at)
    assert Clock.objects.filter(stopped_at=None, breached_at=None, kind="report_in").exists()
    decided = sum(facts.decided for facts in read_sources(periods.find(MARCH)).units.values())
    shown = [row["limits"] for _then, row in trial.departments]
    assert sum(limit["decided"] for limits in shown for limit in limits.values()) == decided


@pytest.mark.parametrize(
    ("role", "status"),
    [("assessor", 200), ("supervisor", 200), ("leader", 200), ("admin", 200)]
    + [(name, 403) for name in ("operator", "town", "department3", "callback", "gridworker")],
)
def test_the_page_is_for_those_who_read_the_figures(client, stage, role, status):
    client.force_login(stage.who(role))
    assert client.get(reverse("assessment:what_if")).status_code == status


def filled(client, **changed):
    page = client.get(reverse("assessment:what_if"))
    form = page.context["form"]
    data = {bound.name: bound.value() for bound in form if bound.value() not in (None, "")}
    return client.post(reverse("assessment:what_if"), data | {"period": MARCH} | changed)


def test_the_page_tries_what_was_typed_and_keeps_it(client, month):
    client.force_login(month.who("assessor"))
    row = TimeLimit.objects.get(clock="finish", whistle_kind="daily", redo=False)
    page = filled(
        client,
        **{f"amount_{row.pk}": "1", "response": "10", "resolution": "45", "satisfaction": "45"},
    )
    trial = page.context["trial"]
    assert trial.whole.late_now > trial.whole.late_then
    assert page.context["form"][f"amount_{row.pk}"].value() == "1"
    assert trial.changes[0].number in page.text


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("period", "2026-13"),
        ("hours", "8 to 12"),
        ("hours", "14:00-18:00, 08:00-12:00"),
        ("hours", "25:00-26:00"),
        ("days", "2026-02-30 rest"),
        ("days", "tomorrow"),
        ("response", "50"),
        ("marks", "20"),
    ],
)
def test_what_cannot_be_tried_is_said_at_its_field(client, month, field, typed):
    client.force_login(month.who("assessor"))
    page = filled(client, **{field: typed})
    assert page.context["trial"] is None
    assert page.context["form"].errors[field]
    assert page.context["form"][field].value() == typed


def test_the_command_tries_a_table_of_limits(month, tmp_path: Path):
    table = Path("cases/data/time_limits.csv").read_text(encoding="utf-8")
    path = tmp_path / "limits.csv"
    path.write_text(table, encoding="utf-8")
    out = StringIO()
    call_command("whatif", MARCH, limits=path, json=True, stdout=out)
    told = json.loads(out.getvalue())
    assert told["whole"]["late_then"] == told["whole"]["late_now"]
    out = StringIO()
    call_command("whatif", MARCH, hours="09:00-12:00", weights="10/45/45", stdout=out)
    assert str(told["whole"]["late_then"]) in out.getvalue()
    with pytest.raises(CommandError):
        call_command("whatif", MARCH, weights="50/50")
    with pytest.raises(CommandError):
        call_command("whatif", "2026-13")
