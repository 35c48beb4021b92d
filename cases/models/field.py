"""Work of the grids: tasks in the field, residents' snapshots, deliberation meetings."""

from datetime import datetime

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cases.models.cases import Case
from grids.models import Area
from grids.reach import within_reach


class FieldTaskQuerySet(models.QuerySet["FieldTask"]):
    def visible_to(self, user: User) -> "FieldTaskQuerySet":
        """Return one's own tasks and those of the areas one works for. A task on a case is seen only by
        those who see the case."""
        if user.sees_district:
            return self
        mine = Q(assignee=user) | within_reach(user)
        return self.filter(mine, Q(case=None) | Q(case__in=Case.objects.visible_to(user)))

    def open(self) -> "FieldTaskQuerySet":
        return self.filter(done_at=None)


class FieldTask(models.Model):
    """Something for a grid worker to do on the spot: patrol, check (核查) before a request is taken
    up, verify (核实) before a case is closed."""

    class Kind(models.TextChoices):
        PATROL = "patrol", _("Patrol")
        CHECK = "check", _("Check on the spot")
        VERIFY = "verify", _("Verify on the spot")

    class Outcome(models.TextChoices):
        TRUE = "true", _("As reported")
        UNTRUE = "untrue", _("Not as reported")
        SOLVED = "solved", _("Solved")
        UNSOLVED = "unsolved", _("Not solved")
        DONE = "done", _("Patrol done")
        LAPSED = "lapsed", _("No longer needed")

    kind = models.CharField(_("kind of task"), max_length=6, choices=Kind.choices)
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="tasks")
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    title = models.CharField(_("what to look at"), max_length=200)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="tasks", db_index=False
    )
    why_them = models.CharField(_("why this person"), max_length=200, blank=True)
    created_at = models.DateTimeField(_("given at"))
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    due_at = models.DateTimeField(_("due at"))
    done_at = models.DateTimeField(_("done at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=8, choices=Outcome.choices, blank=True)
    note = models.TextField(_("note"), blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    distance_m = models.PositiveIntegerField(_("distance from the place, metres"), null=True)

    objects = FieldTaskQuerySet.as_manager()

    class Meta:
        verbose_name = _("field task")
        verbose_name_plural = _("field tasks")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="patrol") | Q(case__isnull=False), name="task_names_its_case"
            ),
            models.CheckConstraint(
                condition=Q(done_at=None, outcome="") | (Q(done_at__isnull=False) & ~Q(outcome="")),
                name="task_done_has_outcome",
            ),
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=Q(done_at=None, case__isnull=False),
                name="task_open_once",
            ),
        ]
        indexes = [
            models.Index(
                fields=["assignee", "due_at"], name="task_open_of", condition=Q(done_at=None)
            ),
            models.Index(
                OpClass(F("area"), "varchar_pattern_ops"),
                F("created_at").desc(),
                name="task_of_area",
            ),
            models.Index(fields=["-created_at", "-id"], name="task_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.title}"


def snapshot_path(snapshot: "Snapshot", filename: str) -> str:
    """Return where the photo is kept: under the snapshot's random name."""
    return f"snapshots/{snapshot.token}.jpg"


class SnapshotQuerySet(models.QuerySet["Snapshot"]):
    def visible_to(self, user: User) -> "SnapshotQuerySet":
        """Return the snapshots of the areas the user works for; the district's desks see all."""
        return self if user.sees_district else self.filter(within_reach(user))

    def waiting(self) -> "SnapshotQuerySet":
        """Return what nobody has claimed yet."""
        return self.filter(claimed_at=None)

    def to_tell(self, at: datetime) -> "SnapshotQuerySet":
        """Return the unclaimed ones of which the next level up is to be told now."""
        return self.filter(tell_at__lte=at)


class Snapshot(models.Model):
    """A resident's photo report (随手拍), waiting for the grid head to claim it.

    `tell_at` is when the next level up is told that nobody has claimed it, `told` how many were.
    `sender` is a fingerprint of the address it came from, good for one day only.
    """

    token = models.UUIDField(unique=True)
    text = models.CharField(_("text"), max_length=500)
    photo = models.ImageField(_("photo"), upload_to=snapshot_path)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    address = models.CharField(_("address"), max_length=200, blank=True)
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    name = models.CharField(_("caller's name"), max_length=40, blank=True)
    phone = models.CharField(_("caller's phone"), max_length=20, blank=True)
    received_at = models.DateTimeField(_("received at"))
    sender = models.CharField(max_length=64, blank=True)
    told = models.PositiveSmallIntegerField(default=0)
    tell_at = models.DateTimeField(null=True, blank=True)
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    claimed_at = models.DateTimeField(_("claimed at"), null=True, blank=True)
    case = models.OneToOneField(
        Case, models.PROTECT, null=True, blank=True, related_name="snapshot"
    )
    answer = models.CharField(_("answer"), max_length=500, blank=True)
    answered_at = models.DateTimeField(_("answered at"), null=True, blank=True)

    objects = SnapshotQuerySet.as_manager()

    class Meta:
        verbose_name = _("snapshot")
        verbose_name_plural = _("snapshots")
        constraints = [
            models.CheckConstraint(
                condition=Q(claimed_at=None, claimed_by=None)
                | Q(claimed_at__isnull=False, claimed_by__isnull=False),
                name="snapshot_claimed_has_who",
            )
        ]
        indexes = [
            models.Index(
                OpClass(F("area"), "varchar_pattern_ops"),
                F("received_at").desc(),
                name="snapshot_of_area",
            ),
            models.Index(fields=["-received_at", "-id"], name="snapshot_newest"),
            models.Index(
                fields=["received_at"],
                name="snapshot_open",
                condition=Q(case=None, answered_at=None),
            ),
            models.Index(
                fields=["tell_at"], name="snapshot_to_tell", condition=Q(tell_at__isnull=False)
            ),
            models.Index(
                fields=["sender", "received_at"], name="snapshot_of_sender", condition=~Q(sender="")
            ),
        ]

    def __str__(self) -> str:
        return self.text[:40]


class DeliberationQuerySet(models.QuerySet["Deliberation"]):
    def visible_to(self, user: User) -> "DeliberationQuerySet":
        """Return the meetings of the areas the user works for; the district's desks see all."""
        return self if user.sees_district else self.filter(within_reach(user))


class Deliberation(models.Model):
    """A deliberation meeting (议事会) of a community or grid."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False)
    topic = models.CharField(_("topic"), max_length=120)
    held_at = models.DateTimeField(_("held at"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    people = models.PositiveSmallIntegerField(_("people present"), default=0)
    minutes = models.TextField(_("minutes"), blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = DeliberationQuerySet.as_manager()

    class Meta:
        verbose_name = _("deliberation meeting")
        verbose_name_plural = _("deliberation meetings")
        indexes = [
            models.Index(
                OpClass(F("area"), "varchar_pattern_ops"),
                F("held_at").desc(),
                name="deliberation_of_area",
            )
        ]

    def __str__(self) -> str:
        return self.topic


class OpinionQuerySet(models.QuerySet["Opinion"]):
    def visible_to(self, user: User) -> "OpinionQuerySet":
        """Return the opinions of the meetings the user may see."""
        return self.filter(meeting__in=Deliberation.objects.visible_to(user))


class Opinion(models.Model):
    """One opinion of a meeting; it may become a case."""

    meeting = models.ForeignKey(Deliberation, models.CASCADE, related_name="opinions")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("opinion"), max_length=500)
    speaker = models.CharField(_("whose"), max_length=40, blank=True)
    case = models.OneToOneField(Case, models.PROTECT, null=True, blank=True, related_name="opinion")

    objects = OpinionQuerySet.as_manager()

    class Meta:
        verbose_name = _("opinion")
        verbose_name_plural = _("opinions")
        constraints = [
            models.UniqueConstraint(fields=["meeting", "position"], name="opinion_position_once")
        ]

    def __str__(self) -> str:
        return self.text[:40]
