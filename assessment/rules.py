"""The rules of a period as scoring needs them, and their copy that is kept beside figures. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from assessment.parts import TOWN_PARTS, UNIT_PARTS, TownRule, TownWeights, UnitWeights
from assessment.scales import FIVE, THREE, USUAL, as_weights, weighed
from assessment.scoring import NONE, Weights

TOWNS, UNITS = "town", "unit"
"""Sorts of groups."""


@dataclass(frozen=True, slots=True)
class Group:
    """Units ranked among each other, by their codes."""

    code: str
    name: str
    sort: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """A policy as scoring needs it."""

    name: str
    weights: Weights
    unit_weights: UnitWeights
    by_volume: bool
    scale: str = THREE
    decimals: int = 2
    override_reason: str = ""
    towns: TownRule = field(default_factory=TownRule)
    whistle_marks: bool = True
    town_parts: TownWeights = field(default_factory=TownWeights)
    use: tuple[Decimal, Decimal] = (Decimal("0.03"), Decimal("0.4"))
    min_cases: int = 1
    error_rate: Decimal = Decimal("0.05")
    lists: Mapping[str, Any] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    month_first_day: int = 1
    day_first_hour: int = 0
    freeze_after: int = 15
    source: str = ""

    @property
    def five(self) -> bool:
        """Tell whether the five answers are offered, with very satisfied and very dissatisfied."""
        return self.scale == FIVE

    def groups_of(self, sort: str) -> tuple[Group, ...]:
        return tuple(group for group in self.groups if group.sort == sort)

    def snapshot(self) -> dict[str, Any]:
        """Return what is kept beside figures; decimals as text, so that they come back exact.

        The scale and the factors of its answers are kept only where they are not the usual: a copy of before
        there was a choice reads as it did.
        """
        return {
            "name": self.name,
            "source": self.source,
            "weights": {
                "response": _text(self.weights.response),
                "resolution": _text(self.weights.resolution),
                "satisfaction": _text(self.weights.satisfaction),
            },
            "basic_factor": _text(self.weights.basic_factor),
            "partly_factor": _text(self.weights.partly_factor),
            **self._scale(),
            "decimals": self.decimals,
            "department_weights": {n: _text(w) for n, w in self.unit_weights.by_part().items()},
            "override_reason": self.override_reason,
            "objection_points": _text(self.towns.objection_points),
            "document_points": {f: _text(p) for f, p in self.towns.document_points.items()},
            "town_weighting": self.towns.weighting,
            "town_cap": _text(self.towns.cap),
            "town_weights": {code: _text(w) for code, w in self.towns.given.items()},
            "whistle_marks": self.whistle_marks,
            "performance_weights": {n: _text(w) for n, w in self.town_parts.by_part().items()},
            "use": [_text(self.use[0]), _text(self.use[1])],
            "tie_rule": "volume" if self.by_volume else "equal",
            "min_cases": self.min_cases,
            "error_rate": _text(self.error_rate),
            "lists": dict(self.lists),
            "groups": [
                {"code": g.code, "name": g.name, "sort": g.sort, "members": list(g.members)}
                for g in self.groups
            ],
            "month_first_day": self.month_first_day,
            "day_first_hour": self.day_first_hour,
            "freeze_after": self.freeze_after,
        }

    def _scale(self) -> dict[str, Any]:
        given = {name: getattr(self.weights, f"{name}_factor") for name in weighed(self.scale)}
        factors = {"answer_factors": {name: _text(factor) for name, factor in given.items()}}
        if self.five:
            return {"scale": FIVE, **factors}
        return {} if all(factor == USUAL[name] for name, factor in given.items()) else factors

    @classmethod
    def from_snapshot(cls, kept: Mapping[str, Any]) -> "Rules":
        """Return the rules that gave this copy; those of before 2026-11 had fewer rules, which are as they were."""
        parts = dict.fromkeys(UNIT_PARTS, NONE) | _decimals(kept["department_weights"])
        reason = kept.get("override_reason", "")
        performance = _decimals(kept.get("performance_weights", {}))
        low, high = kept.get("use", ("0.03", "0.4"))
        return cls(
            name=kept["name"],
            weights=Weights(
                **_decimals(kept["weights"]),
                basic_factor=Decimal(kept["basic_factor"]),
                partly_factor=Decimal(kept.get("partly_factor", "0")),
                **as_weights(kept.get("scale", THREE), _decimals(kept.get("answer_factors", {}))),
            ),
            unit_weights=UnitWeights(**parts, overridden=bool(reason)),
            by_volume=kept["tie_rule"] == "volume",
            scale=kept.get("scale", THREE),
            decimals=kept.get("decimals", 2),
            override_reason=reason,
            towns=TownRule(
                weighting=kept.get("town_weighting", "whistles"),
                cap=Decimal(kept.get("town_cap", "1")),
                given=_decimals(kept.get("town_weights", {})),
                objection_points=Decimal(kept.get("objection_points", "5")),
                document_points=_decimals(kept.get("document_points", {})),
            ),
            whistle_marks=kept.get("whistle_marks", True),
            town_parts=TownWeights(**{n: performance[n] for n in TOWN_PARTS if n in performance}),
            use=(Decimal(low), Decimal(high)),
            min_cases=kept.get("min_cases", 1),
            error_rate=Decimal(kept.get("error_rate", "0.05")),
            lists=kept.get("lists", {}),
            groups=tuple(
                Group(g["code"], g["name"], g["sort"], tuple(g["members"]))
                for g in kept.get("groups", ())
            ),
            month_first_day=kept.get("month_first_day", 1),
            day_first_hour=kept.get("day_first_hour", 0),
            freeze_after=kept.get("freeze_after", 15),
            source=kept.get("source", ""),
        )


def _text(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _decimals(texts: Mapping[str, str]) -> dict[str, Decimal]:
    return {name: Decimal(text) for name, text in texts.items()}
