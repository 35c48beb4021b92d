"""The rules of assessment: dated policies, groups of units ranked together, named periods, what is not counted."""

from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit, User
from assessment import scales
from assessment.access import reads_figures
from assessment.words import FACTOR_FAULTS

NONE = Decimal(0)


def _part(label: Any, default: str, **more: Any) -> models.DecimalField:
    return models.DecimalField(
        label, max_digits=4, decimal_places=3, default=Decimal(default), **more
    )


class AssessmentPolicy(models.Model):
    """One version of the rules, in force from a day on. A change is a new row; the past keeps its own.

    Weights are parts of one. The three rates' sum to one; so do the six of a department's score, the
    blowers' marks among them more than one third of it unless a reason says why not (白山江源区); so do
    the five of a town's performance. `decimals` is how many a score is rounded to, half up.
    """

    class TieRule(models.TextChoices):
        EQUAL = "equal", _("equal scores share a rank")
        VOLUME = "volume", _("among equal scores, more valid callbacks rank first")

    class Scale(models.TextChoices):
        THREE = "three", _("satisfied, basically satisfied, dissatisfied")
        FIVE = (
            "five",
            _("very satisfied, satisfied, basically satisfied, dissatisfied, very dissatisfied"),
        )

    class TownWeighting(models.TextChoices):
        WHISTLES = "whistles", _("by orders reviewed, up to a share of the whole")
        EQUAL = "equal", _("every town the same")
        GIVEN = "given", _("as the district gives them")

    name = models.CharField(_("name"), max_length=60, unique=True)
    valid_from = models.DateField(_("valid from"), unique=True)
    source = models.CharField(_("source"), max_length=200)

    # the three rates
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
    partly_factor = _part(_("factor of “partly solved”"), "0", db_default=NONE)
    scale = models.CharField(
        _("answers on satisfaction"),
        max_length=5,
        choices=Scale.choices,
        default=Scale.THREE,
        db_default="three",
    )
    answer_factors = models.JSONField(
        _("factors of the other answers"), default=dict, db_default={}, blank=True
    )
    decimals = models.PositiveSmallIntegerField(
        _("decimals of a score"), default=2, db_default=2, validators=[MaxValueValidator(4)]
    )

    # a department's score
    marks_weight = _part(_("department: weight of the blower's marks"), "0.4")
    timeliness_weight = _part(_("department: weight of timeliness"), "0.3")
    results_weight = _part(_("department: weight of results by callback"), "0.3")
    objections_weight = _part(_("department: weight of objections lost"), "0", db_default=NONE)
    documents_weight = _part(_("department: weight of supervision documents"), "0", db_default=NONE)
    leaders_weight = _part(_("department: weight of leaders' marks"), "0", db_default=NONE)
    objection_points = models.DecimalField(
        _("points off for an objection lost"),
        max_digits=5,
        decimal_places=2,
        default=Decimal(5),
        db_default=Decimal(5),
    )
    document_points = models.JSONField(
        _("points off for each document, by form"), default=dict, db_default={}, blank=True
    )
    override_reason = models.CharField(
        _("why the marks are not more than one third"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
    )
    town_weighting = models.CharField(
        _("weight of each town's marks"),
        max_length=8,
        choices=TownWeighting.choices,
        default=TownWeighting.WHISTLES,
        db_default="whistles",
    )
    town_cap = _part(_("largest share of one town's marks"), "1", db_default=Decimal(1))
    town_weights = models.JSONField(
        _("weights given to towns, by code"), default=dict, db_default={}, blank=True
    )
    whistle_marks = models.BooleanField(
        _("departments mark whistles"), default=True, db_default=True
    )

    # a town's performance
    rates_weight = _part(_("town: weight of the three rates"), "0.6", db_default=Decimal("0.6"))
    use_weight = _part(_("town: weight of the use of whistles"), "0.1", db_default=Decimal("0.1"))
    quality_weight = _part(
        _("town: weight of the quality of whistles"), "0.1", db_default=Decimal("0.1")
    )
    redo_weight = _part(_("town: weight of redos"), "0.1", db_default=Decimal("0.1"))
    self_weight = _part(
        _("town: weight of cases handled by itself"), "0.1", db_default=Decimal("0.1")
    )
    use_low = _part(_("fewest whistles among cases"), "0.03", db_default=Decimal("0.03"))
    use_high = _part(_("most whistles among cases"), "0.4", db_default=Decimal("0.4"))

    # ranking and periods
    tie_rule = models.CharField(
        _("tie rule"), max_length=8, choices=TieRule.choices, default=TieRule.EQUAL
    )
    min_cases = models.PositiveSmallIntegerField(
        _("fewest cases for a rank"), default=1, db_default=1, validators=[MinValueValidator(1)]
    )
    error_rate = _part(
        _("how often equal units may be told apart"), "0.05", db_default=Decimal("0.05")
    )
    lists = models.JSONField(_("rules of the lists"), default=dict, db_default={}, blank=True)
    month_first_day = models.PositiveSmallIntegerField(
        _("day a month begins on"),
        default=1,
        db_default=1,
        validators=[MinValueValidator(1), MaxValueValidator(28)],
    )
    day_first_hour = models.PositiveSmallIntegerField(
        _("hour a day begins at"), default=0, db_default=0, validators=[MaxValueValidator(23)]
    )
    freeze_after = models.PositiveSmallIntegerField(
        _("days after which a period is frozen (0: by hand)"), default=15, db_default=15
    )

    class Meta:
        verbose_name = _("assessment policy")
        verbose_name_plural = _("assessment policies")
        constraints = [
            models.CheckConstraint(
                condition=Q(response_weight=1 - F("resolution_weight") - F("satisfaction_weight")),
                name="policy_weights_sum_to_one",
            ),
            models.CheckConstraint(
                condition=Q(
                    basic_factor__gte=0,
                    basic_factor__lte=1,
                    partly_factor__gte=0,
                    partly_factor__lte=1,
                ),
                name="policy_factor_is_part",
            ),
            models.CheckConstraint(
                condition=Q(
                    marks_weight=1
                    - F("timeliness_weight")
                    - F("results_weight")
                    - F("objections_weight")
                    - F("documents_weight")
                    - F("leaders_weight")
                ),
                name="policy_unit_weights_sum_to_one",
            ),
            models.CheckConstraint(
                condition=Q(
                    rates_weight=1
                    - F("use_weight")
                    - F("quality_weight")
                    - F("redo_weight")
                    - F("self_weight")
                ),
                name="policy_town_weights_sum_to_one",
            ),
            models.CheckConstraint(
                condition=Q(marks_weight__gt=(1 - F("marks_weight")) / 2) | ~Q(override_reason=""),
                name="policy_marks_over_one_third",
                violation_error_message=_(
                    "The blower's marks must be more than one third of a department's score, "
                    "unless a reason is given."
                ),
            ),
            models.CheckConstraint(
                condition=Q(
                    response_weight__gte=0,
                    resolution_weight__gte=0,
                    satisfaction_weight__gte=0,
                    marks_weight__gte=0,
                    timeliness_weight__gte=0,
                    results_weight__gte=0,
                    objections_weight__gte=0,
                    documents_weight__gte=0,
                    leaders_weight__gte=0,
                    rates_weight__gte=0,
                    use_weight__gte=0,
                    quality_weight__gte=0,
                    redo_weight__gte=0,
                    self_weight__gte=0,
                ),
                name="policy_weights_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(tie_rule__in=["equal", "volume"]), name="policy_tie_rule_is_known"
            ),
            models.CheckConstraint(
                condition=Q(town_weighting__in=["whistles", "equal", "given"])
                & Q(town_cap__gt=0, town_cap__lte=1),
                name="policy_town_weighting_is_known",
            ),
            models.CheckConstraint(
                condition=Q(use_low__gte=0, use_high__lte=1, use_low__lt=F("use_high")),
                name="policy_use_is_a_span",
            ),
            models.CheckConstraint(
                condition=Q(
                    decimals__lte=4,
                    min_cases__gte=1,
                    month_first_day__gte=1,
                    month_first_day__lte=28,
                    day_first_hour__lte=23,
                    error_rate__gt=0,
                    error_rate__lt=1,
                ),
                name="policy_numbers_in_bounds",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Refuse factors of answers that are not offered, are no part of one, or rise from best to worst."""
        if self.scale not in self.Scale.values or None in (self.basic_factor, self.partly_factor):
            return  # refused as a field already
        wrong = scales.faults(
            self.scale, self.answer_factors, self.basic_factor, self.partly_factor
        )
        if wrong:
            texts = [f"{answer}: {FACTOR_FAULTS[fault]}" for answer, fault in wrong.items()]
            raise ValidationError({"answer_factors": texts})


class RankingGroup(models.Model):
    """Units that are ranked among each other under a policy.

    A policy without groups ranks all towns together, and all departments and companies together.
    """

    class Sort(models.TextChoices):
        TOWN = "town", _("Towns")
        UNIT = "unit", _("Departments and companies")

    policy = models.ForeignKey(AssessmentPolicy, models.CASCADE, related_name="groups")
    sort = models.CharField(_("sort"), max_length=4, choices=Sort.choices)
    code = models.SlugField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=40)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    members = models.ManyToManyField(Unit, related_name="+", verbose_name=_("members"))

    class Meta:
        verbose_name = _("ranking group")
        verbose_name_plural = _("ranking groups")
        ordering = ["position", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["policy", "code"], name="ranking_group_once")
        ]

    def __str__(self) -> str:
        return self.name


class Period(models.Model):
    """A named span of assessment [starts_at, ends_at); months, days and years need no row."""

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


class ExclusionItem(models.Model):
    """One item of the district's list of what is not counted (不计入考核事项清单), valid for some days."""

    code = models.CharField(_("code"), max_length=12, unique=True)
    title = models.CharField(_("item"), max_length=120)
    basis = models.CharField(_("basis"), max_length=300)
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("item not counted")
        verbose_name_plural = _("items not counted")
        ordering = ["position", "code"]

    def __str__(self) -> str:
        return self.title


class RuleChangeQuerySet(models.QuerySet["RuleChange"]):
    def visible_to(self, user: User) -> "RuleChangeQuerySet":
        """Return all to those who read the district's figures, none to others."""
        return self if reads_figures(user) else self.none()


class RuleChange(models.Model):
    """Who changed a rule of assessment, when, and what: appended, never edited."""

    class Kind(models.TextChoices):
        POLICY = "policy", _("Policy")
        ITEM = "item", _("Item not counted")
        PERIOD = "period", _("Period")

    kind = models.CharField(_("kind"), max_length=6, choices=Kind.choices)
    name = models.CharField(_("name"), max_length=130)
    changes = models.JSONField(_("changes"), default=list)
    at = models.DateTimeField(_("at"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = RuleChangeQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a rule")
        verbose_name_plural = _("changes of rules")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["-at", "-id"], name="rule_change_newest")]

    def __str__(self) -> str:
        return f"{self.at:%F} {self.name}"
