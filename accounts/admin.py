"""Units, people and their roles in the administration; what the system remembers is read-only."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import AccessLog, Heartbeat, Membership, Unit, User


class ReadOnlyAdmin(admin.ModelAdmin):
    """Show rows and change none."""

    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(Unit)
class UnitAdmin(admin.ModelAdmin):
    list_display = ["code", "name", "short_name", "kind", "area", "active"]
    list_filter = ["kind", "active"]
    search_fields = ["code", "name", "short_name"]
    ordering = ["code"]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # a unit that leaves service is made inactive: its past stays


class MembershipInline(admin.TabularInline):
    model = Membership
    autocomplete_fields = ["unit"]
    extra = 1


@admin.register(User)
class UserAdmin(StockUserAdmin):
    list_display = ["username", "display_name", "posts_held", "is_active"]
    list_filter = ["memberships__role", "is_active"]
    search_fields = ["username", "display_name"]
    inlines = [MembershipInline]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        (_("Person"), {"fields": ["display_name", "phone", "email", "language"]}),
        (_("Access"), {"fields": ["is_active", "is_staff", "is_superuser"]}),
    ]
    filter_horizontal = []

    @admin.display(description=_("memberships"))
    def posts_held(self, user: User) -> str:
        """Return the roles held, as the list shows them."""
        posts = user.memberships.all()
        return "、".join(f"{post.get_role_display()}（{post.unit}）" for post in posts)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("memberships__unit")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False  # who leaves is made inactive: the history names them


@admin.register(AccessLog)
class AccessLogAdmin(ReadOnlyAdmin):
    list_display = ["at", "user", "case_number", "purpose"]
    list_select_related = ["user"]
    search_fields = ["=case_number", "=user__username"]
    date_hierarchy = "at"


@admin.register(Heartbeat)
class HeartbeatAdmin(ReadOnlyAdmin):
    list_display = ["name", "ran_at", "took_ms", "handled"]
