"""Parts of scores, bounds, and the copy of the rules, by property."""

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment import parts, scoring
from assessment.parts import Marked, TownRule, TownWeights, UnitFacts, UnitWeights
from assessment.rules import Group, Rules
from assessment.scoring import Facts, Weights

WEIGHTS = Weights(Decimal("0.1"), Decimal("0.5"), Decimal("0.4"), Decimal("0.9"))
volumes = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=2), st.integers(1, 500), min_size=1
)
caps = st.decimals("0.01", 1, places=3)


@given(volumes, caps)
def test_shares_make_one_and_nobody_is_above_the_cap(reviews: dict, cap: Decimal) -> None:
    shares = parts.capped({k: Fraction(v) for k, v in reviews.items()}, Fraction(cap))
    assert sum(shares.values()) == 1
    if cap * len(reviews) > 1:
        assert max(shares.values()) <= cap
    else:
        assert set(shares.values()) == {Fraction(1, len(reviews))}


@given(volumes, caps)
def test_below_the_cap_shares_stay_in_proportion(reviews: dict, cap: Decimal) -> None:
    shares = parts.capped({k: Fraction(v) for k, v in reviews.items()}, Fraction(cap))
    below = [k for k, share in shares.items() if share < cap]
    for one in below:
        for other in below:
            assert shares[one] * reviews[other] == shares[other] * reviews[one]
        assert all(reviews[one] <= reviews[k] for k in shares if shares[k] == cap)


def test_the_cap_of_two_fifths_on_three_towns() -> None:
    shares = parts.capped({"a": Fraction(80), "b": Fraction(15), "c": Fraction(5)}, Fraction(2, 5))
    assert shares == {"a": Fraction(2, 5), "b": Fraction(2, 5), "c": Fraction(1, 5)}


def test_given_weights_and_equal_ones() -> None:
    marked = {"a": Marked(9, 2700), "b": Marked(1, 0)}
    by = {"a": Decimal(3), "b": Decimal(1), "z": Decimal(9)}
    assert parts.town_shares(marked, TownRule("given", given=by)) == {
        "a": Fraction(3, 4),
        "b": Fraction(1, 4),
    }
    for rule in (TownRule("equal"), TownRule("given", given={"z": Decimal(9)})):
        assert set(parts.town_shares(marked, rule).values()) == {Fraction(1, 2)}
    found = parts.unit_parts(UnitFacts(marked=marked), WEIGHTS, TownRule("equal"))
    assert found["marks"] == 50


@given(volumes, st.data())
def test_without_a_cap_the_marks_are_the_mean_over_all_orders(reviews: dict, data) -> None:
    marked = {k: Marked(n, data.draw(st.integers(0, 300 * n))) for k, n in reviews.items()}
    found = parts.unit_parts(UnitFacts(marked=marked), WEIGHTS, TownRule())["marks"]
    whole = sum(m.marks for m in marked.values())
    assert found == Fraction(whole, 3 * sum(reviews.values()))


@given(st.integers(0, 40), st.integers(0, 40))
def test_objections_and_documents_take_points_off_and_never_below_nothing(
    lost: int, urged: int
) -> None:
    facts = UnitFacts(orders=1, objections_lost=lost, documents={"urge": urged, "unknown": 9})
    rule = TownRule(document_points={"urge": Decimal(2)})
    found = parts.unit_parts(facts, WEIGHTS, rule)
    assert found["objections"] == max(100 - 5 * lost, 0)
    assert found["documents"] == max(100 - 2 * urged, 0)
    nothing = parts.unit_parts(replace(facts, orders=0), WEIGHTS, rule)
    assert set(nothing.values()) == {None}


@given(st.integers(0, 1000))
def test_use_is_full_in_the_span_and_falls_evenly_outside(permille: int) -> None:
    span = (Decimal("0.03"), Decimal("0.4"))
    found = parts.use_points(Fraction(permille, 10), span)
    if 30 <= permille <= 400:
        assert found == 100
    elif permille < 30:
        assert found == Fraction(100 * permille, 30)
    else:
        assert found == Fraction(100 * (1000 - permille), 600)
    assert parts.use_points(None, span) is None


facts = st.integers(0, 60).flatmap(
    lambda n: st.tuples(st.integers(0, n), st.integers(0, n), st.integers(0, n)).map(
        lambda p: Facts(n, p[0], p[1], p[2])
    )
)


@given(facts, st.integers(0, 20), st.data())
def test_whatever_the_unreached_would_say_lies_within_the_bounds(
    counts: Facts, unreached: int, data
) -> None:
    worst, best = scoring.against_and_for(counts, unreached)
    kind = data.draw(st.integers(0, unreached))
    said = replace(
        counts,
        valid=counts.valid + unreached,
        contacted=counts.contacted + kind,
        resolved=counts.resolved + data.draw(st.integers(0, unreached)),
        satisfied=counts.satisfied + data.draw(st.integers(0, unreached)),
    )
    low, score, high = (scoring.exact_score(each, WEIGHTS) for each in (worst, said, best))
    if score is None:
        assert low is high is None
    else:
        assert low is not None
        assert high is not None
        assert low <= score <= high


UNDER_A_THIRD = {
    "marks": Decimal("0.3"),
    "timeliness": Decimal("0.3"),
    "results": Decimal("0.25"),
    "objections": Decimal("0.05"),
    "documents": Decimal("0.05"),
    "leaders": Decimal("0.05"),
}


def test_marks_of_a_third_or_less_need_a_reason() -> None:
    with pytest.raises(ValueError, match="more than one third"):
        UnitWeights(**UNDER_A_THIRD)
    assert UnitWeights(**UNDER_A_THIRD, overridden=True).marks == Decimal("0.3")
    with pytest.raises(ValueError, match="sum to one"):
        TownWeights(rates=Decimal("0.7"))


some_rules = st.builds(
    Rules,
    name=st.text(max_size=5),
    weights=st.just(replace(WEIGHTS, partly_factor=Decimal("0.5"))),
    unit_weights=st.just(UnitWeights(**UNDER_A_THIRD, overridden=True)),
    by_volume=st.booleans(),
    decimals=st.integers(0, 4),
    override_reason=st.just("区里另有规定"),
    towns=st.builds(
        TownRule,
        st.sampled_from(["whistles", "equal", "given"]),
        caps,
        st.dictionaries(st.text("012", min_size=1), st.decimals(0, 1, places=3), max_size=2),
        st.decimals(0, 50, places=2),
        st.dictionaries(st.sampled_from(["urge", "reminder"]), st.decimals(0, 50, places=2)),
    ),
    whistle_marks=st.booleans(),
    use=st.tuples(st.decimals(0, "0.3", places=3), st.decimals("0.31", 1, places=3)),
    min_cases=st.integers(1, 99),
    groups=st.lists(
        st.builds(Group, st.just("g"), st.just("街道"), st.just("town"), st.just(("a", "b")))
    ).map(tuple),
    month_first_day=st.integers(1, 28),
    day_first_hour=st.integers(0, 23),
    freeze_after=st.integers(0, 60),
)


@given(some_rules)
def test_the_kept_copy_of_the_rules_gives_them_back(rules: Rules) -> None:
    kept = json.loads(json.dumps(rules.snapshot()))
    assert Rules.from_snapshot(kept) == rules
    assert Rules.from_snapshot(kept).snapshot() == rules.snapshot()


def test_a_copy_from_before_the_later_rules_means_what_it_meant() -> None:
    old = {
        "name": "10/50/40",
        "weights": {"response": "0.1", "resolution": "0.5", "satisfaction": "0.4"},
        "basic_factor": "0.9",
        "department_weights": {"marks": "0.4", "timeliness": "0.3", "results": "0.3"},
        "tie_rule": "equal",
    }
    rules = Rules.from_snapshot(old)
    assert rules.min_cases == 1
    assert rules.towns.cap == 1
    assert rules.unit_weights.objections == 0
    assert rules.groups == ()
