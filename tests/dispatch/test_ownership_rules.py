"""Whose matter it is: pure rules. The first in force that fits decides; shadowed rules are proven."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from dispatch.ownership import Matter, Rule, decide, misses
from dispatch.shadows import Universe, shadows

NOW = datetime(2026, 3, 4, 2, tzinfo=UTC)
MATTER = Matter("0306", "complaint", "hotline", "normal", "110112013001001", "消防通道被堵", NOW)


def rule(pk: int, **given: object) -> Rule:
    return replace(Rule(pk, f"rule {pk}", valid_from=NOW - timedelta(days=1)), **given)  # type: ignore[arg-type]


def test_the_first_rule_that_fits_decides_and_says_why() -> None:
    rules = [rule(1, kind="help"), rule(2, category="03", words=("楼道", "通道")), rule(3)]
    decision = decide(rules, MATTER)
    assert decision.rule == rules[1]
    assert [(r.condition, r.asked, r.found) for r in decision.because] == [
        ("category", "03", "0306"),
        ("words", "楼道 通道", "通道"),
    ]
    assert [(p.rule.pk, p.condition) for p in decision.passed] == [(1, "kind")]
    assert decision.others == (rules[2],)


def test_only_rules_in_force_at_the_receipt_are_asked() -> None:
    ended = rule(1, valid_to=NOW)
    begun_then = rule(2, valid_from=NOW)
    draft = rule(3, valid_from=None)
    later = rule(4, valid_from=NOW + timedelta(seconds=1))
    assert decide([ended, draft, later, begun_then], MATTER).rule == begun_then
    before = replace(MATTER, received_at=NOW - timedelta(seconds=1))
    assert decide([ended, draft, later, begun_then], before).rule == ended


def test_each_condition_must_fit() -> None:
    for name, wrong in (
        ("category", "01"),
        ("kind", "help"),
        ("channel", "web"),
        ("urgency", "urgent"),
        ("area", "110112012"),
        ("words", ("电梯",)),
    ):
        assert misses(rule(1, **{name: wrong}), MATTER) == name


UNIVERSE = Universe(("0101", "0102", "0201"), ("1", "2"), ("a", "b"), ("x", "y"), ("n",))
TEXTS = ("", "垃圾", "垃圾桶", "噪音", "垃圾 噪音", "垃圾桶 噪音")
POINTS = [
    Matter(category, kind, channel, urgency, area, text, NOW)
    for category, kind, channel, urgency, area, text in product(
        UNIVERSE.categories, UNIVERSE.kinds, UNIVERSE.channels, ("n",), ("1", "11", "2"), TEXTS
    )
]

RULES = st.builds(
    Rule,
    pk=st.just(0),
    category=st.sampled_from(["", "", "01", "02", "0101", "0102"]),
    kind=st.sampled_from(["", "", "a", "b"]),
    channel=st.sampled_from(["", "", "x", "y"]),
    area=st.sampled_from(["", "", "1", "2", "11"]),
    words=st.sampled_from([(), (), ("垃圾",), ("垃圾桶",), ("噪音", "垃圾桶")]),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(RULES, min_size=1, max_size=6))
def test_a_rule_is_called_shadowed_exactly_where_no_case_is_left_to_it(rules: list[Rule]) -> None:
    numbered = [replace(one, pk=index) for index, one in enumerate(rules)]
    found = {shadow.rule.pk: shadow.by for shadow in shadows(numbered, UNIVERSE)}
    for index, one in enumerate(numbered):
        left = [
            point
            for point in POINTS
            if not misses(one, point) and all(misses(e, point) for e in numbered[:index])
        ]
        assert (one.pk in found) == (not left), (one, found)
        fitted = [point for point in POINTS if not misses(one, point)]
        by = found.get(one.pk, ())
        assert not by or all(any(not misses(e, p) for e in by) for p in fitted)


def test_one_rule_that_covers_alone_is_named_alone_and_a_passing_one_covers_nothing() -> None:
    wide, narrow, last = rule(1, category="01"), rule(2, category="0101"), rule(3, category="0101")
    assert [(s.rule.pk, [b.pk for b in s.by]) for s in shadows([wide, narrow, last], UNIVERSE)] == [
        (2, [1]),
        (3, [1]),
    ]
    passing = replace(wide, valid_to=NOW + timedelta(days=1))
    assert shadows([passing, narrow], UNIVERSE) == []


def test_several_rules_together_can_shadow() -> None:
    rules = [rule(1, kind="a"), rule(2, kind="b"), rule(3, category="02")]
    assert [(s.rule.pk, [b.pk for b in s.by]) for s in shadows(rules, UNIVERSE)] == [(3, [1, 2])]
