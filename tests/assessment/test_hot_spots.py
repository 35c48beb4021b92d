"""Hot spots: a district where nothing is the matter stays quiet at the stated rate, planted ones are found."""

import random
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from math import comb, cos, exp, pi

import pytest

from assessment.chances import at_least, at_most, holm, mean_between, poisson_at_least
from assessment.hotspots import LEAST_REST, Cell, Key, search
from assessment.seasons import season_of

RATE = Decimal("0.05")
SEARCHES = 110
MOST_ALARMS = 11
"""Of 110 searches at 5 %, more than eleven false alarms would come in fewer than one of fifty trials."""
PLANTED = ("110112002003", "0102")


def poisson(dice: random.Random, mean: float) -> int:
    """Draw a count of single cases."""
    bound, count, left = exp(-mean), 0, dice.random()
    while left > bound:
        left *= dice.random()
        count += 1
    return count


def world(
    dice: random.Random,
    *,
    mean: float = 4.0,
    blocks: int = 14,
    together: float = 0.0,
    season: bool = True,
    trend: float = 0.02,
    planted: Sequence[float] = (),
    local_season: bool = False,
) -> list[Cell]:
    """Draw a district: 24 communities in four towns, eight categories, blocks of four weeks, the window first.

    Levels differ from place to place; half of the categories have a season, all have a trend. `together` is
    how many more cases come with each. `planted` is (usual cases, times as many in the window).
    """
    cells: dict[Key, list[int]] = {}
    for kind in range(8):
        category = f"{kind // 4 + 1:02d}{kind % 4 + 1:02d}"
        swing = (0, 0, 0.5, 0.9)[kind % 4] if season else 0
        phase = dice.random() * 2 * pi
        for place in range(24):
            area = f"11011200{place // 6}{place % 6:03d}"
            usual = dice.gammavariate(1.2, mean / 1.2)
            here = (area, category) == PLANTED
            if here and planted:
                usual = planted[0]
            counts = []
            for block in range(blocks):
                expected = usual * (1 + swing * cos(2 * pi * block / 13 + phase))
                expected *= 1 - trend * block
                if here and planted and block == 0:
                    expected *= planted[1]
                if here and local_season and block in (0, 13):
                    expected *= 3
                if together and expected > 0:
                    expected = dice.gammavariate(expected / together, together)
                counts.append(poisson(dice, expected))
            for key in levels(area, category):
                before = cells.get(key, [0] * blocks)
                cells[key] = [a + b for a, b in zip(before, counts, strict=True)]
    return [Cell(*key, counts[0], tuple(counts[1:])) for key, counts in cells.items()]


def levels(area: str, category: str) -> Iterable[Key]:
    """Yield the cells that a case counts in."""
    return ((a, c) for a in (area, area[:9]) for c in (category, category[:2]))


def named(cells: list[Cell]) -> list[Key]:
    return [spot.cell.key for spot in search(cells, error_rate=RATE).spots]


@pytest.mark.parametrize(
    "null",
    [
        {"season": False, "trend": 0.0},
        {"together": 1.0},
        {"together": 2.5},
        {"mean": 0.8, "together": 1.0},
        {"blocks": 5, "together": 0.5},
    ],
    ids=["single cases", "in pairs, season and trend", "in crowds", "thin", "four months old"],
)
def test_a_district_where_nothing_is_the_matter_stays_quiet_at_the_stated_rate(
    null: dict[str, float],
) -> None:
    alarms = sum(bool(named(world(random.Random(seed), **null))) for seed in range(SEARCHES))  # type: ignore[arg-type]
    assert alarms <= MOST_ALARMS


@pytest.mark.parametrize(
    ("planted", "together", "power"),
    [((8, 5), 0.0, 0.85), ((12, 5), 1.0, 0.7), ((25, 3), 0.0, 0.8)],
    ids=["8 become 40", "12 become 60, in pairs", "25 become 75"],
)
def test_planted_hot_spots_are_found_with_the_stated_power(
    planted: tuple[int, int], together: float, power: float
) -> None:
    found = [
        named(world(random.Random(seed), planted=planted, together=together)) for seed in range(40)
    ]
    assert sum(PLANTED in keys for keys in found) >= power * 40
    assert sum(any(key not in levels(*PLANTED) for key in keys) for keys in found) <= 6


def test_a_rise_that_the_whole_district_has_every_winter_is_no_hot_spot() -> None:
    """Heating in November: eight times the requests everywhere, in the window and a year ago."""
    winter = (40, *[5] * 12, 38)
    cells = [Cell(f"110112001{n:03d}", "0501", winter[0], winter[1:]) for n in range(12)]
    found = search(cells, error_rate=RATE)
    assert found.tested == 12
    assert not found.spots


@pytest.mark.parametrize(
    ("names", "day", "known"),
    [
        ("集中供暖温度 供暖", date(2026, 11, 1), True),
        ("集中供暖温度 供暖", date(2027, 3, 15), True),
        ("集中供暖温度 供暖", date(2027, 3, 16), False),
        ("集中供暖温度 供暖", date(2026, 7, 1), False),
        ("市容环境 城市管理", date(2026, 12, 1), False),
    ],
)
def test_the_heating_season_is_known_beforehand(names: str, day: date, known: bool) -> None:
    assert bool(season_of(names, day, day)) is known


def test_what_a_place_had_at_the_same_time_last_year_is_expected_of_it_again() -> None:
    """One community has a heating plant of its own: its rise came a year ago, too."""
    quiet = [Cell(f"110112001{n:03d}", "0501", 40, (40,) * 13) for n in range(12)]
    again = Cell("110112002001", "0501", 110, (*[40] * 12, 90))
    fresh = Cell("110112002001", "0501", 110, (40,) * 13)
    assert not search([*quiet, again], error_rate=RATE).spots
    [spot] = search([*quiet, fresh], error_rate=RATE).spots
    assert spot.cell is fresh
    assert round(spot.expected) == 40
    assert spot.season == 1


def test_how_many_places_are_asked_does_not_depend_on_what_is_found() -> None:
    """Moving cases into the window changes answers, never the family they are adjusted for."""
    cells = world(random.Random(3))
    moved = [Cell(c.area, c.category, sum(c.past), (c.window, *[0] * 12)) for c in cells]
    assert search(cells, error_rate=RATE).tested == search(moved, error_rate=RATE).tested


def test_too_thin_a_cell_is_asked_as_a_whole_town() -> None:
    """Seven communities with two cases each tell nothing; their town does. Others are the comparison."""
    thin = [Cell(f"110112003{n:03d}", "0101", 3, (0,) * 13) for n in range(7)]
    town = Cell("110112003", "0101", 21, (0,) * 13)
    others = [Cell("110112001", "0101", 5, (5,) * 13), Cell("110112001001", "0101", 5, (5,) * 13)]
    [spot] = search([*thin, town, *others], error_rate=RATE).spots
    assert spot.cell is town


def test_a_town_is_not_named_for_the_community_that_made_it_hot() -> None:
    """The town is asked for its thin communities, and hot because of the one that is not thin."""
    hot = Cell("110112003001", "0101", 60, (4,) * 13)
    thin = [Cell(f"110112003{n:03d}", "0101", 0, (1, 1, 1, *[0] * 10)) for n in range(2, 6)]
    town = Cell("110112003", "0101", 60, (8, 8, 8, *[4] * 10))
    other = [Cell("110112001", "0101", 9, (9,) * 13), Cell("110112001001", "0101", 9, (9,) * 13)]
    found = search([hot, *thin, town, *other], error_rate=RATE)
    assert [spot.cell for spot in found.spots] == [hot]
    alone = search([*thin, town, *other], error_rate=RATE)
    assert [spot.cell for spot in alone.spots] == [town]


def test_without_a_rest_to_compare_with_nothing_is_asked() -> None:
    alone = Cell("110112001001", "0101", 40, (2,) * 13)
    few = Cell("110112001002", "0101", 1, (1,) * 13)
    assert sum((few.window, *few.past)) < LEAST_REST
    found = search([alone, few], error_rate=RATE)
    assert found.tested == 1, "the few are, against the others"
    assert not found.spots


def test_without_three_months_behind_it_nothing_is_asked() -> None:
    cells = [Cell(f"110112001{n:03d}", "0101", 9, (9, 9)) for n in range(9)]
    assert search(cells, error_rate=RATE).tested == 0


def test_tails_are_those_of_the_sums() -> None:
    exact = sum(comb(40, k) * 0.2**k * 0.8 ** (40 - k) for k in range(13, 41))
    assert at_least(13, 40, 0.2) == pytest.approx(exact, rel=1e-12)
    assert at_least(13, 40, 0.2, 0.1) > at_least(13, 40, 0.2)
    assert at_least(13, 40, 0.2, 0.1) + at_most(12, 40, 0.2, 0.1) == pytest.approx(1)
    assert poisson_at_least(3, 1.5) == pytest.approx(1 - exp(-1.5) * (1 + 1.5 + 1.125))


def test_the_bounds_of_a_mean_are_garwoods() -> None:
    assert mean_between(10) == pytest.approx((4.7954, 18.3904), abs=1e-4)
    assert mean_between(0) == pytest.approx((0, 3.6889), abs=1e-4)


def test_holm_adjusts_each_chance_for_those_still_asked() -> None:
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([]) == []
