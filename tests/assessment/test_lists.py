"""先进, 进步, 整改, 治理: by the rules of the policy, with the facts, and not by chance."""

from decimal import Decimal
from typing import Any

import pytest

from assessment import lists
from assessment.lists import ADVANCED, GOVERN, PROGRESS, RECTIFY, Member, Past


def member(code: str, rank: int, score: float, width: float = 2, **more: Any) -> Member:
    given = {"volume": 100, "resolution": Decimal(90)} | more
    value = Decimal(str(score))
    half = Decimal(str(width))
    return Member(code, rank, value, value - half, value + half, **given)


def past(score: float, mean: float = 90, width: float = 2) -> Past:
    value, half = Decimal(str(score)), Decimal(str(width))
    return Past(value, value - half, value + half, Decimal(str(mean)))


def group(*others: Member) -> list[Member]:
    """Return a calm group around ninety, in which nobody stands on a list."""
    calm = [member(f"calm{n}", n + 1, 90, volume=100 - n) for n in range(8 - len(others))]
    return [*others, *calm]


def listed(*others: Member, **rules: str) -> dict[str, str]:
    return {code: name for code, (name, _why) in lists.listed(group(*others), rules).items()}


def test_in_a_calm_group_nobody_stands_on_a_list() -> None:
    assert listed() == {}


def test_advanced_is_high_and_surely_above_the_mean() -> None:
    assert listed(member("a", 1, 97)) == {"a": ADVANCED}
    assert listed(member("a", 1, 97, width=10)) == {}
    assert listed(member("a", 3, 97)) == {}
    assert listed(member("a", 3, 97), advanced_share="0.5") == {"a": ADVANCED}


def test_progress_is_more_than_chance() -> None:
    assert listed(member("a", 5, 90, past=(past(80),))) == {"a": PROGRESS}
    assert listed(member("a", 5, 90, past=(past(87),))) == {}
    assert listed(member("a", 5, 90, past=(None,))) == {}


@pytest.mark.parametrize(
    ("before", "found"),
    [
        ((past(80), past(81)), {"a": RECTIFY}),
        ((past(80), past(89)), {}),
        ((past(80), None), {}),
        ((past(80),), {}),
    ],
)
def test_to_be_put_right_is_low_three_periods_in_a_row(
    before: tuple[Past | None, ...], found: dict[str, str]
) -> None:
    assert listed(member("a", 8, 80, past=before, volume=10)) == found


def test_to_be_put_right_is_a_large_volume_with_few_solved() -> None:
    many = {"volume": 900, "resolution": Decimal(80)}
    assert listed(member("a", 8, 86, **many)) == {"a": RECTIFY}
    assert listed(member("a", 8, 86, **many), resolution_gap="20") == {}
    assert listed(member("a", 8, 86, **many | {"volume": 9})) == {}
    assert listed(member("a", 8, 86, **many | {"resolution": None})) == {}


def test_governance_is_a_large_volume_that_does_not_improve() -> None:
    assert listed(member("a", 5, 90, volume=900, past=(past(90),))) == {"a": GOVERN}
    assert listed(member("a", 5, 90, volume=900, past=(past(89),))) == {}
    assert listed(member("a", 5, 90, volume=90, past=(past(91),))) == {}


def test_the_facts_are_given_as_reason() -> None:
    [(name, why)] = lists.listed(group(member("a", 1, 97)), {}).values()
    assert (name, why) == (
        ADVANCED,
        {"rank": 1, "places": 2, "low": Decimal(95), "mean": Decimal("90.875")},
    )


def test_one_alone_stands_on_no_list() -> None:
    assert lists.listed([member("a", 1, 99)], {}) == {}
