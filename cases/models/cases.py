"""Cases: what residents and grids report."""

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin

from accounts.models import Role, Unit, User
from cases.lifecycle import OPEN, CaseLifecycle, State
from cases.models.categories import Category
from cases.models.conditions import FilingCondition
from grids.models import Area

BOUNDARIES = ("area__boundary", "town__boundary")
"""What rows that show a place's name do without: an outline outweighs the case many times over."""


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> "CaseQuerySet":
        """Return the cases the user may see. The only place that decides it.

        The district's desks see all; towns, communities and grids what lies in their area; units
        what they were summoned to; everybody what they reported themselves.
        """
        if user.sees_district:
            return self
        seen = Q(received_by=user.pk)
        for area in user.areas_of(Role.TOWN):
            seen |= Q(town=area)
        for area in user.areas_of(Role.COMMUNITY, Role.GRIDHEAD, Role.GRIDWORKER):
            seen |= Q(area__code__startswith=area) if len(area) != 9 else Q(town=area)
        units = user.units_of(Role.DEPARTMENT)
        if units:
            parties = CaseParty.objects.filter(case=OuterRef("pk"), unit__in=units)
            seen |= Q(Exists(parties))
        return self.filter(seen)

    def for_list(self) -> "CaseQuerySet":
        """Load what a row shows, newest first, the key last."""
        shown = self.select_related("category", "area", "town").defer(*BOUNDARIES)
        return shown.order_by("-received_at", "-pk")

    def open(self) -> "CaseQuerySet":
        return self.filter(state__in=OPEN)


class Case(ConcurrentTransitionMixin, CaseLifecycle):
    """One request from start to end, under one number."""

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("Complaint")
        HELP = "help", _("Request for help")
        ENQUIRY = "enquiry", _("Enquiry")
        SUGGESTION = "suggestion", _("Suggestion")
        REPORT = "report", _("Report of wrongdoing")

    class Channel(models.TextChoices):
        HOTLINE = "hotline", _("Hotline")
        GRID = "grid", _("Grid")
        SNAPSHOT = "snapshot", _("Snapshot")
        WEB = "web", _("Web")
        PLATFORM = "platform", _("Other platform")

    class Urgency(models.TextChoices):
        NORMAL = "normal", _("Normal")
        URGENT = "urgent", _("Urgent")
        CRITICAL = "critical", _("Critical")

    number = models.CharField(_("case number"), max_length=24, unique=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind.choices)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    category = models.ForeignKey(Category, models.PROTECT, related_name="cases", db_index=False)
    condition = models.ForeignKey(
        FilingCondition,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("filing condition"),
    )
    urgency = models.CharField(
        _("urgency"), max_length=8, choices=Urgency.choices, default=Urgency.NORMAL
    )
    text = models.TextField(_("text"))
    address = models.CharField(_("address"), max_length=200, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    town = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    caller_name = models.CharField(_("caller's name"), max_length=40, blank=True)
    caller_phone = models.CharField(_("caller's phone"), max_length=20, blank=True)
    confidential = models.BooleanField(_("confidential"), default=False)
    external_id = models.CharField(_("outside reference"), max_length=80, blank=True)
    received_at = models.DateTimeField(_("received at"))
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    counted = models.BooleanField(_("counted in assessments"), default=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged", db_index=False
    )

    objects = CaseQuerySet.as_manager()

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="case_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state__in=["handled", "rated"]) | Q(handled_at__isnull=False),
                name="case_handled_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["closed", "rejected", "merged"], closed_at__isnull=False)
                | (~Q(state__in=["closed", "rejected", "merged"]) & Q(closed_at=None)),
                name="case_ended_has_time",
            ),
            models.CheckConstraint(
                condition=Q(state="merged", parent__isnull=False)
                | (~Q(state="merged") & Q(parent=None)),
                name="case_merged_names_parent",
            ),
            models.CheckConstraint(
                condition=Q(state="on_hold", hold_until__isnull=False)
                | (~Q(state="on_hold") & Q(hold_until=None)),
                name="case_on_hold_has_date",
            ),
            models.UniqueConstraint(
                fields=["channel", "external_id"],
                condition=~Q(external_id=""),
                name="case_outside_reference_once",
            ),
        ]
        indexes = [
            models.Index(fields=["-received_at", "-id"], name="case_newest"),
            models.Index(fields=["town", "-received_at", "-id"], name="case_of_town"),
            models.Index(fields=["state", "-received_at", "-id"], name="case_by_state"),
            models.Index(fields=["category", "-received_at", "-id"], name="case_of_category"),
            models.Index(
                OpClass(F("area"), "varchar_pattern_ops"),
                F("received_at").desc(),
                name="case_in_area",
            ),
            models.Index(fields=["received_by", "-received_at"], name="case_reported_by"),
            models.Index(
                fields=["caller_phone", "-received_at"],
                name="case_of_caller",
                condition=~Q(caller_phone=""),
            ),
            models.Index(fields=["hold_until"], name="case_on_hold", condition=Q(state="on_hold")),
            models.Index(
                fields=["parent"], name="case_merged_into", condition=Q(parent__isnull=False)
            ),
            GinIndex(OpClass(Upper("text"), "gin_trgm_ops"), name="case_text_trigrams"),
            GinIndex(OpClass(Upper("address"), "gin_trgm_ops"), name="case_address_trigrams"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        """Return the address of the case's page."""
        return reverse("cases:detail", args=[self.number])


class CaseParty(models.Model):
    """A unit that was summoned to a case and may therefore see it."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="parties", db_index=False)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "case"], name="case_party_once")]
        indexes = [models.Index(fields=["case"], name="case_party_case")]

    def __str__(self) -> str:
        return f"{self.case_id} · {self.unit_id}"
