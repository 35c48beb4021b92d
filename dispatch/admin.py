"""The administration: the responsibility list can be edited; whistles and what followed only read."""

from django.contrib import admin
from django.http import HttpRequest

from dispatch.models import Document, Extension, Objection, Order, Responsibility, Whistle


@admin.register(Responsibility)
class ResponsibilityAdmin(admin.ModelAdmin):
    list_display = ["code", "title", "group", "category", "lead", "person"]
    list_filter = ["group"]
    list_select_related = ["category", "lead"]
    search_fields = ["code", "title", "person", "basis"]
    filter_horizontal = ["assists"]
    ordering = ["code"]


class ReadOnlyAdmin(admin.ModelAdmin):
    """Look, never touch: what happened is changed by steps alone, which check and record."""

    show_full_result_count = False
    list_per_page = 50

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(Whistle)
class WhistleAdmin(ReadOnlyAdmin):
    list_display = ["case", "level", "kind", "blower", "blown_by", "blown_at", "settled_at"]
    list_filter = ["level", "kind"]
    list_select_related = ["case", "blower", "blown_by"]
    search_fields = ["case__number"]
    raw_id_fields = ["case"]


@admin.register(Order)
class OrderAdmin(ReadOnlyAdmin):
    list_display = ["case", "unit", "role", "state", "issued_at", "settled_at"]
    list_filter = ["state", "role"]
    list_select_related = ["case", "unit"]
    search_fields = ["case__number", "unit__name", "unit__code"]
    raw_id_fields = ["case", "whistle"]


@admin.register(Objection)
class ObjectionAdmin(ReadOnlyAdmin):
    list_display = ["order", "raised_by", "raised_at", "upheld", "ruled_by", "ruled_at", "new_unit"]
    list_filter = ["upheld"]
    list_select_related = ["order__case", "order__unit", "raised_by", "ruled_by", "new_unit"]
    search_fields = ["order__case__number"]


@admin.register(Extension)
class ExtensionAdmin(ReadOnlyAdmin):
    list_display = ["order", "workdays", "asked_by", "asked_at", "granted", "ruled_by", "ruled_at"]
    list_filter = ["granted"]
    list_select_related = ["order__case", "order__unit", "asked_by", "ruled_by"]
    search_fields = ["order__case__number"]


@admin.register(Document)
class DocumentAdmin(ReadOnlyAdmin):
    list_display = ["number", "form", "colour", "unit", "case", "issued_at", "answered_at"]
    list_filter = ["form", "colour"]
    list_select_related = ["unit", "case"]
    search_fields = ["number", "case__number", "unit__name", "unit__code"]
    raw_id_fields = ["case", "clock", "order", "answer_clock"]
