"""Whistles and the orders they summon departments with."""

from functools import cached_property

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_fsm import ConcurrentTransitionMixin

from accounts.models import Unit, User
from cases.models import Case
from dispatch.lifecycle import ACTING_ROLES, SETTLED, UNSETTLED, OrderLifecycle, OrderState
from dispatch.rights import KindCode, LevelCode, kind_label, level_label


class WhistleQuerySet(models.QuerySet["Whistle"]):
    def visible_to(self, user: User) -> "WhistleQuerySet":
        """Return the whistles of the cases the user may see."""
        if user.sees_district:
            return self.exclude(case__in=Case.objects.hidden_from(user))
        return self.filter(case__in=Case.objects.visible_to(user))


class Whistle(models.Model):
    """One summons: by whom, of which level and kind, to where and when."""

    Level = LevelCode
    Kind = KindCode

    case = models.ForeignKey(Case, models.PROTECT, related_name="whistles")
    round = models.PositiveSmallIntegerField(_("round"), default=1)
    level = models.CharField(_("level"), max_length=10, choices=Level.choices)
    kind = models.CharField(_("kind of whistle"), max_length=12, choices=Kind.choices)
    blower = models.ForeignKey(Unit, models.PROTECT, related_name="whistles_blown")
    blown_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    blown_at = models.DateTimeField(_("blown at"), db_index=True)
    reason = models.TextField(_("reason"), blank=True)
    assembly_at = models.DateTimeField(_("time to assemble"), null=True, blank=True)
    assembly_place = models.CharField(_("place to assemble"), max_length=200, blank=True)
    assembly_lon = models.FloatField(null=True, blank=True)
    assembly_lat = models.FloatField(null=True, blank=True)
    settled_at = models.DateTimeField(_("settled at"), null=True, blank=True)
    risen_from = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="risen_to"
    )
    passed_up_at = models.DateTimeField(_("passed up at"), null=True, blank=True)
    passed_reason = models.TextField(_("why it was passed up"), blank=True)
    asked_by = models.ForeignKey(
        "dispatch.WhistleBack", models.PROTECT, null=True, blank=True, related_name="+"
    )
    rule = models.ForeignKey(
        "dispatch.OwnershipRule", models.PROTECT, null=True, blank=True, related_name="whistles"
    )

    objects = WhistleQuerySet.as_manager()

    class Meta:
        verbose_name = _("whistle")
        verbose_name_plural = _("whistles")

    def __str__(self) -> str:
        return f"{self.case.number} {self.get_kind_display()}"

    # Django leaves methods of these names as they are; its type stubs do not know that.
    def get_level_display(self) -> str:  # type: ignore[no-redef]
        """Return what the district calls the level."""
        return level_label(self.level)

    def get_kind_display(self) -> str:  # type: ignore[no-redef]
        """Return what the district calls the kind."""
        return kind_label(self.kind)


class WhistleItem(models.Model):
    """One problem on a whistle's list: its owner, its limit, how far it is, what proves it.

    Its limit is a clock of kind `item` (`Clock.item_ref`); photos are attachments with `item_ref`.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("problem", "Found")
        DOING = "doing", pgettext_lazy("problem", "Under way")
        DONE = "done", pgettext_lazy("problem", "Done")
        DROPPED = "dropped", pgettext_lazy("problem", "Dropped")

    whistle = models.ForeignKey(Whistle, models.CASCADE, related_name="items")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("problem"), max_length=300)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    state = models.CharField(
        _("state"), max_length=8, choices=State.choices, default=State.OPEN, db_default="open"
    )
    limit_amount = models.DecimalField(
        _("limit"), max_digits=7, decimal_places=2, null=True, blank=True
    )
    limit_unit = models.CharField(_("time unit"), max_length=12, blank=True)
    started_at = models.DateTimeField(_("begun at"), null=True, blank=True)
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    evidence = models.TextField(_("what proves it"), blank=True)
    dropped_reason = models.CharField(_("why it was dropped"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("problem")
        verbose_name_plural = _("problems")
        constraints = [
            models.UniqueConstraint(fields=["whistle", "position"], name="item_position_once"),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False)
                | (~Q(state="done") & Q(done_at=None)),
                name="item_done_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.text


class OrderQuerySet(models.QuerySet["Order"]):
    def visible_to(self, user: User) -> "OrderQuerySet":
        """Return the orders the user may see: a department its own and its fellows' of the same
        case, a blower those of its whistles, the district's desks all."""
        if user.sees_district:
            return self.exclude(case__in=Case.objects.hidden_from(user))
        return self.filter(case__in=Case.objects.visible_to(user))

    def of(self, user: User) -> "OrderQuerySet":
        """Return the orders given to the units the user acts for."""
        given = self.filter(unit__in=user.units_of(*ACTING_ROLES))
        return given.exclude(case__in=Case.objects.hidden_from(user))

    def unsettled(self) -> "OrderQuerySet":
        return self.filter(state__in=UNSETTLED)

    def for_list(self) -> "OrderQuerySet":
        shown = self.select_related(
            "case__category", "case__town", "case__area", "unit", "whistle__blower"
        )
        return shown.defer("case__town__boundary", "case__area__boundary").order_by(
            "-issued_at", "-pk"
        )


class Order(ConcurrentTransitionMixin, OrderLifecycle):
    """One department's part in a whistle (报到单)."""

    class Part(models.TextChoices):
        LEAD = "lead", _("Lead")
        ASSIST = "assist", _("Assist")

    whistle = models.ForeignKey(Whistle, models.PROTECT, related_name="orders")
    case = models.ForeignKey(Case, models.PROTECT, related_name="orders")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="orders", db_index=False)
    role = models.CharField(_("part"), max_length=6, choices=Part.choices)
    issued_at = models.DateTimeField(_("issued at"))
    distance_m = models.PositiveIntegerField(_("distance from the place, metres"), null=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        verbose_name = _("order")
        verbose_name_plural = _("orders")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=OrderState.values), name="order_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(state__in=SETTLED, settled_at__isnull=False)
                | (~Q(state__in=SETTLED) & Q(settled_at=None)),
                name="order_settled_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["reported", "finished", "accepted", "reviewed"])
                | Q(acknowledged_at__isnull=False, reported_at__isnull=False),
                name="order_reported_was_acknowledged",
            ),
            models.UniqueConstraint(
                fields=["whistle", "unit"],
                condition=~Q(state="withdrawn"),
                name="order_unit_once_in_whistle",
            ),
            models.UniqueConstraint(
                fields=["whistle"],
                condition=Q(role="lead") & ~Q(state="withdrawn"),
                name="order_one_lead",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "-issued_at", "-id"], name="order_of_unit"),
            models.Index(fields=["-issued_at", "-id"], name="order_newest"),
            models.Index(fields=["unit"], name="order_unsettled", condition=Q(state__in=UNSETTLED)),
            models.Index(
                fields=["ring_at", "unit"],
                name="order_ringing",
                condition=Q(state="issued", ring_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case.number} · {self.unit}"

    @cached_property
    def blower(self) -> Unit:
        return self.whistle.blower
