"""Limits, ladders and policies are rows with dates and sources; the most specific one in force wins."""

import csv
import io
import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client

from accounts.tables import ImportRefused
from cases.ladders import Form, read_rungs
from cases.lifecycle import ClockKind
from cases.models import AdjustmentPolicy, Clock, Ladder, TimeLimit, WorkHours
from cases.services import limits
from cases.services.adjustments import policy_for
from cases.services.limits import Facts, NoLimit, rules_for
from cases.services.policies import import_adjustments, import_ladders
from cases.services.reference import import_limits
from tests.cast import NOON, ROOT, Stage

DATA = ROOT / "cases/data"
PLAIN: dict[str, Any] = {"urgency": "normal", "case_kind": "complaint", "category": "0306"}


def rule_of(clock: str, at: Any = NOON, **facts: Any) -> tuple[Decimal, str]:
    found = rules_for([clock], Facts(**(PLAIN | facts)), at)[clock]
    return found.amount, found.unit


def test_every_shipped_limit_names_its_source_and_every_kind_of_clock_has_one(
    stage: Stage,
) -> None:
    text = (DATA / "time_limits.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert TimeLimit.objects.count() == len(rows)
    assert all(len(row["source"]) > 8 for row in rows)
    given_by_a_rule = set(ClockKind.values) - {ClockKind.ITEM}  # a problem's limit is its blower's
    general = rules_for(given_by_a_rule, Facts(**PLAIN, whistle_kind="daily"), NOON)
    assert general.keys() == given_by_a_rule


@pytest.mark.parametrize(
    ("clock", "facts", "wanted"),
    [
        ("finish", {}, (5, "workday")),
        ("finish", {"case_kind": "enquiry"}, (1, "workday")),
        ("finish", {"case_kind": "enquiry", "urgency": "urgent"}, (24, "urgent_hour")),
        ("finish", {"whistle_kind": "hard"}, (15, "workday")),
        ("finish", {"whistle_kind": "hard", "urgency": "urgent"}, (15, "workday")),
        ("finish", {"whistle_kind": "hard", "redo": True}, (3, "workday")),
        ("finish", {"urgency": "critical", "redo": True}, (24, "urgent_hour")),
        ("finish", {"whistle_kind": "emergency", "redo": True}, (24, "urgent_hour")),
        ("contact", {}, (1, "workday")),
        ("contact", {"urgency": "urgent"}, (2, "urgent_hour")),
        ("contact", {"urgency": "critical"}, (Decimal("0.5"), "urgent_hour")),
        ("report_in", {"whistle_kind": "emergency"}, (Decimal("0.5"), "urgent_hour")),
        ("act", {"whistle_kind": "emergency"}, (Decimal("0.25"), "urgent_hour")),
        ("check", {}, (Decimal("0.5"), "natural_hour")),
        ("verify", {}, (24, "natural_hour")),
    ],
)
def test_the_most_specific_limit_wins(
    stage: Stage, clock: str, facts: dict[str, Any], wanted: tuple[Any, str]
) -> None:
    assert rule_of(clock, **facts) == (Decimal(wanted[0]), wanted[1])


def test_a_condition_is_above_whistle_urgency_and_category_and_below_redo_alone(
    stage: Stage,
) -> None:
    given = {"unit": "workday", "source": "试行", "valid_from": date(2026, 1, 1)}
    TimeLimit.objects.create(clock="finish", condition="X-1", amount=7, **given)
    TimeLimit.objects.create(clock="finish", category="0306", urgency="urgent", amount=8, **given)
    limits.forget()
    of_it = {"condition": "X-1"}
    assert rule_of("finish", **of_it)[0] == 7
    assert rule_of("finish", whistle_kind="hard", urgency="urgent", **of_it)[0] == 7
    assert rule_of("finish", condition="X-2")[0] == 5
    assert rule_of("finish", redo=True, **of_it)[0] == 3
    limits.forget()


def test_a_limit_holds_from_its_first_day_to_its_last(stage: Stage) -> None:
    TimeLimit.objects.create(
        clock="finish",
        category="0306",
        amount=2,
        unit="workday",
        source="专项整治",
        valid_from=date(2026, 3, 4),
        valid_to=date(2026, 3, 6),
    )
    limits.forget()
    found = [rule_of("finish", NOON + timedelta(days=days))[0] for days in (-1, 0, 2, 3)]
    assert found == [5, 2, 2, 5]
    limits.forget()


def test_other_rows_may_be_tried_instead_of_the_stored_ones(stage: Stage) -> None:
    tried = [
        TimeLimit(clock="finish", amount=9, unit="workday", valid_from=date(2020, 1, 1)),
        TimeLimit(
            clock="finish",
            urgency="normal",
            amount=1,
            unit="workday",
            valid_from=date(2020, 1, 1),
        ),
    ]
    facts = Facts(**PLAIN)
    assert rules_for(["finish"], facts, NOON, rows=tried)["finish"].amount == 1
    assert rules_for(["finish", "contact"], facts, NOON, rows=tried).keys() == {"finish"}
    with pytest.raises(NoLimit):
        rules_for(["finish", "decide"], facts, NOON, rows=tried)


def test_past_clocks_know_what_they_were_judged_by(stage: Stage) -> None:
    order = stage.order(stage.whistle(stage.case(urgency="urgent")))
    clock = Clock.objects.get(order_ref=order.pk, kind="finish")
    facts = clock.policy["facts"]
    again = rules_for(["finish"], Facts(**facts), NOON)["finish"]
    assert (facts["whistle_kind"], facts["urgency"]) == ("daily", "urgent")
    assert again.snapshot() == clock.policy


# --- files


HEADER = "clock,whistle_kind,urgency,case_kind,category,redo,amount,unit,source,valid_from"


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["accept,,,,,,2,workday,试行,2026-01-01,2025-12-31"], 2),
        (["accept,,,,,,2,workday,试行,2026-01-01,soon"], 2),
        (
            [
                "accept,,,,01,,2,workday,试行,2026-01-01,2026-06-30",
                "accept,,,,01,,3,workday,试行,2026-06-30,",
            ],
            3,
        ),
        (
            [
                "accept,,,,01,,2,workday,试行,2026-01-01,",
                "accept,,,,01,,3,workday,试行,2026-01-01,",
            ],
            3,
        ),
    ],
)
def test_dates_that_run_backward_or_overlap_are_refused_by_line(
    stage: Stage, tmp_path: Path, lines: list[str], line: int
) -> None:
    path = tmp_path / "limits.csv"
    path.write_text("\n".join([f"{HEADER},valid_to", *lines]), encoding="utf-8")
    with pytest.raises(ImportRefused) as refusal:
        import_limits(path)
    assert [at for at, _text in refusal.value.errors] == [line]


def test_a_row_may_not_begin_inside_a_stored_one(stage: Stage, tmp_path: Path) -> None:
    path = tmp_path / "limits.csv"
    row = "accept,,,,01,,2,workday,试行,2026-01-01,2026-06-30"
    path.write_text(f"{HEADER},valid_to\n{row}\n", encoding="utf-8")
    assert import_limits(path) == import_limits(path) == {"limits": 1}
    path.write_text(f"{HEADER}\naccept,,,,01,,3,workday,试行,2026-03-01\n", encoding="utf-8")
    with pytest.raises(ImportRefused):
        import_limits(path)
    path.write_text(f"{HEADER}\naccept,,,,01,,3,workday,试行,2026-07-01\n", encoding="utf-8")
    assert import_limits(path) == {"limits": 1}


# --- policies of extensions and holds


@pytest.mark.parametrize(
    ("kind", "facts", "wanted"),
    [
        ("extend", {"urgency": "normal"}, (2, 10)),
        ("extend", {"urgency": "urgent"}, (1, 1)),
        ("extend", {"urgency": "critical"}, (0, 1)),
        ("extend", {"urgency": "critical", "whistle_kind": "daily"}, (0, 1)),
        ("extend", {"urgency": "normal", "whistle_kind": "emergency"}, (0, 1)),
        ("hold", {"urgency": "normal"}, (1, 365)),
        ("hold", {"urgency": "critical"}, (0, 1)),
    ],
)
def test_the_shipped_policies_say_how_far_a_deadline_moves(
    db: None, kind: str, facts: dict[str, str], wanted: tuple[int, int]
) -> None:
    import_adjustments(DATA / "adjustment_policies.csv")
    assert all(policy.source for policy in AdjustmentPolicy.objects.all())
    policy = policy_for(kind, NOON, **facts)  # type: ignore[arg-type]
    assert policy is not None
    assert (policy.most_times, policy.most_amount) == wanted


def test_what_is_forbidden_stays_so_whatever_a_whistle_would_allow(db: None) -> None:
    import_adjustments(DATA / "adjustment_policies.csv")
    AdjustmentPolicy.objects.create(
        kind="extend",
        whistle_kind="hard",
        most_times=3,
        most_amount=15,
        unit="workday",
        source="攻坚哨",
        valid_from=date(2020, 1, 1),
    )

    def times(urgency: str) -> int:
        policy = policy_for("extend", NOON, urgency=urgency, whistle_kind="hard")
        assert policy is not None
        return policy.most_times

    assert (times("normal"), times("urgent"), times("critical")) == (3, 3, 0)


# --- ladders


def test_the_shipped_ladders_can_be_climbed_and_reach_the_public_notice_late(db: None) -> None:
    count = import_ladders(DATA / "ladders.json")
    assert import_ladders(DATA / "ladders.json") == count == {"ladders": Ladder.objects.count()}
    for ladder in Ladder.objects.all():
        rungs = read_rungs(ladder.rungs)
        assert ladder.source, ladder
        assert rungs[0].form == Form.WARNING, ladder
        assert rungs[-1].repeat or len(rungs) == 1, "at the top it stays loud"
    general = read_rungs(Ladder.objects.get(clock="", whistle_kind="", urgency="").rungs)
    assert [rung.form for rung in general] == list(Form)
    past_due = [rung.after for rung in general if rung.after]
    assert all(limit.unit == "workday" for limit in past_due)
    assert sum(limit.amount for limit in past_due) >= 5


def _ladders(tmp_path: Path, *items: object) -> Path:
    path = tmp_path / "ladders.json"
    path.write_text(json.dumps(list(items)), encoding="utf-8")
    return path


LADDER = {"name": "x", "source": "试行", "valid_from": "2026-01-01", "clock": "finish"}
WARNING, URGE = {"form": "warning", "share": "0.5"}, {"form": "urge", "after": ["1", "workday"]}


@pytest.mark.parametrize(
    ("bad", "says"),
    [
        ({"rungs": [{"form": "shout", "after": ["1", "workday"]}]}, "step 1"),
        ({"rungs": [URGE, WARNING]}, "warning"),
        ({"rungs": [{"form": "urge", "after": ["1", "fortnight"]}]}, "step 1"),
        ({"rungs": [URGE | {"to": ["mayor"]}]}, "party"),
        ({"rungs": "urge"}, "rungs"),
        ({"source": ""}, "source"),
        ({"valid_from": "2026-13-01"}, "YYYY-MM-DD"),
        ({"clock": "nap"}, "clock"),
    ],
)
def test_a_bad_ladder_is_refused_by_its_number(
    db: None, tmp_path: Path, bad: dict[str, Any], says: str
) -> None:
    from django.utils import translation

    good = LADDER | {"rungs": [WARNING, URGE]}
    path = _ladders(tmp_path, good, LADDER | {"clock": "decide", "rungs": [URGE]} | bad)
    with translation.override("en"), pytest.raises(ImportRefused) as refusal:
        import_ladders(path)
    assert says in str(refusal.value)
    assert refusal.value.errors[0][0] == 2
    assert not Ladder.objects.exists()


def test_a_ladder_that_is_climbed_is_followed_by_a_later_one_and_never_changed(
    stage: Stage, tmp_path: Path
) -> None:
    call_command(
        "import_ladders", str(_ladders(tmp_path, LADDER | {"rungs": [URGE]})), stdout=io.StringIO()
    )
    clock = stage.case().clocks.get(kind="finish")
    Clock.objects.filter(pk=clock.pk).update(ladder=Ladder.objects.get())
    with pytest.raises(ImportRefused):
        import_ladders(_ladders(tmp_path, LADDER | {"rungs": [WARNING, URGE]}))
    later = LADDER | {"rungs": [WARNING, URGE], "valid_from": "2026-06-01"}
    assert import_ladders(_ladders(tmp_path, later)) == {"ladders": 1}
    assert Ladder.objects.count() == 2


# --- the administration


@pytest.fixture
def admin(stage: Stage) -> Client:
    client = Client()
    client.force_login(stage.people["admin"])
    client.cookies["django_language"] = "en"
    return client


def test_bad_rungs_are_refused_at_their_field_and_a_climbed_ladder_is_only_ended(
    stage: Stage, admin: Client
) -> None:
    given = {"name": "x", "source": "试行", "valid_from": "2026-01-01", "clock": "finish"}
    bad = admin.post("/admin/cases/ladder/add/", given | {"rungs": '[{"form": "shout"}]'})
    assert "rungs" in bad.context["adminform"].form.errors
    good = given | {"rungs": json.dumps([WARNING, URGE])}
    assert admin.post("/admin/cases/ladder/add/", good).status_code == 302
    ladder = Ladder.objects.get()
    Clock.objects.filter(case=stage.case()).update(ladder=ladder)
    url = f"/admin/cases/ladder/{ladder.pk}/change/"
    admin.post(url, good | {"rungs": json.dumps([URGE]), "valid_to": "2026-12-31"})
    ladder.refresh_from_db()
    assert ladder.rungs == [WARNING, URGE]
    assert ladder.valid_to == date(2026, 12, 31)


@pytest.mark.parametrize(
    "periods",
    ['[["18:00", "08:00"]]', '[["08:00", "12:00"], ["11:00", "18:00"]]', '["08:00"]', "[]", "7"],
)
def test_periods_that_cannot_be_worked_are_refused(admin: Client, periods: str) -> None:
    answer = admin.post(
        "/admin/cases/workhours/add/", {"code": "night", "name": "夜班", "periods": periods}
    )
    assert answer.status_code == 200
    assert "periods" in answer.context["adminform"].form.errors
    assert not WorkHours.objects.filter(code="night").exists()


def test_a_limit_saved_counts_at_once(stage: Stage, admin: Client) -> None:
    assert rule_of("accept")[0] == 1
    row = TimeLimit.objects.get(clock="accept")
    given = {
        "clock": "accept",
        "amount": "2",
        "unit": "workday",
        "source": "试行",
        "valid_from": "2020-01-01",
    }
    assert admin.post(f"/admin/cases/timelimit/{row.pk}/change/", given).status_code == 302
    assert rule_of("accept")[0] == 2
    backward = given | {"valid_to": "2019-01-01"}
    assert admin.post(f"/admin/cases/timelimit/{row.pk}/change/", backward).status_code == 200
    limits.forget()
