"""Cases: what residents and grids report."""

from collections.abc import Collection
from functools import reduce
from operator import or_

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Upper
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_fsm import ConcurrentTransitionMixin

from accounts.models import Membership, Role, Unit, User
from accounts.models.users import DISTRICT_WIDE
from cases.lifecycle import OPEN, CaseLifecycle, State
from cases.models.categories import Category
from cases.models.conditions import FilingCondition
from cases.models.exits import ANSWERED, ExitKind
from grids.models import Area

BOUNDARIES = ("area__boundary", "town__boundary")
"""What rows that show a place's name do without: an outline outweighs the case many times over."""

MOST_SUMMONED = 2000
"""Cases of others, the latest, that a town or a community goes on seeing because it was summoned to them."""

TOWN_CODE = 9
"""Digits of a town's division code."""


def _accusing(units: Collection[int]) -> Q:
    return Q(kind=Case.Kind.REPORT, accused__in=units)


def _shown_by(posts: Collection[Membership]) -> Q:
    """Return what the posts held in one unit show; an empty condition where they show no case."""
    seen: list[Q] = []
    for post in posts:
        area = post.unit.area
        if post.role == Role.DEPARTMENT:
            parties = CaseParty.objects.filter(case=OuterRef("pk"), unit=post.unit_id)
            seen.append(Q(Exists(parties)))
        elif area and (post.role == Role.TOWN or len(area) == TOWN_CODE):
            seen.append(Q(town=area))
        elif area:
            seen.append(Q(area__code__startswith=area))
        if post.role in (Role.TOWN, Role.COMMUNITY) and (elsewhere := _summoned_elsewhere(post)):
            seen.append(Q(pk__in=elsewhere))
    return reduce(or_, seen, Q())


def _summoned_elsewhere(post: Membership) -> list[int]:
    """Return the cases that a town or a community was summoned to, read once a request.

    They are few, and named one by one: a condition on another table beside that on the place would
    keep the lists of every town from their index.
    """
    known: list[int] | None = post.__dict__.get("_summoned_elsewhere")
    if known is None:
        rows = CaseParty.objects.filter(unit=post.unit_id).order_by("-case_id")
        known = list(rows.values_list("case_id", flat=True)[:MOST_SUMMONED])
        post.__dict__["_summoned_elsewhere"] = known
    return known


class CaseQuerySet(models.QuerySet["Case"]):
    def visible_to(self, user: User) -> "CaseQuerySet":
        """Return the cases the user may see. The only place that decides it.

        The district's desks see all; towns, communities and grids what lies in their area; units
        what they were summoned to; everybody what they reported themselves. A post in the unit
        that a report of wrongdoing complains of shows it to nobody, whatever the role.
        """
        units = {post.unit_id for post in user.posts}
        wide = {post.unit_id for post in user.posts if post.role in DISTRICT_WIDE}
        if len(wide) > 1:
            return self
        if wide == units and wide:
            return self.filter(~_accusing(wide))
        reported = Q(received_by=user.pk)
        if len(units) < 2:
            return self.filter(reported | _shown_by(user.posts)).filter(~_accusing(units))
        seen = reported & ~_accusing(units)
        for unit in units - wide:
            shown = _shown_by([post for post in user.posts if post.unit_id == unit])
            seen |= shown & ~_accusing({unit}) if shown else Q()
        return self.filter(seen | ~_accusing(wide) if wide else seen)

    def hidden_from(self, user: User) -> "CaseQuerySet":
        """Return the reports of wrongdoing that complain of a unit of the user and are kept from them:
        few, so that lists of what belongs to cases leave them out instead of looking for the rest."""
        units = {post.unit_id for post in user.posts}
        accusing = self.filter(_accusing(units))
        if len(units) < 2:
            return accusing
        return accusing.exclude(pk__in=Case.objects.visible_to(user).filter(_accusing(units)))

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
    level = models.CharField(
        _("level it was passed up to"), max_length=10, blank=True, default="", db_default=""
    )
    transfers = models.PositiveSmallIntegerField(
        _("transfers and returns"), default=0, db_default=0
    )
    problem_at = models.DateTimeField(_("problem case since"), null=True, blank=True)
    urged = models.PositiveSmallIntegerField(_("times urged"), default=0, db_default=0)
    accused = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("unit complained of"),
    )
    exit = models.ForeignKey(
        ExitKind,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("classified exit"),
    )
    call = models.ForeignKey(
        "cases.Call",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cases",
        db_index=False,
        verbose_name=_("call"),
    )
    merged_state = models.CharField(max_length=10, blank=True, default="", db_default="")
    informed_at = models.DateTimeField(
        _("reporter of a merged case informed at"), null=True, blank=True
    )
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
            models.Index(
                fields=["closed_at"], name="case_closed", condition=Q(closed_at__isnull=False)
            ),
            models.Index(fields=["hold_until"], name="case_on_hold", condition=Q(state="on_hold")),
            models.Index(
                fields=["parent"], name="case_merged_into", condition=Q(parent__isnull=False)
            ),
            models.Index(
                fields=["accused"], name="case_accused", condition=Q(accused__isnull=False)
            ),
            models.Index(fields=["call"], name="case_of_call", condition=Q(call__isnull=False)),
            models.Index(
                fields=["exit", "-received_at", "-id"],
                name="case_by_exit",
                condition=Q(exit__isnull=False),
            ),
            models.Index(
                fields=["parent"],
                name="case_to_inform",
                condition=Q(state="merged", callable=True, informed_at=None),
            ),
            models.Index(fields=["level", "state"], name="case_passed_up", condition=~Q(level="")),
            models.Index(
                fields=["-problem_at"], name="case_problem", condition=Q(problem_at__isnull=False)
            ),
            GinIndex(OpClass(Upper("text"), "gin_trgm_ops"), name="case_text_trigrams"),
            GinIndex(OpClass(Upper("address"), "gin_trgm_ops"), name="case_address_trigrams"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_state_display(self) -> str:  # type: ignore[no-redef]  # in place of Django's own
        """Return the state in words; what was answered at once was not refused."""
        if self.exit_id == ANSWERED:
            return gettext("Answered directly")
        # Django's own translates every choice to find one: a third of a list.
        return str(State(self.state).label)

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
