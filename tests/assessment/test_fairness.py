"""Equal units are not told apart more often than stated, different ones are, and no interval claims too much."""

import random
from collections import Counter
from decimal import Decimal
from fractions import Fraction
from math import comb

import pytest

from assessment import fairness
from assessment.fairness import Composite, Sample

RATE = Decimal("0.05")
WORTH = {
    (contacted, resolved, satisfied): Fraction(10 * contacted + 50 * resolved + satisfied)
    for contacted in (False, True)
    for resolved in (False, True)
    for satisfied in (0, 36, 40)
}


def answers(draw: random.Random, size: int, solved: float = 0.94) -> Sample:
    """Draw the answers of a unit as residents give them: full marks mostly, and now and then nothing at all."""
    given = []
    for _ in range(size):
        resolved = draw.random() < solved
        mood = draw.random()
        content = (40 if mood < 0.85 else 36 if mood < 0.93 else 0) if resolved else 0
        given.append(WORTH[draw.random() < 0.985, resolved, content])
    return Sample(Counter(given))


def times_any_pair_is_told_apart(
    draw: random.Random, units: int, sizes: tuple[int, ...], runs: int, solved: float = 0.94
) -> int:
    found = 0
    for _ in range(runs):
        group = {str(n): answers(draw, draw.choice(sizes), solved) for n in range(units)}
        standings = fairness.standings(group, RATE)
        found += any(len(one.tied_with) < units - 1 for one in standings.values())
    return found


def most_by_chance(runs: int, rate: float) -> int:
    """Return how often of `runs` an event of that rate happens at most, but for once in a thousand."""
    left, times = 1.0, -1
    while left > 0.001:
        times += 1
        left -= comb(runs, times) * rate**times * (1 - rate) ** (runs - times)
    return times


@pytest.mark.parametrize(
    ("units", "sizes", "runs", "solved"),
    [
        (5, (5, 30, 300), 1500, 0.94),
        (5, (30, 1000), 400, 0.94),
        (11, (5, 300), 500, 0.97),
        (11, (30, 100), 500, 0.995),
        (22, (5, 30, 300), 200, 0.94),
        (22, (5, 10, 30), 200, 0.97),
    ],
)
def test_equal_units_are_told_apart_no_more_often_than_stated(
    units: int, sizes: tuple[int, ...], runs: int, solved: float
) -> None:
    draw = random.Random(units * 1000 + sum(sizes))
    found = times_any_pair_is_told_apart(draw, units, sizes, runs, solved)
    assert found <= most_by_chance(runs, float(RATE))


@pytest.mark.parametrize(
    ("sizes", "solved", "power"),
    [((300, 300), (0.96, 0.84), 0.8), ((1000, 300), (0.97, 0.87), 0.9)],
)
def test_different_units_are_told_apart(
    sizes: tuple[int, int], solved: tuple[float, float], power: float
) -> None:
    """With 300 callbacks each, twelve in a hundred more solved are seen four times of five, among eleven units."""
    draw, runs, seen = random.Random(7), 40, 0
    chance = float(RATE) / 2 / comb(11, 2)
    for _ in range(runs):
        better, worse = (answers(draw, n, p) for n, p in zip(sizes, solved, strict=True))
        seen += fairness.differ(better, worse, chance)
    assert seen >= power * runs


def test_the_places_of_a_unit_are_those_that_fit() -> None:
    group = {
        "best": Sample({Fraction(100): 990, Fraction(0): 10}),
        "good": Sample({Fraction(100): 985, Fraction(0): 15}),
        "few": Sample({Fraction(100): 19, Fraction(0): 1}),
        "poor": Sample({Fraction(100): 700, Fraction(0): 300}),
    }
    found = fairness.standings(group, RATE)
    assert {code: one.places for code, one in found.items()} == {
        "best": (1, 3),
        "good": (1, 3),
        "few": (1, 4),
        "poor": (3, 4),
    }
    assert found["few"].tied_with == ("best", "good", "poor")
    assert found["poor"].tied_with == ("few",)


def test_full_marks_of_a_few_are_no_certainty() -> None:
    perfect = Sample({Fraction(100): 6})
    others = Sample({Fraction(100): 90, Fraction(0): 10})
    spread = fairness.spread_of({"a": perfect, "b": others})
    low, high = fairness.interval(perfect, spread, RATE)
    assert high == 100
    assert 50 < low < 75
    assert not fairness.differ(perfect, others, 0.025)


@pytest.mark.parametrize("points", [0, 10, 96, 100])
def test_a_few_answers_that_are_alike_are_no_certainty(points: int) -> None:
    group = {"a": Sample({Fraction(points): 1}), "b": Sample({Fraction(points): 2})}
    low, high = fairness.interval(group["a"], fairness.spread_of(group), RATE)
    assert low <= points <= high
    assert high - low > 50


@pytest.mark.parametrize(("size", "solved"), [(8, 0.9), (30, 0.94), (30, 0.6), (400, 0.97)])
def test_an_interval_leaves_out_the_truth_about_as_often_as_stated(
    size: int, solved: float
) -> None:
    draw, runs = random.Random(size), 300
    truth = answers(random.Random(1), 40_000, solved).mean
    missed = 0
    for _ in range(runs):
        mine = answers(draw, size, solved)
        group = {"mine": mine} | {str(n): answers(draw, 100, solved) for n in range(2)}
        low, high = fairness.interval(mine, fairness.spread_of(group), RATE)
        assert 0 <= low <= mine.mean <= high <= 100
        missed += not low <= truth <= high
    assert missed <= most_by_chance(runs, float(RATE))


def marks_of(draw: random.Random, reviews: int, orders: int) -> Composite:
    """Return half of a department's score as marks around 90, half as limits kept of orders."""
    marks = [draw.choice((70, 85, 90, 95, 100)) for _ in range(reviews)]
    kept = sum(draw.random() < 0.95 for _ in range(orders))
    smoothed = Fraction(kept + 1, orders + 2)
    variance = Decimal("0.25") * (
        Decimal(114) / reviews + Decimal(float(10_000 * smoothed * (1 - smoothed))) / orders
    )
    value = Fraction(sum(marks), 2 * reviews) + Fraction(50 * kept, orders)
    return Composite(value, variance, Decimal(50) / min(reviews, orders))


def test_equal_departments_are_told_apart_no_more_often_than_stated() -> None:
    draw, runs, found = random.Random(3), 200, 0
    for _ in range(runs):
        group = {str(n): marks_of(draw, draw.choice((5, 40)), 60) for n in range(11)}
        standings = fairness.standings_of_parts(group, RATE)
        found += any(len(one.tied_with) < 10 for one in standings.values())
    assert found <= most_by_chance(runs, float(RATE))


def test_a_department_far_below_the_others_is_told_apart() -> None:
    draw = random.Random(4)
    group = {str(n): marks_of(draw, 200, 300) for n in range(11)}
    poor = Composite(group["0"].value - 20, group["0"].variance, group["0"].step)
    found = fairness.standings_of_parts(group | {"poor": poor}, RATE)
    assert found["poor"].places == (12, 12)
    low, high = fairness.interval_of_parts(poor, RATE)
    assert low < poor.value < high


def test_a_group_of_one_has_nothing_to_be_told_apart_from() -> None:
    [one] = fairness.standings({"only": Sample({Fraction(90): 4})}, RATE).values()
    assert one == fairness.Standing((1, 1), ())
