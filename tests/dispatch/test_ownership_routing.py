"""Rules of ownership at work: they decide by the day of receipt, are tried without a trace, never edited."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command

from accounts.models import Notice, Unit
from accounts.refusals import BadInput, StepRefused
from accounts.tables import ImportRefused
from cases.models import Case, CaseEvent
from cases.services.steps import advance
from dispatch.models import CityMatter, OwnershipRule, Whistle
from dispatch.ownership import decide
from dispatch.queries.ownership import (
    as_rule,
    deciding_rule,
    matter_of,
    routing_of,
    rules_at,
    shadows_among,
)
from dispatch.queries.trial import TOWN as THE_TOWN
from dispatch.queries.trial import try_rules
from dispatch.services.city_matters import answer_matter, take_up
from dispatch.services.ownership import (
    RuleText,
    drop_draft,
    end_rule,
    move_rule,
    rewrite,
    switch_on,
    write_draft,
)
from dispatch.services.ownership_import import import_rules
from dispatch.services.steps import advance_order
from tests.cast import TOWN, Stage

Rule = Callable[..., OwnershipRule]
HOUR = timedelta(hours=1)


@pytest.fixture
def rule(stage: Stage) -> Rule:
    """Write a rule and switch it on an hour before the stage's time."""

    def written(name: str, ownership: str = "department", **given: Any) -> OwnershipRule:
        given.setdefault("lead", "CGW" if ownership in ("department", "city") else "")
        if ownership == "city":
            given.setdefault("outside_unit", "市交通委员会")
        text = RuleText(name, ownership, "三定方案", **given)
        draft = write_draft(text, actor=stage.who("supervisor"))
        return switch_on(draft.pk, actor=stage.who("supervisor"), at=stage.at - HOUR)

    return written


def test_the_first_rule_in_force_at_the_receipt_decides_and_is_kept_with_the_whistle(
    stage: Stage, rule: Rule
) -> None:
    rule("电梯", category="0303")
    fitting = rule("通道", category="0306", words=["通道"], assists=["ZJW"])
    also = rule("物业", "town", category="03")
    case = stage.case()
    routing = routing_of(case)
    assert (routing.rule, str(routing.lead), routing.assists[0].code) == (
        fitting,
        "区城市管理委员会",
        "ZJW",
    )
    assert routing.others == (also,)
    assert [p.condition for p in routing.decision.passed] == ["category"]
    assert stage.whistle(case).rule == fitting


def test_without_a_rule_the_list_says_it_and_without_an_item_it_is_the_towns(stage: Stage) -> None:
    listed = routing_of(stage.case())
    assert (listed.rule, listed.ownership, listed.lead and listed.lead.code) == (
        None,
        "department",
        "XFZD",
    )
    own = routing_of(stage.case(category="0101"))
    assert (own.ownership, own.lead) == ("town", None)


def test_what_decided_a_case_goes_on_deciding_it_whatever_is_changed(
    stage: Stage, rule: Rule
) -> None:
    first, second = rule("甲", category="03"), rule("乙", category="0306", lead="ZJW")
    case = stage.case()
    centre = stage.who("supervisor")
    later = stage.at + HOUR
    moved = move_rule(second.pk, up=True, actor=centre, at=later)
    rewrite(first.pk, RuleText("甲二", "town", "新清单"), actor=centre, at=later)
    end_rule(moved.pk, actor=centre, at=later + HOUR)
    assert deciding_rule(case) == first.pk
    assert routing_of(case).rule == first
    first.refresh_from_db()
    assert (first.name, first.valid_to) == ("甲", later)
    stage.at = later
    assert deciding_rule(stage.case()) == moved.pk
    stage.at = later + HOUR
    newest = stage.case()
    now = deciding_rule(newest)
    assert now is not None
    assert OwnershipRule.objects.get(pk=now).name == "甲二"


def test_rules_are_moved_past_each_other_also_where_no_place_is_left(
    stage: Stage, rule: Rule
) -> None:
    rows = [rule(name) for name in "甲乙丙"]
    OwnershipRule.objects.update(position=1)
    for number, row in enumerate(rows, start=1):
        OwnershipRule.objects.filter(pk=row.pk).update(position=number)
    centre, at = stage.who("supervisor"), stage.at
    move_rule(rows[2].pk, up=True, actor=centre, at=at)
    assert [row.name for row in rules_at(at)] == ["甲", "丙", "乙"]
    last = rules_at(at)[0]
    move_rule(last.pk, up=False, actor=centre, at=at + HOUR)
    assert [row.name for row in rules_at(at + HOUR)] == ["丙", "甲", "乙"]
    assert [row.name for row in rules_at(at - timedelta(minutes=1))] == ["甲", "乙", "丙"]
    move_rule(rules_at(at + HOUR)[0].pk, up=True, actor=centre, at=at + 2 * HOUR)
    assert [row.name for row in rules_at(at + 2 * HOUR)] == ["丙", "甲", "乙"]


def test_a_draft_decides_nothing_is_edited_in_place_and_may_be_dropped(stage: Stage) -> None:
    centre = stage.who("admin")
    draft = write_draft(RuleText("草稿", "town", "依据"), actor=centre)
    assert deciding_rule(stage.case()) is None
    same = rewrite(draft.pk, RuleText("改稿", "town", "依据"), actor=centre, at=stage.at)
    assert (same.pk, same.name) == (draft.pk, "改稿")
    with pytest.raises(StepRefused):
        end_rule(draft.pk, actor=centre, at=stage.at)
    drop_draft(draft.pk, actor=centre)
    assert not OwnershipRule.objects.exists()


def test_only_the_centre_and_the_administrator_write_rules(stage: Stage, rule: Rule) -> None:
    row = rule("甲")
    text = RuleText("乙", "town", "依据")
    for name in ("operator", "town", "leader", "department", "assessor"):
        actor = stage.who(name)
        for act in (
            lambda actor=actor: write_draft(text, actor=actor),
            lambda actor=actor: rewrite(row.pk, text, actor=actor, at=stage.at),
            lambda actor=actor: switch_on(row.pk, actor=actor, at=stage.at),
            lambda actor=actor: end_rule(row.pk, actor=actor, at=stage.at),
            lambda actor=actor: move_rule(row.pk, up=True, actor=actor, at=stage.at),
            lambda actor=actor: drop_draft(row.pk, actor=actor),
        ):
            with pytest.raises(PermissionDenied):
                act()


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("lead", {"lead": ""}),
        ("lead", {"lead": TOWN}),
        ("outside_unit", {"ownership": "city"}),
        ("first_asked", {"first_asked": True}),
        ("assists", {"assists": ["CGW"]}),
        ("category", {"category": "77"}),
        ("area", {"area": "999"}),
        ("kind", {"kind": "gossip"}),
        ("words", {"words": ["长" * 41]}),
        ("name", {"name": " "}),
        ("source", {"source": ""}),
        ("ownership", {"ownership": "nobody"}),
    ],
)
def test_what_a_rule_cannot_say_is_refused_by_field(
    stage: Stage, field: str, wrong: dict[str, Any]
) -> None:
    right: dict[str, Any] = {
        "name": "甲",
        "ownership": "department",
        "source": "依据",
        "lead": "CGW",
    }
    with pytest.raises(BadInput) as refusal:
        write_draft(RuleText(**(right | wrong)), actor=stage.who("supervisor"))
    assert field in refusal.value.fields


def test_of_several_owners_the_first_asked_is_responsible(stage: Stage, rule: Rule) -> None:
    rule("交界", "several", lead="CGW", assists=["ZJW"], first_asked=True)
    case = stage.case()
    assert routing_of(case).lead == Unit.objects.get(code="CGW"), "nobody was asked yet"
    order = stage.order(stage.whistle(case))
    advance_order(order.pk, "withdraw", actor=stage.who("town"), at=stage.at)
    routing = routing_of(case)
    assert (
        routing.lead and routing.lead.code,
        routing.first_asked and routing.first_asked.code,
    ) == (
        "XFZD",
        "XFZD",
    )
    assert [unit.code for unit in routing.assists] == ["CGW", "ZJW"]


def test_the_unit_complained_of_is_not_proposed(stage: Stage) -> None:
    case = stage.case(kind="report", accused="XFZD")
    assert routing_of(case).lead is None


def test_trying_the_rules_in_force_gives_what_they_decide(stage: Stage, rule: Rule) -> None:
    rule("电梯", category="0303", lead="ZJW")
    rule("通道", category="0306", words=["私家车"])
    rule("求助", "town", kind="help")
    for given in (
        {},
        {"text": "楼道堆物"},
        {"category": "0303"},
        {"category": "0101", "kind": "help"},
    ):
        stage.case(**given)
    trial = try_rules(stage.who("leader"), [], stage.at - HOUR, stage.at + HOUR, stage.at)
    decided: dict[int, int] = {}
    for case in Case.objects.all():
        rules = [as_rule(row) for row in rules_at(case.received_at)]
        if chosen := decide(rules, matter_of(case)).rule:
            decided[chosen.pk] = decided.get(chosen.pk, 0) + 1
    assert (trial.total, dict(trial.by_rule), trial.changed) == (4, decided, 0)
    assert (trial.by_list, trial.by_default) == (1, 0)


def test_a_trial_says_what_a_draft_would_change_and_writes_nothing(
    stage: Stage, rule: Rule
) -> None:
    rule("通道", category="0306", lead="CGW")
    case, self_handled = stage.case(), stage.case(category="0101")
    stage.whistle(case)
    advance(self_handled.pk, "handle", actor=stage.who("town"), at=stage.at)
    draft = write_draft(RuleText("新", "department", "依据", lead="ZJW"), actor=stage.who("admin"))
    OwnershipRule.objects.filter(pk=draft.pk).update(position=1)
    events = CaseEvent.objects.count()
    trial = try_rules(
        stage.who("supervisor"), [draft.pk], stage.at - HOUR, stage.at + HOUR, stage.at
    )
    moved = {(m.source, m.target): m.cases for m in trial.moved}
    assert moved == {("CGW", "ZJW"): [case.number], (THE_TOWN, "ZJW"): [self_handled.number]}
    disputed = {(m.source, m.target): m.count for m in trial.disputed}
    assert disputed == {("XFZD", "ZJW"): 1, (THE_TOWN, "ZJW"): 1}
    assert (trial.agreed, trial.names["ZJW"]) == (0, "区住房和城乡建设委员会")
    assert CaseEvent.objects.count() == events
    assert OwnershipRule.objects.get(pk=draft.pk).valid_from is None


def test_a_trial_asks_as_much_for_many_cases_as_for_few(
    stage: Stage, rule: Rule, django_assert_max_num_queries: Any
) -> None:
    rule("通道", category="0306")
    for _ in range(6):
        stage.case()
    with django_assert_max_num_queries(5):
        try_rules(stage.who("leader"), [], stage.at - HOUR, stage.at + HOUR, stage.at)


def test_shadowed_rules_are_found_among_the_rows(stage: Stage, rule: Rule) -> None:
    wide, narrow = rule("物业", category="03"), rule("电梯", category="0303", words=["困人"])
    [shadow] = shadows_among(rules_at(stage.at)).values()
    assert (shadow.rule.pk, [one.pk for one in shadow.by]) == (narrow.pk, [wide.pk])


def test_the_shipped_rules_can_be_taken_over_twice(db: None, tmp_path: Path) -> None:
    from config.demo.reference import data

    call_command("import_units", str(data("accounts/data/units.csv")))
    call_command("import_categories", str(data("cases/data/categories.csv")))
    path = data("dispatch/data/ownership_rules.csv")
    first = import_rules(path)
    again = import_rules(path)
    assert first == again == {"rules of ownership": OwnershipRule.objects.count()}
    assert shadows_among(OwnershipRule.objects.all()) == {}
    assert {row.ownership for row in OwnershipRule.objects.all()} == {
        "town",
        "department",
        "city",
        "several",
    }
    changed = tmp_path / "rules.csv"
    changed.write_text(
        path.read_text(encoding="utf8").replace(
            "电梯困人与带病运行,department", "电梯困人与带病运行,several"
        ),
        encoding="utf8",
    )
    import_rules(changed)
    old, new = OwnershipRule.objects.filter(name="电梯困人与带病运行").order_by("pk")
    assert (old.valid_to, new.valid_to) == (new.valid_from, None)
    broken = tmp_path / "broken.csv"
    broken.write_text(path.read_text(encoding="utf8").replace("RQ", "NOBODY"), encoding="utf8")
    with pytest.raises(ImportRefused):
        import_rules(broken)


def test_the_counterpart_takes_a_city_matter_up_and_brings_the_answer(
    stage: Stage, rule: Rule
) -> None:
    rule("地铁", "city", lead="XFZD")
    case = stage.case()
    with pytest.raises(PermissionDenied):
        up(stage, case, "department3")
    stage.whistle(case)
    with pytest.raises(BadInput):
        up(stage, case, "department3", outside_unit="")
    with pytest.raises(PermissionDenied):
        up(stage, case, "department")
    matter = up(stage, case, "department3")
    assert (matter.counterpart.code, matter.reference) == ("XFZD", "市交委〔2026〕88号")
    with pytest.raises(StepRefused):
        up(stage, case, "supervisor")
    told = set(
        Notice.objects.filter(kind="city_taken_up").values_list("recipient__username", flat=True)
    )
    assert told == {"town", "supervisor"}
    with pytest.raises(PermissionDenied):
        answer_matter(matter.pk, actor=stage.who("department2"), at=stage.at, answer="已排期")
    answer_matter(matter.pk, actor=stage.who("department3"), at=stage.at, answer="已排期")
    with pytest.raises(StepRefused):
        answer_matter(matter.pk, actor=stage.who("department3"), at=stage.at, answer="又答")
    steps = CaseEvent.objects.filter(case=case, step__startswith="city").values_list(
        "step", flat=True
    )
    assert list(steps.order_by("pk")) == ["city.taken_up", "city.answered"]


def up(stage: Stage, case: Case, name: str, **given: Any) -> CityMatter:
    fields = {
        "counterpart": "XFZD",
        "outside_unit": "市交通委员会",
        "reference": "市交委〔2026〕88号",
    } | given
    return take_up(case.pk, actor=stage.who(name), at=stage.at, **fields)


def test_each_whistle_keeps_the_rule_of_its_case(stage: Stage, rule: Rule) -> None:
    row = rule("甲")
    stage.whistle()
    assert Whistle.objects.get().rule_id == row.pk
