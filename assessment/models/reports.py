"""Long jobs with progress, and the reports that are written by the calendar."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Unit, User
from assessment.access import reads_figures
from dispatch.models import Paper


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> "JobQuerySet":
        """Return every job to those who read the district's figures, to others their own."""
        return self if reads_figures(user) else self.filter(asked_by=user.pk)

    def due(self) -> "JobQuerySet":
        return self.filter(state=Job.State.WAITING)


class Job(models.Model):
    """A piece of long work, claimed and done by a worker; `done` of `total` says how far it is.

    A worker holds it until `held_until` and says so anew as it goes on; where it fell silent, another
    takes the job up again. `key` keeps one piece of work from being asked for twice while it waits.
    """

    class Kind(models.TextChoices):
        REPORT = "report", _("Report")
        FREEZE = "freeze", _("Freezing a period")
        SEARCH = "search", _("Search for hot spots")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits")
        RUNNING = "running", _("Under way")
        DONE = "done", pgettext_lazy("job", "Done")
        FAILED = "failed", _("Failed")

    kind = models.CharField(_("job"), max_length=8, choices=Kind.choices)
    key = models.CharField(max_length=120)
    params = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    stage = models.CharField(_("stage"), max_length=60, blank=True)
    error = models.TextField(_("error"), blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    asked_at = models.DateTimeField(_("asked at"))
    held_until = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    paper = models.ForeignKey(Paper, models.PROTECT, null=True, blank=True, related_name="jobs")

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        constraints = [
            models.UniqueConstraint(
                fields=["key"], condition=Q(state__in=["waiting", "running"]), name="job_open_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["asked_at"],
                name="job_open",
                condition=Q(state__in=["waiting", "running"]),
            ),
            models.Index(fields=["asked_by", "-asked_at"], name="job_of_asker"),
            models.Index(fields=["-asked_at", "-id"], name="job_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class ReportPlan(models.Model):
    """A report that is written by the calendar, on a day of each month or each week, for the period before."""

    class Every(models.TextChoices):
        MONTH = "month", _("every month")
        WEEK = "week", _("every week")

    form = models.CharField(_("form"), max_length=12)
    every = models.CharField(_("how often"), max_length=5, choices=Every.choices)
    day = models.PositiveSmallIntegerField(_("day of the month or of the week"))
    hour = models.PositiveSmallIntegerField(_("hour"), default=8)
    active = models.BooleanField(_("in use"), default=True)
    to_all = models.BooleanField(_("published to the whole district"), default=False)
    units = models.ManyToManyField(Unit, related_name="+", blank=True)
    next_at = models.DateTimeField(_("next at"), db_index=True)

    class Meta:
        verbose_name = _("report plan")
        verbose_name_plural = _("report plans")
        constraints = [
            models.CheckConstraint(
                condition=Q(every="month", day__gte=1, day__lte=28)
                | Q(every="week", day__gte=1, day__lte=7),
                name="report_plan_day_is_one",
            ),
            models.CheckConstraint(condition=Q(hour__lte=23), name="report_plan_hour_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.form} {self.every} {self.day}"
