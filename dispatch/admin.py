"""The administration: the responsibility list can be edited; whistles and what followed only read."""

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from dispatch.models import (
    Directive,
    Document,
    Extension,
    Meeting,
    Objection,
    Order,
    Paper,
    Responsibility,
    TownLeader,
    UnclaimedMatter,
    Whistle,
    WhistleKind,
    WhistleLevel,
    WhistleRight,
)
from dispatch.services.rights import forget_after_commit


@admin.register(Responsibility)
class ResponsibilityAdmin(admin.ModelAdmin):
    list_display = ["code", "title", "group", "category", "lead", "person"]
    list_filter = ["group"]
    list_select_related = ["category", "lead"]
    search_fields = ["code", "title", "person", "basis"]
    filter_horizontal = ["assists"]
    ordering = ["code"]


class RightsAdmin(admin.ModelAdmin):
    """Rows that every process keeps for a minute: read anew where they change."""

    def save_model(self, request: HttpRequest, obj: Model, form: object, change: bool) -> None:
        super().save_model(request, obj, form, change)
        forget_after_commit()

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        super().delete_model(request, obj)
        forget_after_commit()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Model]) -> None:
        super().delete_queryset(request, queryset)
        forget_after_commit()


class FixedRowsAdmin(RightsAdmin):
    """Rows whose codes the product knows: they are named and switched off, never added or taken away."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(WhistleLevel)
class WhistleLevelAdmin(FixedRowsAdmin):
    list_display = ["code", "position", "name", "matter", "active", "source"]
    readonly_fields = ["code", "position"]


@admin.register(WhistleKind)
class WhistleKindAdmin(FixedRowsAdmin):
    list_display = ["code", "name", "description", "stay", "ring_minutes", "active", "source"]
    readonly_fields = ["code"]


@admin.register(WhistleRight)
class WhistleRightAdmin(RightsAdmin):
    list_display = ["power", "level", "kind", "role"]
    list_filter = ["power", "level", "role"]
    list_select_related = ["level"]


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


@admin.register(TownLeader)
class TownLeaderAdmin(admin.ModelAdmin):
    """Who is in charge of which town: one leader a town, named on its directives."""

    list_display = ["town", "user"]
    list_select_related = ["user"]
    autocomplete_fields = ["user"]


@admin.register(Paper)
class PaperAdmin(ReadOnlyAdmin):
    list_display = ["number", "form", "title", "issued_at", "to_all"]
    list_filter = ["form"]
    search_fields = ["number", "title"]


@admin.register(Directive)
class DirectiveAdmin(ReadOnlyAdmin):
    list_display = ["paper", "title", "lead", "due_at", "state"]
    list_filter = ["state"]
    list_select_related = ["paper", "lead"]
    search_fields = ["paper__number", "title"]
    raw_id_fields = ["case", "whistle", "matter"]


@admin.register(UnclaimedMatter)
class UnclaimedMatterAdmin(ReadOnlyAdmin):
    list_display = ["title", "number", "raised_by", "raised_at", "lead", "ruled_at"]
    list_select_related = ["raised_by", "lead"]
    search_fields = ["title", "number"]
    raw_id_fields = ["case"]


@admin.register(Meeting)
class MeetingAdmin(ReadOnlyAdmin):
    list_display = ["kind", "held_at", "place", "chair", "closed_at"]
    list_filter = ["kind"]
