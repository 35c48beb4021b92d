"""Areas and grid duty in the administration. Outlines are imported, never drawn by hand."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from grids.models import Area, GridDuty


@admin.register(Area)
class AreaAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "level", "head"]
    list_filter = ["level"]
    search_fields = ["=code", "code__startswith", "name"]
    ordering = ["code"]
    fields = ["code", "name", "level", "parent", "head", "lon", "lat"]
    readonly_fields = ["code", "level", "parent", "lon", "lat"]
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(GridDuty)
class GridDutyAdmin(admin.ModelAdmin):
    list_display = ["user", "area"]
    list_select_related = ["user", "area"]
    autocomplete_fields = ["user", "area"]
    search_fields = ["user__username", "user__display_name", "area__name"]
