"""Rules of assessment, marks, claims, and what was reckoned from them."""

from assessment.models.claims import Claim
from assessment.models.figures import (
    Correction,
    FrozenInput,
    FrozenPeriod,
    PeriodFigures,
    UnitScore,
)
from assessment.models.policies import (
    AssessmentPolicy,
    ExclusionItem,
    Period,
    RankingGroup,
    RuleChange,
)
from assessment.models.reports import Job, ReportPlan
from assessment.models.reviews import LeaderMark, Review, ReviewAnswer, WhistleMark
from assessment.models.topics import HotSpot, HotSpotSearch, Sign, Topic, TopicEntry

__all__ = [
    "AssessmentPolicy",
    "Claim",
    "Correction",
    "ExclusionItem",
    "FrozenInput",
    "FrozenPeriod",
    "HotSpot",
    "HotSpotSearch",
    "Job",
    "LeaderMark",
    "Period",
    "PeriodFigures",
    "RankingGroup",
    "ReportPlan",
    "Review",
    "ReviewAnswer",
    "RuleChange",
    "Sign",
    "Topic",
    "TopicEntry",
    "UnitScore",
    "WhistleMark",
]
