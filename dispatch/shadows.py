"""Rules that can never decide because earlier ones fit all that they fit. Pure.

What is proven: for every category on file, every kind, channel and urgency, every town (not the smaller
places inside it) and each of the rule's words standing alone, one of the earlier rules fits as well. A text
with more words in it fits at least the same rules, so nothing is left for the later rule.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from dispatch.ownership import Rule, word_in


@dataclass(frozen=True, slots=True)
class Universe:
    """What cases can be filed under: leaf categories, towns, and the choices of the other fields."""

    categories: tuple[str, ...]
    areas: tuple[str, ...]
    kinds: tuple[str, ...]
    channels: tuple[str, ...]
    urgencies: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Shadow:
    """A rule that can never decide, and the earlier rules that together take all it fits."""

    rule: Rule
    by: tuple[Rule, ...]


def shadows(rules: Sequence[Rule], universe: Universe) -> list[Shadow]:
    """Return the rules, given in their order, that are proven to be shadowed by earlier ones."""
    found = []
    for index, rule in enumerate(rules):
        earlier = [one for one in rules[:index] if _outlasts(one, rule)]
        if by := _covering(rule, earlier, universe):
            found.append(Shadow(rule, by))
    return found


def _outlasts(earlier: Rule, rule: Rule) -> bool:
    """Tell whether the earlier rule is in force for as long as the later one."""
    if earlier.valid_to is None:
        return True
    return rule.valid_to is not None and rule.valid_to <= earlier.valid_to


def _covering(rule: Rule, earlier: Sequence[Rule], universe: Universe) -> tuple[Rule, ...]:
    """Return the earlier rules that cover the rule: one alone where one does, else several."""
    if not earlier:
        return ()
    every = (1 << len(earlier)) - 1
    needed: list[int] = []
    for masks in product(*_sides(rule, earlier, universe)):
        fitting = every
        for mask in masks:
            fitting &= mask
        if not fitting:
            return ()
        needed.append(fitting)
    alone = every
    for fitting in needed:
        alone &= fitting
    if alone:
        return (earlier[_lowest(alone)],)
    chosen: set[int] = set()
    for fitting in needed:
        if not any(fitting >> index & 1 for index in chosen):
            chosen.add(_lowest(fitting))
    return tuple(earlier[index] for index in sorted(chosen))


def _sides(rule: Rule, earlier: Sequence[Rule], universe: Universe) -> list[set[int]]:
    """Return, for each condition, the different sets of earlier rules (as bits) that its values fit."""
    sides: list[set[int]] = []
    for name, known in (
        ("kind", universe.kinds),
        ("channel", universe.channels),
        ("urgency", universe.urgencies),
    ):
        asked = getattr(rule, name)
        values = (asked,) if asked else known
        sides.append(
            {_bits(getattr(one, name) in ("", value) for one in earlier) for value in values}
        )
    for name, known in (("category", universe.categories), ("area", universe.areas)):
        prefix = getattr(rule, name)
        values = tuple(value for value in known if value.startswith(prefix)) or (prefix,)
        sides.append(
            {_bits(value.startswith(getattr(one, name)) for one in earlier) for value in values}
        )
    words = rule.words or ("",)
    sides.append(
        {
            _bits(not one.words or bool(word_in(one.words, word)) for one in earlier)
            for word in words
        }
    )
    return sides


def _bits(fits: Iterable[bool]) -> int:
    return sum(1 << index for index, fit in enumerate(fits) if fit)


def _lowest(bits: int) -> int:
    return (bits & -bits).bit_length() - 1
