"""Working hours and days: rows that people edit, and the frozen versions that clocks stand on."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


def office_periods() -> list[list[str]]:
    """Return the working periods of an ordinary office day."""
    return [["08:00", "12:00"], ["14:00", "18:00"]]


class WorkHours(models.Model):
    """The working hours of a kind of unit. A unit names its row by `Unit.calendar`; where it names
    none, the row `office` holds, and where there is no such row, 08:00-12:00 and 14:00-18:00."""

    code = models.CharField(_("code"), max_length=20, unique=True)
    name = models.CharField(_("name"), max_length=40)
    every_day = models.BooleanField(_("works on every day of the year"), default=False)
    periods = models.JSONField(_("working periods of a day"), default=office_periods)
    quiet_from = models.TimeField(
        _("quiet from"),
        null=True,
        blank=True,
        help_text=_(
            "from this time until work begins again nothing rings; empty means never quiet"
        ),
    )
    source = models.CharField(_("source"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("hours of work")
        verbose_name_plural = _("hours of work")

    def __str__(self) -> str:
        return self.name


class CalendarDay(models.Model):
    """A date that works or rests, overriding the published calendar; for one kind of working hours,
    or with no code for all that keep holidays."""

    calendar = models.CharField(_("code of the working hours"), max_length=20, blank=True)
    date = models.DateField(_("date"))
    is_workday = models.BooleanField(_("workday"))
    name = models.CharField(_("name"), max_length=40, blank=True)
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date"], name="calendar_day_once")
        ]

    def __str__(self) -> str:
        return f"{self.date:%F}"


class CalendarVersion(models.Model):
    """What a calendar said at a time, whole and frozen: a deadline reckoned on it can be reckoned again.

    `content` has `periods`, `every_day`, `days` (rows of date, works, name, source) and `published`, the last year
    whose holidays were published then. `digest` is its hash: the same content is the same version.
    """

    calendar = models.CharField(_("code of the working hours"), max_length=20)
    digest = models.CharField(max_length=64)
    content = models.JSONField[dict[str, Any]]()
    label = models.CharField(_("version"), max_length=80)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("calendar version")
        verbose_name_plural = _("calendar versions")
        constraints = [
            models.UniqueConstraint(fields=["calendar", "digest"], name="calendar_version_once"),
            models.CheckConstraint(condition=~Q(digest=""), name="calendar_version_has_digest"),
        ]

    def __str__(self) -> str:
        return self.label
