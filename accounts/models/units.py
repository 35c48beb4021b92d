"""Units: the towns, communities, departments, companies and desks that answer for cases."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

CENTRE_CODE = "CENTRE"
HOTLINE_CODE = "HOTLINE"


class UnitQuerySet(models.QuerySet["Unit"]):
    def summonable(self) -> "UnitQuerySet":
        """Return the units that a whistle may summon: departments and companies in service."""
        return self.filter(kind__in=[Unit.Kind.DEPARTMENT, Unit.Kind.COMPANY], active=True)


class Unit(models.Model):
    """An organisation that people hold roles in and that clocks and orders are given to.

    A town's or community's unit carries its division code both as `code` and as `area`.
    """

    class Kind(models.TextChoices):
        DISTRICT = "district", _("District")
        TOWN = "town", _("Town")
        COMMUNITY = "community", _("Community")
        DEPARTMENT = "department", _("Department")
        COMPANY = "company", _("Company")
        SQUAD = "squad", _("Neighbours' squad")
        ALLIANCE = "alliance", _("Alliance member")
        PROPERTY = "property", _("Property firm")
        HOTLINE = "hotline", _("Hotline")
        CENTRE = "centre", _("Command centre")

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=80)
    short_name = models.CharField(_("short name"), max_length=40, blank=True)
    kind = models.CharField(_("kind of unit"), max_length=12, choices=Kind.choices)
    area = models.CharField(_("area code"), max_length=17, blank=True)
    active = models.BooleanField(_("active"), default=True)
    calendar = models.CharField(
        _("hours of work"),
        max_length=20,
        blank=True,
        help_text=_("code of the working hours; empty means office hours"),
    )

    objects = UnitQuerySet.as_manager()

    class Meta:
        verbose_name = _("unit")
        verbose_name_plural = _("units")
        constraints = [
            models.CheckConstraint(
                condition=~Q(kind__in=["town", "community"]) | ~Q(area=""),
                name="unit_of_an_area_names_it",
                violation_error_message=_("A town's or community's unit must name its area."),
            )
        ]

    def __str__(self) -> str:
        return self.short_name or self.name
