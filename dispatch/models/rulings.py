"""What departments ask of the centre: objections and extensions, and how it rules."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from cases.models import Case
from dispatch.models.whistles import Order


class ObjectionQuerySet(models.QuerySet["Objection"]):
    def visible_to(self, user: User) -> "ObjectionQuerySet":
        """Return the objections and rulings the user may read: those of the cases they see, and every
        ruling that binds (they are cited), but on confidential cases."""
        if not user.posts:
            return self.none()
        rows = self.exclude(order__case__in=Case.objects.hidden_from(user))
        if user.sees_district:
            return rows
        seen = Case.objects.visible_to(user).filter(pk=OuterRef("order__case"))
        return rows.filter(Exists(seen) | (~Q(number="") & Q(order__case__confidential=False)))

    def rulings(self) -> "ObjectionQuerySet":
        """Return those that were ruled on under a number."""
        return self.exclude(number="")


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
    evidence = models.TextField(_("evidence"), blank=True)
    sender = models.ForeignKey(
        Unit, models.PROTECT, null=True, related_name="+", verbose_name=_("sent by")
    )
    charged_to = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        related_name="objections_charged",
        verbose_name=_("charged to"),
    )
    number = models.CharField(_("number of the ruling"), max_length=40, blank=True)
    cites = models.ManyToManyField(
        "self", symmetrical=False, related_name="cited_by", blank=True, verbose_name=_("cites")
    )

    objects = ObjectionQuerySet.as_manager()

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
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="ruling_number_once"
            ),
        ]
        indexes = [
            models.Index(fields=["raised_at"], name="objection_waiting", condition=Q(upheld=None))
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


class WhistleBack(models.Model):
    """A department asks the district to summon a town or another department to its order's case."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="whistles_back")
    unit = models.ForeignKey(
        Unit, models.PROTECT, related_name="+", verbose_name=_("unit to summon")
    )
    reason = models.TextField(_("reason"))
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"))
    granted = models.BooleanField(_("granted"), null=True)
    ruling = models.TextField(_("ruling"), blank=True)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    ruled_at = models.DateTimeField(_("ruled at"), null=True)

    class Meta:
        verbose_name = _("whistle back")
        verbose_name_plural = _("whistles back")
        constraints = [
            models.UniqueConstraint(
                fields=["order", "unit"],
                condition=Q(granted=None),
                name="whistle_back_pending_once",
            ),
            models.CheckConstraint(
                condition=Q(granted=None, ruled_at=None)
                | Q(granted__isnull=False, ruled_at__isnull=False),
                name="whistle_back_ruled_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} → {self.unit_id}"
