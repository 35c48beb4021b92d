"""How likely a count is by chance: tails of counts that share a cause, and many questions asked at once.

Pure, and without tables or outside libraries: sums of exact terms, `lgamma` for the first of them.
"""

from collections.abc import Callable, Sequence
from math import exp, inf, lgamma, log, log1p

NEGLIGIBLE = 1e-17
"""A term that no longer changes the sum."""


def at_least(count: int, total: int, share: float, spread: float = 0.0) -> float:
    """Return the chance of `count` or more out of `total`, each falling in with chance `share`.

    `spread` (0 ≤ spread < 1) is how much they come together: the correlation of two of them. With 0 the
    count is binomial, with more it is beta-binomial, whose tail is longer.
    """
    if count <= 0:
        return 1.0
    if count > total or share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    term = _term(count, total, share, spread)
    whole, mean = 0.0, total * share
    for at in range(count, total + 1):
        whole += term
        if at > mean and term < whole * NEGLIGIBLE:
            break
        if at < total:
            term *= (total - at) / (at + 1) * _odds(at, total, share, spread)
    return min(whole, 1.0)


def at_most(count: int, total: int, share: float, spread: float = 0.0) -> float:
    """Return the chance of `count` or fewer."""
    return at_least(total - count, total, 1 - share, spread)


def _weights(share: float, spread: float) -> tuple[float, float]:
    """Return the two parameters of the beta distribution that the chance itself then has."""
    strength = 1 / spread - 1
    return share * strength, (1 - share) * strength


def _odds(at: int, total: int, share: float, spread: float) -> float:
    if spread <= 0:
        return share / (1 - share)
    first, second = _weights(share, spread)
    return (at + first) / (total - at - 1 + second)


def _term(count: int, total: int, share: float, spread: float) -> float:
    ways = lgamma(total + 1) - lgamma(count + 1) - lgamma(total - count + 1)
    if spread <= 0:
        return exp(ways + count * log(share) + (total - count) * log1p(-share))
    first, second = _weights(share, spread)
    return exp(
        ways
        + (lgamma(count + first) + lgamma(total - count + second) - lgamma(total + first + second))
        - (lgamma(first) + lgamma(second) - lgamma(first + second))
    )


def together(*spreads: float) -> float:
    """Return the spread that several causes of coming together have between them."""
    apart = 1.0
    for spread in spreads:
        apart *= 1 - spread
    return 1 - apart


def holm(chances: Sequence[float]) -> list[float]:
    """Return each chance adjusted for how many were asked (Holm): where none of the questions has a true
    answer, the chance that any adjusted one is at most x is at most x."""
    adjusted, worst = [0.0] * len(chances), 0.0
    in_order = sorted(range(len(chances)), key=chances.__getitem__)
    for place, index in enumerate(in_order):
        worst = max(worst, min(1.0, (len(chances) - place) * chances[index]))
        adjusted[index] = worst
    return adjusted


def poisson_at_least(count: int, mean: float) -> float:
    """Return the chance of `count` or more where `mean` are expected, each on its own."""
    if count <= 0:
        return 1.0
    if mean <= 0:
        return 0.0
    term, whole, at = exp(count * log(mean) - mean - lgamma(count + 1)), 0.0, count
    while term >= whole * NEGLIGIBLE:
        whole += term
        at += 1
        term *= mean / at
        if term == 0.0:
            break
    return min(whole, 1.0)


def mean_between(count: float, doubt: float = 0.05) -> tuple[float, float]:
    """Return the bounds of the mean that a count leaves open (Garwood), with that doubt in all.

    `count` may be a fraction: a count divided by how much its cases come together.
    """
    low = 0.0 if count <= 0 else _solve(lambda mean: _gamma_tail(count, mean), doubt / 2)
    high = _solve(lambda mean: _gamma_tail(count + 1, mean), 1 - doubt / 2)
    return low, high


def _solve(rising: Callable[[float], float], wanted: float) -> float:
    """Return where a rising function reaches what is wanted."""
    low, high = 0.0, 1.0
    while rising(high) < wanted:
        high *= 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < wanted else (low, middle)
    return (low + high) / 2


def _gamma_tail(shape: float, mean: float) -> float:
    """Return the regularised lower incomplete gamma function: for whole shapes the chance that `shape` or
    more happen where `mean` are expected. A series, or a continued fraction where that is quicker."""
    if mean <= 0:
        return 0.0
    scale = exp(shape * log(mean) - mean - lgamma(shape))
    if mean < shape + 1:
        term = whole = 1 / shape
        at = shape
        while term > whole * NEGLIGIBLE:
            at += 1
            term *= mean / at
            whole += term
        return min(scale * whole, 1.0)
    return 1 - scale * _fraction(shape, mean)


def _fraction(shape: float, mean: float) -> float:
    base = mean + 1 - shape
    up, down = inf, 1 / base
    found = down
    for step in range(1, 500):
        weight = -step * (step - shape)
        base += 2
        down = 1 / (weight * down + base)
        up = base + weight / up
        found *= down * up
        if abs(down * up - 1) < 1e-15:
            break
    return found
