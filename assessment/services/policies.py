"""The rules in force: which policy scores a period, and the one that is shipped."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from assessment.models import AssessmentPolicy
from assessment.scoring import UnitWeights, Weights

SHIPPED: dict[str, Any] = {
    "valid_from": date(2019, 1, 1),
    "response_weight": Decimal("0.1"),
    "resolution_weight": Decimal("0.5"),
    "satisfaction_weight": Decimal("0.4"),
    "basic_factor": Decimal("0.9"),
    "marks_weight": Decimal("0.4"),
    "timeliness_weight": Decimal("0.3"),
    "results_weight": Decimal("0.3"),
    "tie_rule": AssessmentPolicy.TieRule.EQUAL,
    "source": "北京市怀柔区三率统计口径（响应10%、解决50%、满意40%，基本满意按0.9计）；"
    "部门得分中街镇评分占比依白山市江源区“超过三分之一”",
}
"""The policy of a district that has written none: 10/50/40, 基本满意 counted as 0.9."""


@dataclass(frozen=True, slots=True)
class Rules:
    """A policy as scoring needs it."""

    name: str
    weights: Weights
    unit_weights: UnitWeights
    by_volume: bool

    def snapshot(self) -> dict[str, Any]:
        """Return what is kept beside figures; decimals as text, so that they come back exact."""
        return {
            "name": self.name,
            "weights": {
                "response": _text(self.weights.response),
                "resolution": _text(self.weights.resolution),
                "satisfaction": _text(self.weights.satisfaction),
            },
            "basic_factor": _text(self.weights.basic_factor),
            "department_weights": {
                "marks": _text(self.unit_weights.marks),
                "timeliness": _text(self.unit_weights.timeliness),
                "results": _text(self.unit_weights.results),
            },
            "tie_rule": "volume" if self.by_volume else "equal",
        }


def ensure_default_policy() -> AssessmentPolicy:
    """Store the shipped policy where the district has none; return the oldest it has."""
    oldest = AssessmentPolicy.objects.order_by("valid_from").first()
    if oldest is None:
        oldest, _created = AssessmentPolicy.objects.get_or_create(name="10/50/40", defaults=SHIPPED)
    return oldest


def rules_on(day: date) -> Rules:
    """Return the rules in force on that day; before the first policy, the first."""
    policies = AssessmentPolicy.objects.order_by("-valid_from")
    policy = policies.filter(valid_from__lte=day).first() or ensure_default_policy()
    return Rules(
        policy.name,
        Weights(
            policy.response_weight,
            policy.resolution_weight,
            policy.satisfaction_weight,
            policy.basic_factor,
        ),
        UnitWeights(policy.marks_weight, policy.timeliness_weight, policy.results_weight),
        policy.tie_rule == AssessmentPolicy.TieRule.VOLUME,
    )


def _text(value: Decimal) -> str:
    return f"{value.normalize():f}"
