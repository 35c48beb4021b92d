"""Clocks: promises with a due time, and the dated rules they are made from."""

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Unit
from cases.lifecycle import ClockKind
from cases.models.calendars import CalendarVersion
from cases.models.cases import Case
from cases.models.ladders import Ladder

ACCOUNTED = ("finish", "answer")
"""Kinds of clocks that units give account of at the weekly meeting."""


class LimitUnit(models.TextChoices):
    URGENT_HOUR = "urgent_hour", _("urgent hours")
    URGENT_DAY = "urgent_day", _("urgent days")
    NATURAL_HOUR = "natural_hour", _("hours")
    NATURAL_DAY = "natural_day", _("days")
    WORK_HOUR = "work_hour", _("working hours")
    WORKDAY = "workday", _("workdays")


class TimeLimit(models.Model):
    """One rule: how long a clock of a kind runs, from when to when, and where that stands.

    Empty fields fit everything; of the rules that fit, the most specific wins. The rule in force
    is copied onto the clock, so that changing it never rewrites the past.
    """

    clock = models.CharField(_("clock"), max_length=12, choices=ClockKind.choices)
    whistle_kind = models.CharField(_("kind of whistle"), max_length=12, blank=True)
    urgency = models.CharField(_("urgency"), max_length=8, blank=True)
    case_kind = models.CharField(_("kind of request"), max_length=10, blank=True)
    category = models.CharField(_("category code begins with"), max_length=8, blank=True)
    condition = models.CharField(_("filing condition"), max_length=12, blank=True)
    redo = models.BooleanField(_("for a redo"), default=False)
    amount = models.DecimalField(_("amount"), max_digits=8, decimal_places=2)
    unit = models.CharField(_("time unit"), max_length=12, choices=LimitUnit.choices)
    source = models.CharField(_("source"), max_length=200)
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(_("valid to"), null=True, blank=True)

    class Meta:
        verbose_name = _("time limit")
        verbose_name_plural = _("time limits")
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="time_limit_is_positive"),
            models.UniqueConstraint(
                fields=[
                    "clock",
                    "whistle_kind",
                    "urgency",
                    "case_kind",
                    "category",
                    "condition",
                    "redo",
                    "valid_from",
                ],
                name="time_limit_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_clock_display()}: {self.amount.normalize():f} {self.get_unit_display()}"


class ClockQuerySet(models.QuerySet["Clock"]):
    def running(self) -> "ClockQuerySet":
        return self.filter(stopped_at=None)

    def of_case_itself(self) -> "ClockQuerySet":
        """Return the clocks of cases, not those of their orders, documents and problems."""
        return self.filter(order_ref=None, document_ref=None, item_ref=None)

    def overdue(self, at: datetime) -> "ClockQuerySet":
        """Return the open clocks past due that no breach stands for yet."""
        return self.filter(stopped_at=None, breached_at=None, due_at__lt=at)


class Clock(models.Model):
    """One promise of one unit in one case: begun, due, stopped, perhaps breached.

    `due_at` is derived from the entries by `cases.deadlines.reckon` on the calendar version the
    clock stands on, and is empty while a pause without an end lasts; `original_due_at` is what the
    start promised, kept for statistics. `alert_at` is when the next rung of its ladder is due;
    `exempt_at` says that a breach stands and is not charged in assessments (an appeal was approved).
    `climb` counts how often the ladder began anew, `rung` the steps of it already taken.
    `order_ref`, `document_ref` and `item_ref` name the dispatch order, the supervision document or
    the problem on a whistle's list it belongs to.
    """

    case = models.ForeignKey(Case, models.PROTECT, related_name="clocks", db_index=False)
    order_ref = models.BigIntegerField(null=True, blank=True)
    document_ref = models.BigIntegerField(null=True, blank=True)
    item_ref = models.BigIntegerField(null=True, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="clocks", db_index=False)
    kind = models.CharField(_("clock"), max_length=12, choices=ClockKind.choices)
    round = models.PositiveSmallIntegerField(default=1)
    policy = models.JSONField(default=dict)
    calendar = models.ForeignKey(
        CalendarVersion, models.PROTECT, null=True, related_name="+", db_index=False
    )
    started_at = models.DateTimeField(_("started at"))
    due_at = models.DateTimeField(_("due at"), null=True, blank=True)
    original_due_at = models.DateTimeField(_("first due at"), null=True, blank=True)
    provisional = models.BooleanField(_("provisional"), default=False)
    stopped_at = models.DateTimeField(_("stopped at"), null=True, blank=True)
    breached_at = models.DateTimeField(_("breach recorded at"), null=True, blank=True)
    exempt_at = models.DateTimeField(_("breach not charged since"), null=True, blank=True)
    ladder = models.ForeignKey(Ladder, models.PROTECT, null=True, related_name="+", db_index=False)
    climb = models.PositiveSmallIntegerField(default=0)
    rung = models.PositiveSmallIntegerField(default=0)
    alerted_at = models.DateTimeField(null=True, blank=True)
    alert_at = models.DateTimeField(null=True, blank=True)

    objects = ClockQuerySet.as_manager()

    class Meta:
        verbose_name = _("clock")
        verbose_name_plural = _("clocks")
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind", "order_ref", "document_ref", "item_ref"],
                condition=Q(stopped_at=None),
                nulls_distinct=False,
                name="clock_open_once",
            )
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                name="clock_due_running",
                condition=Q(stopped_at=None, breached_at=None),
            ),
            models.Index(
                fields=["alert_at"],
                name="clock_alert_running",
                condition=Q(stopped_at=None, alert_at__isnull=False),
            ),
            models.Index(
                fields=["due_at"],
                name="clock_lapse_running",
                condition=Q(stopped_at=None, breached_at=None, kind="act"),
            ),
            models.Index(
                fields=["breached_at"],
                name="clock_breached",
                condition=Q(breached_at__isnull=False),
            ),
            models.Index(
                fields=["calendar"], name="clock_on_calendar", condition=Q(stopped_at=None)
            ),
            models.Index(
                fields=["unit", "due_at"], name="clock_of_unit", condition=Q(stopped_at=None)
            ),
            models.Index(
                fields=["due_at"],
                name="clock_account_due",
                condition=Q(kind__in=ACCOUNTED),
            ),
            models.Index(
                fields=["stopped_at"],
                name="clock_account_done",
                condition=Q(kind__in=ACCOUNTED, stopped_at__isnull=False),
            ),
            models.Index(fields=["case"], name="clock_of_case"),
            models.Index(
                fields=["order_ref"], name="clock_of_order", condition=Q(order_ref__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"

    def is_overdue(self, at: datetime) -> bool:
        """Tell of an open clock what `ClockQuerySet.overdue` selects."""
        return self.breached_at is None and self.due_at is not None and self.due_at < at


class ClockEntry(models.Model):
    """One dated entry in a clock's life; entries are appended, never edited."""

    class Kind(models.TextChoices):
        START = "start", _("start")
        PAUSE = "pause", _("pause")
        RESUME = "resume", _("resume")
        EXTEND = "extend", _("extend")
        CHANGE = "change", _("change of rule")
        CALENDAR = "calendar", _("change of calendar")
        DESIGNATE = "designate", _("designation")

    clock = models.ForeignKey(Clock, models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    amount = models.DecimalField(max_digits=12, decimal_places=6, null=True)
    unit = models.CharField(max_length=12, choices=LimitUnit.choices, blank=True)
    until = models.DateTimeField(null=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("clock entry")
        verbose_name_plural = _("clock entries")

    def __str__(self) -> str:
        return f"{self.clock_id} {self.kind}"
