"""What departments ask of the centre: objections and extensions, and how it rules."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from dispatch.models.whistles import Order


class Objection(models.Model):
    """A department's “not ours”, its reason, and the centre's binding ruling."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="objections")
    reason = models.TextField(_("reason"))
    raised_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(_("raised at"))
    upheld = models.BooleanField(_("upheld"), null=True)
    ruling = models.TextField(_("ruling"), blank=True)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ruled_at = models.DateTimeField(_("ruled at"), null=True)
    new_unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("objection")
        verbose_name_plural = _("objections")
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(upheld=None), name="objection_pending_once"
            ),
            models.CheckConstraint(
                condition=Q(upheld=None, ruled_at=None)
                | Q(upheld__isnull=False, ruled_at__isnull=False),
                name="objection_ruled_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.reason[:30]}"


class Extension(models.Model):
    """A department's request for more workdays, and the centre's answer."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="extensions")
    reason = models.TextField(_("reason"))
    workdays = models.DecimalField(_("workdays"), max_digits=5, decimal_places=2)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"))
    granted = models.BooleanField(_("granted"), null=True)
    ruling = models.TextField(_("ruling"), blank=True)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ruled_at = models.DateTimeField(_("ruled at"), null=True)

    class Meta:
        verbose_name = _("extension")
        verbose_name_plural = _("extensions")
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(granted=None), name="extension_pending_once"
            ),
            models.CheckConstraint(condition=Q(workdays__gt=0), name="extension_is_positive"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.workdays}"
