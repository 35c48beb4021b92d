"""Rules, periods and figures in the administration, to be read."""

from django.contrib import admin

from accounts.admin import ReadOnlyAdmin
from assessment.models import (
    AssessmentPolicy,
    Period,
    PeriodFigures,
    Review,
    RuleChange,
    UnitScore,
)


@admin.register(AssessmentPolicy)
class AssessmentPolicyAdmin(ReadOnlyAdmin):
    """A new version is written on the page of the rules, where it is checked and its author kept."""

    list_display = [
        "name",
        "valid_from",
        "response_weight",
        "resolution_weight",
        "satisfaction_weight",
        "basic_factor",
        "source",
    ]
    ordering = ["-valid_from"]


@admin.register(Period)
class PeriodAdmin(ReadOnlyAdmin):
    list_display = ["name", "starts_at", "ends_at"]
    ordering = ["-starts_at"]


@admin.register(RuleChange)
class RuleChangeAdmin(ReadOnlyAdmin):
    list_display = ["at", "by", "kind", "name"]
    list_filter = ["kind"]
    list_select_related = ["by"]


@admin.register(Review)
class ReviewAdmin(ReadOnlyAdmin):
    list_display = ["order", "arrival", "attitude", "result", "reviewer", "at"]
    list_select_related = ["order__case", "order__unit", "reviewer"]
    date_hierarchy = "at"


@admin.register(UnitScore)
class UnitScoreAdmin(ReadOnlyAdmin):
    list_display = ["period", "group", "unit", "score", "rank", "computed_at"]
    list_filter = ["group"]
    list_select_related = ["unit"]
    search_fields = ["=period", "unit__name"]
    ordering = ["-period", "group", "rank"]


@admin.register(PeriodFigures)
class PeriodFiguresAdmin(ReadOnlyAdmin):
    list_display = ["period", "starts_at", "ends_at", "computed_at"]
    ordering = ["-starts_at"]
