"""The four lists 先进 · 进步 · 整改 · 治理, by rules that are data. Pure.

The rules stand in the policy (`AssessmentPolicy.lists`); what it does not say is as `DEFAULT` has it. Sources:
domain.md 1.5 (整改类: continuously poor, or a large volume with low rates; 治理类: high-volume areas with
a plan to improve) and 1.6 (a resolution rate below the district's mean is a trigger of supervision).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

ADVANCED, PROGRESS, RECTIFY, GOVERN = "advanced", "progress", "rectify", "govern"
LISTS = (ADVANCED, PROGRESS, RECTIFY, GOVERN)

DEFAULT: dict[str, str] = {
    "advanced_share": "0.25",
    "rectify_periods": "3",
    "volume_share": "0.25",
    "resolution_gap": "5",
}
"""The upper quarter of the places; three periods in a row below the mean; the quarter with the most cases; five
points of resolution below the mean."""

Reason = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Past:
    """What a unit was in an earlier period: its score, its interval, and the mean of its group."""

    score: Decimal
    low: Decimal
    high: Decimal
    mean: Decimal


@dataclass(frozen=True, slots=True)
class Member:
    """A ranked unit of a group as the rules of the lists look at it. `past` begins with the period just before."""

    code: str
    rank: int
    score: Decimal
    low: Decimal
    high: Decimal
    volume: int
    resolution: Decimal | None
    past: Sequence[Past | None] = ()


def rules_of(given: Mapping[str, str]) -> dict[str, Decimal]:
    """Return the rules of a policy, completed by the default ones."""
    return {name: Decimal(str(given.get(name, value))) for name, value in DEFAULT.items()}


def listed(group: Sequence[Member], given: Mapping[str, str]) -> dict[str, tuple[str, Reason]]:
    """Return by code the list a unit of the group stands on and the facts why; most stand on none.

    A unit stands on one list: to be put right goes before advanced, before progress, before governance.
    """
    if len(group) < 2:
        return {}
    rules = rules_of(given)
    around = _Around(group, rules)
    found = {}
    for member in group:
        for name, why in (
            (RECTIFY, around.poor),
            (ADVANCED, around.advanced),
            (PROGRESS, around.progress),
            (GOVERN, around.heavy),
        ):
            if reason := why(member):
                found[member.code] = (name, reason)
                break
    return found


class _Around:
    """A group with its means, as the background each member is seen against."""

    def __init__(self, group: Sequence[Member], rules: Mapping[str, Decimal]) -> None:
        self.rules = rules
        self.size = len(group)
        self.mean = _mean([member.score for member in group])
        rates = [member.resolution for member in group if member.resolution is not None]
        self.resolution = _mean(rates) if rates else None
        volumes = sorted((member.volume for member in group), reverse=True)
        most = _part(rules["volume_share"], self.size)
        self.large = volumes[most - 1] if most else None

    def advanced(self, member: Member) -> Reason | None:
        """Stand among the upper places, surely above the mean."""
        places = _part(self.rules["advanced_share"], self.size)
        if member.rank > places or member.low <= self.mean:
            return None
        return {"rank": member.rank, "places": places, "low": member.low, "mean": self.mean}

    def progress(self, member: Member) -> Reason | None:
        """Be better than in the period before by more than chance: the intervals do not meet."""
        before = member.past[0] if member.past else None
        if before is None or member.low <= before.high:
            return None
        return {"score": member.score, "before": before.score}

    def poor(self, member: Member) -> Reason | None:
        """Be surely below the mean for some periods in a row, or have many cases and few of them solved."""
        periods = int(self.rules["rectify_periods"])
        past = list(member.past[: periods - 1])
        in_a_row = len(past) == periods - 1 and all(
            before is not None and before.high < before.mean for before in past
        )
        if member.high < self.mean and in_a_row:
            return {"periods": periods, "high": member.high, "mean": self.mean}
        rate, usual = member.resolution, self.resolution
        if (
            rate is None
            or usual is None
            or not self._is_large(member)
            or usual - rate < self.rules["resolution_gap"]
        ):
            return None
        return {"volume": member.volume, "resolution": rate, "mean_resolution": usual}

    def heavy(self, member: Member) -> Reason | None:
        """Have many cases, and not be better than in the period before."""
        before = member.past[0] if member.past else None
        if not self._is_large(member) or before is None or member.score > before.score:
            return None
        return {"volume": member.volume, "score": member.score, "before": before.score}

    def _is_large(self, member: Member) -> bool:
        return self.large is not None and member.volume >= self.large


def _part(share: Decimal, whole: int) -> int:
    return int(share * whole)


def _mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)
