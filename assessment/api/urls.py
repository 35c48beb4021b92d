"""Calls on reviews and on how well it went."""

from django.urls import path, register_converter

from accounts.api import converters
from assessment.api import brief, claims, policies, reports, reviews, scores, topics


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
    path(
        f"{PERIOD}/departments/<code:unit>/working/",
        scores.DepartmentWorking.as_view(),
        name="api_department_working",
    ),
    path(
        f"{PERIOD}/towns/<code:unit>/working/",
        scores.TownWorking.as_view(),
        name="api_town_working",
    ),
    path("hot-spots/", topics.HotSpots.as_view(), name="api_hot_spots"),
    path("topics/", topics.Topics.as_view(), name="api_topics"),
    path("topics/<int:pk>/", topics.OneTopic.as_view(), name="api_topic"),
    path("topics/<int:pk>/entries/", topics.TopicEntries.as_view(), name="api_topic_entries"),
    path("topics/<int:pk>/close/", topics.CloseTopic.as_view(), name="api_topic_close"),
    path("signs/", topics.Signs.as_view(), name="api_signs"),
    path("signs/<int:pk>/answer/", topics.SignAnswer.as_view(), name="api_sign_answer"),
]
