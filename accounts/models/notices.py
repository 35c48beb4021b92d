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
        """Return what waits for delivery and is not claimed by another sweep at that moment."""
        free = Q(leased_until=None) | Q(leased_until__lt=at)
        return self.filter(free, delivered_at=None, not_before__lte=at)


class Notice(models.Model):
    """One message to one person. `kind` and `params` are put into words when it is read."""

    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices", db_index=False
    )
    key = models.CharField(max_length=120, unique=True, help_text=_("says the same thing once"))
    kind = models.CharField(_("kind"), max_length=30)
    params = models.JSONField(default=dict, blank=True)
    case_number = models.CharField(_("case number"), max_length=24, blank=True)
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    delivered_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True)

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
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.case_number}".strip()
