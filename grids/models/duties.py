"""Who is on duty in which grid."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from grids.models.areas import Area


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
