"""Claims of units: that a case is not to be counted (不计入考核), or a missed limit not charged (超时申诉)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, Unit, User
from assessment.models.policies import ExclusionItem
from cases.models import Case, Clock

CLAIMING = (Role.TOWN, Role.DEPARTMENT)
"""Roles that claim for their unit and read what it claimed."""


class ClaimQuerySet(models.QuerySet["Claim"]):
    def visible_to(self, user: User) -> "ClaimQuerySet":
        """Return all claims to the district's desks, a unit's own to its people, none on cases kept from them."""
        rows = self.exclude(case__in=Case.objects.hidden_from(user))
        if user.sees_district:
            return rows
        return rows.filter(unit__in=user.units_of(*CLAIMING))


class Claim(models.Model):
    """One claim and its two reviews. What happened never changes: only what is counted does."""

    class Kind(models.TextChoices):
        EXCLUSION = "exclusion", _("Not to be counted")
        OVERDUE = "overdue", _("Missed limit not to be charged")

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for the first review")
        PASSED = "passed", _("Waits for the second review")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    kind = models.CharField(_("kind of claim"), max_length=10, choices=Kind.choices)
    case = models.ForeignKey(Case, models.PROTECT, related_name="claims")
    clock = models.ForeignKey(Clock, models.PROTECT, null=True, blank=True, related_name="claims")
    item = models.ForeignKey(
        ExclusionItem, models.PROTECT, null=True, blank=True, related_name="claims"
    )
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="claims")
    basis = models.TextField(_("facts and basis"))
    evidence = models.TextField(_("evidence"))
    state = models.CharField(_("state"), max_length=9, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(_("asked at"))
    first_words = models.TextField(_("first review"), blank=True)
    first_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    first_at = models.DateTimeField(_("first review at"), null=True)
    second_words = models.TextField(_("second review"), blank=True)
    second_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    second_at = models.DateTimeField(_("second review at"), null=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="exclusion", item__isnull=False, clock=None)
                | Q(kind="overdue", item=None, clock__isnull=False),
                name="claim_names_item_or_clock",
            ),
            models.CheckConstraint(
                condition=~Q(state="approved") | Q(first_at__isnull=False, second_at__isnull=False),
                name="claim_approved_was_reviewed_twice",
            ),
            models.CheckConstraint(
                condition=Q(second_by=None) | ~Q(second_by=models.F("first_by")),
                name="claim_reviewed_by_two_people",
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(kind="exclusion", state__in=["asked", "passed", "approved"]),
                name="claim_exclusion_once",
            ),
            models.UniqueConstraint(
                fields=["clock"],
                condition=Q(kind="overdue") & ~Q(state="withdrawn"),
                name="claim_overdue_once",
            ),
        ]
        indexes = [
            models.Index(fields=["-asked_at", "-id"], name="claim_newest"),
            models.Index(fields=["unit", "-asked_at"], name="claim_of_unit"),
            models.Index(
                fields=["state", "asked_at"],
                name="claim_waiting",
                condition=Q(state__in=["asked", "passed"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"
