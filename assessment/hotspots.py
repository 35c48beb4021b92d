"""Which places have more of a sort of request than their past and the season explain. Pure, no Django.

A cell is a place (a community, or a town) and a category (second or first level), counted in blocks of
some weeks, the last of them the window looked at. The question asked of each cell, given how many cases
it has in all: do more of them lie in the window than chance puts there? Chance follows the rest of the
district in the same category, so that a season or a trend that the whole district has is no hot spot;
where the cell itself had a rise at the same time a year ago, that much more is expected. Cases that come
together (one burst pipe, ten calls) are allowed for: the spread is estimated from the past blocks.

A cell is asked only where it and the rest have cases enough; what is too thin is asked as a whole town,
or by the first level of the category. The chances are adjusted for all that were asked (Holm), so that a
search over a district where nothing is the matter names any place at all at most at the error rate.
Only a rise that all places share is not found: it is on the pages of the month.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from assessment.chances import at_least, holm, together

YEAR = 13
"""Blocks of four weeks in a year: the block so many before the window is the same weeks last year."""
LEAST_BLOCKS = 3
"""Blocks of history without which nothing can be compared."""
LEAST_KNOWN, LEAST_FOUND, LEAST_REST = 8, 6, 30
"""Cases a cell must have in all to be asked, in the window to be named, and the rest in all to compare."""
LEAST_RISE = 1.5
"""A place with less than one and a half times what is expected is not worth a topic, however sure."""
COMMUNITY, TOWN, SECOND, FIRST = 12, 9, 4, 2
"""Digits of a place and of a category."""
LEVELS = ((COMMUNITY, SECOND), (COMMUNITY, FIRST), (TOWN, SECOND), (TOWN, FIRST))
"""The finest first; a cell of the others is asked where what it holds was too thin before."""

SEASON_WEIGHT, CATEGORY_WEIGHT, CELL_WEIGHT = 8.0, 50.0, 100.0
"""Cases that an estimate from few cases is held against: of the season, a category's spread, a cell's."""

Place = tuple[int, int]
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """A place and a category: cases in the window, and in the blocks before it, the latest first."""

    area: str
    category: str
    window: int
    past: tuple[int, ...]

    @property
    def key(self) -> Key:
        return self.area, self.category

    @property
    def level(self) -> Place:
        return len(self.area), len(self.category)

    @property
    def known(self) -> int:
        return self.window + sum(self.past)


@dataclass(frozen=True, slots=True)
class Spot:
    """A cell with more than is expected. `chance` is that of as many, adjusted for all cells asked."""

    cell: Cell
    expected: Decimal
    season: Decimal
    spread: Decimal
    chance: float


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found, and how many cells it asked."""

    tested: int
    spots: tuple[Spot, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A cell with what it is compared to: the rest of the district, block by block, and its spread."""

    cell: Cell
    rest: tuple[int, ...]
    factor: float

    @property
    def season(self) -> float:
        """Return how many times more the cell had than its share in the same weeks last year, if more."""
        cell, rest = self.cell, self.rest
        before = sum(rest[1:])
        if len(cell.past) < YEAR or not before:
            return 1.0
        usual = sum(cell.past) * rest[YEAR] / before
        return max(1.0, (cell.past[YEAR - 1] + SEASON_WEIGHT) / (usual + SEASON_WEIGHT))

    @property
    def odds(self) -> float:
        """Return cases expected in the window for each one before it."""
        now, before = self.rest[0], sum(self.rest[1:])
        return (now + 0.5) / (before + 0.5) * self.season

    @property
    def chance(self) -> float:
        odds, beyond, rest = self.odds, self.factor - 1, sum(self.rest)
        usual = sum(self.cell.past) * (1 + odds) + 1  # by the past alone: the window is in question
        spread = together(beyond / (usual + beyond), self.factor / rest)
        return at_least(self.cell.window, self.cell.known, odds / (1 + odds), spread)

    @property
    def expected(self) -> float:
        return sum(self.cell.past) * self.odds

    @property
    def worth_naming(self) -> bool:
        found = self.cell.window
        return found >= LEAST_FOUND and found >= LEAST_RISE * self.expected


def search(cells: Iterable[Cell], *, error_rate: Decimal) -> Found:
    """Return the cells whose window holds more than chance explains, the least likely first.

    `cells` are all that have a case, at all four levels, with equally many blocks each.
    """
    by_level = _by_level(cells)
    asked = list(_asked(by_level))
    chances = holm([one.chance for one in asked])
    named = [
        Spot(
            one.cell,
            _rounded(one.expected),
            _rounded(one.season),
            _rounded(one.factor),
            chance,
        )
        for one, chance in zip(asked, chances, strict=True)
        if Decimal(chance) <= error_rate and one.worth_naming
    ]
    named.sort(key=lambda spot: (spot.chance, -spot.cell.window, spot.cell.key))
    return Found(len(asked), tuple(_finest(named)))


def _by_level(cells: Iterable[Cell]) -> dict[Place, list[Cell]]:
    found: dict[Place, list[Cell]] = defaultdict(list)
    for cell in cells:
        found[cell.level].append(cell)
    return found


def _asked(by_level: Mapping[Place, Sequence[Cell]]) -> Iterator[_Asked]:
    """Yield the cells to ask: with enough cases, and coarse ones only for what was too thin when fine.

    Whether a cell is asked depends on its cases in all, never on how many lie in the window.
    """
    thin: list[Cell] = []
    for level in LEVELS:
        cells = by_level.get(level, ())
        left = _sums(thin, level)
        enough: list[_Asked] = []
        for cell, rest in _with_rest(cells):
            if level != LEVELS[0] and left.get(cell.key, 0) < LEAST_KNOWN:
                continue
            if len(cell.past) >= LEAST_BLOCKS and _is_enough(cell, rest):
                enough.append(_Asked(cell, rest, 1.0))
        taken = {one.cell.key for one in enough}
        yield from _with_factors(enough)
        if level == LEVELS[0]:
            thin = [cell for cell in cells if cell.key not in taken]
        else:
            thin = [cell for cell in thin if _above(cell, level) not in taken]


def _is_enough(cell: Cell, rest: Sequence[int]) -> bool:
    return cell.known >= LEAST_KNOWN and sum(rest) >= LEAST_REST and sum(rest[1:]) > 0


def _above(cell: Cell, level: Place) -> Key:
    return cell.area[: level[0]], cell.category[: level[1]]


def _sums(cells: Iterable[Cell], level: Place) -> dict[Key, int]:
    """Return how many cases of the cells lie in each cell of the level."""
    sums: dict[Key, int] = defaultdict(int)
    for cell in cells:
        sums[_above(cell, level)] += cell.known
    return sums


def _with_rest(cells: Sequence[Cell]) -> Iterator[tuple[Cell, tuple[int, ...]]]:
    """Yield each cell with what the others of its category had, the window first."""
    totals: dict[str, list[int]] = {}
    for cell in cells:
        blocks = (cell.window, *cell.past)
        total = totals.setdefault(cell.category, [0] * len(blocks))
        totals[cell.category] = [a + b for a, b in zip(total, blocks, strict=True)]
    for cell in cells:
        blocks = (cell.window, *cell.past)
        both = zip(totals[cell.category], blocks, strict=True)
        yield cell, tuple(total - own for total, own in both)


def _with_factors(asked: Sequence[_Asked]) -> list[_Asked]:
    """Return the cells with how much more their counts vary than single cases would (1 is not at all):
    the larger of their category's and their own, each estimated from the past blocks."""
    measured = [_variation(one) for one in asked]
    whole = _held(sum(m[0] for m in measured), sum(m[1] for m in measured), 1.0, CATEGORY_WEIGHT)
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])
    for one, (squares, usual) in zip(asked, measured, strict=True):
        sums[one.cell.category][0] += squares
        sums[one.cell.category][1] += usual
    kinds = {name: _held(both[0], both[1], whole, CATEGORY_WEIGHT) for name, both in sums.items()}
    found = []
    for one, (squares, usual) in zip(asked, measured, strict=True):
        kind = kinds[one.cell.category]
        own = _held(squares, usual, kind, CELL_WEIGHT)
        found.append(_Asked(one.cell, one.rest, max(1.0, kind, own)))
    return found


def _variation(one: _Asked) -> tuple[float, float]:
    """Return the sum of the squared distances of the past blocks from what the rest lets expect, and the
    sum of the latter, with the one degree of freedom that the cell's own level takes."""
    past, rest = one.cell.past, one.rest[1:]
    own, others = sum(past), sum(rest)
    usual = [own * block / others for block in rest]
    squares = sum((found - mean) ** 2 for found, mean in zip(past, usual, strict=True))
    return squares * len(past) / (len(past) - 1), sum(usual)


def _held(squares: float, usual: float, against: float, weight: float) -> float:
    return (squares + weight * against) / (usual + weight)


def _finest(spots: Iterable[Spot]) -> list[Spot]:
    """Leave out a spot that only repeats a finer one: the town of a community, a category's parent."""
    kept = list(spots)
    return [
        spot
        for spot in kept
        if not any(
            other is not spot
            and other.cell.area.startswith(spot.cell.area)
            and other.cell.category.startswith(spot.cell.category)
            for other in kept
        )
    ]


def _rounded(number: float) -> Decimal:
    return Decimal(repr(number)).quantize(Decimal("0.01"))
