"""Reference data of cases, editable; cases and their history, to be read only and without callers."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnlyAdmin
from cases import calendars, queries
from cases.models import CalendarDay, Case, CaseEvent, Category, Clock, ClockEntry, TimeLimit


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin[Category]):
    list_display = ["code", "name", "parent"]
    list_select_related = ["parent"]
    search_fields = ["code", "name"]
    ordering = ["code"]

    def save_model(self, request: HttpRequest, obj: Category, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        queries.forget()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # cases refer to it


@admin.register(TimeLimit)
class TimeLimitAdmin(admin.ModelAdmin[TimeLimit]):
    list_display = [
        "clock",
        "whistle_kind",
        "urgency",
        "case_kind",
        "category",
        "redo",
        "amount",
        "unit",
        "valid_from",
        "valid_to",
        "source",
    ]
    list_filter = ["clock", "unit", "redo"]
    ordering = ["clock", "valid_from"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a rule ends by its date; clocks once made from it keep their copy


@admin.register(CalendarDay)
class CalendarDayAdmin(admin.ModelAdmin[CalendarDay]):
    list_display = ["date", "is_workday", "name", "source"]
    list_filter = ["is_workday"]
    date_hierarchy = "date"
    ordering = ["-date"]

    def save_model(self, request: HttpRequest, obj: CalendarDay, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        calendars.forget()

    def delete_model(self, request: HttpRequest, obj: CalendarDay) -> None:
        super().delete_model(request, obj)
        calendars.forget()


@admin.register(Case)
class CaseAdmin(ReadOnlyAdmin):
    """Number and state, never the caller nor the text: those are for the case page, masked and logged."""

    list_display = ["number", "state", "kind", "channel", "category", "town", "received_at"]
    list_filter = ["state", "kind", "channel", "urgency"]
    list_select_related = ["category", "town"]
    search_fields = ["=number"]
    ordering = ["-received_at", "-pk"]
    fields = [
        "number",
        "state",
        "round",
        "kind",
        "channel",
        "urgency",
        "category",
        "town",
        "area",
        "received_at",
        "handled_at",
        "closed_at",
        "counted",
    ]


@admin.register(CaseEvent)
class CaseEventAdmin(ReadOnlyAdmin):
    list_display = ["at", "case", "step", "state", "actor", "unit"]
    list_select_related = ["case", "actor", "unit"]
    search_fields = ["=case__number"]
    ordering = ["-at", "-pk"]
    fields = ["case", "step", "state", "round", "at", "actor", "unit", "order_ref"]


class ClockEntryInline(admin.TabularInline[ClockEntry, Clock]):
    model = ClockEntry
    fields = ["at", "kind", "amount", "unit", "note"]
    readonly_fields = ["at", "kind", "amount", "unit", "note"]
    can_delete = False
    extra = 0
    verbose_name_plural = _("entries")

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Clock)
class ClockAdmin(ReadOnlyAdmin):
    list_display = ["case", "kind", "unit", "started_at", "due_at", "stopped_at", "breached_at"]
    list_filter = ["kind"]
    list_select_related = ["case", "unit"]
    search_fields = ["=case__number"]
    ordering = ["-started_at", "-pk"]
    inlines = [ClockEntryInline]
