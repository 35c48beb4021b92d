"""Rates, scores and ranks, by the vectors of the rules and by property."""

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessment import scoring
from assessment.parts import UnitWeights
from assessment.scoring import Facts, Weights

VECTOR = Facts(valid=200, contacted=198, resolved=180, satisfied=150, basic=30)


def weights(response: str, resolution: str, satisfaction: str, factor: str = "0.9") -> Weights:
    return Weights(Decimal(response), Decimal(resolution), Decimal(satisfaction), Decimal(factor))


SHIPPED = weights("0.10", "0.50", "0.40")

facts = st.integers(0, 400).flatmap(
    lambda valid: st.integers(0, valid).flatmap(
        lambda content: st.builds(
            Facts,
            st.just(valid),
            st.integers(0, valid),
            st.integers(0, valid),
            st.just(content),
            st.integers(0, valid - content),
        )
    )
)
parts = st.integers(0, 1000)
some_weights = (
    st.tuples(parts, parts, st.integers(0, 1000))
    .filter(lambda p: p[0] + p[1] <= 1000)
    .map(
        lambda p: Weights(
            Decimal(p[0]) / 1000,
            Decimal(p[1]) / 1000,
            1 - Decimal(p[0] + p[1]) / 1000,
            Decimal(p[2]) / 1000,
        )
    )
)


def test_the_three_rates_are_over_valid_callbacks() -> None:
    found = scoring.rates(VECTOR, SHIPPED)
    assert found == {
        "response": Decimal("99.00"),
        "resolution": Decimal("90.00"),
        "satisfaction": Decimal("88.50"),
    }


@pytest.mark.parametrize(
    ("rule", "score"),
    [
        (SHIPPED, "90.30"),
        (weights("0.10", "0.45", "0.45"), "90.23"),  # 90.225: a float rounds it to 90.22
        (weights("0.30", "0.35", "0.35"), "92.18"),  # 92.175: a float rounds it to 92.17
    ],
)
def test_scores_are_rounded_half_up_once(rule: Weights, score: str) -> None:
    assert str(scoring.score(VECTOR, rule)) == score


@pytest.mark.parametrize(
    ("counts", "rates"),
    [
        # 通州 2023: response 99.93 %, resolution 93.81 %, satisfaction 94.93 % (SEED2)
        (Facts(10_000, 9_993, 9_381, 9_493, 0), ("99.93", "93.81", "94.93")),
        # 江源: 99.8 % of 13,000 solved (SEED1)
        (Facts(13_000, 13_000, 12_974, 13_000, 0), ("100.00", "99.80", "100.00")),
        # 南昌高新: 2,985 of 2,998 problems solved (SEED4)
        (Facts(2_998, 2_998, 2_985, 0, 2_998), ("100.00", "99.57", "90.00")),
    ],
)
def test_known_districts_come_out_as_they_published(
    counts: Facts, rates: tuple[str, str, str]
) -> None:
    assert tuple(map(str, scoring.rates(counts, SHIPPED).values())) == rates


def test_no_data_is_not_zero() -> None:
    assert scoring.score(Facts(), SHIPPED) is None
    assert set(scoring.rates(Facts(), SHIPPED).values()) == {None}
    assert scoring.score(Facts(valid=3), SHIPPED) == Decimal("0.00")


@pytest.mark.parametrize(
    "wrong", [(1, 2, 0, 0, 0), (1, 0, 2, 0, 0), (2, 0, 0, 2, 1), (1, -1, 0, 0, 0)]
)
def test_facts_that_do_not_fit_are_refused(wrong: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="do not fit"):
        Facts(*wrong)


def test_weights_must_sum_to_one() -> None:
    with pytest.raises(ValueError, match="sum to one"):
        weights("0.1", "0.5", "0.5")


def test_the_blowers_marks_are_more_than_one_third() -> None:
    UnitWeights(Decimal("0.334"), Decimal("0.333"), Decimal("0.333"))
    with pytest.raises(ValueError, match="more than one third"):
        UnitWeights(Decimal("0.333"), Decimal("0.333"), Decimal("0.334"))


@given(facts, some_weights)
def test_a_score_lies_between_0_and_100(counts: Facts, rule: Weights) -> None:
    found = scoring.score(counts, rule)
    assert (found is None) == (counts.valid == 0)
    assert found is None or 0 <= found <= 100


@given(facts, some_weights)
def test_points_of_the_callbacks_add_up_to_the_score(counts: Facts, rule: Weights) -> None:
    said = ["satisfied"] * counts.satisfied + ["basic"] * counts.basic
    said += ["dissatisfied"] * (counts.valid - len(said))
    each = [
        scoring.points(
            contacted=n < counts.contacted,
            resolved="yes" if n < counts.resolved else "no",
            satisfied=said[n],
            weights=rule,
        )
        for n in range(counts.valid)
    ]
    whole = sum(map(Fraction, each), Fraction(0))
    expected = scoring.half_up(whole / counts.valid) if counts.valid else None
    assert scoring.score(counts, rule) == expected


@given(facts, facts, some_weights)
def test_pooling_two_units_lies_between_them(one: Facts, other: Facts, rule: Weights) -> None:
    scores = [s for s in (scoring.exact_score(f, rule) for f in (one, other)) if s is not None]
    pooled = scoring.exact_score(one + other, rule)
    if pooled is None:
        assert not scores
    else:
        assert min(scores) <= pooled <= max(scores)


@given(st.fractions(-1000, 1000, max_denominator=1000))
def test_rounding_agrees_with_decimals_half_up(value: Fraction) -> None:
    exact = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(
        Decimal("0.01"), ROUND_HALF_UP
    )
    assert scoring.half_up(value) == exact


def test_a_part_without_data_takes_no_share() -> None:
    rule = {"marks": Decimal("0.4"), "timeliness": Decimal("0.3"), "results": Decimal("0.3")}
    values = {"marks": Fraction(80), "timeliness": Fraction(100), "results": None}
    assert scoring.weighted(values, rule) == (Fraction(32) + 30) / Fraction(7, 10)
    assert scoring.weighted(dict.fromkeys(rule), rule) is None


def test_equal_scores_share_a_rank_and_the_next_is_skipped() -> None:
    scored = {
        "a": (Decimal("90.00"), 10),
        "b": (Decimal("95.00"), 1),
        "c": (Decimal("90.00"), 99),
        "d": (None, 0),
        "e": (Decimal("0.00"), 3),
    }
    assert scoring.ranking(scored) == {"b": 1, "a": 2, "c": 2, "e": 4, "d": None}


def test_by_volume_the_larger_unit_ranks_first_among_equals() -> None:
    scored = {
        "a": (Decimal("90.00"), 10),
        "b": (Decimal("90.00"), 99),
        "c": (Decimal("90.00"), 10),
        "d": (Decimal("89.99"), 500),
    }
    assert scoring.ranking(scored, by_volume=True) == {"b": 1, "a": 2, "c": 2, "d": 4}


scores = st.none() | st.decimals(0, 100, places=1)


@given(st.dictionaries(st.integers(), st.tuples(scores, st.integers(0, 5))), st.booleans())
def test_a_rank_says_how_many_are_better(
    scored: dict[int, tuple[Decimal | None, int]], by_volume: bool
) -> None:
    def better(one: tuple[Decimal | None, int], other: tuple[Decimal | None, int]) -> bool:
        if one[0] is None or other[0] is None or one[0] == other[0]:
            same = one[0] is not None and one[0] == other[0]
            return by_volume and same and one[1] > other[1]
        return one[0] > other[0]

    ranks = scoring.ranking(scored, by_volume=by_volume)
    assert ranks.keys() == scored.keys()
    for name, mine in scored.items():
        others = sum(better(other, mine) for other in scored.values())
        assert ranks[name] == (None if mine[0] is None else others + 1)
