"""What a town asks of the centre for a case, more time or a hold, and how much of it may be granted."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, Unit, User
from cases.models.cases import Case
from cases.models.clocks import LimitUnit


class Adjustment(models.TextChoices):
    EXTEND = "extend", _("more time")
    HOLD = "hold", _("hold")


class AdjustmentPolicy(models.Model):
    """How often and by how much a deadline may be moved, from a date on.

    Empty fields fit everything; of the policies that fit, the most specific wins. `most_times` 0
    forbids it.
    """

    kind = models.CharField(_("kind"), max_length=6, choices=Adjustment.choices)
    whistle_kind = models.CharField(_("kind of whistle"), max_length=12, blank=True)
    urgency = models.CharField(_("urgency"), max_length=8, blank=True)
    most_times = models.PositiveSmallIntegerField(_("at most so many times"))
    most_amount = models.DecimalField(
        _("at most so much each time"), max_digits=7, decimal_places=2
    )
    unit = models.CharField(_("time unit"), max_length=12, choices=LimitUnit.choices)
    source = models.CharField(_("source"), max_length=200)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("policy of extensions and holds")
        verbose_name_plural = _("policies of extensions and holds")
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "whistle_kind", "urgency", "valid_from"],
                name="adjustment_policy_once",
            ),
            models.CheckConstraint(
                condition=Q(most_amount__gt=0), name="adjustment_policy_is_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.most_times} × {self.most_amount.normalize():f}"


class RequestQuerySet(models.QuerySet["Request"]):
    def visible_to(self, user: User) -> "RequestQuerySet":
        """Return the requests on the cases the user may see."""
        return self.filter(case__in=Case.objects.visible_to(user))

    def waiting(self) -> "RequestQuerySet":
        return self.filter(granted=None)

    def to_rule(self, user: User) -> "RequestQuerySet":
        """Return what waits for the user's ruling: the centre rules, nobody else."""
        return self.visible_to(user).waiting() if user.holds(Role.SUPERVISOR) else self.none()


class Request(models.Model):
    """A request for more time or for a hold on a case, and the centre's answer.

    `granted` empty means that it waits. One that the case outran is answered by nobody: refused,
    without `ruled_by`.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="requests", db_index=False)
    kind = models.CharField(_("kind"), max_length=6, choices=Adjustment.choices)
    round = models.PositiveSmallIntegerField(_("round"))
    reason = models.TextField(_("reason"))
    amount = models.DecimalField(_("workdays"), max_digits=5, decimal_places=2, null=True)
    until = models.DateField(_("until"), null=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False
    )
    asked_at = models.DateTimeField(_("asked at"))
    granted = models.BooleanField(_("granted"), null=True)
    ruling = models.TextField(_("ruling"), blank=True)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    ruled_at = models.DateTimeField(_("ruled at"), null=True)

    objects = RequestQuerySet.as_manager()

    class Meta:
        verbose_name = _("request")
        verbose_name_plural = _("requests")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=Q(granted=None),
                name="request_pending_once",
            ),
            models.CheckConstraint(
                condition=Q(kind="extend", amount__gt=0, until=None)
                | Q(kind="hold", amount=None, until__isnull=False),
                name="request_says_how_much",
            ),
            models.CheckConstraint(
                condition=Q(granted=None, ruled_at=None)
                | Q(granted__isnull=False, ruled_at__isnull=False),
                name="request_ruled_has_time",
            ),
        ]
        indexes = [
            models.Index(fields=["case", "asked_at"], name="request_of_case"),
            models.Index(
                fields=["asked_at", "id"], name="request_waiting", condition=Q(granted=None)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"
