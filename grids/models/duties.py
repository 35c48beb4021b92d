"""Who is on duty in which grid."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from grids.models.areas import Area
from grids.reach import within_reach


class GridDuty(models.Model):
    """One person's duty in a grid, a community or a town."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="duties")
    area = models.ForeignKey(Area, models.CASCADE, related_name="duties")

    class Meta:
        verbose_name = _("grid duty")
        verbose_name_plural = _("grid duties")
        constraints = [models.UniqueConstraint(fields=["user", "area"], name="duty_once")]

    def __str__(self) -> str:
        return f"{self.user} · {self.area}"


class DutyShiftQuerySet(models.QuerySet["DutyShift"]):
    def visible_to(self, user: User) -> "DutyShiftQuerySet":
        """Return one's own shifts and those of the areas one works for; the district's desks see all."""
        return self if user.sees_district else self.filter(Q(user=user) | within_reach(user))

    def at(self, moment: datetime) -> "DutyShiftQuerySet":
        """Return the shifts that run at the moment."""
        return self.filter(starts_at__lte=moment, ends_at__gt=moment)


class DutyShift(models.Model):
    """A stretch of time in which somebody is on duty in a grid (网格值班表)."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="shifts", db_index=False
    )
    area = models.ForeignKey(Area, models.CASCADE, related_name="shifts", db_index=False)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    note = models.CharField(_("note"), max_length=200, blank=True)

    objects = DutyShiftQuerySet.as_manager()

    class Meta:
        verbose_name = _("duty shift")
        verbose_name_plural = _("duty shifts")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at__gt=models.F("starts_at")), name="shift_has_length"
            ),
            models.UniqueConstraint(fields=["user", "area", "starts_at"], name="shift_once"),
        ]
        indexes = [
            models.Index(
                OpClass(F("area"), "varchar_pattern_ops"), F("starts_at"), name="shift_of_area"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.area} {self.starts_at:%F %R}"


class Position(models.Model):
    """Where somebody in the field was last, as their phone told; used to find the nearest."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="position")
    lon = models.FloatField()
    lat = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("last position")
        verbose_name_plural = _("last positions")

    def __str__(self) -> str:
        return f"{self.user} {self.at:%F %T}"
