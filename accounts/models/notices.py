"""Notices: rows written with the change they tell of, delivered afterwards by a sweep."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, user: object) -> "NoticeQuerySet":
        """Return the delivered notices addressed to the user, and nobody else's."""
        return self.filter(recipient=user, delivered_at__isnull=False)

    def due(self, at: datetime) -> "NoticeQuerySet":
        """Return what waits for delivery."""
        return self.filter(delivered_at=None, not_before__lte=at)

    def to_ring(self, at: datetime) -> "NoticeQuerySet":
        """Return what is to be told outside the product, too, and has not been."""
        return self.filter(rung_at=None, ring_at__lte=at)


class Notice(models.Model):
    """One message to one person. `kind` and `params` are put into words when it is read.

    It is shown in the product once it is delivered; outside (e-mail, SMS) it may ring from
    `ring_at` on: at once where it is urgent, else not in the quiet hours of `calendar`.
    """

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False
    )
    key = models.CharField(max_length=120, unique=True, help_text=_("says the same thing once"))
    kind = models.CharField(_("kind"), max_length=30)
    params = models.JSONField(default=dict, blank=True)
    case_number = models.CharField(_("case number"), max_length=24, blank=True)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)
    urgent = models.BooleanField(_("urgent"), default=False, db_default=False)
    calendar = models.CharField(
        _("hours of work"), max_length=20, blank=True, default="", db_default=""
    )
    ring_at = models.DateTimeField(null=True, blank=True)
    rung_at = models.DateTimeField(null=True, blank=True)

    objects = NoticeQuerySet.as_manager()

    class Meta:
        verbose_name = _("notice")
        verbose_name_plural = _("notices")
        indexes = [
            models.Index(
                fields=["not_before"], name="notice_undelivered", condition=Q(delivered_at=None)
            ),
            models.Index(fields=["recipient", "-created_at", "-id"], name="notice_inbox"),
            models.Index(
                fields=["recipient"],
                name="notice_unread",
                condition=Q(read_at=None, delivered_at__isnull=False),
            ),
            models.Index(
                fields=["ring_at"],
                name="notice_to_ring",
                condition=Q(rung_at=None, ring_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_number}".strip()


class QuietSpan(models.Model):
    """A stretch in which notices to units of these working hours wait until it ends.

    Written ahead by a sweep of the app that knows calendars, read here.
    """

    calendar = models.CharField(max_length=20, blank=True)
    begins_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        verbose_name = _("quiet hours")
        verbose_name_plural = _("quiet hours")
        constraints = [
            models.UniqueConstraint(fields=["calendar", "begins_at"], name="quiet_span_once"),
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("begins_at")), name="quiet_span_has_length"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar} {self.begins_at:%F %R}"
