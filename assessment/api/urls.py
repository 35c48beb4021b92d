"""Calls on reviews and on how well it went."""

from django.urls import path, register_converter

from accounts.api import converters
from assessment.api import (
    brief,
    claim_effects,
    claims,
    hot_spots,
    leader_marks,
    policies,
    reports,
    reviews,
    scores,
    signs,
    topics,
)


class PeriodName(converters.Code):
    """What may stand for a period: a named one may have spaces and middle dots, see `rule_changes.add_period`."""

    regex = r"[\w·.-][\w·. -]{0,39}"


register_converter(PeriodName, "period")
PERIOD = "assessment/periods/<period:period>"

__all__ = ["converters", "urlpatterns"]

urlpatterns = [
    path("assessment/brief/", brief.MorningBrief.as_view(), name="api_brief"),
    path("cases/<code:number>/claims/", claims.CaseClaims.as_view(), name="api_case_claims"),
    path("claims/", claims.Claims.as_view(), name="api_claims"),
    path("claims/<int:pk>/", claims.OneClaim.as_view(), name="api_claim"),
    path("claims/<int:pk>/effect/", claim_effects.ClaimEffect.as_view(), name="api_claim_effect"),
    path("claims/<int:pk>/review/", claims.ReviewClaim.as_view(), name="api_claim_review"),
    path("claims/<int:pk>/withdraw/", claims.WithdrawClaim.as_view(), name="api_claim_withdraw"),
    path("assessment/reports/", reports.Reports.as_view(), name="api_reports"),
    *[
        path(
            f"assessment/reports/<int:pk>/{kind}/",
            reports.ReportFile.as_view(kind=kind),
            name=f"api_report_{kind}",
        )
        for kind in reports.FILES
    ],
    path("assessment/jobs/<int:pk>/", reports.OneJob.as_view(), name="api_job"),
    path("orders/<int:pk>/review/", reviews.OrderReview.as_view(), name="api_review"),
    path(
        "orders/<int:pk>/review/answer/",
        reviews.OrderReviewAnswer.as_view(),
        name="api_review_answer",
    ),
    path(
        "orders/<int:pk>/review/rule/", reviews.OrderReviewRuling.as_view(), name="api_review_rule"
    ),
    path(
        "orders/<int:pk>/whistle_mark/",
        reviews.OrderWhistleMark.as_view(),
        name="api_whistle_mark",
    ),
    path("assessment/policies/", policies.Policies.as_view(), name="api_policies"),
    path(f"{PERIOD}/", scores.PeriodReport.as_view(), name="api_period"),
    path(f"{PERIOD}/departments/", scores.Departments.as_view(), name="api_period_departments"),
    path(f"{PERIOD}/towns/", scores.Towns.as_view(), name="api_period_towns"),
    path(f"{PERIOD}/leader-marks/", leader_marks.LeaderMarks.as_view(), name="api_leader_marks"),
    path(
        f"{PERIOD}/departments/<code:unit>/working/",
        scores.DepartmentWorking.as_view(),
        name="api_department_working",
    ),
    path(
        f"{PERIOD}/departments/<code:unit>/working/<slug:part>/",
        scores.DepartmentContributions.as_view(),
        name="api_department_contributions",
    ),
    path(
        f"{PERIOD}/towns/<code:unit>/working/<slug:part>/",
        scores.TownContributions.as_view(),
        name="api_town_contributions",
    ),
    path(
        f"{PERIOD}/towns/<code:unit>/working/",
        scores.TownWorking.as_view(),
        name="api_town_working",
    ),
    path("hot-spots/", hot_spots.HotSpots.as_view(), name="api_hot_spots"),
    path(
        "hot-spots/searches/",
        hot_spots.HotSpotSearches.as_view(),
        name="api_hot_spot_searches",
    ),
    path("topics/", topics.Topics.as_view(), name="api_topics"),
    path("topics/<int:pk>/", topics.OneTopic.as_view(), name="api_topic"),
    path("topics/<int:pk>/entries/", topics.TopicEntries.as_view(), name="api_topic_entries"),
    path("topics/<int:pk>/correct/", topics.CorrectTopic.as_view(), name="api_topic_correct"),
    path("topics/<int:pk>/close/", topics.CloseTopic.as_view(), name="api_topic_close"),
    path("signs/", signs.Signs.as_view(), name="api_signs"),
    path("signs/<int:pk>/answer/", signs.SignAnswer.as_view(), name="api_sign_answer"),
]
