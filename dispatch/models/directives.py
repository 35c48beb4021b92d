"""Meetings, unclaimed matters, directives (《工作指令》) and the numbered papers they leave."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Role, Unit, User
from cases.models import Case, Category
from dispatch.models.whistles import Whistle

UNGUARDED = Q(case=None) | (Q(case__confidential=False) & ~Q(case__kind=Case.Kind.REPORT))
"""What hangs on no case, or on one that may be spoken of before everybody."""


def units_of(user: User) -> list[int]:
    """Return the units in which the user holds any role."""
    return [post.unit_id for post in user.posts]


class PaperQuerySet(models.QuerySet["Paper"]):
    def visible_to(self, user: User) -> "PaperQuerySet":
        """Return what the user may read: the district's desks all (the hotline's no sheets of single
        units), everybody with a role what is published to the whole district, a unit's people what is
        addressed to it."""
        hidden = Case.objects.hidden_from(user)
        ruled = UnclaimedMatter.objects.filter(case__in=hidden).exclude(number="")
        rows = self.exclude(directive__case__in=hidden).exclude(number__in=ruled.values("number"))
        if user.holds(Role.LEADER, Role.ASSESSOR, Role.SUPERVISOR, Role.ADMIN):
            return rows
        if user.sees_district:
            return rows.filter(Q(to_all=True) | ~Q(form__in=Paper.ASSESSING))
        units = units_of(user)
        if not units:
            return self.none()
        addressed = Paper.units.through.objects.filter(paper=OuterRef("pk"), unit__in=units)
        return rows.filter(Q(to_all=True) | Q(Exists(addressed)))


class Paper(models.Model):
    """A paper as issued: numbered by form and year, its text kept, printable.

    `sheet` has the shape that `dispatch.sheets` draws.
    """

    class Form(models.TextChoices):
        DIRECTIVE = "directive", _("Work directive")
        INSPECTION = "inspection", _("Inspection bulletin")
        DOCKET = "docket", _("Weekly docket")
        MINUTES = "minutes", _("Meeting minutes")
        RULING = "ruling", _("Ruling")
        MONTH = "month", _("Monthly bulletin")
        RANKING = "ranking", _("Ranking")
        UNIT = "unit", _("Department sheet")
        TOWN = "town", _("Town sheet")
        TOPIC = "topic", _("Topic report")

    ASSESSING = (Form.MONTH, Form.RANKING, Form.UNIT, Form.TOWN, Form.TOPIC)
    """Reports of assessment."""

    form = models.CharField(_("form"), max_length=12, choices=Form.choices)
    year = models.PositiveSmallIntegerField(_("year"))
    seq = models.PositiveIntegerField(_("number in the year"))
    number = models.CharField(_("document number"), max_length=40)
    title = models.CharField(_("title"), max_length=120)
    issued_at = models.DateTimeField(_("issued at"))
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    to_all = models.BooleanField(_("published to the whole district"), default=False)
    units = models.ManyToManyField(Unit, related_name="papers", blank=True)
    week = models.CharField(_("week it accounts for"), max_length=8, blank=True)
    period = models.CharField(
        _("period it reports on"), max_length=40, blank=True, default="", db_default=""
    )
    subject = models.CharField(
        _("unit or topic it reports on"), max_length=40, blank=True, default="", db_default=""
    )
    sheet = models.JSONField[dict[str, Any]](_("text"))

    objects = PaperQuerySet.as_manager()

    class Meta:
        verbose_name = _("paper")
        verbose_name_plural = _("papers")
        constraints = [
            models.UniqueConstraint(fields=["form", "year", "seq"], name="paper_number_once"),
            models.UniqueConstraint(
                fields=["week"], condition=~Q(week=""), name="paper_of_week_once"
            ),
        ]
        indexes = [
            models.Index(fields=["-issued_at", "-id"], name="paper_newest"),
            models.Index(
                fields=["form", "period", "subject"],
                name="paper_of_period",
                condition=~Q(period=""),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class MeetingQuerySet(models.QuerySet["Meeting"]):
    def visible_to(self, user: User) -> "MeetingQuerySet":
        """Return all meetings to whoever holds a role; what they treat is scoped by itself."""
        return self if user.posts else self.none()


class Meeting(models.Model):
    """A meeting of the district: the monthly on-site meeting (现场确权会) or the weekly account-giving
    meeting (交账会)."""

    class Kind(models.TextChoices):
        OWNERSHIP = "ownership", _("On-site meeting")
        ACCOUNTS = "accounts", _("Account-giving meeting")

    kind = models.CharField(_("kind of meeting"), max_length=10, choices=Kind.choices)
    held_at = models.DateTimeField(_("held at"))
    place = models.CharField(_("place"), max_length=200)
    chair = models.CharField(_("chair"), max_length=60, blank=True)
    present = models.TextField(_("present"), blank=True)
    minutes = models.TextField(_("minutes"), blank=True)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    paper = models.OneToOneField(
        Paper, models.PROTECT, null=True, blank=True, related_name="meeting"
    )
    called_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = MeetingQuerySet.as_manager()

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        indexes = [models.Index(fields=["kind", "-held_at"], name="meeting_of_kind")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.held_at:%F}"


class MatterQuerySet(models.QuerySet["UnclaimedMatter"]):
    def visible_to(self, user: User) -> "MatterQuerySet":
        """Return the district's desks all; a unit's people what it raised or was ruled to lead or
        assist; everybody with a role what is on a meeting's docket, unless its case is guarded.
        What is kept from the unit that a report complains of is kept from it here, too."""
        units = units_of(user)
        rows = self.exclude(case__in=Case.objects.hidden_from(user))
        if user.sees_district:
            return rows
        if not units:
            return self.none()
        assists = UnclaimedMatter.assists.through.objects.filter(
            unclaimedmatter=OuterRef("pk"), unit__in=units
        )
        public = Q(meeting__isnull=False) & UNGUARDED
        return rows.filter(Q(raised_by__in=units) | Q(lead__in=units) | Q(Exists(assists)) | public)

    def waiting(self) -> "MatterQuerySet":
        """Return what nobody has ruled on yet."""
        return self.filter(ruled_at=None)


class UnclaimedMatter(models.Model):
    """A matter that nobody claims: on the docket of a meeting, ruled there, binding and citable."""

    title = models.CharField(_("matter"), max_length=120)
    text = models.TextField(_("text"))
    category = models.ForeignKey(Category, models.PROTECT, related_name="+")
    case = models.ForeignKey(
        Case, models.PROTECT, null=True, blank=True, related_name="unclaimed_matters"
    )
    raised_by = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    raised_by_user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(_("raised at"))
    meeting = models.ForeignKey(
        Meeting, models.PROTECT, null=True, blank=True, related_name="matters"
    )
    lead = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("lead")
    )
    assists = models.ManyToManyField(
        Unit, related_name="+", blank=True, verbose_name=_("assisting units")
    )
    ruling = models.TextField(_("ruling"), blank=True)
    number = models.CharField(_("number of the ruling"), max_length=40, blank=True)
    ruled_at = models.DateTimeField(_("ruled at"), null=True, blank=True)
    ruled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    lasting = models.BooleanField(_("changes the responsibility list"), default=False)

    objects = MatterQuerySet.as_manager()

    class Meta:
        verbose_name = _("unclaimed matter")
        verbose_name_plural = _("unclaimed matters")
        constraints = [
            models.CheckConstraint(
                condition=Q(ruled_at=None, ruling="", number="")
                | (
                    Q(ruled_at__isnull=False, meeting__isnull=False) & ~Q(ruling="") & ~Q(number="")
                ),
                name="unclaimed_ruled_is_whole",
            ),
            models.UniqueConstraint(
                fields=["number"], condition=~Q(number=""), name="unclaimed_number_once"
            ),
        ]
        indexes = [models.Index(fields=["-raised_at"], name="unclaimed_newest")]

    def __str__(self) -> str:
        return self.title


class DirectiveQuerySet(models.QuerySet["Directive"]):
    def visible_to(self, user: User) -> "DirectiveQuerySet":
        """Return the district's desks all; a unit's people what it leads or assists, a town's what
        concerns it. What is kept from the unit that a report complains of is kept from it here, too."""
        units = units_of(user)
        rows = self.exclude(case__in=Case.objects.hidden_from(user))
        if user.sees_district:
            return rows
        if not units:
            return self.none()
        assists = Directive.assists.through.objects.filter(directive=OuterRef("pk"), unit__in=units)
        towns = [post.unit.area for post in user.posts if post.unit.kind == Unit.Kind.TOWN]
        return rows.filter(Q(lead__in=units) | Q(Exists(assists)) | Q(town__in=towns))

    def late(self, at: datetime) -> "DirectiveQuerySet":
        """Return what was not reported done in its time."""
        return self.filter(state=Directive.State.ISSUED, due_at__lt=at)


class Directive(models.Model):
    """A work directive (《工作指令》): numbered, a lead and assisting units, a path and a limit."""

    class State(models.TextChoices):
        ISSUED = "issued", _("Issued")
        REPORTED = "reported", _("Reported done")
        VERIFIED = "verified", _("Verified")

    paper = models.OneToOneField(Paper, models.PROTECT, related_name="directive")
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("what is to be done"))
    path = models.TextField(_("path"))
    lead = models.ForeignKey(
        Unit, models.PROTECT, related_name="directives", verbose_name=_("lead")
    )
    assists = models.ManyToManyField(
        Unit, related_name="directives_assisted", blank=True, verbose_name=_("assisting units")
    )
    case = models.ForeignKey(Case, models.PROTECT, null=True, blank=True, related_name="directives")
    whistle = models.ForeignKey(
        Whistle, models.PROTECT, null=True, blank=True, related_name="directives"
    )
    matter = models.ForeignKey(
        UnclaimedMatter, models.PROTECT, null=True, blank=True, related_name="directives"
    )
    town = models.CharField(_("area code"), max_length=9, blank=True)
    leader = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="directives",
        verbose_name=_("leader in charge"),
    )
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    issued_at = models.DateTimeField(_("issued at"))
    due_at = models.DateTimeField(_("due at"))
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.ISSUED)
    reported_at = models.DateTimeField(_("reported done at"), null=True, blank=True)
    verified_at = models.DateTimeField(_("verified at"), null=True, blank=True)
    alert_at = models.DateTimeField(_("its lateness is told next at"), null=True, blank=True)

    objects = DirectiveQuerySet.as_manager()

    class Meta:
        verbose_name = _("work directive")
        verbose_name_plural = _("work directives")
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="verified")
                | Q(reported_at__isnull=False, verified_at__isnull=False),
                name="directive_verified_was_reported",
            )
        ]
        indexes = [
            models.Index(fields=["lead", "-issued_at"], name="directive_of_lead"),
            models.Index(fields=["due_at"], name="directive_open", condition=~Q(state="verified")),
            models.Index(
                fields=["alert_at"], name="directive_alert", condition=Q(alert_at__isnull=False)
            ),
            models.Index(fields=["-issued_at", "-id"], name="directive_newest"),
        ]

    def __str__(self) -> str:
        return self.title


class DirectiveEntry(models.Model):
    """One entry of a directive's course: progress published, done, verified or sent back."""

    class Kind(models.TextChoices):
        PROGRESS = "progress", _("Progress")
        DONE = "done", _("Reported done")
        FOLLOW = "follow", _("Leader's remark")
        VERIFIED = "verified", _("Verified on the spot")
        SENT_BACK = "sent_back", _("Sent back")

    directive = models.ForeignKey(Directive, models.PROTECT, related_name="entries")
    kind = models.CharField(_("what happened"), max_length=10, choices=Kind.choices)
    text = models.TextField(_("text"))
    percent = models.PositiveSmallIntegerField(_("done, percent"), null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    lat = models.FloatField(null=True, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField(_("at"))

    class Meta:
        verbose_name = _("entry of a directive")
        verbose_name_plural = _("entries of directives")

    def __str__(self) -> str:
        return f"{self.directive_id} {self.kind}"


class TownLeader(models.Model):
    """The district leader in charge of a town (包保领导)."""

    town = models.CharField(_("area code"), max_length=9, unique=True)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="towns_in_charge"
    )

    class Meta:
        verbose_name = _("leader in charge of a town")
        verbose_name_plural = _("leaders in charge of towns")

    def __str__(self) -> str:
        return f"{self.town} {self.user}"
