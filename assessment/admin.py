"""Rules and periods in the administration: a change of rule is a new row, the past stays."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin import ReadOnlyAdmin
from assessment.models import AssessmentPolicy, Period, PeriodFigures, Review, UnitScore


@admin.register(AssessmentPolicy)
class AssessmentPolicyAdmin(admin.ModelAdmin):
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

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # scores of the past were reckoned by it

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Period)
class PeriodAdmin(admin.ModelAdmin):
    list_display = ["name", "starts_at", "ends_at"]
    ordering = ["-starts_at"]


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
