"""Ladders: what follows step by step when a clock runs out, and to whom it is said."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Ladder(models.Model):
    """One ladder, in force from a date: its rungs, from the warning to the public notice (通报).

    Empty fields fit everything; of the ladders that fit, the most specific wins. `rungs` is read by
    `cases.ladders.read_rungs`. A clock keeps the ladder it began with: a change is a new row.
    """

    name = models.CharField(_("name"), max_length=60)
    clock = models.CharField(_("clock"), max_length=12, blank=True)
    whistle_kind = models.CharField(_("kind of whistle"), max_length=12, blank=True)
    urgency = models.CharField(_("urgency"), max_length=8, blank=True)
    rungs = models.JSONField[list[dict[str, Any]]](_("rungs"))
    source = models.CharField(_("source"), max_length=200)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("ladder")
        verbose_name_plural = _("ladders")
        constraints = [
            models.UniqueConstraint(
                fields=["clock", "whistle_kind", "urgency", "valid_from"], name="ladder_once"
            )
        ]

    def __str__(self) -> str:
        return self.name
