"""Filing conditions (立案条件): what exactly is wrong, and so how long putting it right may take."""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cases.models.categories import Category


class FilingConditionQuerySet(models.QuerySet["FilingCondition"]):
    def in_force(self, day: date) -> "FilingConditionQuerySet":
        """Return the conditions that a request received on that day may be filed under."""
        return self.filter(Q(valid_to=None) | Q(valid_to__gte=day), valid_from__lte=day)


class FilingCondition(models.Model):
    """One condition of a small class (小类) of events or components.

    Its limit is the `TimeLimit` of clock `finish` that names its code: a small class has several
    conditions, and each its own time.
    """

    class Kind(models.TextChoices):
        EVENT = "event", _("Event")
        COMPONENT = "component", _("Component")

    code = models.CharField(_("code"), max_length=12, primary_key=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    group = models.CharField(_("group of classes"), max_length=20)
    small_class = models.CharField(_("code of the small class"), max_length=6)
    name = models.CharField(_("small class"), max_length=40)
    category = models.ForeignKey(
        Category, models.PROTECT, related_name="conditions", verbose_name=_("category")
    )
    condition = models.CharField(_("condition"), max_length=120)
    closes_when = models.CharField(_("closes when"), max_length=120)
    source = models.CharField(_("source"), max_length=200)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    objects = FilingConditionQuerySet.as_manager()

    class Meta:
        verbose_name = _("filing condition")
        verbose_name_plural = _("filing conditions")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.name}: {self.condition}"
