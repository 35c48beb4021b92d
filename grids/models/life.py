"""Life in the grids: the diary, building heads, volunteers' teams and their hours."""

from datetime import date

from django.conf import settings
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from grids.models.areas import Area
from grids.reach import HEADS, within_reach


class DiaryQuerySet(models.QuerySet["DiaryEntry"]):
    def visible_to(self, user: User) -> "DiaryQuerySet":
        """Return one's own entries, and for heads, communities and towns those of their area."""
        if user.sees_district:
            return self
        return self.filter(Q(author=user) | within_reach(user, *HEADS))


class DiaryEntry(models.Model):
    """One entry of a grid worker's diary (民情日记): where, whom visited, what was heard."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="diary", db_index=False
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="diary", db_index=False)
    at = models.DateTimeField(_("at"))
    household = models.CharField(_("whom visited"), max_length=80, blank=True)
    text = models.TextField(_("what was heard and seen"))
    case_number = models.CharField(_("case number"), max_length=24, blank=True)

    objects = DiaryQuerySet.as_manager()

    class Meta:
        verbose_name = _("diary entry")
        verbose_name_plural = _("diary")
        indexes = [
            models.Index(
                OpClass(F("area"), "varchar_pattern_ops"), F("at").desc(), name="diary_of_area"
            ),
            models.Index(fields=["-at", "-id"], name="diary_newest"),
            models.Index(fields=["author", "-at"], name="diary_of_author"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%F} {self.area_id}"


class BuildingHeadQuerySet(models.QuerySet["BuildingHead"]):
    def visible_to(self, user: User) -> "BuildingHeadQuerySet":
        """Return the heads in the areas the user works for; the district's desks see all."""
        return self if user.sees_district else self.filter(within_reach(user))

    def in_office(self, on: date) -> "BuildingHeadQuerySet":
        return self.filter(Q(until=None) | Q(until__gt=on))


class BuildingHead(models.Model):
    """The head of a building (楼栋长), elected from its residents, within a grid or microgrid."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="building_heads")
    building = models.CharField(_("building"), max_length=60)
    name = models.CharField(_("name"), max_length=40)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    households = models.PositiveSmallIntegerField(_("households"), null=True, blank=True)
    elected_on = models.DateField(_("elected on"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)

    objects = BuildingHeadQuerySet.as_manager()

    class Meta:
        verbose_name = _("building head")
        verbose_name_plural = _("building heads")
        constraints = [
            models.UniqueConstraint(
                fields=["area", "building"], condition=Q(until=None), name="building_one_head"
            )
        ]

    def __str__(self) -> str:
        return f"{self.building} {self.name}"


class VolunteerTeamQuerySet(models.QuerySet["VolunteerTeam"]):
    def visible_to(self, user: User) -> "VolunteerTeamQuerySet":
        """Return the teams of the areas the user works for; the district's desks see all."""
        return self if user.sees_district else self.filter(within_reach(user))


class VolunteerTeam(models.Model):
    """A team of volunteers of an area."""

    name = models.CharField(_("name"), max_length=60)
    area = models.ForeignKey(Area, models.PROTECT, related_name="volunteer_teams")
    leader = models.CharField(_("leader"), max_length=40, blank=True)
    phone = models.CharField(_("phone"), max_length=20, blank=True)
    members = models.PositiveSmallIntegerField(_("members"), default=0)
    active = models.BooleanField(_("active"), default=True)

    objects = VolunteerTeamQuerySet.as_manager()

    class Meta:
        verbose_name = _("volunteers' team")
        verbose_name_plural = _("volunteers' teams")
        constraints = [models.UniqueConstraint(fields=["area", "name"], name="team_once_in_area")]

    def __str__(self) -> str:
        return self.name


class VolunteerServiceQuerySet(models.QuerySet["VolunteerService"]):
    def visible_to(self, user: User) -> "VolunteerServiceQuerySet":
        """Return the services of the teams the user may see."""
        return self.filter(team__in=VolunteerTeam.objects.visible_to(user))


class VolunteerService(models.Model):
    """One service of a team: what, when, how many people for how many hours each."""

    team = models.ForeignKey(VolunteerTeam, models.PROTECT, related_name="services", db_index=False)
    title = models.CharField(_("what was done"), max_length=120)
    began_at = models.DateTimeField(_("began at"))
    hours = models.DecimalField(_("hours each"), max_digits=5, decimal_places=2)
    people = models.PositiveSmallIntegerField(_("people"))
    case_number = models.CharField(_("case number"), max_length=24, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")

    objects = VolunteerServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("volunteers' service")
        verbose_name_plural = _("volunteers' services")
        constraints = [
            models.CheckConstraint(
                condition=Q(hours__gt=0, hours__lte=24, people__gt=0), name="service_has_hours"
            )
        ]
        indexes = [models.Index(fields=["team", "-began_at"], name="service_of_team")]

    def __str__(self) -> str:
        return f"{self.title} {self.began_at:%F}"
