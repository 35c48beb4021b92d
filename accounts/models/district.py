"""The district that works here: what it is called, which profile it picked, its own words for things."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class District(models.Model):
    """One row: the district's name, the profile it works by and the words it uses on screen.

    `terms` maps a word of the product to the district's own, for example `{"hotline": "8890"}`.
    `lists` names the lists of duties kept here (权责清单 …), each `{"name", "description", "source"}`.
    """

    name = models.CharField(_("name"), max_length=60, blank=True)
    profile = models.CharField(_("district profile"), max_length=20, blank=True)
    terms = models.JSONField[dict[str, str]](_("own words"), default=dict, blank=True)
    lists = models.JSONField[list[dict[str, str]]](_("lists of duties"), default=list, blank=True)
    picked_at = models.DateTimeField(_("picked at"), null=True, blank=True)
    picked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("district")
        verbose_name_plural = _("districts")

    def __str__(self) -> str:
        return self.name


class DistrictChange(models.Model):
    """One picking of a profile: who, when, from which day, and what it changed, row by row."""

    profile = models.CharField(_("district profile"), max_length=20)
    name = models.CharField(_("name"), max_length=60)
    begins = models.DateField(_("in force from"))
    changes = models.JSONField[list[dict[str, Any]]](_("changes"), default=list)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("change of the district's settings")
        verbose_name_plural = _("changes of the district's settings")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%F} {self.name}"
