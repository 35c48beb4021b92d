"""Equal units with harder matters come out equal once adjusted; what the strata cannot see stays in."""

import random
from collections import Counter
from fractions import Fraction

from assessment import difficulty
from assessment.strata import Stratum

SOLVED = {"01/complaint": 0.99, "02/complaint": 0.70, "02/help": 0.90}


def worth(answer: Stratum) -> Fraction:
    return Fraction(100) if answer.resolved == "yes" else Fraction(0)


def line(unit: str, stratum: str, count: int, *, solved: bool = True) -> Stratum:
    return Stratum(
        unit=unit,
        difficulty=stratum,
        contacted=True,
        resolved="yes" if solved else "no",
        satisfied="satisfied",
        count=count,
    )


def lines(unit: str, mix: dict[str, int], draw: random.Random, gain: float = 0) -> list[Stratum]:
    """Draw a unit's answers on matters of known difficulty."""
    counts: Counter[tuple[str, bool]] = Counter()
    for stratum, size in mix.items():
        for _ in range(size):
            counts[stratum, draw.random() < SOLVED[stratum] + gain] += 1
    return [
        line(unit, stratum, count, solved=solved) for (stratum, solved), count in counts.items()
    ]


EASY = {"01/complaint": 1500, "02/complaint": 200, "02/help": 300}
HARD = {"01/complaint": 200, "02/complaint": 1500, "02/help": 300}


def test_equal_units_with_different_matters_differ_raw_and_not_adjusted() -> None:
    draw = random.Random(5)
    strata = [
        answer
        for n, mix in enumerate((EASY, HARD, EASY, HARD))
        for answer in lines(f"unit{n}", mix, draw)
    ]
    found = difficulty.adjusted(strata, worth)
    raw = [float(one.observed) for one in found.values()]
    fair = [float(one.adjusted) for one in found.values()]
    assert max(raw) - min(raw) > 15
    assert max(fair) - min(fair) < 3


def test_a_unit_that_works_better_is_still_better_adjusted() -> None:
    draw = random.Random(6)
    strata = (
        lines("hard", HARD, draw, gain=0.08) + lines("easy", EASY, draw) + lines("x", EASY, draw)
    )
    found = difficulty.adjusted(strata, worth)
    assert found["hard"].observed < found["easy"].observed
    assert found["hard"].adjusted > found["easy"].adjusted + 4


def test_a_unit_is_measured_against_the_others_only() -> None:
    strata = [
        line("a", "01/help", 1000),
        line("b", "01/help", 40, solved=False),
    ]
    found = difficulty.adjusted(strata, worth)
    assert found["a"].expected == 0
    assert found["b"].expected == 100
    assert found["a"].adjusted == Fraction(1000 * 100, 1040) + 100


def test_a_stratum_with_few_answers_of_others_takes_its_category() -> None:
    strata = [
        line("a", "01/report", 10),
        line("b", "01/report", difficulty.FEWEST - 1, solved=False),
        line("b", "01/help", 1),
    ]
    assert difficulty.adjusted(strata, worth)["a"].expected == Fraction(100, difficulty.FEWEST)


def test_units_nobody_can_be_compared_with_are_left_out() -> None:
    strata = [line("a", "01/help", 9)]
    assert difficulty.adjusted(strata, worth) == {}
    assert difficulty.adjusted([], worth) == {}
