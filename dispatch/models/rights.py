"""Who may blow which whistle, whom each level may summon, who may close: the district's rows, not code."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Role

LEVELS = ("grid", "community", "town", "district")
"""Levels of whistle from below; the names a district gives them are rows."""


class WhistleLevel(models.Model):
    """One level of whistle of the district: its name, the matters it is for, whom it may summon.

    An empty `name` is the product's. `summons` lists kinds of unit. A level that is not `active` is
    not blown here.
    """

    code = models.CharField(_("level"), max_length=10, primary_key=True)
    position = models.PositiveSmallIntegerField(_("order"), unique=True)
    name = models.CharField(_("name"), max_length=40, blank=True)
    matter = models.CharField(_("matters of this level"), max_length=40, blank=True)
    summons = models.JSONField[list[str]](_("units it may summon"), default=list)
    active = models.BooleanField(_("active"), default=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("level of whistle")
        verbose_name_plural = _("levels of whistle")
        ordering = ["position"]

    def __str__(self) -> str:
        return self.name or self.code


class WhistleKind(models.Model):
    """One kind of whistle as this district calls it.

    `stay` demands that who reported in leaves only with a result or the blower's leave (事不完、人不走).
    `ring_minutes` is after how long an unacknowledged order rings again; empty for never.
    """

    code = models.CharField(_("kind of whistle"), max_length=12, primary_key=True)
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    name = models.CharField(_("name"), max_length=40, blank=True)
    description = models.CharField(_("description"), max_length=200, blank=True)
    stay = models.BooleanField(_("nobody leaves before it is done"), default=True)
    ring_minutes = models.PositiveSmallIntegerField(
        _("rings again after minutes"), null=True, blank=True
    )
    active = models.BooleanField(_("active"), default=True)
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("kind of whistle")
        verbose_name_plural = _("kinds of whistle")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.name or self.code


class WhistleRight(models.Model):
    """One right of a role at a level of whistle; `kind` empty means every kind."""

    class Power(models.TextChoices):
        BLOW = "blow", _("blow")
        CLOSE = "close", _("accept and close")
        PASS_UP = "pass_up", _("pass up")

    power = models.CharField(_("right"), max_length=8, choices=Power.choices)
    level = models.ForeignKey(WhistleLevel, models.CASCADE, related_name="rights")
    kind = models.CharField(_("kind of whistle"), max_length=12, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=Role.choices)

    class Meta:
        verbose_name = _("right")
        verbose_name_plural = _("rights")
        constraints = [
            models.UniqueConstraint(
                fields=["power", "level", "kind", "role"], name="whistle_right_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.get_role_display()}: {self.get_power_display()} {self.level_id} {self.kind}"
