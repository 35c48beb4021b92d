"""What the system remembers of itself: who looked, which sweep ran, which request was answered."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AccessLog(models.Model):
    """One deliberate look at a caller's name and phone: who, when, at which case, and why.

    Kept at least six months (网络安全法 Art. 21).
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    case_number = models.CharField(_("case number"), max_length=24, db_index=True)
    purpose = models.CharField(_("purpose"), max_length=200)
    at = models.DateTimeField(_("at"), db_index=True)

    class Meta:
        verbose_name = _("access log line")
        verbose_name_plural = _("access log")

    def __str__(self) -> str:
        return f"{self.at:%F %T} {self.user} {self.case_number}"


class Heartbeat(models.Model):
    """The last run of a sweep; silence is an alarm.

    `recent` holds the latest runs, newest first, each `{"at", "took_ms", "handled", "lag_ms", "error"}`.
    """

    name = models.CharField(max_length=60, unique=True)
    ran_at = models.DateTimeField()
    took_ms = models.PositiveIntegerField(default=0)
    handled = models.PositiveIntegerField(default=0)
    lag_ms = models.PositiveBigIntegerField(default=0)
    recent = models.JSONField[list[dict[str, Any]]](default=list)

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name


class IdempotencyRecord(models.Model):
    """The answer once given to a creating request, given again when the same key comes back."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
