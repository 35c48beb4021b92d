"""Reference data of cases, editable; cases and their history, to be read only and without callers."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.admin import ReadOnlyAdmin
from cases import calendars, exits, queries
from cases.models import (
    AdjustmentPolicy,
    CalendarDay,
    CalendarVersion,
    Case,
    CaseEvent,
    Category,
    Clock,
    ClockEntry,
    ExitKind,
    FilingCondition,
    Ladder,
    TimeLimit,
    WorkHours,
)
from cases.policy_forms import AdjustmentPolicyForm, DatedForm, LadderForm, WorkHoursForm
from cases.services import alerts, limits


@admin.register(ExitKind)
class ExitKindAdmin(admin.ModelAdmin[ExitKind]):
    """The classified exits: their words may be changed, their codes stand in history."""

    list_display = ["code", "name", "applies", "action", "active"]
    ordering = ["code"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return ["code"] if obj else []

    def save_model(self, request: HttpRequest, obj: ExitKind, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        exits.forget()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # cases left by it


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


class DatedAdmin(admin.ModelAdmin[Any]):
    """Rules with dates: one ends by its date and is never deleted. A change counts at once in this
    process, and within a minute in the others."""

    form: type[DatedForm] = DatedForm

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        limits.forget()
        alerts.forget()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # what once followed from it names it still


@admin.register(TimeLimit)
class TimeLimitAdmin(DatedAdmin):
    list_display = [
        "clock",
        "whistle_kind",
        "urgency",
        "case_kind",
        "category",
        "condition",
        "redo",
        "amount",
        "unit",
        "valid_from",
        "valid_to",
        "source",
    ]
    list_filter = ["clock", "unit", "redo"]
    search_fields = ["=condition", "source"]
    ordering = ["clock", "condition", "valid_from"]


@admin.register(FilingCondition)
class FilingConditionAdmin(DatedAdmin):
    """Its time limit is a row of its own, found by the condition's code."""

    list_display = ["code", "name", "condition", "category", "closes_when", "valid_from"]
    list_filter = ["kind", "group"]
    list_select_related = ["category"]
    search_fields = ["code", "name", "condition"]
    ordering = ["code"]


@admin.register(AdjustmentPolicy)
class AdjustmentPolicyAdmin(DatedAdmin):
    form = AdjustmentPolicyForm
    list_display = [
        "kind",
        "whistle_kind",
        "urgency",
        "most_times",
        "most_amount",
        "unit",
        "valid_from",
        "valid_to",
        "source",
    ]
    list_filter = ["kind"]
    ordering = ["kind", "valid_from"]


@admin.register(Ladder)
class LadderAdmin(DatedAdmin):
    """A ladder that clocks climb is only ended: give its successor a later day."""

    form = LadderForm
    list_display = ["name", "clock", "whistle_kind", "urgency", "valid_from", "valid_to", "source"]
    list_filter = ["clock", "urgency"]
    ordering = ["clock", "whistle_kind", "urgency", "valid_from"]

    def get_readonly_fields(self, request: HttpRequest, obj: Ladder | None = None) -> list[str]:
        if obj is None or not Clock.objects.filter(ladder=obj).exists():
            return []
        return ["name", "clock", "whistle_kind", "urgency", "rungs", "source", "valid_from"]


@admin.register(WorkHours)
class WorkHoursAdmin(admin.ModelAdmin[WorkHours]):
    form = WorkHoursForm
    list_display = ["code", "name", "every_day", "periods", "quiet_from", "source"]
    ordering = ["code"]

    def save_model(self, request: HttpRequest, obj: WorkHours, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        calendars.forget()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # units name it


@admin.register(CalendarVersion)
class CalendarVersionAdmin(ReadOnlyAdmin):
    list_display = ["label", "calendar", "made_at"]
    list_filter = ["calendar"]
    ordering = ["-made_at", "-pk"]


@admin.register(CalendarDay)
class CalendarDayAdmin(admin.ModelAdmin[CalendarDay]):
    list_display = ["date", "calendar", "is_workday", "name", "source"]
    list_filter = ["is_workday", "calendar"]
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
    fields = ["at", "kind", "amount", "unit", "until", "note"]
    readonly_fields = ["at", "kind", "amount", "unit", "until", "note"]
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
