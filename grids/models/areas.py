"""Areas: district, towns, communities, grids and microgrids. The code is the path."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from grids.codes import CODE_LENGTH as CODE_LENGTH


class AreaQuerySet(models.QuerySet["Area"]):
    def within(self, code: str) -> "AreaQuerySet":
        """Return the area with the code and everything inside it."""
        return self.filter(code__startswith=code)

    def towns(self) -> "AreaQuerySet":
        return self.filter(level=Area.Level.TOWN).order_by("code")


class Area(models.Model):
    """A piece of the district. Codes nest by prefix, so no recursive query is ever needed."""

    class Level(models.TextChoices):
        DISTRICT = "district", _("District")
        TOWN = "town", _("Town")
        COMMUNITY = "community", _("Community")
        GRID = "grid", _("Grid")
        MICROGRID = "microgrid", _("Microgrid")

    code = models.CharField(_("code"), max_length=17, primary_key=True)
    name = models.CharField(_("name"), max_length=60)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children"
    )
    head = models.CharField(_("head"), max_length=40, blank=True)
    boundary = models.JSONField(_("boundary"), null=True, blank=True)
    lon = models.FloatField(_("longitude"), null=True, blank=True)
    lat = models.FloatField(_("latitude"), null=True, blank=True)

    objects = AreaQuerySet.as_manager()

    class Meta:
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        constraints = [
            models.CheckConstraint(
                condition=Q(level="district", parent=None)
                | (~Q(level="district") & Q(parent__isnull=False)),
                name="area_below_district_has_parent",
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def town_code(self) -> str:
        """Return the code of the town the area lies in (or its own)."""
        return self.code[: CODE_LENGTH["town"]]

    @property
    def community_code(self) -> str:
        return self.code[: CODE_LENGTH["community"]]


class Atlas(models.Model):
    """One row whose version grows with every import, so that processes know when to reload."""

    version = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.version)
