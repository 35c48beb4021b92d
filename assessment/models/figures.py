"""What was reckoned: running roll-ups, scores, frozen periods, and corrections that came too late."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cases.models import Case


class UnitScore(models.Model):
    """A unit's running figures in a period, with the facts and the rules they came from."""

    period = models.CharField(_("period"), max_length=40)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="scores")
    group = models.CharField(_("group"), max_length=12)
    facts = models.JSONField(default=dict)
    policy = models.JSONField(default=dict)
    score = models.DecimalField(_("score"), max_digits=8, decimal_places=4, null=True)
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
        indexes = [models.Index(fields=["ends_at"], name="figures_ended")]

    def __str__(self) -> str:
        return self.period


class FrozenPeriod(models.Model):
    """A period as it was closed: its rules, the hash of its inputs, and the figures, letter by letter.

    `figures` is the canonical JSON text; rebuilt from the kept inputs (`FrozenInput`) under `policy` it is
    the same text, laid out as `layout` says. Hashes are SHA-256 in hexadecimal. Never changed after; a database trigger refuses it.
    """

    period = models.CharField(_("period"), max_length=40, unique=True)
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    policy = models.JSONField(default=dict)
    names = models.JSONField(default=dict)
    layout = models.PositiveSmallIntegerField(default=1, db_default=1)
    figures = models.TextField(_("figures"))
    figures_hash = models.CharField(_("hash of the figures"), max_length=64)
    inputs_hash = models.CharField(_("hash of the inputs"), max_length=64)
    lines = models.PositiveIntegerField(_("lines of input"))
    frozen_at = models.DateTimeField(_("frozen at"))
    frozen_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("frozen period")
        verbose_name_plural = _("frozen periods")
        indexes = [models.Index(fields=["-starts_at"], name="frozen_newest")]

    def __str__(self) -> str:
        return self.period


class FrozenInput(models.Model):
    """Some of the input lines of a frozen period, compressed (zlib) in the order they were hashed."""

    frozen = models.ForeignKey(FrozenPeriod, models.CASCADE, related_name="inputs")
    part = models.CharField(_("part"), max_length=20)
    seq = models.PositiveIntegerField()
    body = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["frozen", "part", "seq"], name="frozen_input_once")
        ]

    def __str__(self) -> str:
        return f"{self.frozen_id} {self.part} {self.seq}"


class Correction(models.Model):
    """A fact of a frozen period that reads otherwise now: entered once, shown in the next period's ledger.

    `before` and `after` are the input line then and now (None where there is none); `effect` says what the
    score of the unit would have been.
    """

    frozen = models.ForeignKey(FrozenPeriod, models.PROTECT, related_name="corrections")
    shown_in = models.CharField(_("shown in the period"), max_length=40, db_index=True)
    part = models.CharField(_("part"), max_length=20)
    key = models.CharField(_("line"), max_length=60)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="+")
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    effect = models.JSONField(default=dict)
    found_at = models.DateTimeField(_("found at"))

    class Meta:
        verbose_name = _("late correction")
        verbose_name_plural = _("late corrections")
        constraints = [
            models.CheckConstraint(
                condition=Q(before__isnull=False) | Q(after__isnull=False),
                name="correction_says_something",
            )
        ]
        indexes = [models.Index(fields=["frozen", "part", "key"], name="correction_of_line")]

    def __str__(self) -> str:
        return f"{self.frozen_id} {self.key}"
