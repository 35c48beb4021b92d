"""Whether a topic helped: cases a week before and after, and whether more than chance changed. Pure.

The rest of the district in the same category is the measure beside: a fall that everybody has is the
season's, not the topic's.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from assessment.chances import at_least, at_most, mean_between, together

LEAST_WEEKS = 2
"""Whole weeks after the beginning without which nothing is said."""
LEAST_CASES = 5
"""Cases before and after together without which nothing can be told apart."""
DOUBT = 0.05
CENT = Decimal("0.01")

Counts = Sequence[tuple[int, int]]
"""Of each week: how many in the place, how many in the rest of the district."""


@dataclass(frozen=True, slots=True)
class Measure:
    """Residents a week before and after (None before there is a whole week), the bounds of the latter with 95 %
    certainty, the rest of the district a week before and after, and the verdict: `early`, `few`, `fell`, `rose`
    or `unclear`. `chance` is that of as great a change by chance, the district's own taken out."""

    before: Decimal
    after: Decimal | None
    between: tuple[Decimal, Decimal] | None
    district: tuple[Decimal, Decimal] | None
    weeks: int
    verdict: str
    chance: float | None
    beside: bool

    def as_json(self) -> dict[str, Any]:
        found = asdict(self)
        for name in ("before", "after"):
            found[name] = None if found[name] is None else str(found[name])
        for name in ("between", "district"):
            found[name] = found[name] and [str(bound) for bound in found[name]]
        return found

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Measure":
        def pair(name: str) -> tuple[Decimal, Decimal] | None:
            return (Decimal(kept[name][0]), Decimal(kept[name][1])) if kept[name] else None

        after = kept["after"]
        return cls(
            before=Decimal(kept["before"]),
            after=None if after is None else Decimal(after),
            between=pair("between"),
            district=pair("district"),
            weeks=kept["weeks"],
            verdict=kept["verdict"],
            chance=kept["chance"],
            beside=kept["beside"],
        )


def measure(before: Counts, after: Counts, *, whole: bool = False) -> Measure:
    """Compare the weeks after with those before; without any before, nothing is said. With `whole` the place is the
    district: there is no rest to compare with, and the comparison is with the past alone."""
    past, now = sum(own for own, _rest in before), sum(own for own, _rest in after)
    rest_past, rest_now = sum(rest for _own, rest in before), sum(rest for _own, rest in after)
    beside = not whole and min(rest_past, rest_now) > 0
    if not after:
        return Measure(_a_week(past, before), None, None, None, 0, "early", None, beside)
    factor = _factor([own for own, _rest in before])
    low, high = mean_between(now / factor, DOUBT)
    bounds = (_rounded(low * factor / len(after)), _rounded(high * factor / len(after)))
    district = (_a_week(rest_past, before), _a_week(rest_now, after)) if not whole else None
    verdict, chance = "early" if len(after) < LEAST_WEEKS else "few", None
    if before and len(after) >= LEAST_WEEKS:
        odds = rest_now / rest_past if beside else len(after) / len(before)
        spread = _spread(past + now, factor, rest_past + rest_now if beside else 0)
        verdict, chance = _verdict(now, past + now, odds / (1 + odds), spread)
    return Measure(
        before=_a_week(past, before),
        after=_a_week(now, after),
        between=bounds,
        district=district,
        weeks=len(after),
        verdict=verdict,
        chance=chance,
        beside=beside,
    )


def _spread(known: int, factor: float, rest: int) -> float:
    own = (factor - 1) / (known + factor - 1) if known else 0.0
    return together(own, factor / (rest + factor)) if rest else own


def _verdict(now: int, known: int, share: float, spread: float) -> tuple[str, float | None]:
    if known < LEAST_CASES:
        return "few", None
    fewer, more = at_most(now, known, share, spread), at_least(now, known, share, spread)
    chance = min(1.0, 2 * min(fewer, more))
    if chance > DOUBT:
        return "unclear", chance
    return ("fell" if fewer < more else "rose"), chance


def _factor(weeks: Sequence[int]) -> float:
    """Return how much more the weeks vary than single cases would; held against 1 by five weeks' worth."""
    if len(weeks) < LEAST_WEEKS or not sum(weeks):
        return 1.0
    mean = sum(weeks) / len(weeks)
    varied = sum((count - mean) ** 2 for count in weeks) / mean
    return max(1.0, (varied + 5) / (len(weeks) - 1 + 5))


def _a_week(count: int, weeks: Sequence[Any]) -> Decimal:
    if not weeks:
        return Decimal(0)
    return (Decimal(count) / len(weeks)).quantize(CENT, ROUND_HALF_UP)


def _rounded(number: float) -> Decimal:
    return Decimal(repr(number)).quantize(CENT, ROUND_HALF_UP)
