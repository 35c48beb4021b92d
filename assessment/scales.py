"""The answers a resident is offered on being satisfied, and what each answer counts. Pure.

Two sets are in use: 满意/基本满意/不满意 (12345) and 非常满意 to 非常不满意 (好差评), `domain.md` 1.2. 基本满意 and 部分解决 have
columns of their own in a policy; the factors of the others are kept as texts by answer, and only where they
are not the usual.
"""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from assessment.scoring import (
    BASIC,
    CONTENT,
    DISSATISFIED,
    FULL,
    NO,
    NONE,
    PARTLY,
    SATISFIED,
    VERY_DISSATISFIED,
    VERY_SATISFIED,
    YES,
    rising,
)

THREE, FIVE = "three", "five"
OFFERED = {THREE: (SATISFIED, BASIC, DISSATISFIED), FIVE: CONTENT}
"""The answers of each set, the best first."""

USUAL = {
    VERY_SATISFIED: FULL,
    SATISFIED: FULL,
    DISSATISFIED: NONE,
    VERY_DISSATISFIED: NONE,
    NO: NONE,
}
"""What the answers count that every policy counts alike unless it says otherwise."""

NOT_OFFERED, NO_PART, RISES = "not_offered", "no_part", "rises"
"""What can be wrong with a factor; in words in `assessment.words`."""

FINEST = -3
"""Decimals of a factor, as an exponent."""


def weighed(scale: str) -> tuple[str, ...]:
    """Return the answers, other than 基本满意 and 部分解决, that have a factor of their own on a scale."""
    return tuple(name for name in USUAL if name in OFFERED[scale] or name == NO)


def factors_of(scale: str, given: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return what each answer other than 基本满意 and 部分解决 counts, offered or not.

    What is not given is as usual. Where three are offered, an answer beyond either end counts like the end:
    it was given under other rules.
    """
    found = {name: given.get(name, usual) for name, usual in USUAL.items()}
    if scale == THREE:
        found |= {VERY_SATISFIED: found[SATISFIED], VERY_DISSATISFIED: found[DISSATISFIED]}
    return found


def as_weights(scale: str, given: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Return the factors as `Weights` takes them."""
    return {f"{name}_factor": factor for name, factor in factors_of(scale, given).items()}


def faults(scale: str, given: Mapping[str, Any], basic: Decimal, partly: Decimal) -> dict[str, str]:
    """Return what is wrong with the factors of a policy, by answer; empty where nothing is."""
    if not isinstance(given, Mapping):
        return {SATISFIED: NO_PART}
    known = weighed(scale)
    wrong = {name: NOT_OFFERED for name in given if name not in known}
    numbers = {name: _part(given[name]) for name in given if name in known}
    wrong |= {name: NO_PART for name, number in numbers.items() if number is None}
    if wrong:
        return wrong
    found = factors_of(scale, {n: number for n, number in numbers.items() if number is not None})
    content = {name: basic if name == BASIC else found[name] for name in CONTENT}
    for factors in (content, {YES: FULL, PARTLY: partly, NO: found[NO]}):
        if answer := rising(factors):
            wrong[answer] = RISES
    return wrong


def _part(value: Any) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    exponent = number.normalize().as_tuple().exponent
    fits = isinstance(exponent, int) and exponent >= FINEST and NONE <= number <= FULL
    return number if fits else None
