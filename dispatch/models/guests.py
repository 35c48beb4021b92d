"""Links by which alliance members and outside firms answer one order without an account."""

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, User
from dispatch.lifecycle import ACTING_ROLES
from dispatch.models.whistles import Order
from dispatch.rights import CLOSE, current


class GuestLinkQuerySet(models.QuerySet["GuestLink"]):
    def visible_to(self, user: User) -> "GuestLinkQuerySet":
        """Return the links of the orders of the user's own units, of the whistles its units blew (a
        town's communities and grids included), and to the centre all."""
        if user.holds(Role.SUPERVISOR):
            return self
        seen = Q(order__unit__in=user.units_of(*ACTING_ROLES))
        seen |= Q(order__whistle__blower__in=user.units_of(*current().roles_anywhere(CLOSE)))
        for area in user.areas_of(Role.TOWN):
            seen |= Q(order__whistle__blower__area__startswith=area)
        return self.filter(seen, order__in=Order.objects.visible_to(user))


class GuestLink(models.Model):
    """A revocable link limited to one order. Only the hash of its secret is stored."""

    order = models.ForeignKey(Order, models.PROTECT, related_name="guest_links")
    secret_hash = models.CharField(max_length=64, unique=True)
    contact = models.CharField(_("for whom"), max_length=60)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(_("made at"))
    expires_at = models.DateTimeField(_("good until"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = GuestLinkQuerySet.as_manager()

    class Meta:
        verbose_name = _("guest link")
        verbose_name_plural = _("guest links")

    def __str__(self) -> str:
        return f"{self.order_id} {self.contact}"

    def is_good(self, at: datetime) -> bool:
        """Tell whether the link opens now."""
        return self.revoked_at is None and at < self.expires_at


class GuestVisit(models.Model):
    """One opening of a guest link, or one step taken by it."""

    link = models.ForeignKey(GuestLink, models.PROTECT, related_name="visits")
    at = models.DateTimeField(_("at"))
    did = models.CharField(_("what was done"), max_length=20)
    refused = models.BooleanField(_("refused"), default=False)
    address = models.GenericIPAddressField(_("network address"), null=True)
    agent = models.CharField(_("browser"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("opening of a guest link")
        verbose_name_plural = _("openings of guest links")

    def __str__(self) -> str:
        return f"{self.link_id} {self.did} {self.at:%F %T}"
