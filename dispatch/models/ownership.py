"""Whose matter it is (事权): rules that route cases, and matters taken up with the city."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cases.models import Case


class Ownership(models.TextChoices):
    TOWN = "town", _("The town's own")
    DEPARTMENT = "department", _("A district department's")
    CITY = "city", _("The city's")
    SEVERAL = "several", _("Several owners")


class OwnershipRule(models.Model):
    """One rule of whose matter a case is. Of the rules in force the first that fits decides.

    Empty conditions fit everything: `category` is a prefix of the category's code, `area` a prefix of
    the place's, `words` any of which must stand in the text. A rule that was switched on is never
    edited: it ends (`valid_to`) and another follows. A draft (`valid_from` empty) decides nothing
    and may be tried on past cases. `first_asked` makes the unit first asked the responsible one.
    """

    position = models.PositiveIntegerField(_("order"), db_index=True)
    name = models.CharField(_("name"), max_length=80)
    category = models.CharField(_("category"), max_length=12, blank=True)
    kind = models.CharField(_("kind"), max_length=10, blank=True)
    channel = models.CharField(_("channel"), max_length=10, blank=True)
    urgency = models.CharField(_("urgency"), max_length=8, blank=True)
    area = models.CharField(_("area code"), max_length=17, blank=True)
    words = models.JSONField[list[str]](_("words in the text"), default=list, blank=True)
    ownership = models.CharField(_("whose matter"), max_length=10, choices=Ownership.choices)
    lead = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lead")
    )
    assists = models.ManyToManyField(
        Unit, related_name="+", blank=True, verbose_name=_("assisting units")
    )
    outside_unit = models.CharField(_("the city's unit"), max_length=80, blank=True)
    first_asked = models.BooleanField(_("first asked is responsible"), default=False)
    source = models.CharField(_("source"), max_length=200)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_to = models.DateTimeField(_("valid to"), null=True, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("rule of ownership")
        verbose_name_plural = _("rules of ownership")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_from__isnull=False),
                name="ownership_ends_begun",
            ),
            models.CheckConstraint(
                condition=~Q(ownership__in=["department", "city"]) | Q(lead__isnull=False),
                name="ownership_names_lead",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class CityMatter(models.Model):
    """A case that is the city's: the counterpart department takes it up there, under its reference."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="city_matters")
    counterpart = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", verbose_name=_("counterpart department")
    )
    outside_unit = models.CharField(_("the city's unit"), max_length=80)
    reference = models.CharField(_("outside reference"), max_length=80, blank=True)
    note = models.TextField(_("note"), blank=True)
    taken_up_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    taken_up_at = models.DateTimeField(_("taken up at"))
    answer = models.TextField(_("the city's answer"), blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    class Meta:
        verbose_name = _("matter of the city")
        verbose_name_plural = _("matters of the city")

    def __str__(self) -> str:
        return f"{self.outside_unit} {self.reference}".strip()
