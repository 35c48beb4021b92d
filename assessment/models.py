"""Rules of assessment, the blower's reviews, and the scores computed from them."""

from decimal import Decimal

from django.conf import settings
from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from dispatch.models import Order


class AssessmentPolicy(models.Model):
    """One version of the rules: weights of the three rates and the factor of 基本满意.

    Weights are parts of one and sum to one. A change is a new row; the past keeps its own. The
    blower's marks are more than one third of a department's score (白山江源区).
    """

    class TieRule(models.TextChoices):
        EQUAL = "equal", _("equal scores share a rank")
        VOLUME = "volume", _("among equal scores, more valid callbacks rank first")

    name = models.CharField(_("name"), max_length=60, unique=True)
    valid_from = models.DateField(_("valid from"), unique=True)
    response_weight = models.DecimalField(_("weight of response"), max_digits=4, decimal_places=3)
    resolution_weight = models.DecimalField(
        _("weight of resolution"), max_digits=4, decimal_places=3
    )
    satisfaction_weight = models.DecimalField(
        _("weight of satisfaction"), max_digits=4, decimal_places=3
    )
    basic_factor = models.DecimalField(
        _("factor of “basically satisfied”"), max_digits=4, decimal_places=3
    )
    marks_weight = models.DecimalField(
        _("department: weight of the blower's marks"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.4"),
    )
    timeliness_weight = models.DecimalField(
        _("department: weight of timeliness"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.3"),
    )
    results_weight = models.DecimalField(
        _("department: weight of results by callback"),
        max_digits=4,
        decimal_places=3,
        default=Decimal("0.3"),
    )
    tie_rule = models.CharField(
        _("tie rule"), max_length=8, choices=TieRule.choices, default=TieRule.EQUAL
    )
    source = models.CharField(_("source"), max_length=200)

    class Meta:
        verbose_name = _("assessment policy")
        verbose_name_plural = _("assessment policies")
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    response_weight=1
                    - models.F("resolution_weight")
                    - models.F("satisfaction_weight")
                ),
                name="policy_weights_sum_to_one",
            ),
            models.CheckConstraint(
                condition=Q(basic_factor__gte=0, basic_factor__lte=1), name="policy_factor_is_part"
            ),
            models.CheckConstraint(
                condition=Q(
                    marks_weight=1 - models.F("timeliness_weight") - models.F("results_weight")
                ),
                name="policy_unit_weights_sum_to_one",
            ),
            models.CheckConstraint(
                condition=Q(marks_weight__gt=(1 - models.F("marks_weight")) / 2),
                name="policy_marks_over_one_third",
                violation_error_message=_(
                    "The blower's marks must be more than one third of a department's score."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    response_weight__gte=0,
                    resolution_weight__gte=0,
                    satisfaction_weight__gte=0,
                    timeliness_weight__gte=0,
                    results_weight__gte=0,
                ),
                name="policy_weights_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(tie_rule__in=["equal", "volume"]), name="policy_tie_rule_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Period(models.Model):
    """A named span of assessment [starts_at, ends_at); calendar months need no row."""

    name = models.CharField(_("name"), max_length=40, unique=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))

    class Meta:
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="period_ends_after_start"
            )
        ]

    def __str__(self) -> str:
        return self.name


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, user: User) -> "ReviewQuerySet":
        """Return the reviews of the orders the user may see."""
        return self.filter(order__in=Order.objects.visible_to(user))


class Review(models.Model):
    """The blower's marks for one order, 0 to 100 each (一哨一评)."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="marks")
    arrival = models.PositiveSmallIntegerField(_("arrival"), validators=[MaxValueValidator(100)])
    attitude = models.PositiveSmallIntegerField(_("attitude"), validators=[MaxValueValidator(100)])
    result = models.PositiveSmallIntegerField(_("result"), validators=[MaxValueValidator(100)])
    comment = models.TextField(_("comment"), blank=True)
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"), db_index=True)

    objects = ReviewQuerySet.as_manager()

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = [
            models.CheckConstraint(
                condition=Q(arrival__lte=100, attitude__lte=100, result__lte=100),
                name="review_marks_to_100",
            )
        ]

    def __str__(self) -> str:
        return f"{self.order_id}"


class UnitScore(models.Model):
    """A unit's running figures in a period, with the facts and the rules they came from."""

    period = models.CharField(_("period"), max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="scores")
    group = models.CharField(_("group"), max_length=12)
    facts = models.JSONField(default=dict)
    policy = models.JSONField(default=dict)
    score = models.DecimalField(_("score"), max_digits=6, decimal_places=2, null=True)
    rank = models.PositiveSmallIntegerField(_("rank"), null=True)
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("score")
        verbose_name_plural = _("scores")
        constraints = [
            models.UniqueConstraint(fields=["period", "group", "unit"], name="score_once")
        ]

    def __str__(self) -> str:
        return f"{self.period} {self.unit}"


class PeriodFigures(models.Model):
    """The roll-up of a period: everything its pages and its report show, and when it was reckoned.

    `figures` is the report as `contract.md` lays it out; `policy` is the rule in force, copied, so
    that a later change of rule does not rewrite it.
    """

    period = models.CharField(_("period"), max_length=40, unique=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    policy = models.JSONField(default=dict)
    figures = models.JSONField(default=dict)
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("figures of a period")
        verbose_name_plural = _("figures of periods")

    def __str__(self) -> str:
        return self.period
