"""People and the roles they hold in units."""

from functools import cached_property

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.units import Unit


class Role(models.TextChoices):
    OPERATOR = "operator", _("Operator")
    CALLBACK = "callback", _("Callback agent")
    GRIDWORKER = "gridworker", _("Grid worker")
    GRIDHEAD = "gridhead", _("Grid head")
    COMMUNITY = "community", _("Community secretary")
    TOWN = "town", _("Town secretary")
    DEPARTMENT = "department", _("Department staff")
    SUPERVISOR = "supervisor", _("Supervisor")
    LEADER = "leader", _("District leader")
    ASSESSOR = "assessor", _("Assessor")
    ADMIN = "admin", _("Administrator")


DISTRICT_WIDE = frozenset(
    {Role.OPERATOR, Role.CALLBACK, Role.SUPERVISOR, Role.LEADER, Role.ASSESSOR, Role.ADMIN}
)
"""Roles that read every case of the district (callers stay masked)."""


class User(AbstractUser):
    """Somebody who signs in. What they may see and do follows from the roles they hold."""

    display_name = models.CharField(_("display name"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    language = models.CharField(_("language"), max_length=10, blank=True)

    def __str__(self) -> str:
        return self.display_name or self.username

    @cached_property
    def posts(self) -> tuple["Membership", ...]:
        """Return the roles held, with their units, read once for each request."""
        if not self.is_active:
            return ()
        return tuple(self.memberships.select_related("unit").order_by("pk"))

    def holds(self, *roles: str, but: int | None = None) -> bool:
        """Tell whether any of the roles is held in any unit, the one named by `but` left out."""
        return any(post.role in roles and post.unit_id != but for post in self.posts)

    def holds_in(self, unit_id: int | None, *roles: str) -> bool:
        """Tell whether any of the roles is held in that very unit."""
        return any(post.role in roles and post.unit_id == unit_id for post in self.posts)

    def holds_over(self, area: str | None, *roles: str, but: int | None = None) -> bool:
        """Tell whether any of the roles is held in a unit whose area contains `area`, the unit
        named by `but` left out."""
        if not area:
            return False
        return any(
            post.role in roles
            and post.unit.area
            and area.startswith(post.unit.area)
            and post.unit_id != but
            for post in self.posts
        )

    def areas_of(self, *roles: str) -> list[str]:
        """Return the area codes in which any of the roles is held."""
        return [post.unit.area for post in self.posts if post.role in roles and post.unit.area]

    def units_of(self, *roles: str) -> list[int]:
        """Return the ids of the units in which any of the roles is held."""
        return [post.unit_id for post in self.posts if post.role in roles]

    @property
    def sees_district(self) -> bool:
        """Tell whether the user reads every case of the district."""
        return self.holds(*DISTRICT_WIDE)


class Membership(models.Model):
    """One role held by one person in one unit."""

    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "unit", "role"], name="membership_once")
        ]
        indexes = [models.Index(fields=["unit", "role"], name="membership_of_unit")]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.unit}"
