"""The rules in force: which policy scores a period, the one that is shipped, and the sets to begin with."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import prefetch_related_objects

from assessment.lists import DEFAULT as LISTS
from assessment.models import AssessmentPolicy
from assessment.parts import TownRule, TownWeights, UnitWeights
from assessment.periods import Span, ruled_on
from assessment.rules import Group, Rules
from assessment.scales import as_weights
from assessment.scoring import Weights

__all__ = [
    "READY",
    "SHIPPED",
    "Rules",
    "ensure_default_policy",
    "rules_for",
    "rules_of",
    "rules_on",
]

SHIPPED: dict[str, Any] = {
    "valid_from": date(2019, 1, 1),
    "response_weight": Decimal("0.1"),
    "resolution_weight": Decimal("0.5"),
    "satisfaction_weight": Decimal("0.4"),
    "basic_factor": Decimal("0.9"),
    "partly_factor": Decimal(0),
    "marks_weight": Decimal("0.4"),
    "timeliness_weight": Decimal("0.25"),
    "results_weight": Decimal("0.2"),
    "objections_weight": Decimal("0.05"),
    "documents_weight": Decimal("0.05"),
    "leaders_weight": Decimal("0.05"),
    "objection_points": Decimal(5),
    "document_points": {
        "urge": "2",
        "reminder": "5",
        "assignment": "10",
        "supervision": "20",
        "bulletin": "30",
    },
    "town_weighting": AssessmentPolicy.TownWeighting.WHISTLES,
    "town_cap": Decimal("0.4"),
    "tie_rule": AssessmentPolicy.TieRule.EQUAL,
    "min_cases": 5,
    "lists": LISTS,
    "source": "三率权重依北京市怀柔区口径（响应10%、解决50%、满意40%，基本满意按0.9计）；街镇评分占比依"
    "白山市江源区“超过三分之一”；扣分标准、单个街镇上限和最少件数为本产品建议值，可由区里调整",
}
"""The policy of a district that has written none: 10/50/40, 基本满意 counted as 0.9."""


def _ready(response: str, resolution: str, satisfaction: str, source: str) -> Mapping[str, Any]:
    return {
        "response_weight": Decimal(response),
        "resolution_weight": Decimal(resolution),
        "satisfaction_weight": Decimal(satisfaction),
        "basic_factor": Decimal("0.9"),
        "source": source,
    }


READY: dict[str, Mapping[str, Any]] = {
    "10/50/40": _ready("0.1", "0.5", "0.4", "北京市怀柔区三率统计口径，基本满意按0.9计"),
    "10/45/45": _ready("0.1", "0.45", "0.45", "北京市常见提法，未见正式出处"),
    "30/35/35": _ready(
        "0.3", "0.35", "0.35", "内蒙古准格尔旗做法（响应含签收、联系反馈、影像佐证），据网络报道"
    ),
}
"""Sets of rates' weights a district may begin a policy with (domain.md 1.2); the rest stays as in force."""


def ensure_default_policy() -> AssessmentPolicy:
    """Store the shipped policy where the district has none; return the oldest it has."""
    oldest = AssessmentPolicy.objects.order_by("valid_from").first()
    if oldest is None:
        oldest, _created = AssessmentPolicy.objects.get_or_create(name="10/50/40", defaults=SHIPPED)
    return oldest


def policy_on(day: date) -> AssessmentPolicy:
    """Return the policy in force on that day; before the first, the first."""
    policies = AssessmentPolicy.objects.order_by("-valid_from")
    return policies.filter(valid_from__lte=day).first() or ensure_default_policy()


def rules_on(day: date) -> Rules:
    """Return the rules in force on that day; before the first policy, the first."""
    return rules_of(policy_on(day))


def rules_for(span: Span) -> Rules:
    """Return the rules that a period is scored by."""
    return rules_on(ruled_on(span))


def rules_of(policy: AssessmentPolicy) -> Rules:
    """Return a policy as scoring needs it, with its groups."""
    return Rules(
        name=policy.name,
        source=policy.source,
        weights=Weights(
            policy.response_weight,
            policy.resolution_weight,
            policy.satisfaction_weight,
            policy.basic_factor,
            policy.partly_factor,
            **as_weights(policy.scale, _decimals(policy.answer_factors)),
        ),
        scale=policy.scale,
        unit_weights=UnitWeights(
            policy.marks_weight,
            policy.timeliness_weight,
            policy.results_weight,
            policy.objections_weight,
            policy.documents_weight,
            policy.leaders_weight,
            overridden=bool(policy.override_reason),
        ),
        override_reason=policy.override_reason,
        by_volume=policy.tie_rule == AssessmentPolicy.TieRule.VOLUME,
        decimals=policy.decimals,
        towns=TownRule(
            policy.town_weighting,
            policy.town_cap,
            _decimals(policy.town_weights),
            policy.objection_points,
            _decimals(policy.document_points),
        ),
        whistle_marks=policy.whistle_marks,
        town_parts=TownWeights(
            policy.rates_weight,
            policy.use_weight,
            policy.quality_weight,
            policy.redo_weight,
            policy.self_weight,
        ),
        use=(policy.use_low, policy.use_high),
        min_cases=policy.min_cases,
        error_rate=policy.error_rate,
        lists=policy.lists,
        groups=_groups(policy),
        month_first_day=policy.month_first_day,
        day_first_hour=policy.day_first_hour,
        freeze_after=policy.freeze_after,
    )


def _groups(policy: AssessmentPolicy) -> tuple[Group, ...]:
    if policy.pk is None:
        return ()
    prefetch_related_objects([policy], "groups__members")  # nothing where the caller has done so
    return tuple(
        Group(row.code, row.name, row.sort, tuple(sorted(unit.code for unit in row.members.all())))
        for row in policy.groups.all()
    )


def _decimals(given: Mapping[str, Any]) -> dict[str, Decimal]:
    """Return the numbers of a JSON field, written as text or as numbers, exactly."""
    return {name: Decimal(str(value)) for name, value in given.items()}
